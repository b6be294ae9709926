import Testing
import WitanCrypto

@testable import Witan
@testable import WitanSimulation

/// F44–F46 and F49: leaders, clients and peers that harm by what they do within the rules. Each test says what change
/// in the core turns it red.
@Suite("Known faults: load and leaders")
struct LoadFaults {
  // Red if backups judge a proposal's requests by their own intake or sessions before they vote.
  @Test("F44: requests that backups never saw, or would refuse themselves, cause no view change")
  func f44WhatOnlyTheLeaderTakes() throws {
    var stage = try Stage()
    // Only the leader hears of these; then r3's intake is full for this client.
    for number in UInt64(1)...5 {
      try stage.submit(stage.request(number), to: [0])
      stage.run()
    }
    for number in UInt64(100)...UInt64(9_000) {
      _ = stage.players[3].replica.intake.admit(stage.request(number, by: 1), at: stage.now)
    }
    #expect(
      stage.players[3].replica.intake.admit(stage.request(9_001, by: 1), at: stage.now)
        == .refused(.busy))
    try stage.submit(stage.request(1, by: 1), to: [0])
    stage.run()
    #expect(stage.correct.allSatisfy { stage[$0].executed == 6 })
    #expect(stage.views == [0, 0, 0, 0])
  }

  // Red if a waiting request that became void keeps its timer.
  @Test(
    "F44: a client that tells the leader one thing and the backups another causes no view change")
  func f44TwoRequestsOfOneNumber() throws {
    var stage = try Stage()
    for number in UInt64(1)...20 {
      let said = stage.request(number, .put(key: [1], value: [1]))
      let meant = stage.request(number, .put(key: [1], value: [2]))
      try stage.submit(meant, to: [1, 2, 3])
      try stage.submit(said, to: [0])
      stage.elapse(.milliseconds(300))
    }
    stage.elapse(.seconds(10))
    #expect(stage.views == [0, 0, 0, 0])
    #expect(stage.correct.allSatisfy { stage[$0].waitingRequests == 0 })
  }

  // Red if a wait counts from before the leader surely had the request, or if what waits is passed on late.
  @Test("F44: a client that keeps its requests from the leader alone causes no view change")
  func f44ClientsThatAvoidTheLeader() throws {
    var cluster = try Cluster(.init(replicas: 4, seed: 3))
    let rogue = SimulatedAuthority(seed: 3).signer(99)
    for round in UInt64(1)...90 {
      cluster.submit(.put(key: [1], value: [UInt8(round)]))
      let request = Request(
        number: round, expiry: 10_000, operations: [[9]], signer: rogue,
        chain: cluster.genesis.digest)
      cluster.send(request, to: [1, 2, 3])
      cluster.run(for: .milliseconds(137 + round % 50))
    }
    cluster.run(for: .seconds(5))
    #expect(cluster.replicas.map(\.view) == [0, 0, 0, 0])
    #expect(cluster.applications.map(\.count) == [180, 180, 180, 180])
  }

  // Red if waiting behind others counts as being kept waiting by the leader.
  @Test("F44: a burst of more requests than the pipeline holds causes no view change")
  func f44Bursts() throws {
    var configuration = Cluster.Configuration(replicas: 4, seed: 3)
    configuration.parameters.blockRequestLimit = 4
    configuration.parameters.checkpointInterval = 16
    configuration.parameters.window = 32
    var cluster = try Cluster(configuration)
    cluster.watch = []
    for round in 0..<800 { cluster.submit(.put(key: [1], value: [UInt8(round & 255)])) }
    cluster.run(for: .seconds(10))
    #expect(cluster.replicas.map(\.view) == [0, 0, 0, 0])
    #expect(cluster.applications.map(\.count) == [800, 800, 800, 800])
  }

  // Red if the host offers what its machine doesn't admit.
  @Test("F44: what the application never agrees to is turned away by all, and no leader suffers")
  func f44PoisonIsDeclined() throws {
    var host = StateMachineHost(Picky())
    let stage = try Stage()
    let poison = stage.request(1, by: 3, .put(key: [66], value: []))
    let good = stage.request(1)
    guard case .declined([poison.digest])? = host.answer(.offer(poison), clock: 0) else {
      Issue.record("the poison wasn't declined")
      return
    }
    #expect(host.answer(.offer(good), clock: 0) == nil)
    guard
      case .assembled([good.digest], _)? = host.answer(.assemble(count: 9, bytes: 999), clock: 0)
    else {
      Issue.record("something else than the good one is proposed")
      return
    }
    let block = stage.block(1, [good, poison])
    guard case .validated(_, .invalid)? = host.answer(.validate(block, parent: .zero), clock: 0)
    else {
      Issue.record("a block with poison is valid")
      return
    }
    // At the replica: declined is gone, and nothing waits for it.
    var replicas = try Stage()
    replicas.withholds = { _, effect in if case .offer = effect { true } else { false } }
    try replicas.submit(poison)
    for index in 0...3 { replicas.handle(.declined([poison.digest]), at: index) }
    replicas.elapse(.seconds(20))
    #expect(replicas.views == [0, 0, 0, 0])
    #expect(replicas.results(for: poison, from: 2) == [.refused(.declined)])
  }

  private struct Picky: StateMachine {
    var snapshot: [UInt8] { [] }
    mutating func restore(_ snapshot: [UInt8]) throws {}
    mutating func apply(_ request: Request, in header: BlockHeader) -> [UInt8] { [] }
    func admits(_ request: Request) -> Bool { request.operations.allSatisfy { !$0.contains(66) } }
  }

  /// A hostile leader that proposes each client's requests when it likes; how long until it is given up.
  private func rounds(of delays: [Micros], in stage: inout Stage) throws -> Int? {
    var previous = stage.chain
    for round in 1...120 {
      var requests: [(Request, Micros)] = []
      for (client, delay) in delays.enumerated() {
        let request = stage.request(UInt64(round), by: UInt64(client))
        requests.append((request, delay))
        try stage.submit(request)
      }
      var spent: Micros = 0
      for (offset, (request, delay)) in requests.sorted(by: { $0.1 < $1.1 }).enumerated() {
        stage.elapse(delay - spent)
        spent = max(spent, delay)
        guard stage.views == [0, 0, 0] else { return round }
        let height = SequenceNumber(UInt64((round - 1) * delays.count + offset + 1))
        let block = stage.block(height, after: previous, [request])
        previous = block.digest
        for index in 1...3 { stage.give(stage.propose(block, by: 0), to: index) }
        stage.run()
      }
      guard stage.views == [0, 0, 0] else { return round }
    }
    return nil
  }

  // Red if `judgeLeader` isn't called, or doesn't look at how long requests wait for their proposal.
  @Test("F45: a leader that stays just under the timeout is given up, and stays out for a while")
  func f45SlowLeaders() throws {
    var stage = try Stage(hostile: [0])
    let round = try rounds(of: [.milliseconds(150)], in: &stage)
    #expect(round ?? .max <= 2 * LeaderMonitor.sampleCount)
    #expect(
      stage.correct.flatMap { stage.suspicions(of: $0) }.contains {
        if case .slow = $0 { true } else { false }
      })
  }

  // Red if the waits of clients aren't compared.
  @Test("F45: a leader that serves some clients late and others at once is given up")
  func f45UnfairLeaders() throws {
    var stage = try Stage(hostile: [0])
    let round = try rounds(of: [0, 0, 0, .milliseconds(150)], in: &stage)
    #expect(round ?? .max <= 2 * LeaderMonitor.sampleCount)
    #expect(
      stage.correct.flatMap { stage.suspicions(of: $0) }.contains {
        if case .unfair = $0 { true } else { false }
      })
  }

  // Red if a good leader is suspected of anything.
  @Test("F45: a leader that serves all clients at once is kept")
  func f45GoodLeaders() throws {
    var stage = try Stage(hostile: [0])
    #expect(try rounds(of: [0, 0, 0, 0], in: &stage) == nil)
  }

  // Red if answers aren't paid for, or one peer's answers are paid for by another.
  @Test("F46: a peer that asks without end is answered up to its allowance, and others as ever")
  func f46OnePeerFloods() throws {
    var stage = try Stage(hostile: [2, 3])
    for block in stage.blocks(1...3) {
      let decision = stage.decision(block, by: [1, 2, 3])
      stage.give(.decision(stage.seal(.decision, decision, by: 2)), to: 0)
    }
    let status = StatusBody(isChangingView: false, stable: 0, held: 0)
    var answers = 0
    for _ in 0..<5_000 {
      stage.give(.status(stage.seal(.status, status, by: 3)), to: 0)
      answers += stage.answers(by: 0)
    }
    #expect(answers <= Int(PeerAllowances.capacity))
    #expect(stage.rejections(at: 0).contains(.overQuota))
    stage.give(.status(stage.seal(.status, status, by: 2)), to: 0)
    #expect(stage.answers(by: 0) > 0)
  }

  // Red if those who aren't members any more are paid for by a member.
  @Test("F46: an expelled member's questions aren't paid for by a member")
  func f46ExpelledMembers() throws {
    var stage = try Stage(5) { $0.epochLength = 4 }
    try stage.submit(stage.request(1, .reconfigure(stage.reweighted([1, 1, 1, 1]))))
    for number in UInt64(2)...6 {
      stage.run()
      try stage.submit(stage.request(number))
    }
    stage.run()
    #expect(stage[1].epoch == 1 && stage[1].currentMembers.count == 4)
    let status = StatusBody(isChangingView: false, stable: 0, held: 0)
    for _ in 0..<1_000 { stage.give(.status(stage.seal(.status, status, by: 4)), to: 1) }
    #expect(stage.rejections(at: 1).contains(.overQuota))
    let mine = stage.seal(.status, status, by: 0, epoch: 1, at: 4)
    #expect(stage.give(.status(mine), to: 1) == nil)
    #expect(stage.answers(by: 1) > 0)
  }

  // Red if what was executed stays in the lanes of a host that never proposes.
  @Test("F43: a replica that never leads keeps nothing of what was executed")
  func f43NothingOfTheExecuted() throws {
    let stage = try Stage()
    var queue = FairQueue()
    for number in UInt64(1)...2_000 {
      let request = stage.request(number, by: number % 50)
      queue.append(request)
      queue.remove([request.digest])
    }
    var text = ""
    dump(queue, to: &text)
    #expect(text.count < 100_000)
  }

  // Red if a client's requests reach the leader alone, or nobody watches what becomes of them.
  @Test("F49: a leader that ignores a client is replaced, and the client served")
  func f49CensoringLeaders() throws {
    var stage = try Stage(hostile: [0])
    let request = stage.request(1)
    try stage.submit(request)
    stage.elapse(.seconds(10))
    #expect(stage.correct.allSatisfy { stage[$0].executed == 1 })
    #expect(stage.correct.allSatisfy { stage.results(for: request, from: $0) == [.result([])] })
  }

  // Red if a backup keeps to itself what the leader may not have.
  @Test("F49: what only a backup heard of reaches the leader in time")
  func f49PassedOn() throws {
    for receiver in 1...3 {
      var stage = try Stage()
      try stage.submit(stage.request(1), to: [receiver])
      stage.elapse(.seconds(2))
      #expect(stage.correct.allSatisfy { stage[$0].executed == 1 })
      #expect(stage.views == [0, 0, 0, 0])
    }
  }
}
