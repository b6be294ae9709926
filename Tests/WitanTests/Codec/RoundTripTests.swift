import PropertyKit
import Testing
import WitanCrypto
import WitanDraw

@testable import Witan

/// What is written reads back equal, for random values of every type.
@Suite struct RoundTripTests {
  private func expectRoundTrips<Value: Canonical & Equatable & SendableMetatype>(
    _ name: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ make: @escaping @Sendable (inout Draw) -> Value?
  ) {
    property(name, cases: 60, sourceLocation: sourceLocation) { draw in
      guard let value = make(&draw) else { throw Discard() }
      let bytes = value.encoded
      draw.note("\(value)")
      let again = try Value(decoding: bytes)
      #expect(again == value)
      #expect(again.encoded == bytes)
    }
  }

  @Test("Every kind of message", arguments: StatementKind.allCases.map(Optional.some) + [nil])
  func messages(_ kind: StatementKind?) {
    expectRoundTrips("message") { $0.message(kind) }
  }

  @Test("Blocks, requests, and statements")
  func blocks() {
    expectRoundTrips("request") { $0.request() }
    expectRoundTrips("block") { $0.block() }
    expectRoundTrips("header") { $0.block().header }
    for kind in StatementKind.allCases {
      expectRoundTrips("statement") { $0.statement(kind) }
    }
  }

  @Test("Certificates, locks and what they are made of")
  func certificates() {
    expectRoundTrips("signatures") { $0.signatures() }
    expectRoundTrips("lock") { $0.lock() }
    expectRoundTrips("commit") { $0.commitCertificate($0.block().header) }
    expectRoundTrips("checkpoint") { $0.checkpointCertificate() }
    expectRoundTrips("summary") { $0.checkpointCertificate().summary }
    expectRoundTrips("change") { $0.epochChange() }
    expectRoundTrips("members") { $0.membership() }
  }

  @Test("Replies and answers")
  func clients() {
    expectRoundTrips("outcome") { $0.outcome() }
    expectRoundTrips("reply") {
      $0.sealed(
        .reply, ReplyBody(client: $0.fixed(), number: $0.number(), outcome: $0.outcome()))
    }
    expectRoundTrips("answer") {
      let certification = AnswerBody.Certification(
        certificate: $0.checkpointCertificate(), proof: $0.bytes(1...9))
      let outcome = $0.outcome()
      var isResult = false
      if case .result = outcome { isResult = true }
      return $0.sealed(
        .answer,
        AnswerBody(
          client: $0.fixed(), number: $0.number(), outcome: outcome,
          lineage: [$0.epochChange()].compactMap { $0 },
          certification: isResult && $0.chance(0.5) ? certification : nil))
    }
    let signer = SimulatedAuthority(seed: 1).signer(0)
    expectRoundTrips("query") {
      Query(
        number: $0.number(), mode: $0.chance(0.5) ? .fast : .certified(since: $0.counter()),
        knownEpoch: $0.counter(), content: $0.bytes(0...9), signer: signer, chain: $0.fixed())
    }
  }

  @Test("The journal's records")
  func records() {
    let makers: [@Sendable (inout Draw) -> Journal.Record?] = [
      { .accepted($0.sealed(.prePrepare, $0.block())) },
      { .block($0.block()) },
      { .viewChange($0.viewChange()) },
      { .opened($0.newView()) },
      { .locked($0.lock()) },
      { .decided($0.commitCertificate($0.block().header)) },
      { .leftView($0.viewChange()) },
      {
        .checkpoint(
          CheckpointImage(
            summary: $0.checkpointCertificate().summary, sessions: $0.bytes(0...99),
            nextMembers: $0.chance(0.5) ? $0.membership() : nil))
      },
      { .stable($0.checkpointCertificate()) },
      { $0.epochChange().map { .epoch($0) } },
    ]
    for make in makers { expectRoundTrips("record", make) }
  }

  @Test("Evidence of both forms")
  func evidence() {
    expectRoundTrips("conflict") {
      let kind = $0.pick(StatementKind.allCases) ?? .commit
      return Evidence.conflict($0.statement(kind), $0.statement(kind))
    }
    expectRoundTrips("omission") {
      Evidence.omission(commit: $0.statement(.commit), viewChange: $0.viewChange())
    }
  }

  @Test("A body after a statement of a kind that has another body, or none, is refused")
  func kindsOfBody() throws {
    var draw = Draw(seed: 3)
    let bodies: [(any StatementBody, [StatementKind])] = [
      (draw.block(), [.prePrepare, .block]),
      (draw.viewChange().body, [.viewChange]),
      (draw.newView().body, [.newView]),
      (draw.viewChangeQuery(), [.fetchViewChanges]),
      (draw.decision(), [.decision]),
      (draw.manifest(), [.manifest]),
      (ReplyBody(client: draw.fixed(), number: 1, outcome: draw.outcome()), [.reply]),
    ]
    for (body, kinds) in bodies {
      for kind in StatementKind.allCases {
        #expect(Self.reads(body, kind, &draw) == kinds.contains(kind), "\(kind)")
      }
    }
  }

  private static func reads<Body: StatementBody>(
    _ body: Body, _ kind: StatementKind, _ draw: inout Draw
  ) -> Bool {
    (try? Sealed<Body>(decoding: draw.sealed(kind, body).encoded)) != nil
  }

  @Test("A body to which the statement's digest doesn't commit is refused")
  func digestOfBody() {
    var draw = Draw(seed: 4)
    let sealed = Sealed(signed: draw.statement(.block), body: draw.block())
    #expect(throws: Malformed.invalid("statement's digest")) {
      try Message(decoding: Message.block(sealed).encoded)
    }
  }
}
