import Testing
import Witan
import WitanCrypto
import WitanLedger
import WitanProofs

@testable import WitanNode

@Suite(.timeLimit(.minutes(2))) struct JudgingHostTests {
  private let authority = SimulatedAuthority(seed: 6)
  private let genesis: Genesis
  private let first: Ledger

  init() throws {
    var endowment = Endowment()
    endowment.seats = (0..<4).map { index in
      let key = SimulatedAuthority(seed: 6).signer(UInt64(index)).publicKey
      return .init(id: ReplicaID(UInt32(index)), key: key, owner: key, stake: .tokens(10_000))
    }
    first = try Ledger(endowment)
    genesis = try Genesis(
      name: "aside", members: endowment.members, applicationRoot: first.root,
      application: ProofRules().encoded)
  }

  private func ledger(_ court: some Adjudicator) throws -> Ledger {
    var ledger = first
    ledger.network = try Ledger.Network(
      genesis: genesis, scheme: .simulated(authority), court: court)
    return ledger
  }

  private func aside(
    _ isolation: ProofPool.Isolation = .none, lanes: Int = 2, _ wakes: Gate<Int> = Gate(0)
  ) throws -> JudgingHost<Ledger> {
    let docket = Docket(ProofPool(isolation, lanes: lanes))
    return JudgingHost(StateMachineHost(try ledger(docket)), docket: docket) {
      wakes.enter { $0 += 1 }
    }
  }

  private func operation(_ number: Int, _ script: String, by author: UInt64 = 20) throws
    -> LedgerOperation
  {
    let claim = try Claim(
      "claim \(number)", script: Array("\(script) ; \(number)".utf8), budget: 100_000)
    return .prove(SignedClaim(claim, author: authority.signer(author), chain: genesis.digest))
  }

  private func request(_ number: UInt64, _ operations: [LedgerOperation], by client: UInt64 = 20)
    -> Request
  {
    Request(
      number: number, expiry: 1_000, operations: operations.map(\.encoded),
      signer: authority.signer(client), chain: genesis.digest)
  }

  private func block(_ requests: [Request]) -> Block {
    Block(height: 1, previous: .zero, proposer: 0, timestamp: 1, epoch: 0, requests: requests)
  }

  /// A vote for a block, which is false if the block is.
  private func denounced(_ block: Block, _ places: [Int]) -> LedgerOperation {
    let vote = Statement(.prepare, epoch: 0, view: 0, sequence: 1, digest: block.digest)
      .signed(by: 1, with: authority.signer(1), chain: genesis.digest)
    return .denounce(FalseVote(vote: vote, block: BlockExcerpt(block, at: places)), lineage: [])
  }

  @Test func `what is answered later is what whoever waits is answered at once`() throws {
    let (holds, fails) = (LoneNode.holds, LoneNode.fails)
    var unsigned = try operation(1, holds)
    if case .prove(let claim) = unsigned {
      unsigned = .prove(
        SignedClaim(
          claim.claim, author: claim.author, signature: Signature(), countersignatures: []))
    }
    let (good, bad) = (try operation(2, holds), try operation(3, fails))
    let liesInFirst = block([request(9, [bad]), request(8, [good])])
    let bundles: [[LedgerOperation]] = [
      [good], [bad], [good, try operation(4, holds)], [good, bad], [unsigned], [good, unsigned],
      [try operation(5, "(assert")], [.transfer(to: PublicKey(), amount: 1, nonce: 0)],
      [denounced(liesInFirst, [0])], [denounced(liesInFirst, [1])],
      [denounced(liesInFirst, [0]), denounced(liesInFirst, [0, 1])],
    ]
    let requests = bundles.enumerated().map { request(UInt64($0.offset), $0.element) }
    var asked: [Effect] = requests.map { .offer($0) }
    asked += requests.map { .validate(block([$0]), parent: .zero) }
    for first in requests {
      asked.append(.validate(block([first, requests[0], requests[7]]), parent: .zero))
    }
    asked.append(.validate(block(Array(requests[0...2])), parent: .zero))
    for effect in asked {
      var here = StateMachineHost(try ledger(Judge()))
      let expected = here.answer(effect, clock: 1).map { ["\($0)"] } ?? []
      let wakes = Gate(0)
      var host = try aside(.none, lanes: 1, wakes)
      var answers: [Input] = host.answer(effect, clock: 1).map { [$0] } ?? []
      while host.waiting > 0 {
        wakes.take()
        answers += host.resume(clock: 1)
      }
      #expect(answers.map { "\($0)" } == expected, "\(effect)")
      #expect(
        "\(host.host.answer(.assemble(count: 9, bytes: 1 << 20), clock: 1)!)"
          == "\(here.answer(.assemble(count: 9, bytes: 1 << 20), clock: 1)!)")
    }
  }

  private static let mute = ProofPool.Isolation.processes(
    executable: "/bin/sh", arguments: ["-c", "exec sleep 600"])

  @Test func `what is wrong with a block whoever judges is said at once`() throws {
    var host = try aside(Self.mute)
    let good = try operation(1, LoneNode.holds)
    var late = block([request(1, [good])])
    #expect(host.answer(.validate(late, parent: .zero), clock: 1) == nil)
    #expect(host.waiting == 1)
    late = Block(
      height: 1, previous: .zero, proposer: 0, timestamp: .seconds(3_600), epoch: 0, requests: [])
    guard case .validated(_, .invalid)? = host.answer(.validate(late, parent: .zero), clock: 1)
    else {
      Issue.record("it waits")
      return
    }
    // Two that are the same: no solver is needed to refuse them.
    let twice = block([request(2, [good, good])])
    guard case .validated(_, .invalid)? = host.answer(.validate(twice, parent: .zero), clock: 1)
    else {
      Issue.record("it waits")
      return
    }
  }

  @Test func `an offer that is withdrawn while it waits is never proposed`() throws {
    let wakes = Gate(0)
    var host = try aside(.none, lanes: 1, wakes)
    let requests = try (0..<3).map { request(UInt64($0), [try operation($0, LoneNode.holds)]) }
    for request in requests { #expect(host.answer(.offer(request), clock: 1) == nil) }
    // One is being judged, and two wait for that.
    _ = host.answer(.withdraw([requests[0].digest, requests[2].digest]), clock: 1)
    while host.waiting > 0 {
      wakes.take()
      #expect(host.resume(clock: 1).isEmpty)
    }
    guard
      case .assembled(let digests, _)? = host.answer(
        .assemble(count: 9, bytes: 1 << 20), clock: 1)
    else { return }
    #expect(digests == [requests[1].digest])
  }

  @Test func `clients take turns, whoever has brought most`() throws {
    let wakes = Gate(0)
    var host = try aside(.none, lanes: 1, wakes)
    let flood = try (0..<6).map { request(UInt64($0), [try operation($0, LoneNode.holds)]) }
    for request in flood { _ = host.answer(.offer(request), clock: 1) }
    let other = request(1, [try operation(99, LoneNode.holds, by: 21)], by: 21)
    _ = host.answer(.offer(other), clock: 1)
    var judged: [Digest] = []
    while host.waiting > 0 {
      wakes.take()
      _ = host.resume(clock: 1)
      if case .assembled(let digests, _)? = host.answer(
        .assemble(count: 9, bytes: 1 << 20), clock: 1)
      {
        judged += digests
      }
    }
    #expect(judged.count == 7)
    #expect(judged.prefix(3).contains(other.digest), "one of the flood was under way, one was next")
  }
}
