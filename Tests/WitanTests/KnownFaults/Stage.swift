import Witan
import WitanCrypto
import WitanSimulation

/// Real replicas on a stage: nothing is delivered and no time passes unless a test says so.
///
/// A member may be *hostile*: no replica runs for it, what is sent to it is kept to be looked at, and the test speaks
/// for it with its own key and no other (see `Stage+Craft`).
struct Stage {
  /// A message on its way.
  struct Letter {
    let message: Message
    let from: Int
    let to: Int
  }

  /// A replica with all that a shell keeps for it.
  struct Player {
    let id: ReplicaID
    let signer: Signer
    var replica: Replica
    var host = StateMachineHost(KeyValueStore())
    var disk = Journal.Recovery()
    var records: [Journal.Record] = []
    var snapshots: [SequenceNumber: [UInt8]] = [:]
    var timers: [Witan.Timer.Kind: (timer: Witan.Timer, due: Micros)] = [:]
    var reports: [Report] = []
    /// Below which sequences it had its application forget states, in turn.
    var released: [SequenceNumber] = []
    var replies: [Reply] = []
    var answers: [Answer] = []
    /// Everything it ever said, and how many records were on its disk when it did.
    var said: [Message] = []
    var recordsWhenSaid: [Int] = []
    /// Whether it was to wait until those records were on the disk.
    var saidDurably: [Bool] = []
    /// Every effect of the latest input.
    var latest: [Effect] = []
    var isUp = true
  }

  let authority: SimulatedAuthority
  let genesis: Genesis
  let hostile: Set<Int>
  var players: [Player] = []
  var wire: [Letter] = []
  /// What was sent to hostile members.
  var intercepted: [Letter] = []
  var now: Micros = .seconds(1)
  /// Which letters `run` delivers; the others are lost.
  var carries: (Letter) -> Bool = { _ in true }
  /// What an application says of a block in place of its own verdict; nil leaves it unanswered.
  var verdict: ((Int, Block) -> Verdict?)?
  /// Effects that the application doesn't answer for now, by player.
  var withholds: (Int, Effect) -> Bool = { _, _ in false }
  var withheld: [(player: Int, effect: Effect)] = []
  /// The application's members for the next epoch come from requests; the newcomers' replicas from here.
  let count: Int

  /// Replicas 0 to n - 1 as members, and `observers` more that aren't.
  init(
    _ count: Int = 4, powers: [VotingPower] = [], hostile: Set<Int> = [], observers: Int = 0,
    _ adjust: (inout Parameters) -> Void = { _ in }
  ) throws {
    authority = SimulatedAuthority(seed: 7)
    var parameters = Parameters()
    parameters.checkpointInterval = 4
    parameters.window = 16
    adjust(&parameters)
    let signers = (0..<count + observers).map { [authority] in authority.signer(UInt64($0)) }
    let members = signers.prefix(count).enumerated().map { index, signer in
      Member(
        id: ReplicaID(UInt32(index)), key: signer.publicKey,
        power: powers.isEmpty ? 1 : powers[index])
    }
    genesis = try Genesis(
      name: "stage", members: members, parameters: parameters,
      applicationRoot: StateMachineHost.root(of: KeyValueStore()))
    self.hostile = hostile
    self.count = count
    for (index, signer) in signers.enumerated() {
      let id = ReplicaID(UInt32(index))
      players.append(
        Player(
          id: id, signer: signer,
          replica: Replica(
            genesis: genesis, identity: id, signer: signer, scheme: .simulated(authority))))
    }
    for index in players.indices where !hostile.contains(index) { start(index) }
  }

  var chain: Digest { genesis.digest }
  var scheme: SignatureScheme { .simulated(authority) }
  /// The members that run a replica.
  var correct: [Int] { players.indices.filter { !hostile.contains($0) } }

  subscript(index: Int) -> Replica { players[index].replica }

  // MARK: What a test may do

  /// Gives a request to some replicas, or to all, as its client would.
  @discardableResult
  mutating func submit(_ request: Request, to receivers: [Int]? = nil) throws -> Request {
    for index in receivers ?? correct where players[index].isUp && !hostile.contains(index) {
      handle(.request(try players[index].replica.verifier.verify(request)), at: index)
    }
    return request
  }

  /// Delivers a message to one replica; what was wrong with it, if anything was.
  @discardableResult
  mutating func give(_ message: Message, to index: Int) -> Rejection? {
    do throws(Rejection) {
      let before = players[index].reports.count
      handle(.message(try players[index].replica.verifier.verify(message)), at: index)
      for case .rejected(let rejection, _, _) in players[index].reports[before...] {
        return rejection
      }
      return nil
    } catch { return error }
  }

  /// Delivers what is on the wire, and what follows from it, until nothing is left.
  mutating func run() {
    var steps = 0
    while !wire.isEmpty {
      let letter = wire.removeFirst()
      if carries(letter) { deliver(letter) }
      steps += 1
      guard steps < 100_000 else { return }
    }
  }

  /// Delivers the letters on the wire that are meant, in order, and nothing that follows from them.
  mutating func deliver(_ isMeant: (Letter) -> Bool) {
    let letters = wire
    wire = letters.filter { !isMeant($0) }
    for letter in letters where isMeant(letter) { deliver(letter) }
  }

