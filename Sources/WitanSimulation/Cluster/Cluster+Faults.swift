import Witan
import WitanCrypto
import WitanDraw

/// What can be done to a cluster while it runs.
extension Cluster {
  /// Why a cluster can't go on.
  public enum Failure: Error, Equatable, Sendable {
    /// A machine can't be started.
    case unfit(ReplicaID, Happening.Unfitness)
  }

  // MARK: The network

  /// What the network does to messages.
  public var conditions: Conditions {
    get { network.conditions }
    set { network.set(newValue) }
  }

  /// Cuts the network into groups that don't hear each other; a replica in no group hears nobody.
  public mutating func partition(_ groups: [[ReplicaID]]) {
    partition(groups.map { NodeSet($0.flatMap(homes(of:))) }, cause: Self.byHand)
  }

  /// Cuts the machines into groups, on top of what is cut already.
  mutating func partition(_ groups: [NodeSet], cause: Int) {
    network.cut(Cut.between(groups, of: machines.count, cause: cause))
  }

  /// What some machines send some others is lost, but not the other way round.
  public mutating func cut(from senders: NodeSet, to receivers: NodeSet) {
    cut(from: senders, to: receivers, cause: Self.byHand)
  }

  mutating func cut(from senders: NodeSet, to receivers: NodeSet, cause: Int) {
    network.cut([Cut(cause: cause, senders: senders, receivers: receivers)])
  }

  /// What some machines send some others waits until the network is mended.
  public mutating func clog(from senders: NodeSet, to receivers: NodeSet) {
    clog(from: senders, to: receivers, cause: Self.byHand)
  }

  mutating func clog(from senders: NodeSet, to receivers: NodeSet, cause: Int) {
    network.clog(Clog(cause: cause, senders: senders, receivers: receivers))
  }

  /// Gives some links a quality of their own.
  public mutating func set(_ quality: LinkQuality, from senders: NodeSet, to receivers: NodeSet) {
    network.set(quality, from: senders, to: receivers, cause: Self.byHand)
  }

  /// Gives all links of a node a quality of their own, in place of what it had before; nil is none.
  public mutating func setQuality(_ quality: LinkQuality?, of node: Int) {
    let cause = Self.byHand - 1 - node
    mend(cause)
    guard let quality else { return }
    let all = NodeSet(0..<network.nodes)
    network.set(quality, from: [node], to: all, cause: cause)
    network.set(quality, from: all, to: [node], cause: cause)
  }

  /// Mends all links; what was held up is on its way.
  public mutating func heal() { mend(nil) }

  /// Mends what belongs to a cause, or everything.
  mutating func mend(_ cause: Int?) {
    let freed = network.mend(cause)
    overlay?.post.release(at: now, over: &network, into: &queue)
    rendezvous?.post.release(at: now, over: &network, into: &queue)
    mail.release(at: now, over: &network, into: &queue)
    for (place, receiver) in freed {
      let sender = parcels[place].sender
      let message = network.nextMessage(from: sender)
      let fate = network.fate(
        of: message, from: sender, to: receiver, bytes: parcels[place].size, at: now)
      if let clog = fate.clog {
        network.hold(place, for: receiver, in: clog)
      } else if let arrival = fate.arrival {
        queue.schedule(Agenda(.delivery, node: receiver, number: place).ticket, at: arrival)
      } else {
        parcels.settle(place)
      }
    }
  }

  /// The cause of what no plan says.
  static let byHand = -1

  // MARK: Machines

  /// How a machine stands.
  public enum Standing: String, CaseIterable, Sendable {
    /// It runs.
    case running
    /// It does nothing, and will go on as though nothing had been.
    case halted
    /// It is off.
    case down
  }

  /// How a machine stands now.
  public func standing(of machine: Int) -> Standing {
    switch machines[machine].state {
    case .running: .running
    case .paused: .halted
    case .down: .down
    }
  }

  /// Kills a machine: what isn't on its disk is gone.
  public mutating func crash(_ id: ReplicaID) { die(Int(id.rawValue), .killed) }

  /// Kills a machine after it has done so many more effects: between any two of them.
  public mutating func crash(_ id: ReplicaID, afterEffects count: Int) {
    let index = Int(id.rawValue)
    if machines[index].isUp { machines[index].effectsLeft = count }
  }

