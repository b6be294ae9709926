import Testing
import WitanCrypto
import WitanSimulation

@testable import Witan

/// F47 and F48: reads. Each test says what change in the core turns it red.
@Suite("Known faults: reads")
struct ReadFaults {
  // Red if decisions aren't forwarded to whoever says that it lacks them.
  @Test(
    "F47: a leader that keeps one replica behind can't keep a quorum of equal answers from existing"
  )
  func f47ReadsAreNotBlocked() throws {
    var stage = try Stage(hostile: [0])
    // The hostile leader works with r1 and r2, and tells r3 nothing.
    for block in stage.blocks(1...6) {
      for index in 1...2 {
        stage.give(stage.propose(block, by: 0), to: index)
        stage.give(stage.commit(block, by: 0), to: index)
      }
      stage.carries = { $0.to != 3 }
      stage.run()
    }
    #expect(stage[1].executed == 6 && stage[3].executed == 0)
    stage.carries = { _ in true }
    stage.elapse(.seconds(20))
    #expect(stage[3].executed == 6)
    let query = stage.query([1])
    for index in 1...3 {
      stage.handle(.query(try stage[index].verifier.verify(query)), at: index)
    }
    let answers = (1...3).compactMap { stage.players[$0].answers.last }
    #expect(answers.map(\.body.outcome) == [.result([1]), .result([1]), .result([1])])
    #expect(Set(answers.map(\.statement.sequence)) == [6])
    #expect(stage.genesis.members.quorum.isReached(by: 3), "without the leader")
    #expect(stage[3].view == 0, "it took no view change")
  }

  // Red if a query is answered from what is proposed, prepared or decided and not executed.
  @Test("F48: a fast read sees what was executed, and nothing that is only on its way")
  func f48OnlyExecutedState() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let query = stage.query([1])
    func read(_ stage: inout Stage) throws -> Outcome? {
      stage.handle(.query(try stage[3].verifier.verify(query)), at: 3)
      return stage.players[3].answers.last?.body.outcome
    }
    #expect(try read(&stage) == .result([]))
    let block = stage.blocks(1...1)[0]
    stage.give(stage.propose(block, by: 0), to: 3)
    #expect(try read(&stage) == .result([]), "proposed")
    for index in 1...2 { stage.give(stage.prepare(block, by: index), to: 3) }
    #expect(try read(&stage) == .result([]), "prepared")
    stage.withholds = { _, effect in if case .execute = effect { true } else { false } }
    for index in 0...2 { stage.give(stage.commit(block, by: index), to: 3) }
    #expect(stage.decided(by: 3).count == 1)
    #expect(try read(&stage) == .result([]), "decided")
    stage.answerWithheld()
    #expect(try read(&stage) == .result([1]), "executed")
  }

  // Red if a client takes f + 1 equal answers, which may all be stale.
  @Test("F48: f + 1 equal answers aren't a read")
  func f48FPlusOneIsStale() throws {
    var desk = Desk(try Council(4))
    desk.sound(at: 10)
    desk.give(.read(tag: 5, question: [1], .fast(operation: [1])))
    let query = try #require(desk.query?.query)
    desk.hear(.result([1]), to: query, at: 12, from: [0, 1])
    #expect(desk.finished[5] == nil)
    desk.hear(.result([1]), to: query, at: 12, from: [2])
    #expect(desk.finished[5] == .answered([1], at: 12))
  }

  // Red if a certified read is answered from a state that no certificate covers.
  @Test("F48: a certified read comes from a certified state that is recent enough, or not at all")
  func f48CertifiedReads() throws {
    var stage = try Stage()
    for number in UInt64(1)...6 {
      try stage.submit(stage.request(number, .put(key: [1], value: [UInt8(number)])))
      stage.run()
    }
    #expect(stage[3].executed == 6 && stage[3].stableCheckpoint?.sequence == 4)
    let early = stage.query([1], number: 7, mode: .certified(since: 4))
    stage.handle(.query(try stage[3].verifier.verify(early)), at: 3)
    let answer = try #require(stage.players[3].answers.last)
    let certification = try #require(answer.body.certification)
    #expect(answer.statement.sequence == 4)
    #expect(certification.certificate.sequence == 4)
    let value = KeyValueStore.Finding.value([4]).bytes
    #expect(answer.body.outcome == .result(value))
    try KeyValueStore.check(
      query: [1], answer: value, proof: certification.proof,
      under: certification.certificate.summary)
    let late = stage.query([1], number: 8, mode: .certified(since: 5))
    stage.handle(.query(try stage[3].verifier.verify(late)), at: 3)
    #expect(stage.players[3].answers.last?.body.outcome == .refused(.notYetCertified))
  }

  // Red if a replica whose state is being replaced, or is known to be broken, answers.
  @Test("F48: a replica that found its own state broken answers nothing from it")
  func f48BrokenStates() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    for block in stage.blocks(1...4) {
      let decision = stage.decision(block, by: [0, 1, 2])
      stage.give(.decision(stage.seal(.decision, decision, by: 0)), to: 3)
    }
    for index in 0...2 {
      let other = stage.say(.checkpoint, by: index, at: 4, SHA256.hash([1]))
      stage.give(.checkpoint(other), to: 3)
    }
    #expect(stage.players[3].reports.contains { if case .diverged = $0 { true } else { false } })
    let query = stage.query([1])
    stage.handle(.query(try stage[3].verifier.verify(query)), at: 3)
    #expect(stage.players[3].answers.last?.body.outcome == .refused(.notServing))
  }
}
