import Synchronization
import Testing
import Witan
import WitanCrypto

@testable import WitanProofs

@Suite struct BlockExaminerTests {
  /// A court that counts how often it was asked.
  private final class CountingCourt: Adjudicator {
    let asked = Mutex(0)

    func rulings(on claims: [Claim]) -> [Ruling] {
      asked.withLock { $0 += claims.count }
      return Judge().rulings(on: claims)
    }
  }

  private let authority = SimulatedAuthority(seed: 1)
  private let chain = SHA256.hash([7])
  private let court = CountingCourt()

  private var examiner: BlockExaminer {
    BlockExaminer(
      rules: ProofRules(claimBudget: 1_000, blockBudget: 2_500), chain: chain,
      scheme: .simulated(authority),
      court: court)
  }

  private func claim(
    _ title: String, _ script: String = "(assert false)", budget: UInt32 = 500, spends: [Spend] = []
  ) throws -> SignedClaim {
    let claim = try Claim(title, script: Array(script.utf8), budget: budget, spends: spends)
    return SignedClaim(claim, author: authority.signer(1), chain: chain)
  }

  private func fault(_ claims: [SignedClaim]) -> BlockFault? { examiner.examine(claims).fault }

  @Test func `a block of proved claims is valid, and worth what they are worth`() throws {
    let examination = try examiner.examine([claim("a"), claim("b", "(assert (= 1 2))")])
    #expect(examination.fault == nil)
    #expect(examination.verdict == .valid)
    #expect(examination.difficulty == examination.rulings.map(\.difficulty).reduce(0, +))
    #expect(examination.difficulty > 0)
    #expect(examiner.examine([]).verdict == .valid)
  }

  @Test func `one claim that isn't proved makes the block invalid, and is named`() throws {
    for (script, word) in [("(assert true)", "refuted"), ("(assert", "rejected")] {
      let found = try fault([claim("a"), claim("b", script)])
      guard case .claim(1, .ruled(let ruling)) = found else {
        Issue.record("\(String(describing: found))")
        continue
      }
      #expect(ruling.outcome.word == word)
      #expect(found?.isReproducible == true)
    }
    #expect(try examiner.examine([claim("a"), claim("b", "(assert true)")]).difficulty == 0)
    let crash = BlockFault.claim(0, .ruled(Ruling(.rejected(.crashed(signal: 11)))))
    #expect(!crash.isReproducible)
  }

  @Test func `what needs no solver is refused before one is asked`() throws {
    let coin = Spend(owner: authority.signer(1).publicKey, thing: SHA256.hash([1]))
    let forged = SignedClaim(
      try claim("f").claim, author: authority.signer(2).publicKey, signature: Signature(),
      countersignatures: [])
    #expect(try fault([claim("a"), forged]) == .claim(1, .unsigned(forged.author)))
    #expect(try fault([claim("a"), claim("a")]) == .claim(1, .repeated(0)))
    #expect(try fault([claim("a", budget: 1_001)]) == .claim(0, .budget(1_001, limit: 1_000)))
    #expect(
      try fault([claim("a", budget: 1_000), claim("b", budget: 1_000), claim("c", budget: 1_000)])
        == .blockBudget(3_000, limit: 2_500))
    #expect(
      try fault([claim("a", spends: [coin]), claim("b"), claim("c", spends: [coin])])
        == .claim(2, .conflict(with: 0, over: coin)))
    let elsewhere = SignedClaim(try claim("a").claim, author: authority.signer(1))
    #expect(fault([elsewhere]) == .claim(0, .unsigned(elsewhere.author)))
    #expect(court.asked.withLock { $0 } == 0)
  }

  @Test func `the engine's blocks carry claims as operations`() throws {
    func block(_ operations: [[UInt8]]) -> Block {
      let request = Request(
        number: 1, expiry: 9, operations: operations, signer: authority.signer(5), chain: chain)
      return Block(
        height: 1, previous: .zero, proposer: 0, timestamp: 1, epoch: 0, requests: [request])
    }
    let claims = try [claim("a"), claim("b")]
    #expect(examiner.examine(requests: block(claims.map(\.encoded)).requests).verdict == .valid)
    let rubbish = examiner.examine(requests: block([claims[0].encoded, [1, 2, 3]]).requests)
    guard case .claim(1, .malformed)? = rubbish.fault else {
      Issue.record("\(rubbish)")
      return
    }
    #expect(rubbish.verdict != .valid)
  }

  @Test func `the solver's version is part of the genesis, and another's network is refused`()
    throws
  {
    func genesis(_ application: [UInt8]) throws -> Genesis {
      try Genesis(
        name: "proofs", members: [Member(id: 0, key: authority.signer(0).publicKey, power: 1)],
        application: application)
    }
    let rules = ProofRules(claimBudget: 7, blockBudget: 70)
    #expect(try ProofRules(of: genesis(rules.encoded)) == rules)
    let other = ProofRules(solver: "4.8.11.0", claimBudget: 7, blockBudget: 70)
    #expect(throws: ProofRulesFault.otherSolver(network: "4.8.11.0", here: SolverContext.version)) {
      try ProofRules(of: genesis(other.encoded))
    }
    #expect(try genesis(rules.encoded).digest != genesis(other.encoded).digest)
    #expect(throws: ProofRulesFault.self) { try ProofRules(of: genesis([])) }
  }

  @Test func `a cache keeps what every judge finds, for its own solver, and forgets the oldest`()
    throws
  {
    var cache = RulingCache(limit: 2)
    let claims = try ["a", "b", "c"].map { try claim($0).claim }
    let ruling = Ruling(.proved, resources: 5, size: 3)
    cache.keep(ruling, on: claims[0])
    cache.keep(Ruling(.rejected(.outOfMemory)), on: claims[1])
    #expect(cache[claims[0]] == ruling)
    #expect(cache[claims[1]] == nil)
    cache.keep(ruling, on: claims[1])
    cache.keep(ruling, on: claims[2])
    #expect(cache.count == 2)
    #expect(cache[claims[0]] == nil)
    #expect(cache[claims[2]] == ruling)
    var other = RulingCache(limit: 2, solver: "4.8.11.0")
    other.keep(ruling, on: claims[0])
    #expect(other[claims[0]] == ruling)
    #expect(other.count == 1)
  }

  @Test func `rulings read back as they were written`() throws {
    let outcomes: [Ruling.Outcome] = [
      .proved, .refuted("x = 1"), .undecided(.overBudget), .undecided(.incomplete),
      .rejected(.script("no")),
      .rejected(.witness("no")), .rejected(.crashed(signal: 11)), .rejected(.outOfMemory),
      .rejected(.timedOut),
      .rejected(.unavailable("no")),
    ]
    for outcome in outcomes {
      let ruling = Ruling(outcome, resources: 99, size: 5)
      #expect(try Ruling(decoding: ruling.encoded) == ruling)
      #expect((ruling.difficulty == 104) == ruling.isProved)
    }
    #expect(throws: Malformed.self) { try Ruling(decoding: [99]) }
    let long = Ruling(.refuted(String(repeating: "é", count: 5_000)))
    #expect(try Ruling(decoding: long.encoded).outcome.word == "refuted")
  }
}
