@testable import Witan
import WitanCrypto
import WitanSimulation

/// A few shipped replicas on a network where nothing happens by itself: a transcript delivers every message, fires
/// every timer, and says who dies when. The applications answer at once, unless their answers are held.
struct ScriptedNetwork {
  /// A message on its way.
  struct Envelope {
    let from: ReplicaID
    let to: ReplicaID
    let message: Message
  }

  /// A machine with a replica, an application and a disk.
  struct Node {
    let id: ReplicaID
    var signer: Signer
    var replica: Replica
    var host = StateMachineHost(KeyValueStore())
    var disk = Journal.Recovery()
    var saved: [(sequence: SequenceNumber, snapshot: [UInt8])] = []
    var isUp = true
    var isCut = false
    var effectsLeft: Int?
    /// The timers that run, with the moment each is due, and the latest one of each kind that doesn't any more.
    var timers: [Timer.Kind: (timer: Timer, due: Micros)] = [:]
    var staleTimers: [Timer.Kind: Timer] = [:]
    var held: Set<String> = []
    var unanswered: [Effect] = []
  }

  /// What an application can be made to take its time with.
  static let seams = ["verdicts", "executions", "assemblies", "installs", "queries", "chunks"]

  let genesis: Genesis
  let authority: SimulatedAuthority
  var nodes: [Node] = []
  var names: Nomenclature
  var now: Micros = 0
  /// What was sent and neither delivered nor dropped, in the order of sending.
  var pending: [Envelope] = []
  /// Everything that was ever sent.
  var history: [Envelope] = []
  var watched = Set(EffectKind.allCases)
  var output: [String] = []
  /// How many requests `order` has sent.
  var ordered = 0
  private var order: [SequenceNumber: Digest] = [:]

  /// A network of these members and, beside it, as many machines that aren't members yet.
  init(powers: [VotingPower], outsiders: Int, parameters: Parameters) throws {
    let authority = SimulatedAuthority(seed: 7)
    self.authority = authority
    let signers = (0..<powers.count + outsiders).map { authority.signer(UInt64($0)) }
    let members = zip(signers, powers).enumerated().map { index, member in
      Member(id: ReplicaID(UInt32(index)), key: member.0.publicKey, power: member.1)
    }
    genesis = try Genesis(
      name: "transcript", members: members, parameters: parameters,
      applicationRoot: StateMachineHost.root(of: KeyValueStore()))
    names = Nomenclature(genesis: genesis.digest)
    for (index, signer) in signers.enumerated() {
      let id = ReplicaID(UInt32(index))
      let replica = Replica(
        genesis: genesis, identity: id, signer: signer, scheme: .simulated(authority))
      nodes.append(Node(id: id, signer: signer, replica: replica))
    }
    for index in nodes.indices { start(index) }
    output = []
  }

  var notation: Notation { Notation(names: names, chain: genesis.digest) }

  func index(of id: ReplicaID) throws -> Int {
    let index = Int(id.rawValue)
    guard nodes.indices.contains(index) else {
      throw CommandError("expected one of r0…r\(nodes.count - 1), found \(id)")
    }
    return index
  }

  // MARK: Life and death

  private mutating func start(_ index: Int) {
    var effects = Effects()
    nodes[index].replica.start(at: now, into: &effects)
    perform(effects, at: index)
  }

  mutating func crash(_ id: ReplicaID, after effects: Int?) throws {
    let index = try index(of: id)
    if let effects {
      nodes[index].effectsLeft = effects
    } else {
      nodes[index].isUp = false
      output.append("\(id) dies")
    }
  }

  /// Starts a machine from its disk, perhaps with another key.
  mutating func restart(_ id: ReplicaID, signer: Signer?) throws {
    let index = try index(of: id)
    let old = nodes[index]
    if let sequence = old.disk.foundation?.summary.sequence {
      guard let saved = old.saved.first(where: { $0.sequence == sequence }) else {
        throw CommandError("the disk of \(id) lacks the state at n\(sequence)")
      }
      nodes[index].host = StateMachineHost(KeyValueStore())
      try nodes[index].host.restore(saved.snapshot, at: sequence)
    } else {
      nodes[index].host = StateMachineHost(KeyValueStore())
    }
    nodes[index].signer = signer ?? old.signer
    nodes[index].replica = Replica(
      genesis: genesis, identity: id, signer: nodes[index].signer, scheme: .simulated(authority),
      recovering: old.disk)
    nodes[index].isUp = true
    nodes[index].effectsLeft = nil
    nodes[index].timers = [:]
    nodes[index].unanswered = []
    begin("\(id) restarts") { $0.start(index) }
  }

  /// Puts something into a machine's application that no request asked for, as a broken disk would.
  mutating func corrupt(_ id: ReplicaID) throws {
    let index = try index(of: id)
    var store = nodes[index].host.machine
    let operation = KeyValueStore.Operation.put(key: [0xff], value: [0xff]).bytes
    let request = Request(
      number: 1, expiry: 1, operations: [operation], signer: authority.signer(9_999),
      chain: genesis.digest)
    let header = BlockHeader(
      height: 0, previous: .zero, proposer: 0, timestamp: 0, epoch: 0, payload: .zero)
    _ = store.apply(request, in: header)
    try nodes[index].host.restore(store.snapshot, at: nodes[index].replica.executed)
  }

  // MARK: What happens

