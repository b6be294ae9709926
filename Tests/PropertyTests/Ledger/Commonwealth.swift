import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanDraw
import WitanLedger

/// A ledger with people and validators, in whose life anything may be drawn to happen.
struct Commonwealth {
  private static let authority = SimulatedAuthority(seed: 11)
  private(set) var ledger: Ledger
  /// The ledger in its first state.
  let first: Ledger
  /// What each block changed.
  private(set) var transitions: [StateTransition] = []
  /// What each block gave to look at.
  private(set) var events: [Ledger.Event] = []
  private(set) var height: SequenceNumber = 0
  /// Verdicts that a quorum found to be wrong, and that nobody was punished for so far.
  var lies: [SignedOutcome] = []
  var epoch: Epoch = 0
  private var numbers: UInt64 = 0
  private var claims: UInt64 = 0

  /// How many people there are besides the validators' owners.
  static let people = 4

  init(stakes: [Amount], economy: Economy = Economy(), purse: Amount = .tokens(5_000)) throws {
    var endowment = Endowment()
    endowment.economy = economy
    endowment.balances = (0..<Self.people).map { (Self.person($0).publicKey, purse) }
    endowment.seats = stakes.enumerated().map { index, stake in
      Endowment.Seat(
        id: ReplicaID(UInt32(index)), key: Self.validator(index).publicKey,
        owner: Self.owner(index).publicKey, stake: stake)
    }
    ledger = try Ledger(endowment)
    let genesis = try Genesis(
      name: "commonwealth", members: endowment.members, applicationRoot: ledger.root)
    ledger.network = Ledger.Network(genesis: genesis, scheme: .simulated(Self.authority))
    ledger.leavesTransitions = true
    first = ledger
  }

  /// The commonwealth that goes on from another state than its own.
  init(_ other: Commonwealth, in tree: MerkleTree) throws {
    self = other
    ledger = try Ledger(tree: tree, network: other.ledger.network)
    ledger.leavesTransitions = true
  }

  static func person(_ index: Int) -> Signer { authority.signer(UInt64(index)) }
  static func owner(_ index: Int) -> Signer { authority.signer(100 + UInt64(index)) }
  static func validator(_ index: Int) -> Signer { authority.signer(1_000 + UInt64(index)) }

  var chain: Digest { ledger.network?.genesis.digest ?? .zero }
  var seats: Int { first.network?.genesis.members.count ?? 0 }

  /// Somebody who has nothing but the first root, and follows.
  var history: LedgerHistory {
    LedgerHistory(chain: chain, height: 0, root: first.root, economy: first.economy)
  }

  /// Makes a block of what these ask for.
  @discardableResult
  mutating func block(_ wishes: [(by: Signer, for: [LedgerOperation])]) throws -> [LedgerReceipt] {
    var requests: [Request] = []
    for wish in wishes {
      numbers += 1
      requests.append(
        Request(
          number: numbers, expiry: .init(1 << 40), operations: wish.for.map(\.encoded),
          signer: wish.by, chain: chain))
    }
    height = height.next
    let header = Block(
      height: height, previous: .zero, proposer: 0, timestamp: 1, epoch: epoch, requests: requests
    ).header
    let receipts = try ledger.execute(requests, in: header)
    if let transition = ledger.transition { transitions.append(transition) }
    events += ledger.events
    return receipts
  }

  /// Makes a block of one request of one operation.
  mutating func ask(_ signer: Signer, _ operation: LedgerOperation) throws -> LedgerReceipt {
    try block([(signer, [operation])]).first ?? .done
  }

  mutating func newClaim() -> Digest {
    claims += 1
    return withUnsafeBytes(of: claims.littleEndian) { SHA256.hash($0) }
  }

  func verdict(_ validator: Int, _ outcome: ClaimOutcome) -> SignedOutcome {
    SignedOutcome(
      outcome, by: ReplicaID(UInt32(validator)), with: Self.validator(validator), chain: chain)
  }

  /// What validators say of a claim, in this order; those who lie say that it isn't proved.
  func verdicts(
    _ outcome: ClaimOutcome, by validators: [Int], liars: Set<Int> = []
  ) -> [SignedOutcome] {
    let denial = ClaimOutcome(claim: outcome.claim, isProved: false, difficulty: 0)
    return validators.map { verdict($0, liars.contains($0) ? denial : outcome) }
  }

  /// Two prepares of one validator for one place.
  func doubleSigning(_ validator: Int, at sequence: UInt64, in epoch: Epoch = 0) -> Evidence {
    let votes = (UInt8(0)...1).map { byte in
      Statement(
        .prepare, epoch: epoch, view: 0, sequence: SequenceNumber(sequence),
        digest: SHA256.hash([byte])
      ).signed(
        by: ReplicaID(UInt32(validator)), with: Self.validator(validator), chain: chain)
    }
    return .conflict(votes[0], votes[1])
  }

  func validator(_ index: Int) throws -> Validator {
    try #require(try ledger.validator(ReplicaID(UInt32(index))))
  }

  func balance(_ signer: Signer) throws -> Amount {
    try ledger.account(of: signer.publicKey).balance
  }

  /// What all entries of the state hold together, less what was issued.
  func imbalance() throws -> Int128 { try ledger.tree.audit().holdings }
}