  /// Lets time pass: timers fire when they are due, and messages take no time.
  mutating func elapse(_ span: Micros) {
    let end = now + span
    run()
    while let (index, timer, due) = nextTimer, due <= end {
      now = max(now, due)
      players[index].timers[timer.kind] = nil
      handle(.timer(timer), at: index)
      run()
    }
    now = end
  }

  /// Lets time pass in which nothing is delivered.
  mutating func elapseWithoutDelivery(_ span: Micros) {
    let end = now + span
    while let (index, timer, due) = nextTimer, due <= end {
      now = max(now, due)
      players[index].timers[timer.kind] = nil
      handle(.timer(timer), at: index)
    }
    now = end
  }

  /// Fires a replica's timer now, if it runs.
  @discardableResult
  mutating func fire(_ kind: Witan.Timer.Kind, at index: Int) -> Bool {
    guard let (timer, due) = players[index].timers[kind] else { return false }
    now = max(now, due)
    players[index].timers[kind] = nil
    handle(.timer(timer), at: index)
    return true
  }

  /// Kills a replica; its disk stays.
  mutating func crash(_ index: Int) { players[index].isUp = false }

  /// Starts a replica again from its disk.
  mutating func restart(_ index: Int) throws {
    var host = StateMachineHost(KeyValueStore())
    if let sequence = players[index].disk.foundation?.summary.sequence,
      let snapshot = players[index].snapshots[sequence]
    {
      try host.restore(snapshot, at: sequence)
    }
    players[index].host = host
    players[index].timers = [:]
    players[index].isUp = true
    players[index].replica = Replica(
      genesis: genesis, identity: players[index].id, signer: players[index].signer,
      scheme: scheme, recovering: players[index].disk)
    start(index)
  }

  /// The application answers what it was withholding.
  mutating func answerWithheld() {
    withholds = { _, _ in false }
    let waiting = withheld
    withheld = []
    for (index, effect) in waiting {
      if let answer = answer(effect, at: index) { handle(answer, at: index) }
    }
  }

  // MARK: How it works

  private var nextTimer: (Int, Witan.Timer, Micros)? {
    var best: (Int, Witan.Timer, Micros)?
    for index in correct where players[index].isUp {
      for kind in Witan.Timer.Kind.allCases {
        guard let (timer, due) = players[index].timers[kind] else { continue }
        if let best, best.2 <= due { continue }
        best = (index, timer, due)
      }
    }
    return best
  }

  private mutating func start(_ index: Int) {
    var effects = Effects()
    players[index].replica.start(at: now, into: &effects)
    perform(effects, at: index)
  }

  private mutating func deliver(_ letter: Letter) {
    guard !hostile.contains(letter.to) else {
      intercepted.append(letter)
      return
    }
    if players[letter.to].isUp { give(letter.message, to: letter.to) }
  }

  mutating func handle(_ input: Input, at index: Int) {
    players[index].latest = []
    var effects = Effects()
    players[index].replica.handle(input, at: now, into: &effects)
    perform(effects, at: index)
  }

  private mutating func perform(_ first: Effects, at index: Int) {
    var inputs: [Input] = []
    var next = 0
    var effects = first
    while true {
      for effect in effects.list {
        players[index].latest.append(effect)
        if let input = answer(effect, at: index) { inputs.append(input) }
        note(effect, at: index)
      }
      guard next < inputs.count, next < 10_000 else { return }
      effects = Effects()
      players[index].replica.handle(inputs[next], at: now, into: &effects)
      next += 1
    }
  }

  private mutating func answer(_ effect: Effect, at index: Int) -> Input? {
    if withholds(index, effect) {
      withheld.append((index, effect))
      return nil
    }
    if let verdict, case .validate(let block, _) = effect {
      return verdict(index, block).map { .validated(block.digest, $0) }
    }
    let answer = players[index].host.answer(effect, clock: now)
    switch (effect, answer) {
    case (.execute(let execution), _) where execution.isCheckpoint: save(execution.sequence, index)
    case (_, .installed(let sequence, true)?): save(sequence, index)
    default: break
    }
    return answer
  }

  private mutating func save(_ sequence: SequenceNumber, _ index: Int) {
    players[index].snapshots[sequence] = players[index].host.snapshot(at: sequence)
  }

  private mutating func note(_ effect: Effect, at index: Int) {
    switch effect {
    case .persist(let record):
      players[index].disk.absorb(record)
      players[index].records.append(record)
    case .send(let message, let to), .sendDurably(let message, let to):
      keep(message, effect, by: index)
      wire.append(Letter(message: message, from: index, to: Int(to.rawValue)))
    case .broadcast(let message), .broadcastDurably(let message):
      keep(message, effect, by: index)
      for to in players.indices where to != index {
        wire.append(Letter(message: message, from: index, to: to))
      }
    case .setTimer(let timer, let span): players[index].timers[timer.kind] = (timer, now + span)
    case .cancelTimer(let kind): players[index].timers[kind] = nil
    case .reply(let reply): players[index].replies.append(reply)
    case .answer(let answer): players[index].answers.append(answer)
    case .report(let report): players[index].reports.append(report)
    case .releaseStates(let sequence): players[index].released.append(sequence)
    default: break
    }
  }

  private mutating func keep(_ message: Message, _ effect: Effect, by index: Int) {
    players[index].said.append(message)
    players[index].recordsWhenSaid.append(players[index].records.count)
    switch effect {
    case .sendDurably, .broadcastDurably: players[index].saidDurably.append(true)
    default: players[index].saidDurably.append(false)
    }
  }
}
