import Witan
import WitanDraw
import WitanSimulation

/// What the mock network costs, with the shipped replicas in it.
enum SimulationBenchmarks {
  /// All of it.
  static let group = BenchmarkGroup(
    name: "simulation", summary: "the mock network with replicas in it",
    benchmarks: [
      delivery(
        "simulation.message.n4", "a delivered message, network and replica, 4 replicas",
        replicas: 4, decisions: 400),
      delivery(
        "simulation.message.n100", "the same with 100 replicas", replicas: 100, decisions: 16),
      .once(
        "simulation.decision.n1000", "1,000 replicas, all to all, one decision", in: .seconds,
        goal: .value(atMost: 2), read: { try decision(of: 1_000).seconds }),
      .once(
        "simulation.decision.n1000.memory", "what that takes at its peak", in: .bytes,
        goal: .value(atMost: 0x1p30), read: { try decision(of: 1_000).bytes }),
      .once(
        "simulation.decisions.n100", "100 replicas, 1,000 decisions", in: .seconds,
        goal: .value(atMost: 60), read: { try decisions(1_000, of: 100, latency: 20).wall }),
      .once(
        "simulation.speed.n4", "seconds of work for a thousand virtual ones, 50 ms links",
        in: .seconds, goal: .value(atMost: 1),
        read: {
          let run = try decisions(2_000, of: 4, latency: 50)
          return run.wall / run.virtual * 1_000
        }),
    ])

  private static func configuration(
    _ replicas: Int, latency: UInt64
  ) -> Cluster.Configuration {
    var configuration = Cluster.Configuration(replicas: replicas, seed: 1)
    // No two messages take the same time, as on a real network.
    configuration.conditions.quality.latency = .uniform(
      low: latency * 900, high: latency * 1_100)
    configuration.watch = []
    return configuration
  }

  /// What one delivered message takes of everything: queue, network, verifier, replica, application. The load is
  /// steady, so that a dozen blocks are on their way at any time: replicas that wait have timers, which deliver nothing.
  private static func delivery(
    _ name: String, _ summary: String, replicas: Int, decisions: UInt64
  ) -> Benchmark {
    let yardstick = Workload.sha256Of128Bytes
    return Benchmark(
      name: name, summary: summary, measure: .nanoseconds, yardstick: yardstick.name,
      goal: .ratio(atMost: 2.5)
    ) { rounds in
      let hash = try yardstick.prepare()
      var values: [Double] = []
      var hashes: [Double] = []
      var cluster = try Cluster(configuration(replicas, latency: 20))
      drive(&cluster, to: 64, every: steadyPause)
      for _ in 0..<max(3, rounds) {
        hashes.append(Clock.thread.seconds { try? hash(10_000) } * 1e9 / 10_000)
        let (target, before) = (cluster.executedByAll, cluster.delivered)
        let seconds = Clock.thread.seconds {
          drive(&cluster, to: target.advanced(by: decisions), every: steadyPause)
        }
        values.append(seconds * 1e9 / Double(cluster.delivered - before))
      }
      let ratios = zip(values, hashes).map { $0 / $1 }
      return Benchmark.Reading(
        value: values.median, yardstickValue: hashes.median, ratio: ratios.median)
    }
  }

  /// How often a request comes under a steady load.
  private static let steadyPause: Micros = .milliseconds(5)

  /// A request now and then, until so much is executed everywhere.
  private static func drive(
    _ cluster: inout Cluster, to target: SequenceNumber, every pause: Micros
  ) {
    while cluster.executedByAll < target {
      cluster.submit(.put(key: [1], value: [2]))
      cluster.run(for: pause)
    }
  }

  private static func decision(of count: Int) throws -> (seconds: Double, bytes: Double) {
    var seconds = 0.0
    let memory = try MemoryGauge.measure {
      seconds = try Clock.thread.seconds {
        var cluster = try Cluster(configuration(count, latency: 100))
        cluster.submit(.put(key: [1], value: [2]))
        // What comes after the decision, as answers to those who asked for it too early, isn't part of it.
        while cluster.executedByAll == 0, cluster.now < .seconds(2) {
          cluster.run(for: .milliseconds(10))
        }
        guard cluster.executedByAll == 1 else {
          throw EnvironmentError("the block wasn't decided everywhere", remedy: "report this")
        }
      }
    }
    return (seconds, Double(memory.peak))
  }

  private static func decisions(
    _ count: UInt64, of replicas: Int, latency: UInt64
  ) throws -> (wall: Double, virtual: Double) {
    var cluster = try Cluster(configuration(replicas, latency: latency))
    let seconds = Clock.thread.seconds {
      drive(&cluster, to: SequenceNumber(count), every: .milliseconds(100))
    }
    return (seconds, Double(cluster.now.rawValue) / 1e6)
  }
}