  /// Starts a machine that was killed, from its disk; one that was about to be killed lives on.
  public mutating func restart(_ id: ReplicaID) throws {
    if let unfitness = restart(Int(id.rawValue)) { throw Failure.unfit(id, unfitness) }
  }

  /// Halts a machine: it goes on later as though nothing had been.
  public mutating func pause(_ machine: Int) {
    guard machines[machine].state == .running else { return }
    machines[machine].state = .paused
    tell(.reports, machine, .paused)
  }

  /// Lets a machine go on; what happened meanwhile happens to it now, in order.
  public mutating func resume(_ machine: Int) {
    guard machines[machine].state == .paused else { return }
    machines[machine].state = .running
    tell(.reports, machine, .resumed)
    for ticket in machines[machine].missed { queue.schedule(ticket, at: now) }
    machines[machine].missed.removeAll()
  }

  /// Changes a machine's clock: how many millionths it gains, and how far the time of day is set.
  public mutating func setClock(_ machine: Int, drift: Int64? = nil, step: Int64 = 0) {
    if let drift { machines[machine].clock.set(drift: drift, at: now) }
    machines[machine].clock.step(by: step)
  }

  /// Fills a machine's disk, or makes room. A machine dies when it has to write and can't.
  public mutating func setDisk(_ machine: Int, isFull: Bool) {
    machines[machine].disk.isFull = isFull
  }

  /// How long a machine's disk takes to sync from now on.
  public mutating func setDisk(_ machine: Int, syncTime: Micros) {
    machines[machine].disk.syncTime = syncTime
  }

  /// Flips a bit on a machine's disk, which shows when it is started next.
  public mutating func flipBit(_ machine: Int) {
    var luck = machines[machine].luck
    _ = machines[machine].disk.flipBit(&luck)
    machines[machine].luck = luck
  }

  /// Gives a replica another key of its own, for the epoch whose members know it.
  public mutating func give(_ signer: Signer, to id: ReplicaID) {
    for index in homes(of: id) { machines[index].replica.add(signer) }
    for index in coalitions.indices { coalitions[index].signers[id]?.append(signer) }
  }

  mutating func die(_ index: Int, _ death: Happening.Death) {
    guard machines[index].isUp else { return }
    for ticket in machines[index].missed {
      guard let agenda = Agenda(ticket: ticket) else { continue }
      switch agenda.kind {
      case .delivery, .receipt: parcels.settle(agenda.number)
      // Its adversary outlives it.
      case .adversary: queue.schedule(ticket, at: now)
      case .gossip, .relay, .acquaintance: discard(agenda)
      case .timer, .clientTimer, .clientTurn, .synced, .planned, .heartbeat, .publication,
        .discovery, .churn:
        break
      }
    }
    machines[index].die()
    leaveGossip(index)
    tell(.reports, index, .died(death))
  }

  mutating func restart(_ index: Int) -> Happening.Unfitness? {
    machines[index].effectsLeft = nil
    guard !machines[index].isUp else { return nil }
    let unfitness = machines[index].restore(genesis: genesis, scheme: scheme)
    if let unfitness {
      tell(.reports, index, .unfit(unfitness))
      return unfitness
    }
    let life = machines[index].life
    tell(.reports, index, .started(life: life))
    if watch.contains(.seam) {
      let executed = machines[index].replica.executed
      let root = StateMachineHost.root(of: machines[index].host.machine)
      tell(.seam, index, .restored(executed, root: root))
    }
    enterGossip(index)
    start(index)
    return nil
  }
}

extension Machine {
  /// Makes the machine what its disk says it was.
  fileprivate mutating func restore(
    genesis: Genesis, scheme: SignatureScheme
  ) -> Happening.Unfitness? {
    guard let recovery = try? disk.recovery() else { return .journalDamaged }
    var host = StateMachineHost(blank)
    if let sequence = recovery.foundation?.summary.sequence {
      guard let saved = disk.states.first(where: { $0.sequence == sequence }),
        (try? host.restore(saved.application.snapshot, at: sequence)) != nil
      else { return .stateLost(sequence) }
    }
    self.host = host
    replica = Replica(
      genesis: genesis, identity: id, signer: signer, scheme: scheme, recovering: recovery)
    state = .running
    life &+= 1
    return nil
  }
}
