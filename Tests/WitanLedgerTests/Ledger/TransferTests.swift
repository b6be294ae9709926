import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanLedger

@Suite("Accounts and transfers")
struct TransferTests {
  @Test("A transfer moves an amount and uses up a number")
  func moves() throws {
    var bank = try Bank()
    #expect(try bank.ask(0, bank.transfer(0, 1, .tokens(3))) == .done)
    #expect(try bank.balance(0) == .tokens(997))
    #expect(try bank.balance(1) == .tokens(1_003))
    #expect(try bank.nonce(0) == 1)
  }

  @Test("Who gives to himself has as much as before")
  func toSelf() throws {
    var bank = try Bank()
    #expect(try bank.ask(0, bank.transfer(0, 0, .tokens(3))) == .done)
    #expect(try bank.balance(0) == .tokens(1_000))
    #expect(try bank.total() == 0)
  }

  @Test(
    "More than there is, a used number, nothing at all and a foreign operation are refused by name")
  func refusals() throws {
    var bank = try Bank()
    let root = bank.ledger.root
    #expect(
      try bank.ask(0, bank.transfer(0, 1, .tokens(1_001))) == .refused(.insufficient, operation: 0))
    #expect(
      try bank.ask(0, .transfer(to: Bank.key(1), amount: 1, nonce: 5))
        == .refused(.wrongNonce, operation: 0))
    #expect(try bank.ask(0, bank.transfer(0, 1, 0)) == .refused(.nothing, operation: 0))
    let alien = Request(
      number: 99, expiry: 99, operations: [[77]], signer: Bank.signer(0), chain: bank.chain)
    #expect(!bank.ledger.admits(alien))
    let header = Block(
      height: 9, previous: .zero, proposer: 0, timestamp: 1, epoch: 0, requests: [alien]
    ).header
    #expect(try bank.ledger.execute([alien], in: header) == [.refused(.malformed, operation: 0)])
    #expect(bank.ledger.root == root)
  }

  @Test("A bundle is done whole or not at all, and its receipt names the operation that failed")
  func atomic() throws {
    var bank = try Bank()
    let root = bank.ledger.root
    let receipt = try bank.ask(
      0, .transfer(to: Bank.key(1), amount: .tokens(600), nonce: 0),
      .transfer(to: Bank.key(2), amount: .tokens(600), nonce: 1))
    #expect(receipt == .refused(.insufficient, operation: 1))
    #expect(LedgerReceipt(receipt.bytes) == receipt)
    #expect(bank.ledger.root == root)
  }

  @Test("Any transfers keep the sum of everything, and nobody has less than nothing")
  func conserved() {
    property(cases: 60) { draw in
      var bank = try Bank(balance: .tokens(10))
      for _ in 0..<draw.integer(in: 1...4) {
        let wishes = try (0..<draw.integer(in: 0...5)).map { _ in
          let from = draw.integer(in: 0...5)
          let amount = Amount(try draw(.integers(in: 0...12_000_000)))
          return (
            from,
            [
              LedgerOperation.transfer(
                to: Bank.key(draw.integer(in: 0...7)), amount: amount,
                nonce: try bank.nonce(from) + draw.integer(in: UInt64(0)...1))
            ]
          )
        }
        try bank.block(wishes)
        try expect(try bank.total() == 0)
      }
      var history = bank.history()
      for transition in bank.transitions { try history.append(transition) }
      try expect(history.root == bank.ledger.root)
    }
  }

  @Test("The first endowment is refused when there would be too much of anything")
  func tooMuch() {
    var endowment = Endowment()
    endowment.balances = [(Bank.key(0), .limit), (Bank.key(1), 1)]
    #expect(throws: LedgerRefusal.overflow) { try Ledger(endowment) }
  }
}
