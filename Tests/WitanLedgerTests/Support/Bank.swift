import Testing
import Witan
import WitanCrypto
import WitanLedger

/// A ledger with validators and people, and someone who makes blocks of what they want.
struct Bank {
  let authority = SimulatedAuthority(seed: 7)
  var ledger: Ledger
  var height: SequenceNumber = 0
  var epoch: Epoch = 0
  private var numbers: UInt64 = 0
  private(set) var transitions: [StateTransition] = []
  let genesisRoot: Digest

  init(
    validators: Int = 4, stakes: [Amount]? = nil, economy: Economy = Economy(),
    balance: Amount = .tokens(1_000), unstakeDelay: UInt64? = nil
  ) throws {
    var endowment = Endowment()
    endowment.economy = economy
    if let unstakeDelay { endowment.economy.unstakeDelay = unstakeDelay }
    endowment.balances = (0..<6).map { (Self.signer($0).publicKey, balance) }
    endowment.seats = (0..<validators).map { index in
      Endowment.Seat(
        id: ReplicaID(UInt32(index)), key: Self.validatorSigner(index).publicKey,
        owner: Self.signer(100 + index).publicKey,
        stake: stakes?[index] ?? .tokens(10_000))
    }
    ledger = try Ledger(endowment)
    genesisRoot = ledger.root
    let genesis = try Genesis(
      name: "bank", members: endowment.members, applicationRoot: ledger.root)
    ledger.network = Ledger.Network(genesis: genesis, scheme: .simulated(authority))
    ledger.leavesTransitions = true
  }

  static func signer(_ index: Int) -> Signer { SimulatedAuthority(seed: 7).signer(UInt64(index)) }
  static func validatorSigner(_ index: Int) -> Signer { signer(1_000 + index) }
  static func key(_ index: Int) -> PublicKey { signer(index).publicKey }
  static func owner(_ index: Int) -> PublicKey { signer(100 + index).publicKey }

  var chain: Digest { ledger.network?.genesis.digest ?? .zero }

  /// The history of this bank, from its beginning, as somebody who has none of it yet begins to check it.
  func history() -> LedgerHistory {
    LedgerHistory(chain: chain, height: 0, root: genesisRoot, economy: ledger.economy)
  }

  mutating func request(_ client: Int, _ operations: [LedgerOperation]) -> Request {
    numbers += 1
    return Request(
      number: numbers, expiry: 1_000_000, operations: operations.map(\.encoded),
      signer: Self.signer(client), chain: chain)
  }

  /// A block of such requests: who asks, and for what.
  @discardableResult
  mutating func block(_ wishes: [(Int, [LedgerOperation])]) throws -> [LedgerReceipt] {
    let requests = wishes.map { request($0.0, $0.1) }
    height = height.next
    let header = Block(
      height: height, previous: .zero, proposer: 0, timestamp: 1, epoch: epoch, requests: requests
    ).header
    let receipts = try ledger.execute(requests, in: header)
    if let transition = ledger.transition { transitions.append(transition) }
    return receipts
  }

  @discardableResult
  mutating func ask(_ client: Int, _ operations: LedgerOperation...) throws -> LedgerReceipt {
    try #require(try block([(client, operations)]).first)
  }

  func transfer(_ from: Int, _ to: Int, _ amount: Amount) throws -> LedgerOperation {
    .transfer(to: Self.key(to), amount: amount, nonce: try nonce(from))
  }

  func nonce(_ client: Int) throws -> UInt64 { try ledger.account(of: Self.key(client)).nonce }

  func balance(_ client: Int) throws -> Amount { try ledger.account(of: Self.key(client)).balance }

  func earned(_ validator: Int) throws -> Amount {
    try #require(try ledger.validator(ReplicaID(UInt32(validator)))).earned
  }

  func stake(_ validator: Int) throws -> Amount {
    try #require(try ledger.validator(ReplicaID(UInt32(validator)))).stake
  }

  func claim(_ number: Int) -> Digest { SHA256.hash(Array("claim \(number)".utf8)) }

  func outcome(_ number: Int, difficulty: UInt64 = 1_000_000, isProved: Bool = true) -> ClaimOutcome
  {
    ClaimOutcome(claim: claim(number), isProved: isProved, difficulty: difficulty)
  }

  func verdict(_ validator: Int, _ outcome: ClaimOutcome) -> SignedOutcome {
    SignedOutcome(
      outcome, by: ReplicaID(UInt32(validator)), with: Self.validatorSigner(validator),
      chain: chain)
  }

  /// A certificate by these validators in this order; the wrong ones say that the claim isn't proved.
  func settle(
    _ outcome: ClaimOutcome, by validators: [Int], wrong: Set<Int> = []
  ) -> LedgerOperation {
    let other = ClaimOutcome(claim: outcome.claim, isProved: false, difficulty: 0)
    return .settle(
      VerdictCertificate(validators.map { verdict($0, wrong.contains($0) ? other : outcome) }))
  }

  /// Two prepares of one validator for one place.
  func doubleSigning(_ validator: Int, sequence: SequenceNumber = 9) -> LedgerOperation {
    let votes = (UInt8(0)...1).map { byte in
      Statement(.prepare, epoch: 0, view: 0, sequence: sequence, digest: SHA256.hash([byte]))
        .signed(
          by: ReplicaID(UInt32(validator)), with: Self.validatorSigner(validator), chain: chain)
    }
    return .convict(.conflict(votes[0], votes[1]))
  }

  /// What everything in the state holds together, counted from the entries.
  func total() throws -> Int128 {
    var sum: Int128 = 0
    var cursor = try ledger.tree.cursor()
    while let entry = try cursor.next() {
      switch try Record(decoding: entry.value) {
      case .account(let account): sum += Int128(account.balance.units)
      case .validator(let validator):
        sum += Int128(validator.stake.units)
        for part in validator.leaving { sum += Int128(part.amount.units) }
      case .supply(let supply):
        sum += Int128(supply.burnt.units) + Int128(supply.pool.units) - Int128(supply.issued.units)
      default: break
      }
    }
    return sum
  }
}
