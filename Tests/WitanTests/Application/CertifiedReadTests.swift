import Testing
import WitanCrypto
import WitanSimulation

@testable import Witan

/// Certified reads from real replicas, and from one that lies.
@Suite("Certified reads")
struct CertifiedReadTests {
  private let fault: @Sendable (Unproved) -> LightClient.Fault = { .unproved($0) }

  /// Replicas with certified states after 4 and 8: key 1 has the sequence of its last change, key 2 has 2.
  private func stage() throws -> Stage {
    var stage = try Stage()
    for number in UInt64(1)...8 {
      let key: UInt8 = number == 2 ? 2 : 1
      try stage.submit(stage.request(number, .put(key: [key], value: [UInt8(number)])))
      stage.run()
    }
    return stage
  }

  private func ask(_ stage: inout Stage, _ query: Query) throws -> Answer {
    stage.handle(.query(try stage[3].verifier.verify(query)), at: 3)
    return try #require(stage.players[3].answers.last)
  }

  private func ask(
    _ stage: inout Stage, _ key: UInt8, since: SequenceNumber = 0
  ) throws -> (Query, Answer) {
    let number = UInt64(stage.players[3].answers.count + 1)
    let query = stage.query([key], number: number, mode: .certified(since: since))
    return (query, try ask(&stage, query))
  }

  private func lie(
    _ stage: Stage, to query: Query, _ outcome: Outcome,
    _ certification: AnswerBody.Certification?, at sequence: SequenceNumber = 8
  ) -> Answer {
    stage.seal(
      .answer,
      AnswerBody(
        client: query.client, number: query.number, outcome: outcome,
        certification: certification),
      by: 3, at: sequence)
  }

  @Test("One replica proves what a key has, and that a key has nothing")
  func presenceAndAbsence() throws {
    var stage = try stage()
    var client = LightClient(genesis: stage.genesis, scheme: stage.scheme)
    for (key, finding) in [
      (1, .value([8])), (2, .value([2])), (0, .absent), (3, .absent),
    ] as [(UInt8, KeyValueStore.Finding)] {
      let (query, answer) = try ask(&stage, key)
      let bytes = try client.verify(answer, to: query, proving: KeyValueStore.check)
      #expect(KeyValueStore.Finding(bytes) == finding)
    }
    #expect(client.latest?.sequence == 8)
  }

