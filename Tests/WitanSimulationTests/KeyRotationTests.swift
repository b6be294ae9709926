import Testing
import Witan
import WitanCrypto
import WitanSimulation

@Suite("Key rotation") struct KeyRotationTests {
  private static func cluster() throws -> Cluster {
    var configuration = Cluster.Configuration(replicas: 4, seed: 3)
    configuration.parameters.checkpointInterval = 2
    configuration.parameters.window = 4
    configuration.parameters.epochLength = 4
    return try Cluster(configuration)
  }

  private static func rotate(_ cluster: inout Cluster, givesKey: Bool) {
    let fresh = SimulatedAuthority(seed: 3).signer(77)
    var members = cluster.genesis.members.members
    members[3] = Member(id: 3, key: fresh.publicKey)
    if givesKey { cluster.give(fresh, to: 3) }
    cluster.submit(.reconfigure(members))
    for key: UInt8 in 0..<9 {
      cluster.run(for: .milliseconds(200))
      cluster.submit(.put(key: [key], value: [key]))
    }
    cluster.run(for: .seconds(20))
  }

  @Test func aMemberVotesWithItsNewKeyFromTheEpochThatKnowsIt() throws {
    var cluster = try Self.cluster()
    Self.rotate(&cluster, givesKey: true)
    #expect(cluster.replicas.allSatisfy { $0.epoch == 1 })
    // With another member down, nothing is decided without the rotated one's votes.
    cluster.crash(1)
    let before = cluster.replicas[0].executed
    cluster.submit(.put(key: [9], value: [9]))
    cluster.run(for: .seconds(60))
    #expect(cluster.replicas[0].executed > before)
    #expect(cluster.replicas[3].executed == cluster.replicas[0].executed)
  }

  @Test func aMemberWithoutItsNewKeyFollowsAndSaysNothing() throws {
    var cluster = try Self.cluster()
    Self.rotate(&cluster, givesKey: false)
    #expect(cluster.replicas.allSatisfy { $0.epoch == 1 })
    cluster.crash(1)
    let before = cluster.replicas[0].executed
    cluster.submit(.put(key: [9], value: [9]))
    cluster.run(for: .seconds(60))
    #expect(cluster.replicas[0].executed == before)
  }
}
