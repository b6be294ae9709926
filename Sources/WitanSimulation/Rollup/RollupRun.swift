import Witan
import WitanCrypto
import WitanDraw
import WitanEvents
import WitanLedger
import WitanProofs
import WitanRollup

/// A run of a network of validators that roll up, slot by slot.
///
/// ```
///   L1's blocks ─▶ epoch: committee ─▶ slot: proposer ─ block ─▶ mesh ─▶ attesters ─▶ mesh ─▶ proposer ─▶ L1
///        │                                                                                             │
///        └────────── every step records events ─▶ EventSorter ─▶ sink                pending ◀─────────┘
///                                                                        coordinator ─▶ prover ─▶ proven
/// ```
///
/// Whatever happens follows from the scenario and its seed. What a step needs lies in flat arrays by validator.
public struct RollupRun: Sendable {
  /// What is simulated.
  public let scenario: RollupScenario
  /// What it has come to so far.
  public internal(set) var metrics = RollupMetrics()
  /// How many events there were.
  public private(set) var eventCount = 0
  let table: Timetable
  let keys: [PublicKey]
  let signers: [Signer]
  /// The keys with which scores are proved, where there is a lottery.
  let secrets: [Ed25519.SecretKey]
  let chainID: Digest
  private let nodes: [PublicKey: Int]
  var population: Population
  let mesh: Mesh
  /// What is left of the mesh while there is a partition.
  var paths: Mesh
  /// On which side of each partition a validator is, a bit each; empty where there is none.
  var sides: [UInt64] = []
  var flood: Flood
  var losses: RareEvents
  var l1: any RollupL1
  var sorter = EventSorter()
  var pool: TransactionPool
  var proving: ProvingOffice
  let dice: RunDice
  /// The committee of the present epoch, by seat.
  var committee: [Int] = []
  var committeeSeats: Committee?
  /// Blocks on their way to L1, and those there, by slot.
  var submissions: [SlotNumber: Submission] = [:]
  private(set) var slot: SlotNumber = 0
  var partsBefore = 1
  /// What a validator that went away knew of the pending chain, and since when one that came back knows all.
  var knownBlocks: [BlockNumber]
  var syncedAt: [Micros]
  /// Who was seen to propose twice, since somebody was slashed for it last.
  var convicts: Set<Int> = []
  /// Who may slash, and owns the governance.
  let owner: Signer
  private(set) var finalised: BlockNumber = 0
  /// The last time at which a block became pending, and at which one was proven.
  var lastPending: Micros = 0
  var lastProven: Micros = 0
  var slashed: UInt64 = 0

  /// A block that was proposed.
  struct Submission: Sendable {
    let proposer: Int
    let signers: [Int]
    let transactions: [TransactionPool.Waiting]
    let submittedAt: Micros
  }

  /// A run in which nothing has happened yet; refused where the scenario can't be run.
  public init(_ scenario: RollupScenario) throws {
    if let flaw = scenario.flaw { throw flaw }
    guard
      let table = Timetable(slotLength: scenario.slot, slotsPerEpoch: scenario.slotsPerEpoch)
    else {
      throw RollupFlaw(
        settings: ["slot", "slots-per-epoch"], problem: "there is no time without slots",
        remedy: "give slots of some length, and at least one an epoch")
    }
    self.scenario = scenario
    self.table = table
    let draw = Draw(seed: scenario.seed).split("rollup")
    dice = RunDice(draw)
    population = Population(scenario, draw: draw)
    var sizes = scenario.mesh
    // Without gossip everyone is everyone's neighbour.
    if !scenario.p2p { (sizes.degree, sizes.high, sizes.lazy) = (0, 0, 0) }
    mesh = Mesh(
      count: scenario.validators, sizes: sizes, isPrivate: population.isPrivate,
      latency: scenario.latency, floor: scenario.latencyFloor.rawValue, draw: draw)
    paths = mesh
    knownBlocks = Array(repeating: 0, count: scenario.validators)
    syncedAt = Array(repeating: 0, count: scenario.validators)
    flood = Flood(count: scenario.validators)
    losses = RareEvents(probability: scenario.loss, draw: draw.split("loss"))
    let people = Self.people(scenario)
    (signers, secrets) = (people.signers, people.secrets)
    keys = signers.map(\.publicKey)
    nodes = Dictionary(uniqueKeysWithValues: zip(keys, keys.indices))
    chainID = SHA256.hash(Array("witan/1r".utf8) + keys.prefix(4).flatMap(\.bytes))
    owner = people.scheme.1
    let contracts = try Self.contracts(scenario, table, keys, people.scheme, chainID)
    switch scenario.l1 {
    case .modelled: l1 = ModelledL1(contracts, scenario, draw: draw)
    case .replicated:
      l1 = try ReplicatedL1(
        contracts, scenario, usesRealSignatures: scenario.selection == .fernet, keeper: owner)
    }
    pool = TransactionPool(scenario, draw: draw)
    proving = ProvingOffice(scenario, signer: owner, draw: draw)
    record(.simulationStart, at: 0, value: UInt64(scenario.validators))
  }

