import Witan
import WitanDraw
import WitanSimulation

/// How long large networks take to decide, by their own clocks.
///
/// What is measured is virtual time, which follows from the seed: it is the same on every machine.
enum GossipBenchmarks {
  /// All of it.
  static let group = BenchmarkGroup(
    name: "simulation.scale", summary: "large networks, in virtual time",
    benchmarks: [
      .once(
        "simulation.scale.n1000",
        "virtual time from a request to its execution by 1,000 replicas, all to all, 100 ms mean latency",
        in: .seconds, goal: .value(atMost: 10), read: { try timeToDecide(replicas: 1_000) }),
      .once(
        "simulation.scale.n10000",
        "virtual time from a request until 10,000 nodes follow what 100 of them decided, over gossip",
        in: .seconds, goal: .value(atMost: 30),
        read: { try timeToFollow(committee: 100, nodes: 10_000) }),
    ])

  /// A network whose delays are like those of the Internet: half of them under 70 ms, one in a hundred over 460 ms.
  private static func configuration(_ replicas: Int) -> Cluster.Configuration {
    var configuration = Cluster.Configuration(replicas: replicas, seed: 1)
    configuration.conditions.quality.latency = .exponential(mean: 100_000)
    configuration.watch = []
    return configuration
  }

  /// How long one block takes with everybody sending to everybody.
  static func timeToDecide(replicas: Int) throws -> Double {
    var cluster = try Cluster(configuration(replicas))
    cluster.submit(.put(key: [1], value: [2]))
    return try span(of: &cluster) { $0.executedByAll == 1 }
  }

  /// How long the slowest of a few blocks takes until the last node has checked it.
  static func timeToFollow(committee: Int, nodes: Int, blocks: Int = 3) throws -> Double {
    var configuration = configuration(committee)
    configuration.topology = .gossip(.init())
    configuration.followers = nodes - committee
    var cluster = try Cluster(configuration)
    var slowest = 0.0
    for block in 1...blocks {
      cluster.submit(.put(key: [UInt8(truncatingIfNeeded: block)], value: [2]))
      let height = SequenceNumber(UInt64(block))
      slowest = max(slowest, try span(of: &cluster) { $0.followedByAll ?? 0 >= height })
    }
    return slowest
  }

  /// How long it takes until something holds, looked at every so often.
  private static func span(
    of cluster: inout Cluster, until isDone: (Cluster) -> Bool
  ) throws -> Double {
    let began = cluster.now
    while !isDone(cluster) {
      guard cluster.now - began < .seconds(120) else {
        throw EnvironmentError("the block wasn't decided everywhere", remedy: "report this")
      }
      cluster.run(for: .milliseconds(10))
    }
    return Double((cluster.now - began).rawValue) / 1e6
  }
}
