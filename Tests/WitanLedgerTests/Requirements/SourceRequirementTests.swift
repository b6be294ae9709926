import Testing
import Witan
import WitanCrypto
import WitanLedger

/// What the proof-of-proof system asks of state and economy, by the numbers of its requirements. What it asks of
/// agreement, verification and the network has its tests with those modules.
@Suite("The source system's requirements 1 to 8")
struct SourceRequirementTests {
  @Test(
    "1: a reward follows difficulty, is shared by correctness and order, and false verification is noted"
  )
  func requirement1() throws {
    var bank = try Bank()
    try bank.ask(
      0, bank.settle(bank.outcome(1, difficulty: 100_000), by: [0, 1, 2, 3], wrong: [3]))
    let easy = try bank.ledger.supply().rewarded
    try bank.ask(
      0, bank.settle(bank.outcome(2, difficulty: 900_000), by: [0, 1, 2, 3], wrong: [3]))
    let hard = try bank.ledger.supply().rewarded.minus(easy)
    #expect(hard == Amount(easy.units * 9))
    let earned = try (0..<4).map { try bank.earned($0) }
    #expect(earned[0] > earned[1] && earned[1] > earned[2] && earned[3] == 0)
    #expect(earned.reduce(UInt64(0)) { $0 + $1.units } == easy.units + hard.units)
    #expect(try bank.ledger.validator(3)?.accuracy.correct == 0)
  }

  @Test("2: conflicting verdicts are settled by a quorum, with up to a third of the stake lying")
  func requirement2() throws {
    var bank = try Bank()
    #expect(try bank.ask(0, bank.settle(bank.outcome(1), by: [3, 0, 1, 2], wrong: [3])) == .done)
    guard case .claim(let settled)? = try bank.ledger.record(.claim(bank.claim(1))) else { return }
    #expect(settled.outcome.isProved)
    let split = bank.settle(bank.outcome(2), by: [0, 1, 2, 3], wrong: [2, 3])
    #expect(try bank.ask(0, split) == .refused(.noQuorum, operation: 0))
  }

  @Test("3: whoever joins takes the state over in pieces, and every transition conserves value")
  func requirement3() throws {
    var bank = try Bank()
    try bank.ask(0, bank.transfer(0, 1, .tokens(1)))
    let image = bank.ledger.image
    let pieces = try (0..<image.count).map { try #require(image.chunk($0)).bytes }
    let joined = try Ledger(tree: MerkleTree(pieces: pieces), network: bank.ledger.network)
    #expect(joined.root == bank.ledger.root)
    for transition in bank.transitions { try transition.check(on: bank.chain) }
  }

  @Test(
    "4: rewards in the same block, a twentieth for a lie, a minimum stake, nothing for silence, a schedule"
  )
  func requirement4() throws {
    var economy = Economy()
    economy.emission = [.init(from: 1, perBlock: .tokens(4))]
    var bank = try Bank(
      stakes: [10_000, 10_000, 10_000, 10_000].map { Amount.tokens($0) }, economy: economy)
    try bank.ask(0, bank.settle(bank.outcome(1), by: [0, 1, 2]))
    #expect(try bank.ledger.supply().rewarded == .tokens(4), "ten are earned, four may be issued")
    try bank.ask(0, .refute(bank.verdict(1, bank.outcome(1, isProved: false))))
    #expect(try bank.stake(1) == .tokens(9_500))
    #expect(try bank.stake(3) == .tokens(10_000))
    try bank.ask(102, .unstake(2, amount: .tokens(9_001)))
    let poor = bank.settle(bank.outcome(2), by: [0, 1, 2, 3])
    #expect(try bank.ask(0, poor) == .refused(.notInOffice, operation: 0))
    #expect(bank.ledger.nextMembers?.contains { $0.id == 2 } == false)
  }

  @Test(
    "5: ghosts reveal no more than membership, signatures are checked, and one process suffices")
  func requirement5() throws {
    let secrets = (UInt8(0)..<3).compactMap {
      Ed25519.SecretKey(seed: [UInt8](repeating: $0, count: 32))
    }.sorted { $0.publicKey < $1.publicKey }
    let keys = secrets.map(\.publicKey)
    var bank = try Bank()
    let ring = LedgerOperation.ringDigest(keys)
    try bank.block([(0, [.formRing(keys)]), (1, [bank.settle(bank.outcome(1), by: [0, 1, 2])])])
    let message = LedgerOperation.attribution(claim: bank.claim(1), ring: ring, chain: bank.chain)
    let signature = try #require(RingSignature(message, by: secrets[1], in: keys, scope: ring))
    let operation = LedgerOperation.attribute(
      claim: bank.claim(1), ring: ring, signature: signature)
    let elsewhere = LedgerOperation.attribution(claim: bank.claim(1), ring: ring, chain: .zero)
    let foreign = try #require(RingSignature(elsewhere, by: secrets[1], in: keys, scope: ring))
    #expect(
      try bank.ask(2, .attribute(claim: bank.claim(1), ring: ring, signature: foreign))
        == .refused(.badSignature, operation: 0))
    #expect(try bank.ask(2, operation) == .done)
  }