  /// Writes what happens, and then what comes of it; neither if only some effects are watched and none came.
  mutating func begin(_ event: String, _ body: (inout Self) -> Void) {
    let line = output.count
    output.append(event)
    body(&self)
    let isSilent = output.count == line + 1 && watched.count < EffectKind.allCases.count
    if isSilent { output.removeLast() }
  }

  mutating func handle(_ input: Input, at index: Int) {
    var effects = Effects()
    nodes[index].replica.handle(input, at: now, into: &effects)
    perform(effects, at: index)
  }

  private mutating func perform(_ first: Effects, at index: Int) {
    var effects = first
    var answers: [Input] = []
    while true {
      for effect in effects.list {
        keep(effect)
        guard survives(effect, at: index) else { return }
        let answer = answer(effect, at: index)
        let line = notation.line(effect, answer: answer)
        if watched.contains(line.kind) { output.append(line.text) }
        if let answer { answers.append(answer) } else { perform(effect, at: index) }
      }
      checkInvariants(at: index)
      guard !answers.isEmpty else { return }
      effects.removeAll()
      nodes[index].replica.handle(answers.removeFirst(), at: now, into: &effects)
    }
  }

  private mutating func keep(_ effect: Effect) {
    switch effect {
    case .persist(let record): names.add(record)
    case .validate(let block, _): names.add(block)
    case .send(let message, _), .sendDurably(let message, _), .broadcast(let message),
      .broadcastDurably(let message):
      names.add(message)
    default: break
    }
  }

  private mutating func survives(_ effect: Effect, at index: Int) -> Bool {
    guard nodes[index].isUp else { return false }
    guard let left = nodes[index].effectsLeft else { return true }
    nodes[index].effectsLeft = left - 1
    guard left == 0 else { return true }
    let line = notation.line(effect, answer: nil)
    nodes[index].isUp = false
    nodes[index].effectsLeft = nil
    output.append("  \("dies".padding(to: 11)) before it \(line.verb) \(line.rest)")
    return false
  }

  /// The application's answer; nil when there is none, or when it is held.
  private mutating func answer(_ effect: Effect, at index: Int) -> Input? {
    if case .execute(let execution) = effect { checkOrder(execution, at: index) }
    if let seam = Self.seam(of: effect), nodes[index].held.contains(seam) {
      nodes[index].unanswered.append(effect)
      return nil
    }
    let answer = nodes[index].host.answer(effect, clock: now)
    switch (effect, answer) {
    case (.execute(let execution), _) where execution.isCheckpoint:
      save(at: execution.sequence, of: index)
    case (_, .installed(let sequence, true)?): save(at: sequence, of: index)
    case (.releaseStates(let sequence), _):
      nodes[index].saved.removeAll { $0.sequence < sequence }
    default: break
    }
    return answer
  }

  private mutating func save(at sequence: SequenceNumber, of index: Int) {
    guard let snapshot = nodes[index].host.snapshot(at: sequence) else { return }
    nodes[index].saved.removeAll { $0.sequence == sequence }
    nodes[index].saved.append((sequence, snapshot))
  }

  /// Gives the application's held answers of a machine, in order.
  mutating func release(_ index: Int) {
    let effects = nodes[index].unanswered
    nodes[index].unanswered = []
    let held = nodes[index].held
    nodes[index].held = []
    for effect in effects {
      guard let answer = answer(effect, at: index) else { continue }
      let line = notation.line(effect, answer: answer)
      begin("\(nodes[index].id) \(line.verb) \(line.rest)") { $0.handle(answer, at: index) }
    }
    nodes[index].held = held
  }

  private static func seam(of effect: Effect) -> String? {
    switch effect {
    case .validate: "verdicts"
    case .execute: "executions"
    case .assemble: "assemblies"
    case .finishInstall: "installs"
    case .query: "queries"
    case .offerChunk, .judgeChunk: "chunks"
    default: nil
    }
  }

  private mutating func perform(_ effect: Effect, at index: Int) {
    let id = nodes[index].id
    switch effect {
    case .persist(let record): nodes[index].disk.absorb(record)
    case .send(let message, let to), .sendDurably(let message, let to):
      send(message, from: id, to: to)
    case .broadcast(let message), .broadcastDurably(let message):
      for member in nodes[index].replica.currentMembers.members where member.id != id {
        send(message, from: id, to: member.id)
      }
    case .setTimer(let timer, let span):
      if let old = nodes[index].timers[timer.kind] {
        nodes[index].staleTimers[timer.kind] = old.timer
      }
      nodes[index].timers[timer.kind] = (timer, now + span)
    case .cancelTimer(let kind):
      if let old = nodes[index].timers.removeValue(forKey: kind) {
        nodes[index].staleTimers[kind] = old.timer
      }
    default: break
    }
  }

  private mutating func send(_ message: Message, from: ReplicaID, to: ReplicaID) {
    let envelope = Envelope(from: from, to: to, message: message)
    history.append(envelope)
    guard let target = try? index(of: to), let source = try? index(of: from) else { return }
    if !nodes[source].isCut, !nodes[target].isCut { pending.append(envelope) }
  }

  // MARK: What must always hold

  private mutating func checkInvariants(at index: Int) {
    let replica = nodes[index].replica
    if let fault = replica.invariantFault ?? replica.slotFault {
      output.append("  BROKEN: \(fault)")
    }
  }

  private mutating func checkOrder(_ execution: Execution, at index: Int) {
    let digest = execution.header.digest
    if let other = order[execution.sequence], other != digest {
      output.append("  BROKEN: \(names.name(of: other)) was executed at n\(execution.sequence)")
    }
    order[execution.sequence] = digest
  }
}
