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
  /// may take; what only liars ask may go on. If it takes longer and there is no excuse, that is a violation.
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
    var mark: SequenceNumber?
    while true {
      isSettled = isAtRest || keepsUp(since: mark)
      if mark == nil, isEveryClientServed { mark = furthest }
      guard !isSettled, cluster.now < limit, excuse == nil else { break }
      // Looked at now and then: looking costs more than a step does.
      let next = min(limit, cluster.now + bound.exchange)
      while cluster.now < next, step(onDecision: onDecision, onHappenings: onHappenings) {}
    }
    oracle.look(at: cluster)
    let diagnosis = isSettled ? nil : self.diagnosis
    if !isSettled, excuse == nil {
      oracle.noteStall(
        "after \(cluster.now - began), allowed were \(allowed): \(diagnosis?.description ?? "")",
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

  /// Whether all correct members that hear each other have executed the same, no client they hear waits, and no more of
  /// them hold a request than the fault bound allows to be left alone with one: fewer can't make the others leave a
  /// view, so that what reached them only is for its client to say again.
  private var isAtRest: Bool {
    let connections = Connections(in: cluster)
    var executed: SequenceNumber?
    var waiting: VotingPower = 0
    for node in connections.core {
      if cluster.machines[node].replica.waitingRequests > 0,
        let seat = connections.members.seat(of: cluster.machines[node].id)
      {
        waiting += connections.members[seat].power
      }
      let position = oracle.agreement.executed(by: node)
      if let executed, executed != position { return false }
      executed = position
    }
    return !connections.members.quorum.includesCorrect(waiting)
      && isEveryClientServed(by: connections)
  }

  /// Whether it is only liars that still ask, and nobody falls behind for it: every correct member has gone beyond what
  /// any had executed when the last client that is no liar had its answer.
  private func keepsUp(since mark: SequenceNumber?) -> Bool {
    guard let mark, !cluster.corrupted.isEmpty else { return false }
    let connections = Connections(in: cluster)
    return isEveryClientServed(by: connections)
      && connections.core.allSatisfy { oracle.agreement.executed(by: $0) > mark }
  }

  private var isEveryClientServed: Bool { isEveryClientServed(by: Connections(in: cluster)) }

  private func isEveryClientServed(by connections: Connections) -> Bool {
    cluster.clients.indices.allSatisfy { client in
      let node = cluster.machines.count + client
      let isHeard = connections.core.allSatisfy {
        Connections.areConnected($0, node, in: cluster)
      }
      return !isHeard || cluster.clients[client].session.unfinished == 0
    }
  }

  /// The last sequence that any correct machine executed.
  private var furthest: SequenceNumber {
    let correct = cluster.machines.indices.filter { oracle.vantage.isCorrect($0) }
    return correct.map { oracle.agreement.executed(by: $0) }.max() ?? 0
  }
}
