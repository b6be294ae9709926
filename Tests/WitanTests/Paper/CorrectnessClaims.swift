import Testing
import WitanCrypto
import WitanSimulation

@testable import Witan

/// What the papers claim of the whole: OSDI '99 §4.5 and §4.6, TOCS '02 §2 and §3.
@Suite("The papers: correctness")
struct CorrectnessClaims {
  @Test(
    "OSDI §4.5.1: a hostile primary that tells everybody something else never splits the others")
  func safetyInAView() throws {
    var stage = try Stage(hostile: [0])
    for round in UInt64(0)..<6 {
      for index in 1...3 {
        let block = stage.block(1, [stage.request(1, by: round * 4 + UInt64(index))])
        stage.give(stage.propose(block, by: 0), to: index)
        for other in 1...3 {
          stage.give(stage.prepare(block, by: 0), to: other)
          stage.give(stage.commit(block, by: 0), to: other)
        }
      }
      stage.run()
    }
    stage.elapse(.seconds(30))
    let decided = stage.correct.flatMap { stage.decided(by: $0) }
    #expect(Set(decided.map(\.height)).count == Set(decided.map(\.digest)).count)
    #expect(stage.fault == nil)
  }

  @Test("OSDI §4.5.1: what one correct replica decided survives every later view", arguments: 1...3)
  func safetyAcrossViews(lucky: Int) throws {
    var stage = try Stage()
    // Only one replica sees the commits; then it falls silent, and the others change views.
    stage.carries = { $0.to == lucky || $0.message.signed?.statement.kind != .commit }
    try stage.submit(stage.request(1))
    stage.run()
    let digest = stage[lucky].lastBlock
    #expect(stage[lucky].executed == 1)
    stage.crash(lucky)
    stage.carries = { letter in
      guard case .commit(let vote) = letter.message else { return true }
      return vote.statement.view > 0
    }
    stage.elapse(.seconds(30))
    for index in 0...3 where index != lucky {
      #expect(stage[index].view > 0 && stage[index].executed == 1)
      #expect(stage[index].lastBlock == digest)
    }
  }

  @Test("OSDI §4.5.2: patience doubles from view to view until a correct leader has time enough")
  func livenessByBackOff() throws {
    var configuration = Cluster.Configuration(replicas: 4, seed: 5)
    configuration.parameters.patience = .milliseconds(200)
    configuration.conditions.quality.latency = .fixed(900_000)
    var cluster = try Cluster(configuration)
    cluster.submit(.put(key: [1], value: [1]))
    let isDone = cluster.run(until: .seconds(600)) { cluster in
      cluster.replicas.allSatisfy { $0.executed == 1 }
    }
    #expect(isDone, "a network four times slower than the first patience allows")
  }

  @Test(
    "OSDI §4.5.2: f + 1 view-changes for later views make a replica join, though its timer runs on")
  func livenessByJoining() throws {
    var stage = try Stage(7, hostile: [0, 1, 2, 3, 4, 5])
    for (index, view) in [(1, UInt64(4)), (2, 8), (3, 6)] {
      stage.give(.viewChange(stage.viewChange(to: View(view), by: index)), to: 6)
    }
    #expect(stage[6].view == 4)
  }

  @Test(
    "OSDI §4.5.2: f faulty replicas can't force a view change, and no faulty one leads for long")
  func livenessAgainstTheFaulty() throws {
    var stage = try Stage(7, hostile: [1, 2])
    for view in UInt64(1)...50 {
      for index in 1...2 {
        let change = stage.viewChange(to: View(view), by: index)
        for correct in stage.correct { stage.give(.viewChange(change), to: correct) }
      }
    }
    #expect(stage.views == [0, 0, 0, 0, 0])
    // The leader falls silent; the two after it are hostile; the one after those serves.
    stage.crash(0)
    var others = stage
    others.carries = { $0.from != 0 }
    try others.submit(others.request(1), to: [3, 4, 5, 6])
    others.elapse(.seconds(30))
    #expect((3...6).allSatisfy { others[$0].executed == 0 }, "three of seven are too many")
    try others.restart(0)
    others.carries = { _ in true }
    others.elapse(.seconds(90))
    #expect((3...6).allSatisfy { others[$0].executed == 1 })
  }

  @Test("OSDI §4.6: the primary proposes the time, and backups refuse what goes back or runs ahead")
  func nonDeterminism() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let first = stage.block(1, timestamp: .seconds(1), [stage.request(1)])
    stage.give(stage.propose(first, by: 0), to: 3)
    #expect(stage.said(.prepare, by: 3).count == 1)
    let back = stage.block(
      2, after: first.digest, timestamp: .milliseconds(999), [stage.request(2)])
    #expect(stage.give(stage.propose(back, by: 0), to: 3) == .timestampWentBack)
    #expect(stage[3].view == 1)

