import Testing
import Witan
import WitanCrypto
import WitanLedger
import WitanNode

/// What the proof-of-proof system asks of state and economy, by the numbers of its requirements. ``RequirementTableTests``
/// says where the tests of all others are.
@Suite("The source system's requirements 1 to 8")
struct SourceRequirementTests {
  @Test("1.2: a reward follows difficulty")
  func requirement12() throws {
    var bank = try Bank()
    try bank.ask(0, bank.settle(bank.outcome(1, difficulty: 100_000), by: [0, 1, 2, 3]))
    let easy = try bank.ledger.supply().rewarded
    try bank.ask(0, bank.settle(bank.outcome(2, difficulty: 900_000), by: [0, 1, 2, 3]))
    #expect(easy == .tokens(1))
    #expect(try bank.ledger.supply().rewarded.minus(easy) == Amount(easy.units * 9))
  }

  @Test("1.3: it is shared by who was right, and how early, and the shares are all of it")
  func requirement13() throws {
    var bank = try Bank()
    try bank.ask(0, bank.settle(bank.outcome(1), by: [2, 0, 1, 3], wrong: [3]))
    let earned = try [2, 0, 1, 3].map { try bank.earned($0) }
    #expect(earned[0] > earned[1] && earned[1] > earned[2] && earned[2] > 0 && earned[3] == 0)
    #expect(earned.reduce(UInt64(0)) { $0 + $1.units } == Amount.tokens(10).units)
  }

  @Test("1.5: a false verification doesn't count, and is noted")
  func requirement15() throws {
    var bank = try Bank()
    try bank.ask(0, bank.settle(bank.outcome(1), by: [0, 1, 2, 3], wrong: [3]))
    guard case .claim(let settled)? = try bank.ledger.record(.claim(bank.claim(1))) else {
      Issue.record("nothing was settled")
      return
    }
    #expect(settled.outcome.isProved)
    #expect(bank.ledger.events.contains(.outvoted(3, claim: bank.claim(1))))
    #expect(try bank.ledger.validator(3)?.accuracy.correct == 0)
    #expect(try bank.ledger.validator(2)?.accuracy.correct == 1)
  }

  @Test("2.3: conflicting verdicts are settled by a quorum, and not at all without one")
  func requirement23() throws {
    var bank = try Bank()
    #expect(try bank.ask(0, bank.settle(bank.outcome(1), by: [3, 0, 1, 2], wrong: [3])) == .done)
    let split = bank.settle(bank.outcome(2), by: [0, 1, 2, 3], wrong: [2, 3])
    #expect(try bank.ask(0, split) == .refused(.noQuorum, operation: 0))
    #expect(try bank.ledger.record(.claim(bank.claim(2))) == nil)
  }

