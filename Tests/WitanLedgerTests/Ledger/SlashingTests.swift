import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanLedger

@Suite("Slashing")
struct SlashingTests {
  @Test("Saying two things costs a fifth, once, however it is proved")
  func doubleSigning() throws {
    var bank = try Bank()
    #expect(try bank.ask(0, bank.doubleSigning(1)) == .done)
    #expect(try bank.stake(1) == .tokens(8_000))
    #expect(try bank.ledger.supply().burnt == .tokens(2_000))
    #expect(bank.ledger.events == [.slashed(1, .doubleSigning, .tokens(2_000))])
    #expect(try bank.ask(2, bank.doubleSigning(1)) == .refused(.punished, operation: 0))
    guard case .convict(.conflict(let one, let two)) = bank.doubleSigning(1) else { return }
    #expect(
      try bank.ask(2, .convict(.conflict(two, one))) == .refused(.punished, operation: 0))
    #expect(try bank.ask(2, bank.doubleSigning(1, sequence: 10)) == .done)
    #expect(try bank.stake(1) == .tokens(6_400))
    #expect(try bank.total() == 0)
  }

  @Test("A false verdict costs a twentieth, once the claim is settled")
  func falseVerdict() throws {
    var bank = try Bank()
    let lie = bank.verdict(3, bank.outcome(1, isProved: false))
    #expect(try bank.ask(0, .refute(lie)) == .refused(.unknownClaim, operation: 0))
    #expect(try bank.ask(0, bank.settle(bank.outcome(1), by: [0, 1, 2])) == .done)
    #expect(try bank.ask(0, .refute(lie)) == .done)
    #expect(try bank.stake(3) == .tokens(9_500))
    #expect(try bank.ask(1, .refute(lie)) == .refused(.punished, operation: 0))
    let right = bank.verdict(0, bank.outcome(1))
    #expect(try bank.ask(1, .refute(right)) == .refused(.noOffence, operation: 0))
    #expect(try bank.total() == 0)
  }

  @Test("Evidence that proves nothing punishes nobody")
  func noOffence() throws {
    var bank = try Bank()
    let root = bank.ledger.root
    guard case .convict(.conflict(let one, let two)) = bank.doubleSigning(1),
      case .convict(.conflict(let other, _)) = bank.doubleSigning(2)
    else { return }
    let elsewhere = two.statement.signed(
      by: 1, with: Bank.validatorSigner(1), chain: SHA256.hash([9]))
    for evidence in [
      Evidence.conflict(one, one), .conflict(one, other), .conflict(one, elsewhere),
    ] {
      #expect(
        try bank.ask(0, .convict(evidence)) == .refused(.noOffence, operation: 0))
    }
    let forged = SignedOutcome(
      bank.outcome(1, isProved: false), by: 2, signature: one.signature)
    try bank.ask(0, bank.settle(bank.outcome(1), by: [0, 1, 3]))
    #expect(try bank.ask(0, .refute(forged)) == .refused(.badSignature, operation: 0))
    #expect(try bank.stake(1) == .tokens(10_000))
    #expect(try bank.ledger.supply().burnt == 0)
    #expect(bank.ledger.root != root)
  }

  @Test("Stake on its way back is cut too: nobody runs from a punishment")
  func leaving() throws {
    var bank = try Bank()
    #expect(try bank.ask(101, .unstake(1, amount: .tokens(9_000))) == .done)
    #expect(try bank.ask(0, bank.doubleSigning(1)) == .done)
    let validator = try #require(try bank.ledger.validator(1))
    #expect(validator.stake == .tokens(800))
    #expect(validator.leaving.map(\.amount) == [.tokens(7_200)])
    #expect(validator.slashed == .tokens(2_000))
    #expect(try bank.total() == 0)
  }

  @Test(
    "Where the genesis says so, whoever brings it gets a share, and the rest goes to those who do right"
  )
  func redistributed() throws {
    var economy = Economy()
    economy.whistleblowerShare = 1_000
    economy.forfeit = .redistributed
    var bank = try Bank(economy: economy)
    #expect(try bank.ask(0, bank.doubleSigning(1)) == .done)
    #expect(try bank.balance(0) == .tokens(1_200))
    #expect(try bank.ledger.supply().pool == .tokens(1_800))
    #expect(try bank.ask(0, bank.settle(bank.outcome(1), by: [0, 2, 3])) == .done)
    let earned = try (0..<4).map { try bank.earned($0).units }
    #expect(earned.reduce(0, +) == Amount.tokens(1_810).units)
    #expect(try bank.ledger.supply().pool == 0)
    #expect(try bank.total() == 0)
  }

  @Test("Any share of any stake is cut exactly, and everything keeps its sum")
  func conserved() {
    property(cases: 60) { draw in
      var economy = Economy()
      economy.doubleSigningPenalty = try draw(.integers(in: 0...10_000))
      economy.whistleblowerShare = try draw(.integers(in: 0...10_000))
      economy.forfeit = draw.chance(0.5) ? .burnt : .redistributed
      let stakes = (0..<4).map { _ in Amount(draw.integer(in: 1_000_000_000...9_999_999_999)) }
      var bank = try Bank(stakes: stakes, economy: economy)
      for sequence in UInt64(1)...3 {
        let before = try bank.stake(2)
        try bank.ask(0, bank.doubleSigning(2, sequence: SequenceNumber(sequence)))
        let taken = before.share(economy.doubleSigningPenalty, of: 10_000)
        try expect(try bank.stake(2) == before.minus(taken))
        try expect(try bank.total() == 0)
      }
    }
  }

  @Test("Who is silent loses nothing, however long")
  func silent() throws {
    var bank = try Bank()
    for number in 0..<30 { try bank.ask(0, bank.settle(bank.outcome(number), by: [0, 1, 2])) }
    #expect(try bank.stake(3) == .tokens(10_000))
    #expect(try bank.earned(3) == 0)
    #expect(try bank.ledger.validator(3)?.accuracy.permille == 1_000)
  }
}

