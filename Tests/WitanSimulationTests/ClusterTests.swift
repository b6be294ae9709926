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
}
