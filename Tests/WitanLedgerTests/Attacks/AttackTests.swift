import Synchronization
import Testing
import Witan
import WitanCrypto

@testable import WitanLedger

/// What somebody might try who wants more than is due to him, or others to have less.
@Suite("Attacks on the ledger")
struct AttackTests {
  @Test("Evidence counts in whatever epoch it was gathered, and only on its own network")
  func evidenceOfAnyEpoch() throws {
    var bank = try Bank()
    func votes(_ epoch: Epoch, on chain: Digest) -> LedgerOperation {
      let votes = (UInt8(0)...1).map { byte in
        Statement(.commit, epoch: epoch, view: 7, sequence: 9, digest: SHA256.hash([byte]))
          .signed(by: 1, with: Bank.validatorSigner(1), chain: chain)
      }
      return .convict(.conflict(votes[0], votes[1]))
    }
    #expect(
      try bank.ask(0, votes(40, on: SHA256.hash([1]))) == .refused(.noOffence, operation: 0))
    #expect(try bank.stake(1) == .tokens(10_000))
    #expect(try bank.ask(0, votes(40, on: bank.chain)) == .done)
    #expect(try bank.stake(1) == .tokens(8_000))
    #expect(try bank.ask(0, votes(40, on: bank.chain)) == .refused(.punished, operation: 0))
    #expect(try bank.ask(0, votes(41, on: bank.chain)) == .done)
  }

  @Test(
    "One offence is punished once: in a bundle, in a block, and with any two of three statements")
  func punishedOnce() throws {
    var bank = try Bank()
    let votes = (UInt8(0)...2).map { byte in
      Statement(.prepare, epoch: 0, view: 0, sequence: 9, digest: SHA256.hash([byte]))
        .signed(by: 1, with: Bank.validatorSigner(1), chain: bank.chain)
    }
    let proofs = [(0, 1), (1, 2), (2, 0)].map {
      LedgerOperation.convict(.conflict(votes[$0.0], votes[$0.1]))
    }
    #expect(try bank.ask(0, proofs[0], proofs[1]) == .refused(.punished, operation: 1))
    #expect(try bank.stake(1) == .tokens(10_000), "a bundle is done whole or not at all")
    #expect(
      try bank.block(proofs.enumerated().map { ($0.offset, [$0.element]) })
        == [.done, .refused(.punished, operation: 0), .refused(.punished, operation: 0)])
    #expect(try bank.stake(1) == .tokens(8_000))
  }

  @Test("Names cost nothing and get no place among the validators; a place costs the minimum stake")
  func roster() throws {
    var bank = try Bank(balance: .tokens(5_000), unstakeDelay: 2)
    func register(_ index: Int) throws {
      let id = ReplicaID(UInt32(index))
      let signer = Bank.validatorSigner(index)
      let signed = LedgerOperation.registration(id, owner: Bank.key(0), chain: bank.chain)
      let signature = signed.withUnsafeBytes { signer.sign($0) }
      try bank.ask(0, .register(id, key: signer.publicKey, signature: signature))
    }
    func names() throws -> [ReplicaID] { try bank.ledger.validators().map(\.id) }
    for index in 4..<12 { try register(index) }
    try bank.ask(0, .stake(5, amount: .tokens(999), nonce: 0))
    #expect(try names() == [0, 1, 2, 3])
    try bank.ask(0, .stake(5, amount: .tokens(1), nonce: 1))
    try bank.ask(0, .stake(4, amount: .tokens(1_500), nonce: 2))
    #expect(try names() == [0, 1, 2, 3, 4, 5])
    // What was slashed below the minimum stays to be seen; who takes it away himself gives up the place.
    try bank.ask(1, bank.doubleSigning(5))
    #expect(try names() == [0, 1, 2, 3, 4, 5])
    try bank.ask(0, .unstake(4, amount: .tokens(501)))
    #expect(try names() == [0, 1, 2, 3, 4, 5])
    try bank.block([])
    #expect(try bank.ask(0, .withdraw(4)) == .done)
    #expect(try names() == [0, 1, 2, 3, 5])
    try bank.ask(0, .stake(4, amount: .tokens(1), nonce: 3))
    #expect(try names() == [0, 1, 2, 3, 4, 5])
  }

  @Test("Who spends the same in two blocks, in one bundle or again spends it once or not at all")
  func doubleSpends() throws {
    var bank = try Bank()
    let one = LedgerOperation.transfer(to: Bank.key(1), amount: .tokens(600), nonce: 0)
    let two = LedgerOperation.transfer(to: Bank.key(2), amount: .tokens(600), nonce: 0)
    #expect(try bank.ask(0, one, two) == .refused(.doubleSpend, operation: 0))
    #expect(try bank.ask(0, one, one) == .refused(.wrongNonce, operation: 1))
    #expect(try bank.balance(0) == .tokens(1_000))
    #expect(try bank.ask(0, one) == .done)
    for _ in 0..<2 { #expect(try bank.ask(0, two) == .refused(.wrongNonce, operation: 0)) }
    // What one account spends twice takes nothing from the others in the block.
    let other = LedgerOperation.transfer(to: Bank.key(3), amount: 5, nonce: 0)
    let stake = LedgerOperation.stake(0, amount: 1, nonce: 1)
    let next = LedgerOperation.transfer(to: Bank.key(1), amount: 1, nonce: 1)
    #expect(
      try bank.block([(0, [stake]), (4, [other]), (0, [next])]) == [
        .refused(.doubleSpend, operation: 0), .done, .refused(.doubleSpend, operation: 0),
      ])
    #expect(try bank.total() == 0)
  }

  @Test("Nothing there may be most of wraps around: balances, stakes, numbers and tallies")
  func overflow() throws {
    var endowment = Endowment()
    let most = Amount(Amount.limit.units - 10)
    endowment.balances = [(Bank.key(0), most), (Bank.key(1), 10)]
    var ledger = try Ledger(endowment)
    func run(_ client: Int, _ operation: LedgerOperation) throws -> LedgerReceipt? {
      let request = Request(
        number: 1, expiry: .init(.max), operations: [operation.encoded],
        signer: Bank.signer(client),
        chain: .zero)
      let header = Block(
        height: .init(.max), previous: .zero, proposer: 0, timestamp: 1, epoch: .init(.max),
        requests: [request]
      ).header
      return try ledger.execute([request], in: header).first
    }
    let all = LedgerOperation.transfer(to: Bank.key(1), amount: most, nonce: 0)
    #expect(try run(0, all) == .done)
    #expect(try ledger.account(of: Bank.key(1)).balance == .limit)
    #expect(
      try run(1, .transfer(to: Bank.key(0), amount: .limit, nonce: .max))
        == .refused(.wrongNonce, operation: 0))
    #expect(try run(1, .transfer(to: Bank.key(1), amount: .limit, nonce: 0)) == .done)
    // An amount beyond the limit doesn't even decode.
    let beyond = LedgerOperation.transfer(to: Bank.key(0), amount: Amount(.max), nonce: 1)
    #expect(try run(1, beyond) == .refused(.malformed, operation: 0))
    #expect(Amount.limit.tallied(with: .limit) == .limit)
    #expect(Amount(.max).tallied(with: Amount(.max)) == .limit)
    #expect(try ledger.tree.audit().holdings == 0)
  }

  @Test("A block holds few attributions, the refused ones included: each takes long to check")
  func attributions() throws {
    let secrets = (UInt8(0)..<3).compactMap {
      Ed25519.SecretKey(seed: [UInt8](repeating: $0, count: 32))
    }.sorted { $0.publicKey < $1.publicKey }
    let keys = secrets.map(\.publicKey)
    let ring = LedgerOperation.ringDigest(keys)
    var bank = try Bank()
    try bank.block([(0, [.formRing(keys)]), (1, [bank.settle(bank.outcome(1), by: [0, 1, 2])])])
    func attribution(on chain: Digest) throws -> LedgerOperation {
      let message = LedgerOperation.attribution(claim: bank.claim(1), ring: ring, chain: chain)
      let signature = try #require(RingSignature(message, by: secrets[0], in: keys, scope: ring))
      return .attribute(claim: bank.claim(1), ring: ring, signature: signature)
    }
    let junk = try attribution(on: .zero)
    let good = try attribution(on: bank.chain)
    let flood = Array(repeating: (2, [junk]), count: 20) + [(3, [good])]
    let receipts = try bank.block(flood)
    #expect(receipts.count { $0 == .refused(.badSignature, operation: 0) } == 16)
    #expect(receipts.last == .refused(.crowded, operation: 0))
    #expect(try bank.ask(3, good) == .done, "in the next block there is room again")
  }

  @Test("Where the state can't be read nothing is done, and later everything is as before")
  func unreadable() throws {
    var bank = try Bank()
    try bank.ask(0, bank.transfer(0, 1, 5))
    var store = TreeStore(MemoryBacking())
    try store.keep(bank.ledger.tree, at: 1)
    let isBroken = Switch()
    let inner = store.backing.source
    var tree = try #require(try store.latest()).tree
    tree.source = NodeSource { (digest) throws(TreeFault) in
      if isBroken.isOn { throw .unreadable("the disk is gone") }
      return try inner.read(digest)
    }
    bank.ledger = try Ledger(tree: tree, network: bank.ledger.network)
    let root = bank.ledger.root
    let request = bank.request(0, [try bank.transfer(0, 1, .tokens(7))])
    let header = Block(
      height: 2, previous: .zero, proposer: 0, timestamp: 1, epoch: 0, requests: [request]
    ).header
    bank.ledger.begin([request], in: header)
    #expect(LedgerReceipt(bank.ledger.apply(request, in: header)) == .done)
    isBroken.turn(on: true)
    bank.ledger.end(header)
    #expect(bank.ledger.root == root && bank.ledger.events.isEmpty)
    #expect(
      try bank.ledger.execute([request], in: header) == [.refused(.unreadable, operation: 0)])
    isBroken.turn(on: false)
    #expect(try bank.balance(0) == Amount(Amount.tokens(1_000).units - 5))
    try bank.block([])
    #expect(bank.ledger.root == root, "nothing was left of what couldn't be done")
  }

  @Test("A small state hidden whole is no piece of it, whatever it is said to weigh")
  func hiddenPiece() throws {
    let bank = try Bank()
    let image = bank.ledger.image
    #expect(image.count == 1)
    for weight in [0, 1, bank.ledger.tree.weight] as [UInt64] {
      let hidden = TreeProof([.stub(image.root, weight: weight)])
      #expect(!LedgerImage.verifies(hidden.encoded, proof: [], at: 0, of: 1, root: image.root))
      #expect(
        TreeChunk.entries(of: hidden, at: 0, of: 1, under: image.root) == nil)
      #expect(throws: Malformed.self) { try TreeProof(decoding: hidden.encoded) }
    }
  }
}

/// Something that is on or off for everybody who looks.
private final class Switch: Sendable {
  private let state = Mutex(false)
  var isOn: Bool { state.withLock { $0 } }
  func turn(on: Bool) { state.withLock { $0 = on } }
}
