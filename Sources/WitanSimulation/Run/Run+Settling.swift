import Witan

extension Run {
  /// What becomes of the faults when a run is brought to rest.
  public enum Rest: Sendable {
    /// They stop: links are mended and lose nothing, machines go on or are started again. Those that lie go on lying.
    case healed
    /// They stay as they are for ever: whoever is down stays down, and what is cut stays cut.
    case frozen
  }

  /// How a run came to rest.
  public struct Settlement: Sendable {
    /// Whether all that waited was executed by all that can talk to each other.
    public let isSettled: Bool
    /// How long it took, or was waited.
    public let took: Micros
    /// How long it was allowed to take.
    public let bound: ProgressBound
    /// Why nothing could be demanded.
    public let excuse: Excuse?
    /// What everybody waits for, if it didn't come to rest.
    public let diagnosis: Diagnosis?
  }

  /// Asks nothing more, lets the faults stop or stay, and waits until everything that waits is executed, no longer than that
  /// may take. If it takes longer and there is no excuse, that is a violation.
  ///
  /// Another limit than the computed one says how long to wait instead.
  public mutating func settle(
    _ rest: Rest, within span: Micros? = nil, onDecision: (DecidedBlock) -> Void = { _ in },
    onHappenings: ([Happening]) -> Void = { _ in }
  ) -> Settlement {
    isAsking = false
    if rest == .healed { mend() }
    takeStock(onDecision: onDecision, onHappenings: onHappenings)
    let excuse = Excuse(for: cluster)
    let bound = ProgressBound(for: cluster)
    let began = cluster.now
    let allowed = span ?? bound.total
    let limit = began + allowed
    var isSettled = false
    var goal = furthest(in: Connections(in: cluster))
    while true {
      let connections = Connections(in: cluster)
      isSettled = isAtRest(connections, goal)
      goal = furthest(in: connections)
      guard !isSettled, cluster.now < limit, excuse == nil else { break }
      // Looked at now and then: looking costs more than a step does.
      let next = min(limit, cluster.now + bound.exchange)
      while cluster.now < next, step(onDecision: onDecision, onHappenings: onHappenings) {}
    }
    oracle.look(at: cluster)
    let diagnosis = isSettled ? nil : self.diagnosis
    if !isSettled, excuse == nil {
      oracle.noteStall(
        "\(rest == .healed ? "healed, " : "")after \(cluster.now - began), allowed were \(allowed): \(diagnosis?.description ?? "")",
        at: cluster.now)
    }
    return Settlement(
      isSettled: isSettled, took: cluster.now - began, bound: bound, excuse: excuse,
      diagnosis: diagnosis)
  }

  private mutating func mend() {
    cluster.heal()
    cluster.conditions.quality = LinkQuality(latency: cluster.conditions.quality.latency)
    for machine in cluster.machines.indices {
      cluster.resume(machine)
      // One whose disk is damaged stays down: it may have said what it no longer knows.
      _ = cluster.restart(machine)
      cluster.setDisk(machine, isFull: false)
    }
  }

  /// The last sequence that any of the correct members that hear each other executed.
  private func furthest(in connections: Connections) -> SequenceNumber {
    connections.core.reduce(0) { max($0, oracle.agreement.executed(by: $1)) }
  }

  /// Whether all correct members that hear each other have executed what the furthest of them had when somebody looked
  /// last, no client they hear waits, and no more of them hold an honest request than the fault bound allows to be left
  /// alone with one: fewer can't make the others leave a view, so that what reached them only is for its client to
  /// say again.
  ///
  /// Who lies may ask for ever, so that blocks go on: nobody waits for those.
  private func isAtRest(_ connections: Connections, _ goal: SequenceNumber) -> Bool {
    let hostile = cluster.hostileKeys
    var waiting: VotingPower = 0
    for node in connections.core {
      guard oracle.agreement.executed(by: node) >= goal else { return false }
      let replica = cluster.machines[node].replica
      let honest = hostile.reduce(replica.waitingRequests) { $0 - replica.waitingRequests(of: $1) }
      if honest > 0, let seat = connections.members.seat(of: cluster.machines[node].id) {
        waiting += connections.members[seat].power
      }
    }
    guard !connections.members.quorum.includesCorrect(waiting) else { return false }
    return cluster.clients.indices.allSatisfy { client in
      let node = cluster.machines.count + client
      let isHeard = connections.core.allSatisfy {
        Connections.areConnected($0, node, in: cluster)
      }
      return !isHeard || cluster.clients[client].session.unfinished == 0
    }
  }
}
