import PropertyKit
import Testing
import Witan
import WitanSimulation

/// What holds while links, machines and leaders fail.
@Suite struct ResilienceTests {
  @Test(.cases(100)) func `P10 a view whose leader is too slow is left for the next leader's`() {
    property { draw in
      var scenario = Scenario()
      scenario.replicas = draw.integer(in: 4...7)
      scenario.blocks = draw.integer(in: 2...4)
      scenario.claims = 1
      scenario.patience = .milliseconds(100 * draw.integer(in: 2...10))
      scenario.quality.latency = .fixed(draw.integer(in: 1_000...40_000))
      scenario.seed = 1 + draw.choice(upTo: 999_999)
      // The first leaders are dead from the beginning, as many as may be.
      let dead = draw.integer(in: 1...(scenario.replicas - 1) / 3)
      scenario.faults = (0..<dead).map { Fault(.crash([$0]), from: 0) }
      draw.note(scenario.description)
      let ordeal = try Ordeal(scenario)
      let leaders = Set((0..<dead).map { ReplicaID(UInt32($0)) })
      #expect(ordeal.violations.map(\.description) == [])
      #expect(ordeal.decided >= SequenceNumber(scenario.blocks))
      #expect(ordeal.suspicions.contains { leaders.contains($0.leader) })
      for block in ordeal.blocks {
        #expect(block.view >= View(UInt64(dead)) && !leaders.contains(block.proposer))
      }
      for (view, leader) in ordeal.entered {
        #expect(UInt64(leader.rawValue) == view.rawValue % UInt64(scenario.replicas))
      }
    }
  }

  @Test(.cases(100)) func `P26 above 500 ms of latency timeouts grow before they fire needlessly`()
  {
    property { draw in
      var scenario = Scenario()
      let latency: UInt64 = draw.integer(in: 500...1_500)
      scenario.blocks = draw.integer(in: 2...4)
      scenario.claims = 1
      scenario.quality.latency = .fixed(latency * 1_000)
      scenario.limit = .seconds(120)
      scenario.seed = 1 + draw.choice(upTo: 999_999)
      var run = try Run(scenario)
      let before = run.cluster.replica(at: 1).patience
      let outcome = run.complete(scenario)
      #expect(outcome.isLive && run.isSafe)
      for machine in 0..<4 {
        #expect(run.cluster.replica(at: machine).patience >= .milliseconds(4 * latency))
        #expect(run.cluster.replica(at: machine).patience >= min(before, .seconds(2)))
      }
      // Three delays decide, one more brings the request: what was known of the network at first may be too little
      // for that once, not again.
      let views = Set(run.viewChanges.map(\.view))
      #expect(views.count <= 2, "\(views)")
    }
  }

  @Test(.cases(100)) func `P31 without a quorum nothing is decided, and nothing that was is lost`()
  {
    property { draw in
      var scenario = Scenario()
      scenario.replicas = draw.integer(in: 4...7)
      scenario.blocks = 1_000
      scenario.claims = 1
      scenario.patience = .milliseconds(300)
      scenario.limit = .seconds(3)
      scenario.seed = 1 + draw.choice(upTo: 999_999)
      let begins = Micros.milliseconds(draw.integer(in: 500...800))
      let bound = Quorum(total: VotingPower(UInt64(scenario.replicas))).faultBound
      let dead = draw.shuffled(Array(0..<scenario.replicas))
        .prefix(Int(bound.rawValue) + 1)
      scenario.faults = dead.sorted().map { Fault(.crash([$0]), from: begins) }
      draw.note(scenario.description)
      let quorum = Quorum(total: VotingPower(UInt64(scenario.replicas)))
      try assume(!quorum.isReached(by: VotingPower(UInt64(scenario.replicas - dead.count))))
      let ordeal = try Ordeal(scenario)
      #expect(ordeal.violations.map(\.description) == [])
      #expect(!ordeal.isLive && ordeal.excuse != nil)
      // What a quorum's commits were on their way for may still be executed.
      let late = ordeal.blocks.filter { $0.time > begins + .milliseconds(200) }
      #expect(late.isEmpty)
      #expect(!ordeal.blocks.isEmpty)
    }
  }

  @Test(.cases(100)) func `P32 each round tells its duration, who took part, and what it decided`()
  {
    property { draw in
      let scenario = try draw("scenario", .scenarios(.crash))
      let ordeal = try Ordeal.of(scenario)
      try assume(scenario.weights.isEmpty && scenario.reserve == 0)
      let quorum = Quorum(total: VotingPower(UInt64(scenario.replicas)))
      var last: SequenceNumber = 0
      for block in ordeal.blocks {
        #expect(block.sequence > last)
        #expect(block.finality > 0 && block.finality <= block.time)
        #expect(Set(block.voters).count == block.voters.count)
        // Who took the block's state from others never says who voted for it.
        let power = VotingPower(UInt64(block.voters.count))
        #expect(quorum.isReached(by: power) || block.voters.isEmpty)
        last = block.sequence
      }
      draw.cover(
        atLeast: 0.9, "every round has its voters",
        when: ordeal.blocks.allSatisfy { !$0.voters.isEmpty })
      draw.cover(
        atLeast: 0.7, "there are as many rounds as blocks",
        when: last >= SequenceNumber(scenario.blocks))
    }
  }
}
