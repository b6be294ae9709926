import Foundation
import Testing
import Witan
import WitanCrypto
import WitanLedger

@Suite("The ledger without a cluster")
struct FrontPageTests {
  private let authority = SimulatedAuthority(seed: 1)

  @Test("The lines of the front page compile and do what they say")
  func frontPage() throws {
    let adasSigner = authority.signer(1)
    let (ada, bob) = (adasSigner.publicKey, authority.signer(2).publicKey)
    // front page
    var endowment = Endowment()
    endowment.balances = [(ada, .tokens(100))]
    var ledger = try Ledger(endowment)

    let give = LedgerOperation.transfer(to: bob, amount: .tokens(5), nonce: 0)
    let request = Request(
      number: 1, expiry: 100, operations: [give.encoded], signer: adasSigner, chain: .zero)
    let block = Block(
      height: 1, previous: .zero, proposer: 0, timestamp: 0, epoch: 0, requests: [request])
    let receipts = try ledger.execute(block.requests, in: block.header)  // [.done]

    let proof = try LedgerProof(of: .account(bob), in: ledger.tree)
    let record = try proof.record(under: ledger.root)  // 5 tokens, for whoever trusts the root
    // front page
    #expect(receipts == [.done])
    var account = Account()
    account.balance = .tokens(5)
    #expect(record == .account(account))

    let source = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
    let lines = source.split(separator: "    // front page\n")[1].split(separator: "\n")
      .map { $0.drop { $0 == " " } }
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(
      contentsOf: root.appending(path: "Sources/WitanLedger/WitanLedger.docc/WitanLedger.md"),
      encoding: .utf8)
    for line in lines { #expect(page.contains(line), "the front page shows other lines") }
  }

  /// One process that counts by itself: signatures are checked, each request runs once, states are certified, and a
  /// client checks what it is told, as it does with many.
  @Test("A network of one runs the ledger with everything that many have")
  func networkOfOne() throws {
    let scheme = SignatureScheme.simulated(authority)
    let (signer, client) = (authority.signer(0), authority.signer(1))
    var endowment = Endowment()
    endowment.balances = [(client.publicKey, .tokens(100))]
    endowment.seats = [
      .init(id: 0, key: signer.publicKey, owner: signer.publicKey, stake: .tokens(1_000))
    ]
    var ledger = try Ledger(endowment)
    var parameters = Parameters()
    parameters.checkpointInterval = 2
    parameters.window = 4
    let genesis = try Genesis(
      name: "one", members: endowment.members, parameters: parameters,
      applicationRoot: ledger.root)
    ledger.network = Ledger.Network(genesis: genesis, scheme: scheme)
    var replica = Replica(genesis: genesis, identity: 0, signer: signer, scheme: scheme)
    var host = StateMachineHost(ledger)
    var effects = Effects()
    replica.start(at: 0, into: &effects)

    func run(_ input: Input) -> [Effect] {
      var (answers, outside) = ([input], [Effect]())
      while !answers.isEmpty {
        replica.handle(answers.removeFirst(), at: 1, into: &effects)
        for effect in effects.list {
          if let answer = host.answer(effect, clock: 1) {
            answers.append(answer)
          } else {
            outside.append(effect)
          }
        }
        effects.removeAll()
      }
      return outside
    }
    func receipts(_ effects: [Effect]) -> [LedgerReceipt?] {
      effects.compactMap { effect in
        guard case .reply(let reply) = effect, case .result(let bytes) = reply.body.outcome else {
          return nil
        }
        return LedgerReceipt(bytes)
      }
    }
    func request(_ number: UInt64, _ operation: LedgerOperation, by signer: Signer) -> Request {
      Request(
        number: number, expiry: 100, operations: [operation.encoded], signer: signer,
        chain: genesis.digest)
    }
    let bob = authority.signer(2).publicKey
    let first = request(1, .transfer(to: bob, amount: .tokens(5), nonce: 0), by: client)
    let second = request(2, .transfer(to: bob, amount: .tokens(6), nonce: 1), by: client)
    #expect(receipts(run(.request(try replica.verifier.verify(first)))) == [.done])
    #expect(receipts(run(.request(try replica.verifier.verify(second)))) == [.done])
    // Again: the answer is what it was, and nothing is done a second time.
    _ = run(.request(try replica.verifier.verify(first)))
    #expect(try host.machine.account(of: bob).balance == .tokens(11))
    let forged = Request(
      number: 3, expiry: 100, operations: first.operations, signer: authority.signer(9),
      chain: SHA256.hash([1]))
    #expect(throws: Rejection.self) { try replica.verifier.verify(forged) }
    #expect(replica.stableCheckpoint?.summary.applicationRoot == host.machine.root)
  }
}
