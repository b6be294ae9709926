import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanLedger

@Suite("Stakes")
struct StakeTests {
  /// Registers a validator and stakes for it; its key is that of `Bank.validatorSigner(index)`.
  private func join(_ bank: inout Bank, _ index: Int, owner: Int, stake: Amount) throws {
    let id = ReplicaID(UInt32(index))
    let signed = LedgerOperation.registration(id, owner: Bank.key(owner), chain: bank.chain)
    let signer = Bank.validatorSigner(index)
    let signature = signed.withUnsafeBytes { signer.sign($0) }
    let receipt = try bank.ask(
      owner, .register(id, key: signer.publicKey, signature: signature),
      .stake(id, amount: stake, nonce: try bank.nonce(owner)))
    try #require(receipt == .done)
  }

  @Test("Who stakes the minimum is among the next members; who has less isn't")
  func joins() throws {
    var bank = try Bank(balance: .tokens(5_000))
    #expect(bank.ledger.nextMembers == nil)
    try join(&bank, 4, owner: 0, stake: .tokens(999))
    #expect(bank.ledger.nextMembers == nil)
    #expect(try bank.ask(0, .stake(4, amount: .tokens(1), nonce: bank.nonce(0))) == .done)
    let next = try #require(bank.ledger.nextMembers)
    #expect(next.map(\.id) == [0, 1, 2, 3, 4])
    #expect(next.last?.power == VotingPower(Amount.tokens(1_000).units))
  }

  @Test("They take office in the first block of the next epoch, and not before")
  func epochBoundary() throws {
    var bank = try Bank(balance: .tokens(5_000))
    try join(&bank, 4, owner: 0, stake: .tokens(2_000))
    let all = bank.settle(bank.outcome(1), by: [0, 1, 2, 3, 4])
    #expect(try bank.ask(1, all) == .refused(.notInOffice, operation: 0))
    bank.epoch = 1
    try bank.block([])
    #expect(try bank.ledger.office()?.seats.count == 5)
    #expect(bank.ledger.nextMembers == nil)
    #expect(try bank.ask(1, all) == .done)
  }

  @Test("Stake comes back after the delay, to its owner alone, and doesn't vote meanwhile")
  func unstakes() throws {
    var economy = Economy()
    economy.unstakeDelay = 3
    var bank = try Bank(economy: economy)
    #expect(try bank.ask(0, .unstake(1, amount: 5)) == .refused(.notOwner, operation: 0))
    #expect(try bank.ask(101, .unstake(1, amount: .tokens(9_500))) == .done)
    #expect(try bank.stake(1) == .tokens(500))
    #expect(bank.ledger.nextMembers?.map(\.id) == [0, 2, 3])
    #expect(try bank.ask(101, .withdraw(1)) == .refused(.notDue, operation: 0))
    try bank.block([])
    #expect(try bank.ask(100, .withdraw(1)) == .refused(.notOwner, operation: 0))
    #expect(try bank.ask(101, .withdraw(1)) == .done)
    #expect(try bank.ledger.account(of: Bank.owner(1)).balance == .tokens(9_500))
    #expect(
      try bank.ask(101, .unstake(1, amount: .tokens(501))) == .refused(.insufficient, operation: 0))
    #expect(try bank.total() == 0)
  }

  @Test("A key is registered only by whoever has it, and once")
  func registration() throws {
    var bank = try Bank()
    let signer = Bank.validatorSigner(9)
    func registration(_ id: ReplicaID, by owner: Int, for named: Int) -> LedgerOperation {
      let signed = LedgerOperation.registration(id, owner: Bank.key(named), chain: bank.chain)
      return .register(
        id, key: signer.publicKey, signature: signed.withUnsafeBytes { signer.sign($0) })
    }
    #expect(
      try bank.ask(0, registration(9, by: 0, for: 1)) == .refused(.badSignature, operation: 0))
    #expect(try bank.ask(0, registration(9, by: 0, for: 0)) == .done)
    #expect(try bank.ask(1, registration(8, by: 1, for: 1)) == .refused(.taken, operation: 0))
    #expect(try bank.ledger.validator(9)?.owner == Bank.key(0))
  }

  @Test("As many validators can be in office as a network may have members, and no more")
  func manyMembers() throws {
    var endowment = Endowment()
    endowment.seats = (UInt32(0)..<4_097).map { index in
      let key = SHA256.hash(withUnsafeBytes(of: index.littleEndian) { Array($0) })
      let bytes = PublicKey(bytes: key.bytes) ?? PublicKey()
      return .init(id: ReplicaID(index), key: bytes, owner: bytes, stake: .tokens(1_000))
    }
    #expect(throws: LedgerRefusal.malformed) { try Ledger(endowment) }
    endowment.seats.removeLast()
    let ledger = try Ledger(endowment)
    #expect(try ledger.office()?.seats.count == 4_096)
    #expect(ledger.nextMembers == nil)
    let (answer, place) = (ledger.answer(StateKey.office.encoded), ledger.image)
    #expect(ledger.prove(StateKey.office.encoded, in: place)?.answer == answer)
    #expect(
      LedgerImage.verifies(
        try #require(place.chunk(0)).bytes, proof: [], at: 0, of: place.count, root: place.root))
  }

  @Test("One purse over many validators weighs what it weighs in one")
  func onePurse() {
    property(cases: 40) { draw in
      let purse = Amount.tokens(40_000)
      let parts = draw.integer(in: 1...12)
      let each = purse.share(1, of: UInt64(parts))
      let bank = try Bank(
        validators: 3 + parts,
        stakes: [Amount](repeating: .tokens(20_000), count: 3)
          + [Amount](repeating: each, count: parts))
      let seats = try #require(try bank.ledger.office()).seats
      let power = seats.dropFirst(3).reduce(VotingPower(0)) { $0 + $1.power }
      try expect(power.rawValue <= purse.units)
      try expect(power.rawValue > purse.units - UInt64(parts))
      let quorum = Quorum(total: seats.reduce(VotingPower(0)) { $0 + $1.power })
      try expect(!quorum.isReached(by: power), "40 % of the stake decide nothing")
    }
  }
}
