import Testing
import WitanCrypto

@testable import Witan
@testable import WitanSimulation

/// Progress: demanded where it can be, excused where it can't, and said in words.
@Suite struct LivenessTests {
  private func run(_ replicas: Int, seed: UInt64, load: Run.Load = Run.Load()) throws -> Run {
    var configuration = Cluster.Configuration(replicas: replicas, seed: seed)
    configuration.clients = 2
    return try Run(configuration, blocks: .max, load: load)
  }

  @Test func aPartitionWithoutAQuorumHaltsAndLosesNothingAndHealedItGoesOn() throws {
    var run = try run(4, seed: 1)
    run.run(until: .seconds(1))
    let before = run.decided
    #expect(before > 0)
    run.cluster.partition([[0, 1], [2, 3]])
    run.run(until: .seconds(60))
    let frozen = run.settle(.frozen)
    #expect(frozen.excuse == .noQuorum(connected: 2, needed: 3))
    #expect(!frozen.isSettled)
    let words = try #require(frozen.diagnosis?.description)
    #expect(words.contains("weigh 2, and a quorum weighs 3"), "\(words)")
    #expect(run.decided <= before.advanced(by: 1))
    let healed = run.settle(.healed)
    #expect(healed.isSettled, "\(healed.diagnosis?.description ?? "")")
    #expect(healed.took < healed.bound.total)
    #expect(run.violations == [])
    #expect(run.diagnosis.description.contains("Nothing is asked that isn't answered."))
  }

  @Test func withAThirdDownTheOthersGoOnAndOneMoreStopsThem() throws {
    var run = try run(4, seed: 2)
    run.cluster.crash(0)
    run.run(until: .seconds(10))
    #expect(run.decided > 0)
    #expect(run.settle(.frozen).isSettled)
    run.cluster.crash(3)
    let stopped = run.settle(.frozen)
    #expect(stopped.excuse == .noQuorum(connected: 2, needed: 3))
    let words = Diagnosis(of: run.cluster).description
    #expect(words.contains("R0 and r3 are down"), "\(words)")
    #expect(run.violations == [])
  }

  @Test func aStallWithoutAnExcuseIsAViolationThatSaysWhatIsWaitedFor() throws {
    var run = try run(4, seed: 3)
    run.run(until: .seconds(1))
    let settlement = run.settle(.frozen, within: 1)
    #expect(!settlement.isSettled)
    #expect(settlement.excuse == nil)
    let stall = try #require(run.violations.first)
    #expect(stall.kind == .liveness)
    #expect(stall.detail.contains("wait"), "\(stall.detail)")
    #expect(run.isSafe, "being slow isn't being wrong")
  }

  @Test func whoeverIsBehindIsNamedWithWhatItLacks() throws {
    var run = try run(4, seed: 4)
    run.cluster.partition([[0, 1, 2], [3]])
    run.run(until: .seconds(2))
    let words = run.diagnosis.description
    #expect(words.contains("R3 is cut off from r0, r1 and r2."), "\(words)")
    #expect(words.contains("R3 has executed 0 of \(run.cluster.replicas[0].executed)"), "\(words)")
    #expect(words.contains("lacks block 1"), "\(words)")
    #expect(run.settle(.healed).isSettled)
  }

  @Test func aLinkThatLosesEverythingIsACut() throws {
    var run = try run(4, seed: 5)
    run.cluster.set(LinkQuality(loss: 1), from: [2, 3], to: [0, 1])
    #expect(run.excuse == .noQuorum(connected: 2, needed: 3))
  }

  @Test func theBoundFollowsFromTheConfiguration() throws {
    var configuration = Cluster.Configuration(replicas: 4, seed: 1)
    let plain = ProgressBound(for: try Cluster(configuration))
    #expect(plain.repetitions == 1)
    configuration.conditions.quality.loss = 0.2
    let lossy = ProgressBound(for: try Cluster(configuration))
    #expect(lossy.repetitions == 9)
    #expect(lossy.total > plain.total)
    configuration.conditions.quality.loss = 0
    configuration.parameters.patienceCeiling = .seconds(10)
    let brisk = ProgressBound(for: try Cluster(configuration))
    #expect(brisk.total < plain.total)
    #expect(brisk.parts.allSatisfy { $0.span > 0 })
  }
}
