import Synchronization
import Witan
import WitanCrypto
import WitanLedger
import WitanProofs

/// A replica's application that judges claims, with a court that finds what a claim's title says and remembers what it
/// was asked.
struct Courthouse {
  /// Finds what a claim's title says: a word, and what it took.
  final class Court: Adjudicator {
    private let cases = Mutex<[Claim]>([])

    /// The claims that were brought, in order.
    var asked: [Claim] { cases.withLock { $0 } }

    func rulings(on claims: [Claim]) -> [Ruling] {
      cases.withLock { $0 += claims }
      return claims.map { claim in
        let words = claim.title.split(separator: " ")
        let outcome: Ruling.Outcome =
          switch words.first {
          case "proved": .proved
          case "refuted": .refuted("it says so")
          case "undecided": .undecided(.overBudget)
          default: .rejected(.script("it says so"))
          }
        let resources = words.count > 1 ? UInt64(words[1]) ?? 0 : 0
        return Ruling(outcome, resources: resources, size: claim.size)
      }
    }
  }

  let authority = SimulatedAuthority(seed: 11)
  let court = Court()
  let genesis: Genesis
  let examiner: BlockExaminer
  var host: StateMachineHost<Ledger>
  private var numbers: UInt64 = 0

  init() throws {
    let authority = authority
    var endowment = Endowment()
    endowment.seats = (0..<4).map { index in
      let key = authority.signer(UInt64(index)).publicKey
      return .init(id: ReplicaID(UInt32(index)), key: key, owner: key, stake: .tokens(10_000))
    }
    let rules = ProofRules(claimBudget: 1_000, blockBudget: 20_000)
    var ledger = try Ledger(endowment)
    genesis = try Genesis(
      name: "courthouse", members: endowment.members, applicationRoot: ledger.root,
      application: rules.encoded)
    let network = try Ledger.Network(
      genesis: genesis, scheme: .simulated(authority), court: court)
    ledger.network = network
    guard let examiner = network.examiner else { throw LedgerRefusal.noNetwork }
    self.examiner = examiner
    host = StateMachineHost(ledger)
  }

  /// A claim of which the court finds what its title says.
  func claim(
    _ title: String, by author: UInt64 = 20, budget: UInt32 = 100, spends: [Spend] = [],
    parties: [UInt64] = [], signed: [UInt64]? = nil
  ) throws -> SignedClaim {
    let claim = try Claim(
      title, script: Array("(assert false)".utf8), budget: budget,
      parties: parties.map { authority.signer($0).publicKey }, spends: spends)
    return SignedClaim(
      claim, author: authority.signer(author),
      parties: (signed ?? parties).map { authority.signer($0) }, chain: genesis.digest)
  }

  mutating func request(_ claims: [SignedClaim], by client: UInt64 = 20) -> Request {
    request(claims.map(LedgerOperation.prove), by: client)
  }

  mutating func request(_ operations: [LedgerOperation], by client: UInt64 = 20) -> Request {
    numbers += 1
    return Request(
      number: numbers, expiry: 1_000, operations: operations.map(\.encoded),
      signer: authority.signer(client), chain: genesis.digest)
  }

  func block(_ requests: [Request], height: SequenceNumber = 1, by proposer: UInt32 = 0) -> Block {
    Block(
      height: height, previous: .zero, proposer: ReplicaID(proposer), timestamp: 1, epoch: 0,
      requests: requests)
  }

  /// What the replica says of a block before it votes.
  mutating func verdict(on block: Block) -> Verdict? {
    guard
      case .validated(_, let verdict)? = host.answer(.validate(block, parent: .zero), clock: 1)
    else { return nil }
    return verdict
  }

  /// A replica's vote for a block.
  func vote(_ kind: StatementKind, for block: Block, by id: UInt32) -> SignedStatement {
    Statement(kind, epoch: 0, view: 0, sequence: block.header.height, digest: block.digest)
      .signed(by: ReplicaID(id), with: authority.signer(UInt64(id)), chain: genesis.digest)
  }

  /// Runs a block in which somebody asks for this.
  mutating func execute(_ operations: [LedgerOperation]) throws -> [LedgerReceipt] {
    var ledger = host.machine
    let requests = [request(operations)]
    let receipts = try ledger.execute(requests, in: block(requests, height: 9).header)
    host = StateMachineHost(ledger)
    return receipts
  }
}
