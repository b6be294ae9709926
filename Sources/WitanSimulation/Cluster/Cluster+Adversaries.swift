import Witan
import WitanCrypto

/// How adversaries are let into a cluster.
extension Cluster {
  /// Lets an adversary take hold of a machine, in a coalition with those that were given the same number.
  public mutating func corrupt(
    _ machine: Int, with adversary: any Adversary, coalition: Int = 0
  ) {
    while coalitions.count <= coalition { coalitions.append(Coalition()) }
    let id = machines[machine].id
    if coalitions[coalition].signers[id] == nil {
      coalitions[coalition].signers[id] = [machines[machine].signer]
    }
    machines[machine].coalition = coalition
    corruptions += 1
    machines[machine].adversary = adversary
    if let trigger = adversary.mischief { lieAsNeighbour(machine, when: trigger) }
    act(at: machine) { $0.begin(&$1) }
  }

  /// Gives machines to an adversary of the library. One that isn't there is nobody; twins must have been cast in the
  /// configuration, for there to be two machines of one name. Twins that never act do no more than be two.
  public mutating func cast(_ casting: Casting) {
    guard casting.trigger.chance > 0, let role = Adversaries.named(casting.adversary) else {
      return
    }
    let names = NodeSet(casting.machines.filter { homes.indices.contains($0) })
    for name in names {
      // Who has a twin lies as both of them do.
      for machine in homes[name] {
        corrupt(machine, with: role.make(casting), coalition: casting.coalition)
      }
    }
  }

  /// Which machines lie.
  public var corrupted: NodeSet {
    NodeSet(machines.indices.filter { !machines[$0].isHonest })
  }

  /// Which machines nothing is promised of: those that lie, and all that share one name and one key.
  public var faulty: NodeSet {
    var faulty = corrupted
    for home in homes where home.count > 1 {
      for machine in home { faulty.insert(machine) }
    }
    return faulty
  }

  /// The keys by which those ask who lie: replicas' own, and hostile clients'.
  var hostileKeys: [PublicKey] {
    let rogues = clients.filter { if case .roguery = $0.occupation { true } else { false } }
    return corrupted.flatMap { machine in
      coalitions[machines[machine].coalition].signers[machines[machine].id] ?? []
    }.map(\.publicKey) + rogues.map(\.signer.publicKey)
  }

  /// What a machine's adversary did so far.
  public func deeds(of machine: Int) -> Deeds {
    var deeds = machines[machine].deeds
    deeds.told += liesAsNeighbour(of: machine)
    return deeds
  }

  // MARK: What is done through them

  /// An adversary sees what its replica would send.
  mutating func sendDishonestly(_ message: Message, from index: Int, to receiver: ReplicaID?) {
    let acts = act(at: index) { $0.replicaSends(message, to: receiver, &$1) }
    let own = machines[index].id
    let others = homes.indices.lazy.map { ReplicaID(UInt32($0)) }.filter { $0 != own }
    machines[index].deeds.note(
      acts, insteadOf: message, for: Audience(receiver), among: others)
  }

  /// What an adversary has its replica tell a client.
  mutating func dishonest(_ reply: Reply, at index: Int) -> Reply? {
    var told: Reply? = reply
    let acts = act(at: index) { told = $0.replicaReplies(reply, &$1) }
    machines[index].deeds.note(acts)
    if let told, told != reply { machines[index].deeds.told += 1 }
    if told == nil { machines[index].deeds.withheld += 1 }
    return told
  }

  /// What an adversary has its application say.
  mutating func dishonest(_ answer: Input?, to effect: Effect, at index: Int) -> Input? {
    var said = answer
    let acts = act(at: index) { said = $0.answer(effect, honestly: answer, &$1) }
    machines[index].deeds.note(acts)
    machines[index].deeds.note(answer: said, insteadOf: answer)
    return said
  }

  /// Whether an adversary lets its replica hear a message.
  mutating func isHeard(_ message: Message, from sender: Int, at index: Int) -> Bool {
    var isHeard = true
    let acts = act(at: index) { adversary, scene in
      scene.sender = sender
      isHeard = adversary.hears(message, &scene)
    }
    machines[index].deeds.note(acts)
    if !isHeard { machines[index].deeds.ignored += 1 }
    return isHeard && machines[index].isUp
  }

  /// An adversary wakes, or a machine that it killed is started again.
  mutating func wakeAdversary(_ agenda: Agenda) {
    guard machines[agenda.node].state != .paused else {
      return machines[agenda.node].missed.append(agenda.ticket)
    }
    if agenda.number == Self.restartNumber {
      _ = restart(agenda.node)
    } else {
      let acts = act(at: agenda.node) { $0.wake(&$1) }
      machines[agenda.node].deeds.note(acts)
    }
  }

  private static let restartNumber: UInt32 = 1

  /// Lets an adversary do something, and does what it wants done.
  @discardableResult
  private mutating func act(
    at index: Int, _ body: (inout any Adversary, inout Scene) -> Void
  ) -> [Scene.Act] {
    guard var adversary = machines[index].adversary.take() else { return [] }
    var coalition = Coalition()
    swap(&coalition, &coalitions[machines[index].coalition])
    var scene = Scene(
      machine: index, replica: machines[index].replica, draw: machines[index].malice,
      homes: homes, now: now, genesis: genesis,
      examiner: machines[index].host.machine.ledger?.network?.examiner, coalition: consume coalition
    )
    body(&adversary, &scene)
    machines[index].malice = scene.draw
    machines[index].adversary = adversary
    coalitions[machines[index].coalition] = scene.coalition
    for act in scene.acts { perform(act, at: index) }
    return scene.acts
  }

  private mutating func perform(_ act: Scene.Act, at index: Int) {
    switch act {
    case .send(let message, let audience, let delay):
      guard machines[index].state == .running else { return }
      switch audience {
      case .all: transmit(message, from: index, to: nil, at: now + delay)
      case .one(let id): transmit(message, from: index, to: id, at: now + delay)
      case .only, .allBut:
        for id in receivers(of: audience, from: index) {
          transmit(message, from: index, to: id, at: now + delay)
        }
      }
    case .ask(let request, let audience, let delay):
      guard machines[index].state == .running else { return }
      sendRequest(request, from: index, to: receivers(of: audience, from: index), at: now + delay)
    case .wake(let delay):
      queue.schedule(Agenda(.adversary, node: index).ticket, at: now + delay)
    case .crash(let span):
      die(index, .killed)
      let agenda = Agenda(.adversary, node: index, number: Self.restartNumber)
      queue.schedule(agenda.ticket, at: now + span)
    }
  }

  private func receivers(of audience: Audience, from index: Int) -> [ReplicaID] {
    homes.indices.lazy.map { ReplicaID(UInt32($0)) }.filter {
      $0 != machines[index].id && audience.includes($0)
    }
  }
}
