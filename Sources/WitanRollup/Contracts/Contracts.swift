import Witan
import WitanCrypto
import WitanLedger
import WitanProofs

/// The rollup's contracts on L1, as one deterministic state machine over the ledger's tree.
///
/// ```
///   transaction: calls of one sender ─▶ draft ─▶ holds as much as before? ─▶ the tree
///                                         │
///                              refused: the rule that was broken, and nothing changes
/// ```
///
/// It is a value: a copy costs nothing and stays as it is, so that L1 may take blocks back. What it does follows from its
/// state and the calls alone.
public struct Contracts: Sendable {
  /// What signatures are bound to, how they are checked, and who judges proofs.
  public struct Network: Sendable {
    /// Who examines the proofs of epochs, and what all signatures name.
    public let examiner: BlockExaminer

    /// A network. Each claim is judged once, however many blocks of L1 it comes in.
    public init(
      chain: Digest, scheme: SignatureScheme,
      court: any Adjudicator = RememberingCourt(Judge())
    ) {
      examiner = BlockExaminer(
        rules: ProofRules(solver: court.solver), chain: chain, scheme: scheme, court: court)
    }

    /// What every signature names.
    public var chain: Digest { examiner.chain }
    /// How signatures are checked.
    public var scheme: SignatureScheme { examiner.scheme }
  }

  /// What there is in the beginning.
  public struct Genesis: Sendable {
    /// What accounts own.
    public var balances: [(key: PublicKey, amount: Amount)] = []
    /// The first validators, with what each has at stake.
    public var validators: [(key: PublicKey, stake: Amount)] = []
    /// What the governance may grant.
    public var treasury: Amount = 0
    /// What the rollup pays rewards from.
    public var rewards: Amount = 0
    /// What the users deposited.
    public var deposits: Amount = 0
    /// What is random about the beginning.
    public var randomness: Digest = .zero

    /// Nothing.
    public init() {}
  }

  /// The state.
  public internal(set) var tree: MerkleTree
  /// What the contracts were set up with.
  public let rules: RollupRules
  /// What signatures are bound to.
  public let network: Network

  /// Contracts in their first state; refused when their rules can't be followed or there is too much of anything.
  public init(
    _ rules: RollupRules, genesis: Genesis, network: Network
  ) throws(ContractRefusal) {
    guard rules.fault == nil else { throw .malformed }
    self.rules = rules
    self.network = network
    tree = MerkleTree()
    var (head, treasury, registry) = (ChainHead(), Treasury(), Registry())
    treasury.free = genesis.treasury
    treasury.rewards = genesis.rewards
    treasury.deposits = genesis.deposits
    head.value = genesis.deposits
    registry.active = UInt64(genesis.validators.count)
    for part in [genesis.treasury, genesis.rewards, genesis.deposits]
      + genesis.balances.map(\.amount) + genesis.validators.map(\.stake)
    {
      treasury.issued = try treasury.issued.adding(part)
    }
    guard Set(genesis.validators.map(\.key)).count == genesis.validators.count,
      Set(genesis.balances.map(\.key)).count == genesis.balances.count
    else { throw .namedTwice }
    let clock = L1Block(height: 0, time: 0, randomness: genesis.randomness)
    // There may be many: a draft looks through a list of what it changes.
    var changes: [MerkleTree.Change] = [
      .put(ContractKey.clock.digest, clock.encoded), .put(ContractKey.head.digest, head.encoded),
      .put(ContractKey.treasury.digest, treasury.encoded),
      .put(ContractKey.registry.digest, registry.encoded),
    ]
    for (key, amount) in genesis.balances {
      var account = L1Account()
      account.balance = amount
      changes.append(.put(ContractKey.account(key).digest, account.encoded))
    }
    for (place, (key, stake)) in genesis.validators.enumerated() {
      guard stake >= rules.minimumStake else { throw .belowMinimum }
      let record = StakeRecord(
        amount: stake, standing: .active(place: UInt64(place)), lastSeen: 0)
      changes.append(.put(ContractKey.stake(key).digest, record.encoded))
      changes.append(.put(ContractKey.seat(UInt64(place)).digest, key.bytes))
    }
    do { try tree.apply(changes) } catch { throw .unreadable }
    try begin(L1Block(height: 0, time: 0, randomness: genesis.randomness))
  }

  /// Commits to everything.
  public var root: Digest { tree.root }

  func draft() -> ContractDraft { ContractDraft(tree, rules: rules, network: network) }

  private mutating func take(_ draft: ContractDraft) throws(ContractRefusal) {
    let changes = try draft.changes()
    do { try tree.apply(changes) } catch { throw .unreadable }
  }

  /// A block of L1 begins. The committee of an epoch is drawn in its first block, from what was known before it.
  @discardableResult
  public mutating func begin(_ block: L1Block) throws(ContractRefusal) -> [ContractEvent] {
    var draft = draft()
    try draft.drawCommittee(of: rules.timetable.epoch(at: block.time))
    try draft.write(block, to: .clock)
    try take(draft)
    return draft.events
  }

  /// Does what a sender asks for: all of it, or nothing.
  public mutating func perform(
    _ calls: [ContractCall], from sender: PublicKey
  ) throws(ContractRefusal) -> [ContractEvent] {
    var draft = draft()
    for call in calls { try draft.perform(call, from: sender) }
    try take(draft)
    return draft.events
  }
}

/// A key as a record.
struct StoredKey: Canonical {
  let key: PublicKey

  init(_ key: PublicKey) { self.key = key }

  func encode(to writer: inout ByteWriter) { writer.write(key) }

  init(from reader: inout ByteReader) throws(Malformed) { key = try reader.readFixed() }
}

/// A list of entries as a record.
struct EntryList: Canonical {
  var entries: [Entry]

  init(_ entries: [Entry]) { self.entries = entries }

  func encode(to writer: inout ByteWriter) { writer.write(entries) }

  init(from reader: inout ByteReader) throws(Malformed) {
    entries = try reader.readArray("entries", limit: 1 << 12, minimumSize: 180)
  }
}

extension ContractDraft {
  /// Which contract a call is for.
  mutating func perform(
    _ call: ContractCall, from sender: PublicKey
  ) throws(ContractRefusal) {
    switch call {
    case .propose(let calls): try propose(calls, from: sender)
    case .approve(let id): try approve(id, from: sender)
    case .execute(let id): try execute(id, from: sender)
    case .stake(let key, let amount): try stake(amount, of: key, from: sender)
    case .exitStake(let key): try exitStake(of: key, from: sender)
    case .withdraw(let key): try withdraw(key, from: sender)
    case .addValidator(let key): try addValidator(key, from: sender)
    case .removeValidator(let key): try removeValidator(key, from: sender)
    case .declarePresence: try declarePresence(of: sender)
    case .publish(let bytes): try publish(bytes)
    case .enter(let slot, let entry): try enter(slot, entry, from: sender)
    case .processPendingBlock(let header, let archive, let signatures):
      try processPendingBlock(header, archive, signatures, from: sender)
    case .processProvenBlock(let last, let archive, let proof):
      try processProvenBlock(last, archive, proof, from: sender)
    case .allocateRewards(let key, let amount): try allocateRewards(amount, to: key, from: sender)
    case .pullRewards: try pullRewards(to: sender)
    case .slash(let keys): try slash(keys, from: sender)
    }
  }
}