  @Test("6: a block of many transfers leaves the same state however it is made")
  func requirement6() throws {
    var whole = try Bank()
    var single = try Bank()
    let wishes = (0..<50).map { number in
      (0, [LedgerOperation.transfer(to: Bank.key(number + 50), amount: 3, nonce: UInt64(number))])
    }
    #expect(try whole.block(wishes).allSatisfy { $0 == .done })
    for wish in wishes { #expect(try single.block([wish]) == [.done]) }
    #expect(whole.ledger.root == single.ledger.root)
  }

  @Test(
    "7.1: both sides of a double spend are refused, whoever came first, and a repetition counts once"
  )
  func doubleSpend() throws {
    var bank = try Bank()
    let one = LedgerOperation.transfer(to: Bank.key(1), amount: .tokens(700), nonce: 0)
    let other = LedgerOperation.transfer(to: Bank.key(2), amount: .tokens(700), nonce: 0)
    let root = bank.ledger.root
    for wishes in [[(0, [one]), (0, [other])], [(0, [other]), (0, [one])]] {
      #expect(
        try bank.block(wishes)
          == [.refused(.doubleSpend, operation: 0), .refused(.doubleSpend, operation: 0)])
      #expect(bank.ledger.root == root)
      #expect(bank.ledger.events == [.doubleSpent(Bank.key(0), nonce: 0)])
    }
    #expect(
      try bank.block([(0, [one]), (0, [one])]) == [.done, .refused(.wrongNonce, operation: 0)])
    #expect(try bank.ask(0, other) == .refused(.wrongNonce, operation: 0))
    #expect(try bank.balance(0) == .tokens(300))
  }

  @Test("7.2 and 7.3: half the names, or half the stake, get no false verdict accepted")
  func majority() throws {
    // Ten names with a purse of 40 % in all; then two of four with half the stake.
    var bank = try Bank(
      validators: 13,
      stakes: [Amount](repeating: .tokens(20_000), count: 3)
        + [Amount](repeating: .tokens(4_000), count: 10))
    let lies = bank.settle(bank.outcome(1), by: Array(0..<13), wrong: Set(3..<13))
    #expect(try bank.ask(0, lies) == .refused(.noQuorum, operation: 0))
    var half = try Bank()
    #expect(
      try half.ask(0, half.settle(half.outcome(1), by: [0, 1, 2, 3], wrong: [0, 1]))
        == .refused(.noQuorum, operation: 0))
    // Without a quorum nothing happens at all.
    #expect(
      try half.ask(0, half.settle(half.outcome(1), by: [0, 1])) == .refused(.noQuorum, operation: 0)
    )
  }

  @Test(
    "7.4: a history from long ago that breaks conservation is refused, however right its roots are")
  func longRange() throws {
    var bank = try Bank()
    try bank.ask(0, bank.transfer(0, 1, 1))
    let good = bank.transitions[0]
    var account = Account()
    account.balance = .tokens(9_999)
    let key = StateKey.account(Bank.key(3)).digest
    let start = try Bank().ledger.tree
    var after = start
    let change = MerkleTree.Change.put(key, Record.account(account).encoded)
    try after.apply([change])
    let forged = StateTransition(
      chain: bank.chain, height: 1, before: start.root, after: after.root, changes: [change],
      proof: try start.proof(of: [key]), sum: Int128(Amount.tokens(1_000).units))
    var history = bank.history()
    #expect(throws: TransitionFault.self) { try history.append(forged) }
    #expect(history.root == bank.genesisRoot)
    try history.append(good)
  }

  @Test("7.5: nothing is done on a forged word")
  func forgery() throws {
    var bank = try Bank()
    let root = bank.ledger.root
    let stolen = bank.verdict(1, bank.outcome(1)).signature
    let forged = [0, 2, 3].map {
      SignedOutcome(bank.outcome(1), by: ReplicaID(UInt32($0)), signature: stolen)
    }
    #expect(
      try bank.ask(0, .settle(VerdictCertificate(forged))) == .refused(.badSignature, operation: 0))
    #expect(bank.ledger.root == root)
  }

  @Test(
    "8: what each earned is exact, low accuracy raises an alert, and incidents keep their evidence")
  func requirement8() throws {
    var bank = try Bank()
    for number in 0..<10 {
      try bank.ask(0, bank.settle(bank.outcome(number), by: [0, 1, 2, 3], wrong: [1]))
    }
    let earned = try bank.ledger.validators().reduce(UInt64(0)) { $0 + $1.earned.units }
    #expect(earned == (try bank.ledger.supply().rewarded.units))
    #expect(bank.ledger.events.contains(.inaccurate(1, permille: 0)))
    let evidence = bank.doubleSigning(2)
    try bank.ask(0, evidence)
    guard case .convict(let proof) = evidence else { return }
    #expect(
      try bank.ledger.record(.offence(Offence(proof).digest)) == .mark(bank.height),
      "the state says when it was punished, and the block holds the evidence")
  }
}
