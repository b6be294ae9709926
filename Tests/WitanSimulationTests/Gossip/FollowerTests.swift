import Testing
import Witan
import WitanCrypto
import WitanDraw

@testable import WitanSimulation

/// Nodes that don't vote, and hear over gossip what was decided.
@Suite struct FollowerTests {
  private func cluster(
    _ replicas: Int, followers: Int, seed: UInt64 = 1,
    _ change: (inout Cluster.Configuration) -> Void = { _ in }
  ) throws -> Cluster {
    var configuration = Cluster.Configuration(replicas: replicas, seed: seed)
    configuration.topology = .gossip(.init())
    configuration.followers = followers
    configuration.conditions.quality.latency = .exponential(mean: 100_000)
    change(&configuration)
    return try Cluster(configuration)
  }

  /// What replicas decided, and one who knows only how they began.
  private func story(_ blocks: Int) throws -> (follower: Follower, told: [Announcement]) {
    var cluster = try Cluster(.init(replicas: 4, seed: 1))
    for block in 0..<blocks {
      cluster.submit(.put(key: [UInt8(block)], value: [1]))
      cluster.run(for: .milliseconds(200))
    }
    let decisions = (1...blocks).compactMap { height in
      cluster.replica(at: 0).decision(at: SequenceNumber(UInt64(height)))
    }
    try #require(decisions.count == blocks)
    let follower = Follower(
      genesis: cluster.genesis, scheme: .simulated(SimulatedAuthority(seed: 1)),
      patience: .seconds(6))
    return (follower, decisions.map { Announcement(decision: $0, lineage: []) })
  }

  @Test func `a follower takes blocks in order, whatever the order in which they come`() throws {
    var (follower, told) = try story(4)
    for (place, height) in [(1, 0), (3, 0), (0, 2), (2, 4)] {
      let opinion = follower.hear(told[place], at: .seconds(1))
      #expect(opinion == .news)
      #expect(follower.height == SequenceNumber(UInt64(height)))
    }
    #expect(follower.skipped == 0)
    let again = follower.hear(told[2], at: .seconds(1))
    #expect(again == .stale)
  }

  @Test func `a block that doesn't come while it could be asked for is skipped`() throws {
    var (follower, told) = try story(5)
    _ = follower.hear(told[1], at: .seconds(1))
    _ = follower.hear(told[2], at: .seconds(7))
    #expect(follower.height == 0)
    _ = follower.hear(told[3], at: .seconds(8))
    #expect(follower.height == 4)
    #expect(follower.skipped == 1)
  }

  @Test func `one that was away goes on where it comes in, and is patient again`() throws {
    var (follower, told) = try story(6)
    _ = follower.hear(told[0], at: .seconds(1))
    follower.comeBack()
    _ = follower.hear(told[3], at: .seconds(2))
    #expect(follower.height == 4)
    #expect(follower.skipped == 2)
    _ = follower.hear(told[5], at: .seconds(2))
    #expect(follower.height == 4)
    _ = follower.hear(told[4], at: .seconds(2))
    #expect(follower.height == 6)
    #expect(follower.skipped == 2)
  }

  @Test func `a decision without a quorum's votes, or for another block, is a lie`() throws {
    var (follower, told) = try story(2)
    let (first, second) = (told[0].decision, told[1].decision)
    let swapped = Decision(certificate: second.certificate, block: first.block)
    let opinion = follower.hear(.init(decision: swapped, lineage: []), at: 1)
    #expect(opinion == .lie)
    // Who trusts another authority believes none of it.
    var stranger = Follower(
      genesis: try Cluster(.init(replicas: 4, seed: 1)).genesis,
      scheme: .simulated(SimulatedAuthority(seed: 2)), patience: 1)
    let strange = stranger.hear(told[0], at: 1)
    #expect(strange == .lie)
    #expect(stranger.height == 0)
  }

  private func load(_ cluster: inout Cluster, _ requests: Int) {
    for request in 0..<requests {
      cluster.submit(.put(key: [UInt8(request)], value: [1]))
      cluster.run(for: .milliseconds(400))
    }
  }

  @Test func `P24 a committee decides, and all follow over gossip within 30 s`() throws {
    var cluster = try cluster(10, followers: 150)
    load(&cluster, 5)
    let decided = cluster.executedByAll
    #expect(decided > 0)
    let limit = cluster.now + .seconds(30)
    while cluster.followedByAll ?? 0 < decided, cluster.now < limit {
      cluster.run(for: .milliseconds(100))
    }
    #expect(cluster.followedByAll == decided)
    let heads = cluster.followers.filter { $0.height == decided }.map(\.head?.digest)
    let block = try #require(cluster.replica(at: 0).decision(at: decided)?.block)
    #expect(!heads.isEmpty)
    #expect(heads.allSatisfy { $0 == block.header.digest })
    #expect(cluster.followers.allSatisfy { $0.skipped == 0 })
  }

  @Test func `a follower that was cut off catches up when it hears again`() throws {
    var cluster = try cluster(4, followers: 30)
    let (machines, loner) = (4, 4 + 7)
    load(&cluster, 2)
    cluster.run(for: .seconds(3))
    let before = cluster.followers[machines + 7].height
    #expect(before > 0)
    cluster.cut(from: NodeSet(0..<34), to: [loner])
    load(&cluster, 2)
    cluster.run(for: .seconds(1))
    #expect(cluster.followers[machines + 7].height == before)
    #expect(cluster.neighbours(of: loner).isEmpty)
    cluster.heal()
    load(&cluster, 2)
    cluster.run(for: .seconds(10))
    #expect(cluster.followedByAll == cluster.executedByAll)
  }

  @Test func `followers learn of a change of epochs with the first block after it`() throws {
    var cluster = try cluster(5, followers: 20) {
      $0.parameters.checkpointInterval = 2
      $0.parameters.window = 4
      $0.parameters.epochLength = 4
    }
    let heirs = [0, 1, 2, 3].map {
      Member(id: ReplicaID($0), key: cluster.genesis.members.members[Int($0)].key, power: 1)
    }
    cluster.submit(.reconfigure(heirs))
    load(&cluster, 12)
    cluster.run(for: .seconds(10))
    #expect(cluster.followers.allSatisfy { $0.client.epoch > 0 })
    #expect(cluster.followers.allSatisfy { $0.height > 4 })
  }

  @Test func `where the first in line keep silent, the next one tells`() throws {
    var cluster = try cluster(4, followers: 20) {
      // One of four in line for each block, and it is never its turn as a leader: nobody waits for it.
      $0.castings = [Casting("silent", machines: [1])]
    }
    load(&cluster, 8)
    cluster.run(for: .seconds(10))
    #expect(cluster.executedByAll >= 4 || cluster.replica(at: 0).executed >= 4)
    let height = cluster.replica(at: 0).executed
    #expect(cluster.followers.dropFirst(4).allSatisfy { $0.height == height })
  }
}