  @Test("3.1: whoever joins takes the state over in pieces, each of which is checked alone")
  func requirement31() throws {
    var bank = try Bank()
    try bank.ask(0, bank.transfer(0, 1, .tokens(1)))
    let image = bank.ledger.image
    let pieces = try (0..<image.count).map { try #require(image.chunk($0)).bytes }
    for (index, piece) in pieces.enumerated() {
      let root = image.root
      #expect(LedgerImage.verifies(piece, proof: [], at: index, of: image.count, root: root))
      let lie = piece.dropLast() + [piece[piece.count - 1] ^ 1]
      #expect(!LedgerImage.verifies(Array(lie), proof: [], at: index, of: image.count, root: root))
    }
    let joined = try Ledger(tree: MerkleTree(pieces: pieces), network: bank.ledger.network)
    #expect(joined.root == bank.ledger.root)
  }

  @Test("3.3: of two who say what the state is, the one is right who shows how it came about")
  func requirement33() throws {
    var bank = try Bank()
    for _ in 0..<3 { try bank.ask(0, bank.transfer(0, 1, .tokens(1))) }
    var history = bank.history()
    for transition in bank.transitions { try history.append(transition) }
    #expect(history.root == bank.ledger.root)
    var other = bank.history()
    try other.append(bank.transitions[0])
    #expect(throws: TransitionFault.self) { try other.append(bank.transitions[2]) }
    #expect(other.root != bank.ledger.root)
  }

  @Test("3.5: a snapshot is the state, and whoever takes it goes on as all others do")
  func requirement35() throws {
    var bank = try Bank()
    try bank.ask(0, bank.transfer(0, 1, .tokens(1)))
    let file = try LedgerSnapshot(height: bank.height, tree: bank.ledger.tree).bytes()
    var late = bank
    late.ledger = try Ledger(tree: LedgerSnapshot(file).tree, network: bank.ledger.network)
    for number in 2...3 {
      let give = try bank.transfer(0, number, .tokens(1))
      #expect(try bank.ask(0, give) == late.ask(0, give))
    }
    #expect(late.ledger.root == bank.ledger.root)
  }

  @Test("3.6: every transition conserves value, and one that doesn't isn't applied")
  func requirement36() throws {
    var bank = try Bank()
    try bank.ask(0, bank.transfer(0, 1, .tokens(1)))
    try bank.ask(0, bank.settle(bank.outcome(1), by: [0, 1, 2]))
    try bank.ask(0, .refute(bank.verdict(1, bank.outcome(1, isProved: false))))
    for transition in bank.transitions { try transition.check(on: bank.chain) }
    #expect(try bank.total() == 0)
    var account = try bank.ledger.account(of: Bank.key(2))
    account.balance = try account.balance.plus(1)
    let key = StateKey.account(Bank.key(2)).digest
    var tree = bank.ledger.tree
    var after = tree
    let change = MerkleTree.Change.put(key, Record.account(account).encoded)
    try after.apply([change])
    let minted = StateTransition(
      chain: bank.chain, height: bank.height.next, before: tree.root, after: after.root,
      changes: [change], proof: try tree.proof(of: [key]), sum: Int128(account.balance.units) - 1)
    #expect(throws: TransitionFault.self) { try tree.apply(minted, on: bank.chain) }
    #expect(tree == bank.ledger.tree)
  }

  @Test("4.1: the computed reward is issued to those who earned it")
  func requirement41() throws {
    var bank = try Bank()
    let before = try (0..<4).map { try bank.balance(100 + $0) }
    try bank.ask(0, bank.settle(bank.outcome(1, difficulty: 500_000), by: [0, 1, 2, 3]))
    #expect(try bank.ledger.supply().rewarded == .tokens(5))
    for index in 0..<4 {
      #expect(try bank.balance(100 + index) == before[index].plus(bank.earned(index)))
    }
  }

  @Test("4.2: a false verification costs a twentieth of the stake, and a double signature a fifth")
  func requirement42() throws {
    var bank = try Bank()
    try bank.ask(0, bank.settle(bank.outcome(1), by: [0, 1, 2]))
    try bank.ask(0, .refute(bank.verdict(1, bank.outcome(1, isProved: false))))
    #expect(try bank.stake(1) == .tokens(9_500))
    try bank.ask(0, bank.doubleSigning(2))
    #expect(try bank.stake(2) == .tokens(8_000))
  }

  @Test("4.3: whoever has less than the minimum at stake takes no part")
  func requirement43() throws {
    var bank = try Bank()
    try bank.ask(102, .unstake(2, amount: .tokens(9_001)))
    let poor = bank.settle(bank.outcome(2), by: [0, 1, 2, 3])
    #expect(try bank.ask(0, poor) == .refused(.notInOffice, operation: 0))
    #expect(bank.ledger.nextMembers?.contains { $0.id == 2 } == false)
    #expect(bank.ledger.nextMembers?.contains { $0.id == 3 } == true)
  }

  @Test("4.4: rewards rise with difficulty, and never fall")
  func requirement44() throws {
    let rewards = try stride(from: UInt64(0), through: 3_000_000, by: 333_333).map { difficulty in
      var bank = try Bank()
      try bank.ask(0, bank.settle(bank.outcome(1, difficulty: difficulty), by: [0, 1, 2, 3]))
      return try bank.ledger.supply().rewarded
    }
    #expect(rewards.first == 0 && rewards == rewards.sorted())
    #expect(Set(rewards).count == rewards.count)
  }

  @Test("4.5: a reward is there with the block that earned it")
  func requirement45() throws {
    var bank = try Bank()
    try bank.ask(0, bank.settle(bank.outcome(1), by: [0, 1, 2, 3]))
    let paid = try (0..<4).map { try bank.earned($0) }
    #expect(paid.allSatisfy { $0 > 0 })
    try bank.block([])
    #expect(try (0..<4).map { try bank.earned($0) } == paid)
  }

  @Test("4.6: whoever is offline keeps the stake")
  func requirement46() throws {
    var bank = try Bank()
    for number in 0..<5 { try bank.ask(0, bank.settle(bank.outcome(number), by: [0, 1, 2])) }
    #expect(try bank.stake(3) == .tokens(10_000))
    #expect(try bank.ledger.validator(3)?.slashed == 0)
    #expect(try bank.ledger.validator(3)?.accuracy == Accuracy(), "nor is it wrong")
    #expect(bank.ledger.nextMembers == nil, "those in office stay")
  }

  @Test("4.7: no more is issued than the schedule allows, whatever is earned")
  func requirement47() throws {
    var economy = Economy()
    economy.emission = [.init(from: 1, perBlock: .tokens(4))]
    var bank = try Bank(economy: economy)
    for number in 1...3 {
      try bank.ask(0, bank.settle(bank.outcome(number), by: [0, 1, 2]))
      #expect(try bank.ledger.supply().rewarded == .tokens(UInt64(4 * number)), "ten were earned")
    }
  }

  @Test("5.2: what one node's transitions lead another to holds as much, step by step")
  func requirement52() throws {
    var bank = try Bank()
    var tree = bank.ledger.tree
    for number in 1...4 {
      try bank.ask(0, bank.transfer(0, number, .tokens(UInt64(number))))
      try bank.ask(1, bank.settle(bank.outcome(number), by: [0, 1, 2, 3]))
    }
    for transition in bank.transitions {
      try tree.apply(transition, on: bank.chain)
      #expect(try tree.audit().holdings == 0)
    }
    #expect(tree.root == bank.ledger.root)
  }

  @Test("5.3: a ghost reveals no more than membership, and acts once")
  func requirement53() throws {
    let secrets = (UInt8(0)..<3).compactMap {
      Ed25519.SecretKey(seed: [UInt8](repeating: $0, count: 32))
    }.sorted { $0.publicKey < $1.publicKey }
    let keys = secrets.map(\.publicKey)
    var bank = try Bank()
    let ring = LedgerOperation.ringDigest(keys)
    try bank.block([
      (0, [.formRing(keys)]), (1, [bank.settle(bank.outcome(1), by: [0, 1, 2])]),
      (2, [bank.settle(bank.outcome(2), by: [0, 1, 2])]),
    ])
    func attribution(_ number: Int, chain: Digest, by member: Int) throws -> LedgerOperation {
      let message = LedgerOperation.attribution(
        claim: bank.claim(number), ring: ring, chain: chain)
      let signature = try #require(
        RingSignature(message, by: secrets[member], in: keys, scope: ring))
      return .attribute(claim: bank.claim(number), ring: ring, signature: signature)
    }
    let foreign = try attribution(1, chain: .zero, by: 1)
    #expect(try bank.ask(2, foreign) == .refused(.badSignature, operation: 0))
    #expect(try bank.ask(2, attribution(1, chain: bank.chain, by: 1)) == .done)
    let again = try attribution(2, chain: bank.chain, by: 1)
    #expect(try bank.ask(2, again) == .refused(.acted, operation: 0))
    #expect(try bank.ask(2, attribution(2, chain: bank.chain, by: 2)) == .done)
  }

