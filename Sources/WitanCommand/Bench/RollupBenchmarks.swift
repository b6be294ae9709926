import Witan
import WitanCrypto
import WitanEvents
import WitanLedger
import WitanRollup
import WitanSimulation

/// What a network of validators costs to simulate, every event kept in memory.
///
/// The goals are a five-hundredth of the time and a twentieth of the memory that a published simulation of the same
/// configurations in Python takes on a machine of two cores: 14.0 s and 925 MB for 100 validators, 134 s and 8.5 GB for 1,000.
enum RollupBenchmarks {
  /// All of it.
  static let group = BenchmarkGroup(
    name: "rollup", summary: "a network of validators that roll up",
    benchmarks: [
      .once(
        "rollup.n100", "100 validators, 10 epochs of 4 slots", in: .seconds,
        goal: .value(atMost: 0.028), read: { try run(100).seconds }),
      .once(
        "rollup.n100.memory", "what that takes at its peak", in: .bytes,
        goal: .value(atMost: 46e6), read: { try run(100).bytes }),
      .once(
        "rollup.n1000", "1,000 validators, 10 epochs of 4 slots", in: .seconds,
        goal: .value(atMost: 0.27), read: { try run(1_000).seconds }),
      .once(
        "rollup.n1000.memory", "what that takes at its peak", in: .bytes,
        goal: .value(atMost: 425e6), read: { try run(1_000).bytes }),
      .once(
        "rollup.n10000", "10,000 validators, 100 epochs of 4 slots, events counted and not kept",
        in: .seconds, goal: .value(atMost: 180), read: { try large.get().seconds }),
      .once(
        "rollup.n10000.memory", "what that takes at its peak, which hangs on the network alone",
        in: .bytes, goal: .value(atMost: 425e6), read: { try large.get().bytes }),
      .once(
        "rollup.draw", "a committee of 48 drawn by stake from 10,000", in: .seconds,
        goal: .value(atMost: 0.1), read: { try draw(48, from: 10_000) }),
      .once(
        "rollup.replicated", "100 validators, 10 epochs of 4 slots, L1 replicated, Z3 judging",
        in: .seconds, goal: .value(atMost: 4), read: { try replicated(100) }),
    ])

  /// The configuration that was published: slots of 36 s, a hundred transactions a block.
  static func scenario(_ validators: Int) -> RollupScenario {
    var scenario = RollupScenario()
    scenario.validators = validators
    scenario.slot = .seconds(36)
    scenario.tps = 0
    // What was published proves nothing; here each epoch is, but for the solver.
    scenario.proving = .modelled
    return scenario
  }

  /// The median of a few runs, and what the largest of them took.
  private static func run(_ validators: Int) throws -> (seconds: Double, bytes: Double) {
    var times: [Double] = []
    var bytes = 0
    for _ in 0..<5 {
      var log = EventLog()
      let memory = try MemoryGauge.measure {
        times.append(
          try Clock.thread.seconds {
            var run = try RollupRun(scenario(validators))
            try run.complete { log.append(contentsOf: $0) }
          })
      }
      guard log.count > 1_000 * validators else {
        throw EnvironmentError("there were too few events", remedy: "report this")
      }
      bytes = max(bytes, memory.peak)
    }
    return (times.median, Double(bytes))
  }

  /// It takes long: both of its numbers are of one run.
  private static let large = Result { try count(10_000, epochs: 100) }

  private static func count(
    _ validators: Int, epochs: UInt64
  ) throws -> (seconds: Double, bytes: Double) {
    var scenario = scenario(validators)
    scenario.epochs = epochs
    var seconds = 0.0
    let memory = try MemoryGauge.measure {
      seconds = try Clock.thread.seconds {
        var run = try RollupRun(scenario)
        try run.complete { _ in }
      }
    }
    return (seconds, Double(memory.peak))
  }

  private static func replicated(_ validators: Int) throws -> Double {
    var scenario = scenario(validators)
    scenario.l1 = .replicated
    scenario.proving = .on
    return try Clock.thread.seconds {
      var run = try RollupRun(scenario)
      try run.complete { _ in }
    }
  }

  /// The median of a few epochs.
  private static func draw(_ size: Int, from count: Int) throws -> Double {
    let authority = SimulatedAuthority(seed: 1)
    let owner = authority.signer(0).publicKey
    guard let table = Timetable(slotLength: .seconds(12), slotsPerEpoch: 4) else {
      throw EnvironmentError("there is no time", remedy: "report this")
    }
    var rules = RollupRules(timetable: table, owners: [owner], approvals: 1, slasher: owner)
    rules.drawsByStake = true
    rules.committeeSize = size
    var genesis = Contracts.Genesis()
    genesis.validators = (0..<UInt64(count)).map {
      (authority.signer($0 + 1).publicKey, .tokens(100 + $0 % 900))
    }
    let contracts = try Contracts(
      rules, genesis: genesis, network: .init(chain: .zero, scheme: .simulated(authority)))
    var times: [Double] = []
    for epoch in UInt64(1)...5 {
      times.append(
        try Clock.thread.seconds {
          guard contracts.committeeToBe(of: Epoch(epoch))?.members.count == size else {
            throw EnvironmentError("nobody was drawn", remedy: "report this")
          }
        })
    }
    return times.median
  }
}
