import Witan
import WitanCrypto
import WitanSimulation

/// A replica on a machine that the adversary owns but for the replica's key.
struct ReplicaOrdeal {
  /// Something that waits until all before it is on the disk.
  struct Waiting {
    let message: Message
    /// How many records must be there.
    let records: Int
  }

  let town: Town
  let libel: Libel
  private(set) var replica: Replica
  private var host: StateMachineHost<KeyValueStore>
  private(set) var now: Micros = 0
  private var witness: SelfWitness
  private var effects = Effects()

  // The machine.
  private var journal: [Journal.Record] = []
  private var synced = 0
  private var outbox: [Waiting] = []
  private var states: [(sequence: SequenceNumber, snapshot: [UInt8])] = []
  private var released: SequenceNumber = 0
  private var timers = [Timer?](repeating: nil, count: Timer.Kind.allCases.count)
  private var lastTimers = [Timer?](repeating: nil, count: Timer.Kind.allCases.count)
  private var questions: [Effect] = []

  // What the adversary knows: what the replica said, what was said to it, and what they spoke of.
  private(set) var heard: [Message] = []
  private(set) var said: [Message] = []
  private(set) var blocks: [Block] = []
  private(set) var asked: [ViewChange] = []
  var requestCount: UInt64 = 0
  /// The height of the state that was made up last.
  var madeUp: SequenceNumber?

  /// The replica under attack is the first; whoever lies is one of the others.
  static let victim = 0

  init?(_ parameters: Parameters) {
    let store = KeyValueStore()
    guard
      let town = Town(
        weights: [1, 1, 1, 1], parameters: parameters,
        applicationRoot: StateMachineHost.root(of: store))
    else { return nil }
    self.town = town
    libel = Libel(town)
    replica = Replica(
      genesis: town.genesis, identity: ReplicaID(UInt32(Self.victim)),
      signer: town.signers[Self.victim], scheme: town.scheme)
    host = StateMachineHost(store)
    witness = SelfWitness(town)
    replica.start(at: now, into: &effects)
    takeEffects()
  }

  // MARK: What happens

  mutating func perform(_ order: Order, noting traces: inout Traces) throws(Finding) {
    switch order {
    case .timer(let kind, let isOld): fire(kind, isOld)
    case .answers(let count, let place, let refuses):
      for _ in 0...count { answer(from: place, refuses) }
    case .sync: try sync()
    case .crash(let kept): try crash(kept)
    case .wait(let span): now = now + span
    case .request(let client, let number, let operation):
      ask(client, number, operation)
    case .query(let client, let isCertified): query(client, isCertified)
    case .again(_, let bit) where bit > 0:
      for message in lies(order) { try hear(message, turning: bit) }
    default: for message in lies(order) { hear(message) }
    }
    now = now + .milliseconds(1)
    takeEffects()
    try examine()
    traces.note(replica.posture(since: 0))
  }

  /// At the end all that was asked is answered, and all is let out.
  mutating func conclude() throws(Finding) {
    for _ in 0..<64 where !questions.isEmpty { answer(from: 0, false) }
    try sync()
    try examine()
    try witness.conclude(replica)
  }

  /// A message arrives as bytes, as all do.
  mutating func hear(_ message: Message) {
    said.append(message)
    if said.count > 64 { said.removeFirst(32) }
    hear(bytes: message.encoded)
  }

  private mutating func hear(bytes: [UInt8]) {
    guard let verified = try? replica.verifier.verify(frame: bytes) else { return }
    handle(.message(verified))
  }

  /// The same with a bit turned: every bit is signed for, so that it is refused.
  private mutating func hear(_ message: Message, turning bit: Int) throws(Finding) {
    var bytes = message.encoded
    bytes[bit * 37 / 8 % bytes.count] ^= 1 << UInt8(bit % 8)
    try expect(
      (try? replica.verifier.verify(frame: bytes)) == nil, "forgery",
      "a message of kind \(message.kind.map { "\($0)" } ?? "request") with a bit turned is accepted"
    )
  }

  mutating func remember(_ block: Block) {
    blocks.append(block)
    if blocks.count > 64 { blocks.removeFirst(32) }
  }

  mutating func remember(_ viewChange: ViewChange) {
    asked.append(viewChange)
    if asked.count > 64 { asked.removeFirst(32) }
  }

  mutating func handle(_ input: Input) {
    replica.handle(input, at: now, into: &effects)
    takeEffects()
  }

  private mutating func ask(_ client: Int, _ number: Int, _ operation: Int) {
    // A new number, the last one again, none, or the largest.
    if number == 0 { requestCount += 1 }
    let request = libel.request(
      client: client, number: [requestCount, requestCount, 0, .max][number], operation: operation,
      after: replica.executed)
    guard let verified = try? replica.verifier.verify(request) else { return }
    handle(.request(verified))
  }