  private static func people(
    _ scenario: RollupScenario
  ) -> (signers: [Signer], secrets: [Ed25519.SecretKey], scheme: (SignatureScheme, Signer)) {
    let authority = SimulatedAuthority(seed: scenario.seed)
    guard scenario.selection == .fernet else {
      // The first keys are those of L1's replicas, where it has any.
      let signers = (0..<scenario.validators).map { authority.signer(1 << 32 + UInt64($0)) }
      return (signers, [], (.simulated(authority), authority.signer(1 << 40)))
    }
    // A score is proved by a real key.
    let secrets = (0...scenario.validators).compactMap { index in
      var seed = ByteWriter()
      for byte in "validator".utf8 { seed.write(byte) }
      seed.write(scenario.seed)
      seed.write(UInt64(index))
      return Ed25519.SecretKey(seed: SHA256.hash(seed.bytes).bytes)
    }
    let signers = secrets.map(Signer.init)
    return (Array(signers.dropLast()), secrets, (.ed25519, signers[signers.count - 1]))
  }

  private static func contracts(
    _ scenario: RollupScenario, _ table: Timetable, _ keys: [PublicKey],
    _ scheme: (SignatureScheme, Signer), _ chainID: Digest
  ) throws -> Contracts {
    let owner = scheme.1.publicKey
    var rules = RollupRules(timetable: table, owners: [owner], approvals: 1, slasher: owner)
    rules.committeeSize = scenario.committee
    if scenario.selection == .fernet { rules.selecting = .fernet(uncles: scenario.uncles) }
    var genesis = Contracts.Genesis()
    rules.drawsByStake = scenario.stakes == .spread
    let dice = Dice(Draw(seed: scenario.seed).split("stakes"))
    genesis.validators = keys.enumerated().map { index, key in
      guard scenario.stakes == .spread else { return (key, rules.minimumStake) }
      // Up to nine times the minimum more, in hundredths of it.
      let more = dice.word(UInt64(index)) % 901
      return (key, Amount(rules.minimumStake.units / 100 * (100 + more)))
    }
    genesis.rewards = .tokens(100_000)
    genesis.deposits = .tokens(1_000_000)
    genesis.randomness = withUnsafeBytes(of: scenario.seed.littleEndian) { SHA256.hash($0) }
    // Each claim is judged once: what the court rules follows from the claim alone, whoever asks.
    let court: any Adjudicator =
      scenario.proving == .on ? RememberingCourt(Judge()) : LenientCourt()
    return try Contracts(
      rules, genesis: genesis, network: .init(chain: chainID, scheme: scheme.0, court: court))
  }

  /// Where the chains end.
  var tips: ChainTips { ChainTips(head: l1.contracts, final: l1.final) }

  /// The validator of a key.
  func node(_ key: PublicKey) -> Int? { nodes[key] }

  @inline(__always)
  mutating func record(
    _ kind: EventKind, at time: Micros, actor: Int? = nil, subject: Int? = nil, value: UInt64 = 0,
    detail: UInt8 = 0, hops: Int = 0, slot: SlotNumber? = nil
  ) {
    sorter.record(
      Event(
        kind, at: time, slot: slot.map { UInt32(truncatingIfNeeded: $0.rawValue) } ?? Event.noSlot,
        actor: actor.map { Party($0) } ?? .nobody, subject: subject.map { Party($0) } ?? .nobody,
        value: value, detail: detail, hops: UInt16(clamping: hops)))
  }

  /// Whether all slots are over.
  public var isOver: Bool { slot.rawValue >= scenario.epochs * scenario.slotsPerEpoch }

  /// How many slots are over.
  public var progress: UInt64 { slot.rawValue }

