import Testing
import Witan
import WitanSimulation

@Suite struct ClusterTests {
  @Test func fourReplicasDecideAndExecuteAlike() throws {
    var cluster = try Cluster(.init(replicas: 4, seed: 1))
    for index in 0..<20 {
      cluster.submit(.put(key: [UInt8(index)], value: [1]))
      cluster.run(for: .milliseconds(100))
    }
    cluster.run(for: .seconds(1))
    #expect(cluster.replicas.map(\.executed) == Array(repeating: 20, count: 4))
    #expect(Set(cluster.applications.map(\.history)).count == 1)
  }

  // Red if reports that nobody reads don't count among the effects after which a machine is killed.
  @Test(arguments: 0..<40) func whoWatchesChangesNothing(effects: Int) throws {
    let watches: [Watch] = [[], [.reports], [.reports, .seam, .messages, .deliveries, .clients]]
    let digests = try watches.map { watch in
      var configuration = Cluster.Configuration(replicas: 4, seed: 5)
      configuration.keepsAccount = true
      configuration.watch = watch
      configuration.castings = [Casting("crash-repeat", machines: [3])]
      var cluster = try Cluster(configuration)
      cluster.submit(.put(key: [1], value: [2]))
      cluster.crash(1, afterEffects: effects)
      cluster.run(for: .milliseconds(300))
      try cluster.restart(1)
      cluster.run(for: .seconds(3))
      return cluster.account.digest
    }
    #expect(Set(digests).count == 1)
  }
}