  @Test("5.4: what was kept is there when the file is opened again")
  func requirement54() throws {
    let file = ScratchFile()
    var bank = try Bank()
    for _ in 0..<3 {
      try bank.ask(0, bank.transfer(0, 1, .tokens(1)))
      var store = TreeStore(try SQLiteBacking(path: file.path))
      try store.keep(bank.ledger.tree, at: bank.height.rawValue)
    }
    let store = TreeStore(try SQLiteBacking(path: file.path))
    #expect(try store.latest()?.tree.root == bank.ledger.root)
    #expect(try store.roots().map(\.height) == [1, 2, 3])
  }

  @Test("5.5: a word that its author didn't sign, or signed for another network, changes nothing")
  func requirement55() throws {
    var bank = try Bank()
    let root = bank.ledger.root
    let elsewhere = SignedOutcome(
      bank.outcome(1), by: 0, with: Bank.validatorSigner(0), chain: SHA256.hash([1]))
    let words = [elsewhere, bank.verdict(1, bank.outcome(1)), bank.verdict(2, bank.outcome(1))]
    #expect(
      try bank.ask(0, .settle(VerdictCertificate(words))) == .refused(.badSignature, operation: 0))
    #expect(bank.ledger.root == root)
  }

  @Test(
    "5.6: one process without a cluster executes, and proves what it says to whoever has the root")
  func requirement56() throws {
    var bank = try Bank()
    #expect(try bank.ask(0, bank.transfer(0, 1, .tokens(5))) == .done)
    let proof = try LedgerProof(of: .account(Bank.key(1)), in: bank.ledger.tree)
    let shown = try LedgerProof(decoding: proof.encoded).record(under: bank.ledger.root)
    #expect(try shown == .account(bank.ledger.account(of: Bank.key(1))))
    #expect(throws: TreeFault.self) { try proof.record(under: bank.genesisRoot) }
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

  @Test("7.2: many names with a small purse get nothing accepted")
  func sybil() throws {
    // Ten names with a purse of 40 % in all.
    var bank = try Bank(
      validators: 13,
      stakes: [Amount](repeating: .tokens(20_000), count: 3)
        + [Amount](repeating: .tokens(4_000), count: 10))
    let lies = bank.settle(bank.outcome(1), by: Array(0..<13), wrong: Set(3..<13))
    #expect(try bank.ask(0, lies) == .refused(.noQuorum, operation: 0))
    let names = bank.settle(bank.outcome(1), by: Array(3..<13))
    #expect(try bank.ask(0, names) == .refused(.noQuorum, operation: 0))
  }

  @Test("7.3: more than half of the stake gets no false verdict accepted")
  func majority() throws {
    var bank = try Bank(stakes: [26_000, 25_000, 25_000, 24_000].map { Amount.tokens($0) })
    for wrong in [[0, 1], [0, 2], [0, 3], [1, 2]] as [Set<Int>] {
      let lies = bank.settle(bank.outcome(1), by: [0, 1, 2, 3], wrong: wrong)
      #expect(try bank.ask(0, lies) == .refused(.noQuorum, operation: 0))
      let alone = bank.settle(bank.outcome(1, isProved: false), by: wrong.sorted())
      #expect(try bank.ask(0, alone) == .refused(.noQuorum, operation: 0))
    }
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

  @Test("8.3: an accuracy under 95 % in the window raises an alert")
  func requirement83() throws {
    var economy = Economy()
    economy.accuracyWindow = 20
    var bank = try Bank(economy: economy)
    for number in 0..<20 { try bank.ask(0, bank.settle(bank.outcome(number), by: [0, 1, 2, 3])) }
    try bank.ask(0, bank.settle(bank.outcome(20), by: [0, 1, 2, 3], wrong: [1]))
    #expect(!bank.ledger.events.contains(.inaccurate(1, permille: 950)), "95 % are enough")
    try bank.ask(0, bank.settle(bank.outcome(21), by: [0, 1, 2, 3], wrong: [1]))
    #expect(bank.ledger.events.contains(.inaccurate(1, permille: 900)))
  }

  @Test("8.4: what each node earned is known exactly")
  func requirement84() throws {
    var bank = try Bank()
    for number in 0..<10 {
      try bank.ask(0, bank.settle(bank.outcome(number), by: [0, 1, 2, 3], wrong: [1]))
    }
    let earned = try bank.ledger.validators().map(\.earned.units)
    #expect(earned[1] == 0)
    #expect(earned.reduce(0, +) == (try bank.ledger.supply().rewarded.units))
  }

  @Test("8.5: an incident is recorded, and the block holds the evidence")
  func requirement85() throws {
    var bank = try Bank()
    let evidence = bank.doubleSigning(2)
    try bank.ask(0, evidence)
    guard case .convict(let proof) = evidence else { return }
    #expect(try bank.ledger.record(.offence(Offence(proof).digest)) == .mark(bank.height))
    #expect(bank.ledger.events.contains(.slashed(2, .doubleSigning, .tokens(2_000))))
    #expect(try bank.ask(0, evidence) == .refused(.punished, operation: 0))
  }
}