  /// The next slot. What can't change any more goes to the sink, in order.
  public mutating func step(into sink: (ArraySlice<Event>) -> Void) throws {
    let start = table.start(of: slot)
    try advanceL1(upTo: start)
    let epoch = table.epoch(of: slot)
    if table.firstSlot(of: epoch) == slot { beginEpoch(epoch) }
    record(.slotStart, at: start, value: scenario.slot.rawValue, slot: slot)
    churn(at: start)
    let isProposed = try runSlot(slot)
    record(.slotEnd, at: table.end(of: slot), detail: isProposed ? 1 : 0, slot: slot)
    if table.lastSlot(of: epoch) == slot {
      record(.epochEnd, at: table.end(of: slot), value: epoch.rawValue, slot: slot)
    }
    metrics.slots += 1
    // A block of this age is final, or never was: nobody asks again what it held.
    if slot.rawValue >= memory { submissions[SlotNumber(slot.rawValue - memory)] = nil }
    release(before: start, into: sink)
    slot = slot.next
  }

  /// How many slots back L1 may take blocks.
  private var memory: UInt64 {
    UInt64(scenario.l1Finality + 8) * (scenario.l1Interval / scenario.slot.rawValue).rawValue + 64
  }

  /// All slots, and then L1 until what is under way has come to its end.
  public mutating func complete(into sink: (ArraySlice<Event>) -> Void) throws {
    while !isOver { try step(into: sink) }
    try settle(into: sink)
  }

  /// L1 goes on without new slots until everything that was pending is final, or can't become so.
  public mutating func settle(into sink: (ArraySlice<Event>) -> Void) throws {
    let patience = UInt64(scenario.l1 == .modelled ? scenario.l1Finality : 1) + 8
    let end = table.start(of: slot)
    let last = end + scenario.l1Interval * patience
    var quiet: UInt64 = 0
    var known = tips
    while l1.nextTime <= last || quiet < patience {
      try advanceL1(upTo: l1.nextTime)
      let tips = tips
      quiet = tips == known && proving.isIdle ? quiet + 1 : 0
      known = tips
      if tips.finalised == tips.pending { break }
    }
    release(before: Micros(.max), into: sink)
    let time = max(end, l1.nextTime - scenario.l1Interval, l1.knownSince)
    record(.simulationEnd, at: time, value: UInt64(eventCount + 1))
    release(before: Micros(.max), into: sink)
  }

  private mutating func release(before time: Micros, into sink: (ArraySlice<Event>) -> Void) {
    var count = 0
    sorter.release(before: time) { events in
      count = events.count
      sink(events)
    }
    eventCount += count
  }

  private mutating func beginEpoch(_ epoch: Epoch) {
    let start = table.start(of: slot)
    record(.epochStart, at: start, value: epoch.rawValue, slot: slot)
    committeeSeats = l1.contracts.committeeToBe(of: epoch)
    committee = committeeSeats?.members.compactMap { nodes[$0] } ?? []
    record(
      .committeeSelected, at: start, value: epoch.rawValue, hops: committee.count, slot: slot)
    for (seat, node) in committee.enumerated() {
      record(
        .committeeMember, at: start, subject: node, value: UInt64(seat),
        detail: population.profiles[node].rawValue, slot: slot)
    }
    declarePresence(epoch, at: start)
    slashConvicts(at: start)
    if scenario.proving != .off { startEpoch(epoch, at: start) }
  }

  /// Who is there says so while no blocks come, and when it was left out.
  private mutating func declarePresence(_ epoch: Epoch, at time: Micros) {
    let head = l1.contracts.head
    guard head.quietSince < epoch || head.seenSince > 0 else { return }
    for node in keys.indices where population.isOnline[node] {
      if head.quietSince >= epoch {
        guard let stake = l1.contracts.stake(of: keys[node]), stake.lastSeen < head.seenSince else {
          continue
        }
      }
      record(.presenceDeclared, at: time, actor: node, value: epoch.rawValue, slot: slot)
      submit([.declarePresence], by: node, for: slot, at: time, notBefore: time)
    }
  }

  mutating func submit(
    _ calls: [ContractCall], by node: Int, for slot: SlotNumber, at time: Micros,
    notBefore: Micros
  ) {
    l1.submit(
      .init(
        sender: node, signer: signers[node], calls: calls, slot: slot, notBefore: notBefore,
        sentAt: time))
  }

  mutating func noteFinalised(_ number: BlockNumber, at time: Micros) {
    guard number > finalised else { return }
    finalised = number
    record(.finalisedBlock, at: time, value: number.rawValue)
  }
}

/// The dice of a run, by purpose: what one validator does in one slot hangs on nothing else.
struct RunDice: Sendable {
  let proposing: Dice
  let attesting: Dice
  let responding: Dice
  let making: Dice
  let dividing: Dice

  init(_ draw: Draw) {
    proposing = Dice(draw.split("proposing"))
    attesting = Dice(draw.split("attesting"))
    responding = Dice(draw.split("responding"))
    making = Dice(draw.split("making"))
    dividing = Dice(draw.split("dividing"))
  }
}
