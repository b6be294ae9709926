import Testing
import Witan

@testable import WitanSimulation

/// What befalls machines: they die between any two effects, halt, and have clocks of their own.
@Suite("Machines") struct MachineTests {
  private func run(seed: UInt64, blocks: UInt64) throws -> Run {
    var configuration = Cluster.Configuration(replicas: 4, seed: seed)
    configuration.parameters.checkpointInterval = 2
    configuration.parameters.window = 4
    configuration.parameters.patience = .milliseconds(500)
    configuration.clients = 1
    return try Run(configuration, blocks: blocks)
  }

  @Test(arguments: [0, 1]) func aMachineMayDieBetweenAnyTwoEffects(machine: UInt32) throws {
    let victim = ReplicaID(machine)
    for count in 0..<24 {
      var run = try run(seed: 9, blocks: 4)
      run.cluster.crash(victim, afterEffects: count)
      run.run(until: .seconds(20), onHappenings: { _ in })
      #expect(run.isDone, "after \(count) effects: \(run.diagnosis)")
      #expect(!run.cluster.liveness[Int(machine)], "it did less than \(count) effects")
      try run.cluster.restart(victim)
      let settlement = run.settle(.healed)
      #expect(settlement.isSettled && run.violations.isEmpty, "after \(count): \(run.violations)")
    }
  }

  @Test func whatHappensToAHaltedMachineHappensToItLater() throws {
    var cluster = try Cluster(.init(replicas: 4, seed: 2))
    cluster.pause(3)
    cluster.submit(.put(key: [1], value: [1]))
    cluster.run(for: .milliseconds(500))
    #expect(cluster.replica(at: 3).executed == 0)
    #expect(cluster.replica(at: 2).executed == 1)
    cluster.resume(3)
    // All of it was there already, but for what comes to its own words.
    cluster.run(for: 1)
    #expect(cluster.replica(at: 3).executed == 1)
  }

  @Test func whatArrivesAtADeadMachineIsLost() throws {
    var cluster = try Cluster(.init(replicas: 4, seed: 2))
    cluster.crash(3)
    cluster.submit(.put(key: [1], value: [1]))
    cluster.run(for: .milliseconds(500))
    try cluster.restart(ReplicaID(3))
    cluster.run(for: 1)
    #expect(cluster.replica(at: 3).executed == 0)
    cluster.run(for: .seconds(10))
    #expect(cluster.replica(at: 3).executed == 1)
  }

  @Test func aFastClockLosesPatienceSoonerAndASlowOneLater() throws {
    func suspectedAt(drift: Int64) throws -> Micros {
      var configuration = Cluster.Configuration(replicas: 4, seed: 2)
      configuration.watch = [.reports]
      var cluster = try Cluster(configuration)
      for machine in 1...3 { cluster.setClock(machine, drift: drift) }
      cluster.crash(0)
      cluster.submit(.put(key: [1], value: [1]))
      var time: Micros?
      while time == nil, cluster.now < .seconds(60), cluster.step() {
        for happening in cluster.takeHappenings() {
          if case .report(.suspected) = happening.event { time = happening.time }
        }
      }
      return try #require(time)
    }
    let (fast, right, slow) = try (
      suspectedAt(drift: 250_000), suspectedAt(drift: 0), suspectedAt(drift: -250_000)
    )
    #expect(fast < right && right < slow)
    #expect(slow.rawValue > fast.rawValue * 3 / 2)
  }

  @Test func aStepMovesTheTimeOfDayAndNoTimer() {
    var clock = LocalClock()
    clock.step(by: 5_000_000)
    #expect(clock.timeOfDay(at: .seconds(1)) == .seconds(6))
    #expect(clock.monotonic(at: .seconds(1)) == .seconds(1))
    clock.step(by: -9_000_000)
    #expect(clock.timeOfDay(at: .seconds(10)) == .seconds(6))
    #expect(clock.timeOfDay(at: .seconds(1)) == 0)
    #expect(clock.span(.seconds(1)) == .seconds(1))
  }

  @Test func aClockThatDriftsGoesOnFromWhereItStood() {
    var clock = LocalClock()
    clock.set(drift: 100_000, at: .seconds(10))
    #expect(clock.monotonic(at: .seconds(20)) == .seconds(21))
    clock.set(drift: 0, at: .seconds(20))
    #expect(clock.monotonic(at: .seconds(30)) == .seconds(31))
  }
}
