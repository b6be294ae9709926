import WitanCrypto

/// A client as a value: inputs in, effects out. It has bundles of operations executed exactly once, as far as
/// that can be known, and reads what was executed; it trusts no single replica, and none can hold it up.
///
/// One request is under way at a time; others wait. What each input does:
///
/// | input            | idle                      | sounding                  | asking                           |
/// |------------------|---------------------------|---------------------------|----------------------------------|
/// | submit           | sounds, or asks           | waits for its turn        | waits for its turn               |
/// | reply            | nothing                   | a quorum spoke: asks      | a quorum alike: finished, next   |
/// | … "expired"      | nothing                   | the same                  | f + 1: signs again, asks         |
/// | … "stale"        | nothing                   | the same                  | f + 1: finished as superseded    |
/// | … "busy"         | nothing                   | the same                  | f + 1: tells its user to go slow |
/// | request timer    | doesn't run               | sounds again, to all      | asks again, to all, less often   |
///
/// Sounding asks where the network stands, by a request that is void from the beginning. Reads go on beside.
///
/// **Numbers.** A request is signed for a span of sequences that is part of the session horizon, and goes to
/// all members, so that every one of them watches whether the leader proposes it (F49). When it expired
/// without having run, it is signed anew *under the same number*. Of all that is signed under a number, at
/// most one runs: as long as a session is remembered, because the number ran; and it is remembered for a
/// horizon after it ran, while nothing is signed anew unless one correct replica vouches, within a horizon
/// of the first signature, that it executed beyond the expiry and the number didn't run by then.
///
/// **Quorums.** A result is taken from a quorum, not from f + 1, that tells the same of the same sequence: then
/// more than f correct ones, by weight, have executed it, and every later quorum that answers a fast read
/// has one of them in it and can't answer from before. With f + 1 replies, one correct replica would know of
/// the write, and a read could miss it (Berger, Reiser & Bessani, *Making Reads in BFT State Machine
/// Replication Fast, Linearizable, and Live*, 2021).
public struct ClientSession: Sendable {
  /// A bundle that waits or is under way.
  struct Bundle: Sendable {
    let tag: UInt64
    let operations: [[UInt8]]
    /// Whether it stands for a read: its result is an answer.
    let isRead: Bool

    var bytes: Int { operations.reduce(0) { $0 + $1.count } }
  }

  enum Phase: Sendable {
    case idle
    case sounding(Bundle)
    case asking(Outstanding)
  }

  let signer: Signer
  let parameters: Parameters
  let options: Options
  let checkProof: LightClient.ProofCheck
  /// What the session knows of the network: its members by epoch, and the latest certified state it was shown.
  public internal(set) var light: LightClient
  /// The members of the latest epoch that is known.
  public private(set) var members: Membership
  var now: Micros = 0
  var pacing: ClientPacing

  // Requests.
  var phase: Phase = .idle
  var number: UInt64
  var waiting: [Bundle] = []
  var waitingBytes = 0
  var orderedReads: [Bundle] = []
  /// Whether the last turn was a read's: no two in a row while a bundle waits.
  var lastWasRead = false
  var executed: ExecutedClaims
  /// When `executed` was last confirmed by a quorum.
  var confirmedAt: Micros?
  var repetitions: UInt64 = 0
  /// How many of them in a row nobody answered who hadn't answered before.
  private var fruitless: UInt64 = 0
  /// What those weighed that had answered when it was last said.
  private var heardBefore: VotingPower = 0
  var sentAt: Micros = 0
  var isCongested = false
  /// The setting of the request's timer that counts; nil when it doesn't run.
  var requestTimer: UInt64?

  // Reads.
  var reads: [PendingRead] = []
  var queryNumber: UInt64 = 0
  var followsAgainAt: Micros = 0
  private var generation: UInt64 = 0

  /// A session of the client with this signer's key.
  ///
  /// `firstNumber` must be above every number this key ever used: a request under a number that ran is
  /// answered with the earlier request's reply. A client that doesn't keep its number does well to take the
  /// time of day in microseconds. Two sessions of one key at a time supersede each other.
  public init(
    genesis: Genesis, signer: Signer, firstNumber: UInt64 = 1,
    scheme: SignatureScheme = .ed25519, options: Options = Options(),
    proving checkProof: @escaping LightClient.ProofCheck = { (_, _, _, _) throws(Unproved) in
      throw .noCheck
    }
  ) {
    self.signer = signer
    self.options = options
    self.checkProof = checkProof
    parameters = genesis.parameters
    light = LightClient(genesis: genesis, scheme: scheme)
    members = genesis.members
    pacing = ClientPacing(options)
    number = max(1, firstNumber)
    executed = ExecutedClaims(peers: genesis.members.count)
  }

  /// How many bundles and reads aren't finished.
  public var unfinished: Int {
    var count = waiting.count + orderedReads.count + reads.count
    if case .idle = phase {} else { count += 1 }
    return count
  }

  /// Does what an input demands. `now` is the shell's monotonic clock, and paces repetitions only.
  public mutating func handle(_ input: Input, at now: Micros, into effects: inout [Effect]) {
    self.now = max(self.now, now)
    switch input {
    case .submit(let tag, let operations): submit(tag, operations, into: &effects)
    case .read(let tag, let question, let read):
      begin(read, tag: tag, question: question, into: &effects)
    case .abandon(let tag): abandon(tag, into: &effects)
    case .reply(let reply): receive(reply, into: &effects)
    case .answer(let answer): receive(answer, into: &effects)
    case .timer(let timer): fired(timer, into: &effects)
    }
    proceed(into: &effects)
  }

  private mutating func fired(_ timer: Timer, into effects: inout [Effect]) {
    switch timer.purpose {
    case .request:
      guard timer.generation == requestTimer else { return }
      repetitions += 1
      // Where some answer the network is well, and the rest was lost: to wait ever longer would help nobody. No liar can
      // have a client hurry for ever, since each member answers for the first time once.
      fruitless = heard > heardBefore ? 0 : fruitless + 1
      sayRequest(into: &effects)
    case .read(let number):
      guard let index = reads.firstIndex(where: { $0.query.number == number }),
        reads[index].generation == timer.generation
      else { return }
      readTimerFired(at: index, into: &effects)
    }
  }

  /// What the members weigh that answered what is under way.
  private var heard: VotingPower {
    switch phase {
    case .idle: 0
    case .sounding: executed.heard
    case .asking(let outstanding): outstanding.tally.heard
    }
  }

  /// How long to wait for answers to what is said now.
  mutating func waitForAnswers() -> Micros {
    if repetitions == 0 { fruitless = 0 }
    heardBefore = heard
    return pacing.wait(after: fruitless)
  }

  mutating func nextGeneration() -> UInt64 {
    generation &+= 1
    return generation
  }

  // MARK: Epochs

  /// Others serve from now on: what the former members said is no part of a quorum any more.
  mutating func enteredEpoch(into effects: inout [Effect]) {
    guard let members = light.verifier.members(of: light.epoch) else { return }
    self.members = members
    effects.append(.enteredEpoch(light.epoch, members))
    executed = ExecutedClaims(peers: members.count, floor: executed.floor)
    if case .asking(var outstanding) = phase {
      outstanding.tally = ClaimTally(peers: members.count)
      phase = .asking(outstanding)
    }
    for index in reads.indices.reversed() where reads[index].isFast {
      order(readAt: index, into: &effects)
    }
    if case .idle = phase { return }
    sayRequest(into: &effects)
  }
}
