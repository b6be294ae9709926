import Testing
import Witan

@testable import WitanSimulation

/// A scenario from its beginning to the judgement.
@Suite struct ScenarioRunTests {
  private func scenario(_ text: String) throws -> Scenario { try Scenario(parsing: text) }

  @Test func `a run that goes well ends soon after its last block`() throws {
    let scenario = try scenario("blocks 5")
    var run = try Run(scenario)
    let outcome = run.complete(scenario)
    #expect(outcome.isLive && run.isSafe)
    let decidedAt = try #require(outcome.decidedAt)
    #expect(decidedAt < .seconds(1))
    #expect(run.cluster.now < decidedAt + .seconds(5))
    #expect(outcome.diagnosis == nil && outcome.excuse == nil)
  }

  @Test func `faults run their course after the last block, those without an end excepted`() throws
  {
    let scenario = try scenario("blocks 2\n3s..5s crash 1\n6s.. pause 2")
    var run = try Run(scenario)
    let outcome = run.complete(scenario)
    #expect(try #require(outcome.decidedAt) < .seconds(3))
    #expect(run.cluster.now >= .seconds(6))
    #expect(run.cluster.standing(of: 1) == .running)
    #expect(run.cluster.standing(of: 2) == .halted)
    #expect(outcome.isLive)
  }

  @Test func `the limit ends what doesn't get on, with words for it`() throws {
    let scenario = try scenario("limit 8s\n500ms.. crash 0,1")
    var run = try Run(scenario)
    let outcome = run.complete(scenario)
    #expect(!outcome.isLive && outcome.decidedAt == nil && run.isSafe)
    #expect(run.cluster.now == .seconds(8))
    #expect(outcome.excuse == .noQuorum(connected: 2, needed: 3))
    #expect(outcome.diagnosis?.sentences.contains("R0 and r1 are down.") == true)
    #expect(run.cluster.standing(of: 0) == .down)
  }

  @Test func `who is asked nothing more needs no quorum any more`() throws {
    let scenario = try scenario("blocks 3\n2s.. crash 0,1")
    var run = try Run(scenario)
    let outcome = run.complete(scenario)
    #expect(outcome.isLive)
    #expect(outcome.excuse == .noQuorum(connected: 2, needed: 3))
  }

  @Test func `a run looked at in pieces is the same run`() throws {
    let text = "blocks 8\nloss 0.1\nlatency uniform:5ms..60ms\n200ms..2s crash 0\nseed 3"
    let scenario = try scenario(text)
    var whole = try Run(scenario)
    _ = whole.complete(scenario)
    var pieces = try Run(scenario)
    var next: Micros = .milliseconds(37)
    while pieces.cluster.now < whole.cluster.now {
      pieces.advance(scenario, until: min(next, whole.cluster.now))
      next = next + .milliseconds(137)
    }
    #expect(pieces.cluster.now == whole.cluster.now)
    #expect(pieces.cluster.account.digest == whole.cluster.account.digest)
    #expect(pieces.decided == whole.decided)
  }

  @Test func `an instant is reached exactly, and what is done there has happened`() throws {
    let scenario = try scenario("blocks 50\n1s..2s crash 3")
    var run = try Run(scenario)
    run.advance(scenario, until: 999_999)
    #expect(run.cluster.now == 999_999)
    #expect(run.cluster.standing(of: 3) == .running)
    run.advance(scenario, until: .seconds(1))
    #expect(run.cluster.standing(of: 3) == .down)
  }

  @Test func `a run that has what it wants does nothing more`() throws {
    let scenario = try scenario("blocks 3")
    var run = try Run(scenario)
    run.run(until: .seconds(60))
    let (now, digest) = (run.cluster.now, run.cluster.account.digest)
    run.run(until: .seconds(60))
    #expect(run.cluster.now == now && run.cluster.account.digest == digest)
  }

  @Test func `whoever listens hears all blocks and all that happens, to the end`() throws {
    let scenario = try scenario("blocks 4\n3s..4s crash 1")
    var run = try Run(scenario)
    var (blocks, executions, deaths): ([SequenceNumber], Set<[UInt64]>, Int) = ([], [], 0)
    _ = run.complete(scenario) {
      blocks.append($0.sequence)
    } onHappenings: { happenings in
      for happening in happenings {
        if case .executed(let execution) = happening.event {
          executions.insert([UInt64(happening.node), execution.sequence.rawValue])
        }
        if case .died = happening.event { deaths += 1 }
      }
    }
    #expect(blocks.starts(with: [1, 2, 3, 4]))
    #expect(executions.count == 4 * blocks.count)
    #expect(deaths == 1)
    #expect(run.lastDecision != nil)
  }

  @Test func `a liar that never stops asking doesn't hold the judgement up`() throws {
    let scenario = try scenario("blocks 4\nadversary flooding-peer on 0")
    var run = try Run(scenario)
    let outcome = run.complete(scenario)
    #expect(outcome.isLive && run.violations == [])
    #expect(run.cluster.now < .seconds(10))
  }

  @Test func `twins fork a network in which every message takes the same`() throws {
    let scenario = try scenario("blocks 3\nlimit 5s\nadversary twins on 0,1")
    var run = try Run(scenario)
    _ = run.complete(scenario)
    #expect(run.violations.contains { $0.kind == .fork })
    #expect(Set(run.proofs.map(\.culprit)) == [0, 1])
  }

  @Test func `a scenario made by hand is judged as one that was read`() {
    var scenario = Scenario()
    #expect(scenario.flaw == nil)
    scenario.faults = [Fault(.pause([7]), from: 0, until: .seconds(1))]
    #expect(scenario.flaw?.statement == .fault(0))
    scenario.replicas = 8
    #expect(scenario.flaw == nil)
    scenario.adversaries = [Casting("silent", machines: [1], victims: [8])]
    #expect(scenario.flaw?.statement == .adversary(0))
    scenario.adversaries = []
    scenario.followers = 2
    #expect(scenario.flaw?.statement == .settings(["followers", "topology"]))
    scenario.topology = .gossip
    #expect(scenario.flaw == nil)
    scenario.weights = [1]
    #expect(scenario.flaw?.problem == "there is 1 weight for 8 replicas")
    scenario.weights = []
    scenario.window = 3
    #expect(scenario.flaw?.problem == "no network can begin so")
  }
}
