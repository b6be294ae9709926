import Testing
import Witan
import WitanCrypto
import WitanLedger
import WitanProofs

@Suite("Claims that are judged before the vote")
struct ProvedClaimTests {
  private func bank() throws -> Bank {
    var bank = try Bank()
    let network = try #require(bank.ledger.network)
    let genesis = try Genesis(
      name: "bank", members: network.genesis.members.members, applicationRoot: bank.ledger.root,
      application: ProofRules().encoded)
    bank.ledger.network = try Ledger.Network(
      genesis: genesis, scheme: network.scheme, court: Judge())
    return bank
  }

  private func claim(
    _ bank: Bank, _ title: String, _ script: String = "(assert false)", spends: [Spend] = []
  ) throws -> SignedClaim {
    SignedClaim(
      try Claim(title, script: Array(script.utf8), budget: 1_000, spends: spends),
      author: Bank.signer(0), chain: bank.chain)
  }

  @Test("A claim is proved once, whoever says it, and what it spends is spent")
  func proves() throws {
    var bank = try bank()
    let coin = Spend(owner: Bank.key(0), thing: SHA256.hash([1]))
    let first = try claim(bank, "a", spends: [coin])
    #expect(try bank.ask(1, .prove(first)) == .done)
    #expect(try bank.ledger.record(.proof(first.claim.digest)) == .mark(1))
    #expect(try bank.ledger.record(.spend(coin.encodedDigest)) == .mark(1))
    #expect(try bank.ask(2, .prove(first)) == .refused(.proved, operation: 0))
    let second = try claim(bank, "b", spends: [coin])
    #expect(try bank.ask(1, .prove(second)) == .refused(.spent, operation: 0))
    #expect(try bank.ledger.record(.proof(second.claim.digest)) == nil)
    #expect(try bank.total() == 0)
  }

  @Test("A request is admitted if its claims are proved, and by nobody who can't judge them")
  func admits() throws {
    var bank = try bank()
    let good = try LedgerOperation.prove(claim(bank, "a"))
    #expect(bank.ledger.admits(bank.request(1, [good])))
    let refuted = try LedgerOperation.prove(claim(bank, "a", "(assert true)"))
    #expect(!bank.ledger.admits(bank.request(1, [good, refuted])))
    let hostile = try LedgerOperation.prove(claim(bank, "a", "(reset)(assert false)"))
    #expect(!bank.ledger.admits(bank.request(1, [hostile])))
    var blind = bank.ledger
    blind.network = bank.ledger.network.map { .init(genesis: $0.genesis, scheme: $0.scheme) }
    #expect(!blind.admits(bank.request(1, [good])))
    #expect(blind.admits(bank.request(1, [try bank.transfer(1, 2, 5)])))
  }

  @Test("Claims that may each be proposed may not all be in one block")
  func misfits() throws {
    var bank = try bank()
    let coin = Spend(owner: Bank.key(0), thing: SHA256.hash([1]))
    let requests = try ["a", "b"].map { title in
      let operation = try LedgerOperation.prove(claim(bank, title, spends: [coin]))
      return bank.request(title == "a" ? 1 : 2, [operation])
    }
    func block(_ requests: [Request]) -> Block {
      Block(
        height: 1, previous: .zero, proposer: 0, timestamp: 1, epoch: 0, requests: requests)
    }
    for request in requests {
      #expect(bank.ledger.admits(request))
      #expect(bank.ledger.validate(block([request])) == .valid)
    }
    guard case .invalid(let reason) = bank.ledger.validate(block(requests)) else {
      Issue.record("both are in it")
      return
    }
    #expect(reason.description == "two claims spend the same thing")
  }

  @Test("A vote for an invalid block costs a twentieth, once, and a vote for a valid one nothing")
  func denounces() throws {
    var bank = try bank()
    let genesis = try #require(bank.ledger.network?.genesis)
    func denunciation(_ script: String, by id: UInt32, kind: StatementKind = .prepare) throws
      -> LedgerOperation
    {
      let operation = try LedgerOperation.prove(claim(bank, "c", script))
      let block = Block(
        height: 4, previous: .zero, proposer: 0, timestamp: 1, epoch: 0,
        requests: [bank.request(3, [operation])])
      let vote = Statement(kind, epoch: 0, view: 0, sequence: 4, digest: block.digest).signed(
        by: ReplicaID(id), with: Bank.validatorSigner(Int(id)), chain: genesis.digest)
      return .denounce(FalseVote(vote: vote, block: BlockExcerpt(block, at: [0])), lineage: [])
    }
    let guilty = try denunciation("(assert true)", by: 2)
    #expect(try LedgerOperation(decoding: guilty.encoded) == guilty)
    #expect(bank.ledger.admits(bank.request(1, [guilty])))
    #expect(try bank.ask(1, guilty) == .done)
    #expect(try bank.stake(2) == .tokens(9_500))
    #expect(bank.ledger.events == [.slashed(2, .falseVote, .tokens(500))])
    #expect(try bank.ask(1, guilty) == .refused(.punished, operation: 0))
    let innocent = try denunciation("(assert false)", by: 3)
    #expect(!bank.ledger.admits(bank.request(1, [innocent])))
    let commit = try denunciation("(assert true)", by: 3, kind: .commit)
    #expect(try bank.ask(1, commit) == .refused(.noOffence, operation: 0))
    #expect(try bank.total() == 0)
  }

  @Test("Who judges by another solver than the network can't take part")
  func otherSolver() throws {
    struct Other: Adjudicator {
      var solver: String { "4.8.11.0" }
      func rulings(on claims: [Claim]) -> [Ruling] { [] }
    }
    let genesis = try #require(try bank().ledger.network).genesis
    #expect(throws: ProofRulesFault.self) {
      try Ledger.Network(genesis: genesis, court: Other())
    }
    let silent = try #require(try Bank().ledger.network).genesis
    #expect(throws: ProofRulesFault.self) {
      try Ledger.Network(genesis: silent, court: Judge())
    }
  }
}