@Suite("Ghosts")
struct GhostTests {
  private static let secrets = (UInt8(0)..<5).compactMap {
    Ed25519.SecretKey(seed: [UInt8](repeating: $0 + 1, count: 32))
  }.sorted { $0.publicKey < $1.publicKey }
  private let keys = secrets.map(\.publicKey)

  private func attribute(
    _ claim: Digest, _ secret: Ed25519.SecretKey, in bank: Bank
  ) throws -> LedgerOperation {
    let ring = LedgerOperation.ringDigest(keys)
    let message = LedgerOperation.attribution(claim: claim, ring: ring, chain: bank.chain)
    let signature = try #require(RingSignature(message, by: secret, in: keys, scope: ring))
    return .attribute(claim: claim, ring: ring, signature: signature)
  }

  @Test("A member of a ring is credited with a claim, and nothing in the state says which member")
  func attributes() throws {
    var bank = try Bank()
    try bank.ask(0, .formRing(keys))
    try bank.ask(0, bank.settle(bank.outcome(1), by: [0, 1, 2]))
    let operation = try attribute(bank.claim(1), Self.secrets[3], in: bank)
    #expect(try bank.ask(5, operation) == .done)
    guard case .claim(let claim)? = try bank.ledger.record(.claim(bank.claim(1))) else { return }
    let ghost = try #require(claim.ghost)
    #expect(!keys.contains(ghost.tag))
    // Whoever else of the ring had said it would have left a state that differs in the tag alone.
    for other in Self.secrets where other.publicKey != Self.secrets[3].publicKey {
      guard case .attribute(_, _, let signature) = try attribute(bank.claim(1), other, in: bank)
      else { return }
      #expect(signature.tag != ghost.tag)
      #expect(signature.responses.count == 5)
    }
  }

  @Test("Each member acts once, a claim has one ghost, and who isn't a member has none")
  func once() throws {
    var bank = try Bank()
    let ring = LedgerOperation.ringDigest(keys)
    try bank.ask(
      0, bank.settle(bank.outcome(1), by: [0, 1, 2]), bank.settle(bank.outcome(2), by: [0, 1, 2]))
    let first = try attribute(bank.claim(1), Self.secrets[0], in: bank)
    #expect(try bank.ask(0, first) == .refused(.unknownRing, operation: 0))
    #expect(try bank.ask(0, .formRing(keys.reversed())) == .refused(.badRing, operation: 0))
    #expect(try bank.ask(0, .formRing(Array(keys[..<2]))) == .refused(.badRing, operation: 0))
    #expect(try bank.ask(0, .formRing(keys)) == .done)
    #expect(try bank.ask(0, first) == .done)
    let again = try attribute(bank.claim(2), Self.secrets[0], in: bank)
    #expect(try bank.ask(0, again) == .refused(.acted, operation: 0))
    let taken = try attribute(bank.claim(1), Self.secrets[1], in: bank)
    #expect(try bank.ask(0, taken) == .refused(.attributed, operation: 0))
    let unknown = try attribute(bank.claim(9), Self.secrets[1], in: bank)
    #expect(try bank.ask(0, unknown) == .refused(.unknownClaim, operation: 0))
    guard case .attribute(_, _, let signature) = taken else { return }
    let stolen = LedgerOperation.attribute(claim: bank.claim(2), ring: ring, signature: signature)
    #expect(try bank.ask(0, stolen) == .refused(.badSignature, operation: 0))
  }
}