  // Red if the application's check isn't asked, or asked about another question or state.
  @Test("What a liar proves of another key, by another state, or not at all, is refused")
  func lies() throws {
    var stage = try stage()
    let (first, right) = try ask(&stage, 1)
    let (_, other) = try ask(&stage, 2)
    let proof = try #require(other.body.certification)
    let own = try #require(right.body.certification)
    let client = LightClient(genesis: stage.genesis, scheme: stage.scheme)
    func refusal(_ answer: Answer) -> LightClient.Fault? {
      var client = client
      do throws(LightClient.Fault) {
        _ = try client.verify(answer, to: first, proving: KeyValueStore.check)
        return nil
      } catch {
        #expect(client.latest == nil, "what isn't proved is not remembered")
        return error
      }
    }
    #expect(refusal(right) == nil)
    #expect(
      refusal(lie(stage, to: first, other.body.outcome, proof))
        == fault(.irrelevant("the entry before")))
    #expect(refusal(lie(stage, to: first, other.body.outcome, own)) == fault(.otherAnswer))
    #expect(
      refusal(lie(stage, to: first, .result(KeyValueStore.Finding.absent.bytes), own))
        == fault(.otherAnswer))
    let empty = AnswerBody.Certification(certificate: own.certificate, proof: [])
    #expect(refusal(lie(stage, to: first, .result([]), empty)) == fault(.noProof))
    #expect(refusal(lie(stage, to: first, .result([]), nil)) == fault(.noProof))
    let rubbish = AnswerBody.Certification(certificate: own.certificate, proof: [1])
    #expect(
      refusal(lie(stage, to: first, .result([]), rubbish)) == fault(.malformed(.truncated)))
    #expect(refusal(other) == .otherQuestion)
  }

  // Red if `since` isn't compared with the certified state's sequence.
  @Test("An older certified state is accepted as far back as the client asked for, and no further")
  func olderStates() throws {
    var stage = try Stage()
    var answers: [(Query, Answer)] = []
    for number in UInt64(1)...8 {
      try stage.submit(stage.request(number, .put(key: [1], value: [UInt8(number)])))
      stage.run()
      if number.isMultiple(of: 4) { answers.append(try ask(&stage, 1, since: 4)) }
    }
    let old = try #require(answers[0].1.body.certification)
    let new = try #require(answers[1].1.body.certification)
    #expect(old.certificate.sequence == 4 && new.certificate.sequence == 8)
    func read(_ answer: Answer, _ query: Query) throws -> [UInt8] {
      var client = LightClient(genesis: stage.genesis, scheme: stage.scheme)
      return try client.verify(answer, to: query, proving: KeyValueStore.check)
    }
    let query = stage.query([1], number: 70, mode: .certified(since: 4))
    let late = stage.query([1], number: 71, mode: .certified(since: 5))
    let four = Outcome.result(KeyValueStore.Finding.value([4]).bytes)
    #expect(try read(lie(stage, to: query, four, old, at: 4), query) == [1, 4], "old, but enough")
    #expect(throws: LightClient.Fault.tooOld(certified: 4, asked: 5)) {
      try read(lie(stage, to: late, four, old, at: 4), late)
    }
    // An old proof doesn't become a new one by a new certificate, or by being signed for it.
    let mixed = AnswerBody.Certification(certificate: new.certificate, proof: old.proof)
    #expect(throws: fault(.foreignChunk(0))) {
      try read(lie(stage, to: late, four, mixed), late)
    }
    #expect(throws: LightClient.Fault.self) { try read(lie(stage, to: late, four, old), late) }
  }

  // Red if an answer without proof gets a certificate.
  @Test("What the application can't prove is refused, and comes without a certificate")
  func unprovable() throws {
    var stage = try stage()
    stage.withholds = { _, effect in if case .query = effect { true } else { false } }
    let results: [(QueryResult, Outcome)] = [
      (QueryResult(outcome: .result([]), at: 4), .refused(.unprovable)),
      (QueryResult(outcome: .result([1]), at: 4), .refused(.unprovable)),
      (QueryResult(outcome: .refused(.unprovable), at: 4), .refused(.unprovable)),
      (QueryResult(outcome: .refused(.unprovable), at: 4, proof: [1]), .refused(.unprovable)),
      (
        QueryResult(outcome: .result([1]), at: 4, proof: Array(repeating: 0, count: (1 << 20) + 1)),
        .refused(.resultTooLong)
      ),
      (
        QueryResult(outcome: .result(Array(repeating: 0, count: 65_537)), at: 4, proof: [1]),
        .refused(.resultTooLong)
      ),
    ]
    for (number, (result, outcome)) in results.enumerated() {
      let query = stage.query([1], number: UInt64(number + 1), mode: .certified(since: 0))
      stage.handle(.query(try stage[3].verifier.verify(query)), at: 3)
      guard case .query(let ticket, _, _)? = stage.withheld.last?.effect else {
        Issue.record("the application wasn't asked")
        return
      }
      stage.handle(.answered(ticket, result), at: 3)
      let answer = try #require(stage.players[3].answers.last)
      #expect(answer.body.outcome == outcome && answer.body.certification == nil)
      #expect(answer.body.number == query.number)
    }
  }

  @Test("Bytes of a refusal with a proof, or of an empty proof, are no answer")
  func bytes() throws {
    var stage = try stage()
    let (query, right) = try ask(&stage, 1)
    let own = try #require(right.body.certification)
    let empty = AnswerBody.Certification(certificate: own.certificate, proof: [])
    for (outcome, certification, reason) in [
      (.refused(.unprovable), own, .invalid("proof of a refusal")),
      (.result([]), empty, .invalid("proof of an answer")),
    ] as [(Outcome, AnswerBody.Certification, Malformed)] {
      let bytes = lie(stage, to: query, outcome, certification).encoded
      #expect(throws: reason) { try Answer(decoding: bytes) }
    }
    #expect(throws: Never.self) { try Answer(decoding: right.encoded) }
  }

  @Test("A client that meets a liar goes on to another replica, and tells on the liar")
  func liarsArePassedOver() throws {
    var stage = try stage()
    var session = ClientSession(
      genesis: stage.genesis, signer: stage.client(), scheme: stage.scheme,
      proving: KeyValueStore.check)
    var effects: [ClientSession.Effect] = []
    session.handle(.read(tag: 1, question: [1], .certified(since: 8)), at: 1, into: &effects)
    guard case .ask(let query, let liar)? = effects.first else {
      Issue.record("nobody was asked")
      return
    }
    let other = stage.query([2], number: 99, mode: .certified(since: 8))
    let proof = try #require(try ask(&stage, other).body.certification)
    let lie = stage.seal(
      .answer,
      AnswerBody(
        client: query.client, number: query.number,
        outcome: .result(KeyValueStore.Finding.value([2]).bytes), certification: proof),
      by: Int(liar.rawValue), at: 8)
    effects = []
    session.handle(.answer(lie), at: 2, into: &effects)
    let reported = effects.contains { if case .report(liar, _) = $0 { true } else { false } }
    #expect(reported)
    let right = try ask(&stage, query)
    effects = []
    session.handle(.answer(right), at: 3, into: &effects)
    guard case .finished(1, .answered([1, 8], at: 8))? = effects.last else {
      Issue.record("\(effects)")
      return
    }
  }

  @Test("A refusal brings the steps to the epoch whose member refuses")
  func refusalsBringSteps() throws {
    var stage = try Stage { $0.epochLength = 4 }
    try stage.submit(stage.request(1, .reconfigure(stage.reweighted([2, 2, 2, 2]))))
    for number in UInt64(2)...4 {
      stage.run()
      try stage.submit(stage.request(number))
    }
    stage.run()
    #expect(stage[3].epoch == 1)
    let (query, answer) = try ask(&stage, 1, since: 5)
    #expect(answer.body.outcome == .refused(.notYetCertified))
    var client = LightClient(genesis: stage.genesis, scheme: stage.scheme)
    #expect(throws: LightClient.Fault.refused(.notYetCertified)) {
      try client.verify(answer, to: query, proving: KeyValueStore.check)
    }
    #expect(client.epoch == 1)
  }
}