  private mutating func query(_ client: Int, _ isCertified: Bool) {
    let query = Query(
      number: UInt64(heard.count), mode: isCertified ? .certified(since: 0) : .fast,
      content: [1], signer: town.client(UInt64(client)), chain: town.chain)
    guard let verified = try? replica.verifier.verify(query) else { return }
    handle(.query(verified))
  }

  private mutating func fire(_ kind: Timer.Kind, _ isOld: Bool) {
    let place = Int(kind.rawValue)
    guard let timer = isOld ? lastTimers[place] : timers[place] else { return }
    if !isOld { timers[place] = nil }
    now = now + .seconds(1)
    handle(.timer(timer))
  }

  // MARK: The machine

  private mutating func takeEffects() {
    while let effect = effects.next() {
      switch effect {
      case .persist(let record): journal.append(record)
      case .send(let message, _), .broadcast(let message): hearFrom(message)
      case .sendDurably(let message, _), .broadcastDurably(let message):
        outbox.append(Waiting(message: message, records: journal.count))
        if outbox.count > 1_024 { outbox.removeFirst(512) }
      case .setTimer(let timer, _):
        lastTimers[Int(timer.kind.rawValue)] = timers[Int(timer.kind.rawValue)]
        timers[Int(timer.kind.rawValue)] = timer
      case .cancelTimer(let kind):
        lastTimers[Int(kind.rawValue)] = timers[Int(kind.rawValue)]
        timers[Int(kind.rawValue)] = nil
      case .reply, .answer, .report: break
      default: questions.append(effect)
      }
    }
  }

  private mutating func hearFrom(_ message: Message) {
    heard.append(message)
    if heard.count > 256 { heard.removeFirst(128) }
    if case .prePrepare(let proposal) = message { remember(proposal.body) }
    if case .viewChange(let viewChange) = message { remember(viewChange) }
    witness.hear(message)
  }

  private mutating func answer(from place: Int, _ refuses: Bool) {
    guard !questions.isEmpty else { return }
    // What is to be executed is answered in its order, as are all things that change the application's state.
    let index = min(place, questions.count - 1)
    let isVerdict = if case .validate = questions[index] { true } else { false }
    let effect = questions.remove(at: isVerdict ? index : 0)
    var answer = host.answer(effect, clock: now)
    if refuses, case .validated(let digest, _)? = answer {
      answer = .validated(digest, .invalid(InvalidBlock(code: 9, "it isn't liked")))
    }
    if case .execute(let execution) = effect, execution.isCheckpoint { save(execution.sequence) }
    if case .installed(let sequence, succeeded: true)? = answer { save(sequence) }
    // Not before all that was written is on the disk: the journal there may rest on one of them.
    if case .releaseStates(let sequence) = effect { released = sequence }
    if let answer { handle(answer) }
  }

  private mutating func save(_ sequence: SequenceNumber) {
    guard let snapshot = host.snapshot(at: sequence) else { return }
    states.removeAll { $0.sequence == sequence }
    states.append((sequence, snapshot))
  }

  private mutating func sync() throws(Finding) {
    synced = journal.count
    states.removeAll { $0.sequence < released }
    for waiting in outbox { hearFrom(waiting.message) }
    outbox = []
    try examine()
  }

  private mutating func crash(_ kept: Int) throws(Finding) {
    journal.removeLast(journal.count - min(journal.count, synced + kept))
    synced = journal.count
    // What waited for records that are on the disk may have been let out before the machine died.
    for waiting in outbox where waiting.records <= synced { hearFrom(waiting.message) }
    outbox = []
    questions = []
    released = 0
    timers = Array(repeating: nil, count: timers.count)
    let recovery = Journal.Recovery(journal)
    host = StateMachineHost(KeyValueStore())
    if let sequence = recovery.foundation?.summary.sequence {
      guard let state = states.first(where: { $0.sequence == sequence }) else {
        throw Finding("state", "the journal rests on a state at \(sequence) that was released")
      }
      do { try host.restore(state.snapshot, at: sequence) } catch {
        throw Finding("state", "its own state at \(sequence) can't be restored: \(error)")
      }
    }
    journal = recovery.compacted
    synced = journal.count
    replica = Replica(
      genesis: town.genesis, identity: ReplicaID(UInt32(Self.victim)),
      signer: town.signers[Self.victim], scheme: town.scheme, recovering: recovery)
    effects.removeAll()
    replica.start(at: now, into: &effects)
    takeEffects()
  }

  // MARK: What must hold

  private func examine() throws(Finding) {
    if let fault = replica.invariantFault { throw Finding("invariant", fault) }
    let exceeded = replica.holdings.exceeded
    try expect(
      exceeded.isEmpty, "memory",
      exceeded.map { "\($0.held) \($0.name), \($0.bound) allowed" }.joined(separator: "; "))
    try witness.expectConsistency()
  }
}
