import Witan
import WitanCrypto
import WitanProofs

/// Accounts, stakes, claims and the rules of value: what replicas run, and what one process runs without any.
///
/// ```swift
/// var ledger = try Ledger(endowment)
/// let receipts = try ledger.execute([request], in: header)
/// ledger.root                                       // commits to everything
/// try ledger.account(of: key).balance
/// let (answer, proof) = try ledger.certify(.account(key))
/// ```
///
/// It is a value: a copy costs nothing and stays as it is. What it does follows from its state and the requests alone.
public struct Ledger: Sendable {
  /// What signatures are bound to.
  public struct Network: Sendable {
    /// What the network began with.
    public let genesis: Genesis
    /// How its signatures are checked.
    public let scheme: SignatureScheme
    /// Who judges claims before a block is voted for; without one no request with a claim is proposed.
    public let examiner: BlockExaminer?

    /// A network.
    public init(genesis: Genesis, scheme: SignatureScheme = .ed25519) {
      self.genesis = genesis
      self.scheme = scheme
      examiner = nil
    }

    /// A network whose replicas judge claims, by the rules of its genesis; this one has a court do it. Refused when the
    /// court rules by another solver than the network.
    public init(
      genesis: Genesis, scheme: SignatureScheme = .ed25519, court: some Adjudicator
    ) throws(ProofRulesFault) {
      self.genesis = genesis
      self.scheme = scheme
      examiner = BlockExaminer(
        rules: try ProofRules(of: genesis, judgedBy: court), chain: genesis.digest, scheme: scheme,
        court: court,
        reading: LedgerOperation.claim(in:))
    }
  }

  /// Something that people should look at.
  public enum Event: Hashable, Sendable {
    /// A validator's latest verdicts were right less often than the floor says.
    case inaccurate(ReplicaID, permille: UInt64)
    /// A validator's stake was cut.
    case slashed(ReplicaID, Offence.Kind, Amount)
    /// A block's reward was paid.
    case rewarded(Amount, difficulty: UInt64)
    /// A validator said something else about a claim than a quorum.
    case outvoted(ReplicaID, claim: Digest)
    /// An account spent one number in two ways within a block, and got neither.
    case doubleSpent(PublicKey, nonce: UInt64)
  }

  /// The state after the last block that ended.
  public internal(set) var tree: MerkleTree
  /// The rules.
  public let economy: Economy
  /// What signatures are bound to; without it nothing that needs one is accepted.
  public var network: Network?
  /// What the last block gave to look at.
  public internal(set) var events: [Event] = []
  /// Whether each block leaves a transition behind, which anyone can check.
  public var leavesTransitions = false
  /// What the last block changed, if transitions are left behind.
  public internal(set) var transition: StateTransition?
  /// What the block that is being executed has changed so far.
  var pending: [Digest: Record?] = [:]
  var block = BlockProgress()

  /// The ledger in a state that is known to be one.
  public init(tree: MerkleTree, network: Network? = nil) throws(LedgerRefusal) {
    self.tree = tree
    self.network = network
    guard case .economy(let economy)? = try Self.record(StateKey.economy.digest, in: tree) else {
      throw .unreadable
    }
    self.economy = economy
  }

  /// Commits to everything in the state after the last block that ended.
  public var root: Digest { tree.root }

  static func record(_ key: Digest, in tree: MerkleTree) throws(LedgerRefusal) -> Record? {
    do {
      guard let bytes = try tree.value(of: key) else { return nil }
      return try Record(decoding: bytes)
    } catch { throw .unreadable }
  }

  /// What is at a place of the state now.
  public func record(_ key: StateKey) throws(LedgerRefusal) -> Record? { try record(key.digest) }

  func record(_ key: Digest) throws(LedgerRefusal) -> Record? {
    if let pending = pending[key] { return pending }
    return try Self.record(key, in: tree)
  }

  /// What a key owns.
  public func account(of key: PublicKey) throws(LedgerRefusal) -> Account {
    guard case .account(let account)? = try record(.account(key)) else { return Account() }
    return account
  }

  /// A validator; nil when there is none of this name.
  public func validator(_ id: ReplicaID) throws(LedgerRefusal) -> Validator? {
    guard case .validator(let validator)? = try record(.validator(id)) else { return nil }
    return validator
  }

  /// The validators on the roster, by name: all who have had the minimum at stake and haven't taken it back.
  public func validators() throws(LedgerRefusal) -> [Validator] {
    guard case .roster(let ids)? = try record(.roster) else { return [] }
    var validators: [Validator] = []
    for id in ids { if let validator = try validator(id) { validators.append(validator) } }
    return validators
  }

  /// How much there is of everything.
  public func supply() throws(LedgerRefusal) -> Supply {
    guard case .supply(let supply)? = try record(.supply) else { return Supply() }
    return supply
  }

  /// Who is in office.
  public func office() throws(LedgerRefusal) -> Office? {
    guard case .office(let office)? = try record(.office) else { return nil }
    return office
  }

  /// Does something to a draft, and takes it over if nothing is refused.
  mutating func attempt(
    _ body: (inout Draft, inout BlockProgress) throws(LedgerRefusal) -> Void
  ) throws(LedgerRefusal) {
    let (changes, progress) = try drafted(body)
    block = progress
    for change in changes { pending.updateValue(change.record, forKey: change.key) }
  }

  /// What something comes to that is done to a draft. The draft reads from a copy of the ledger, which is gone when this
  /// returns: whoever changed the ledger beside a copy would copy all that is pending.
  private func drafted(
    _ body: (inout Draft, inout BlockProgress) throws(LedgerRefusal) -> Void
  ) throws(LedgerRefusal) -> (changes: [(key: Digest, record: Record?)], progress: BlockProgress) {
    var draft = Draft { (key) throws(LedgerRefusal) in try record(key) }
    var progress = block
    try body(&draft, &progress)
    return (try draft.changes(), progress)
  }
}

/// What a block that is being executed has come to.
struct BlockProgress: Sendable {
  /// How many attributions there may be in a block: to check one takes as long as hundreds of signatures, and
  /// those that are refused cost nobody anything.
  static let attributionLimit = 16
  /// How many there were, those that were refused included.
  var attributions = 0
  /// Spendings that the block has in two versions.
  var conflicts: Set<Spending> = []
  /// What verdicts of the block earn, by validator in the order of their first.
  private(set) var merits: [(id: ReplicaID, merit: UInt64)] = []
  private var places: [ReplicaID: Int] = [:]
  /// The difficulty of all claims that it settled.
  var difficulty: UInt64 = 0
  var events: [Ledger.Event] = []

  struct Spending: Hashable, Sendable {
    let account: PublicKey
    let nonce: UInt64
  }

  mutating func credit(_ merit: UInt64, to id: ReplicaID) {
    if let place = places[id] {
      let (sum, overflow) = merits[place].merit.addingReportingOverflow(merit)
      merits[place].merit = overflow ? .max : sum
    } else {
      places[id] = merits.count
      merits.append((id, merit))
    }
  }
}