    var another = try Stage(hostile: [0, 1, 2])
    let ahead = another.block(1, timestamp: another.now + .seconds(60), [another.request(1)])
    another.give(another.propose(ahead, by: 0), to: 3)
    #expect(another.said(.prepare, by: 3).isEmpty)
    #expect(another[3].view == 1)
  }

  @Test("OSDI §4.6: every replica executes with the proposed time, whatever its own clock says")
  func oneTimeForAll() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let block = stage.block(1, timestamp: .milliseconds(700), [stage.request(1)])
    let decision = stage.decision(block, by: [0, 1, 2])
    stage.now = .seconds(5_000)
    stage.give(.decision(stage.seal(.decision, decision, by: 0)), to: 3)
    #expect(stage[3].execution.timestamp == .milliseconds(700))
  }

  @Test(
    "TOCS §2: messages may be lost, delayed, duplicated and reordered, and nothing unsafe comes of it"
  )
  func theModel() throws {
    var stage = try Stage()
    var turn = 0
    for number in UInt64(1)...8 {
      try stage.submit(stage.request(number))
      for _ in 0..<400 where !stage.wire.isEmpty {
        turn += 1
        let letter = stage.wire.remove(at: turn * 7 % stage.wire.count)
        if turn % 5 == 0 { continue }
        stage.give(letter.message, to: letter.to)
        if turn % 3 == 0 { stage.give(letter.message, to: letter.to) }
      }
      stage.elapseWithoutDelivery(.milliseconds(300))
    }
    stage.elapse(.seconds(200))
    #expect(stage.isUnited && stage.players[0].host.machine.count == 8)
    #expect(stage.evidence.isEmpty && stage.fault == nil)
  }

  @Test("TOCS §2: a faulty replica may do anything with its own key, and nothing with another's")
  func signatures() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    for kind in [StatementKind.prepare, .commit, .checkpoint] {
      let claim = stage.claim(kind, as: 2, by: 1, at: 4, SHA256.hash([1]))
      let message: Message =
        kind == .prepare ? .prepare(claim) : kind == .commit ? .commit(claim) : .checkpoint(claim)
      #expect(stage.give(message, to: 3) == .badSignature)
    }
  }

  @Test(
    "TOCS §3: safety holds with no assumption on time; liveness returns when messages arrive again")
  func safetyWithoutTime() throws {
    var stage = try Stage()
    stage.carries = { ($0.from < 2) == ($0.to < 2) }
    for number in UInt64(1)...4 {
      try stage.submit(stage.request(number))
      stage.elapse(.seconds(30))
    }
    #expect(stage.correct.allSatisfy { stage[$0].executed == 0 }, "neither half is a quorum")
    stage.carries = { _ in true }
    stage.elapse(.seconds(240))
    #expect(stage.isUnited && stage[0].waitingRequests == 0)
    #expect(stage.players[0].host.machine.count == 4)
  }

  @Test("TOCS §3: 3f + 1 replicas is the least with which f may be faulty", arguments: 1...5)
  func resilience(f: UInt64) {
    #expect(Quorum(total: VotingPower(3 * f)).faultBound.rawValue == f - 1)
    #expect(Quorum(total: VotingPower(3 * f + 1)).faultBound.rawValue == f)
    #expect(Quorum(total: VotingPower(3 * f + 1)).threshold.rawValue == 2 * f + 1)
  }

  @Test("TOCS §3: of three replicas none may be faulty: one that is splits the other two")
  func threeAreTooFew() throws {
    var stage = try Stage(3, hostile: [0])
    for index in 1...2 {
      let block = stage.block(1, [stage.request(1, by: UInt64(index))])
      stage.give(stage.propose(block, by: 0), to: index)
      stage.give(stage.commit(block, by: 0), to: index)
    }
    #expect(stage[1].executed == 1 && stage[2].executed == 1)
    #expect(stage[1].lastBlock != stage[2].lastBlock)
    // With four, the same hostile leader splits nobody.
    var four = try Stage(hostile: [0])
    for index in 1...3 {
      let block = four.block(1, [four.request(1, by: UInt64(index))])
      four.give(four.propose(block, by: 0), to: index)
      four.give(four.commit(block, by: 0), to: index)
    }
    four.run()
    #expect(four.correct.allSatisfy { four[$0].executed == 0 })
  }

  @Test("Deviation (TOCS §2, one vote each): faults are bounded by voting power, not by heads")
  func weights() throws {
    // r3 weighs 4 of 7: nothing is decided without it; the others together are no quorum.
    var stage = try Stage(4, powers: [1, 1, 1, 4])
    stage.crash(3)
    try stage.submit(stage.request(1), to: [0, 1, 2])
    stage.run()
    #expect((0...2).allSatisfy { stage[$0].executed == 0 })
    try stage.restart(3)
    try stage.submit(stage.request(1), to: [3])
    stage.elapse(.seconds(60))
    #expect(stage.isUnited && stage[3].executed == 1)
  }
}
