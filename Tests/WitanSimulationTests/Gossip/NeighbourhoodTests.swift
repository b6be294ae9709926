import Testing
import Witan
import WitanDraw
import WitanSimulation

/// Clusters whose nodes find their neighbours, lie to them, come and go.
@Suite struct NeighbourhoodTests {
  private func configuration(
    _ replicas: Int, followers: Int = 0, seed: UInt64 = 1,
    _ change: (inout Cluster.Gossip) -> Void = { _ in }
  ) -> Cluster.Configuration {
    var gossip = Cluster.Gossip()
    gossip.bootstrap = 3
    change(&gossip)
    var configuration = Cluster.Configuration(replicas: replicas, seed: seed)
    configuration.topology = .gossip(gossip)
    configuration.followers = followers
    configuration.conditions.quality.latency = .uniform(low: 10_000, high: 40_000)
    return configuration
  }

  @Test(arguments: [4, 13, 30])
  func `replicas that find each other decide under the eyes of all checkers`(_ replicas: Int)
    throws
  {
    var run = try Run(configuration(replicas), blocks: 5)
    run.run(until: .seconds(60))
    #expect(run.isDone)
    #expect(run.violations == [])
  }

  @Test func `members find each other among many who only follow`() throws {
    var cluster = try Cluster(configuration(7, followers: 120))
    cluster.run(for: .seconds(30))
    for member in 0..<7 {
      let others = cluster.neighbours(of: member).count { $0 < 7 }
      let known = cluster.peers(of: member).count { $0.address.offset < 7 }
      #expect(others >= 4, "member \(member) knows \(known) members")
    }
    cluster.submit(.put(key: [1], value: [2]))
    cluster.run(for: .seconds(10))
    #expect(cluster.executedByAll == 1)
    #expect(cluster.followedByAll == 1)
  }

  @Test func `whom all know isn't everybody's neighbour`() throws {
    var cluster = try Cluster(
      configuration(4, followers: 120) {
        $0.bootstrap = 1
        ($0.parameters.degreeLow, $0.parameters.degree, $0.parameters.degreeHigh) = (2, 2, 4)
        ($0.parameters.degreeScore, $0.parameters.degreeOut) = (1, 1)
      })
    for _ in 0..<20 {
      cluster.run(for: .seconds(1))
      let degrees = cluster.followerNodes.map { cluster.neighbours(of: $0).count }
      // Six times D, and those that it dials itself.
      #expect((degrees.max() ?? 0) <= 12 + 2)
    }
  }

  @Test func `who is behind something is found all the same, and finds others`() throws {
    var cluster = try Cluster(
      configuration(4, followers: 40) {
        $0.nat = 0.5
        $0.symmetric = 0.5
      })
    cluster.run(for: .seconds(20))
    cluster.submit(.put(key: [1], value: [2]))
    cluster.run(for: .seconds(10))
    #expect(cluster.followedByAll == 1)
  }

  @Test func `as many false neighbours as are borne hold nothing up`() throws {
    var configuration = configuration(10, seed: 4)
    configuration.castings = [Casting("false-neighbour", machines: [7, 8, 9])]
    var run = try Run(configuration, blocks: 60)
    run.run(until: .seconds(120))
    #expect(run.isDone)
    #expect(run.violations == [])
    for machine in 7...9 { #expect(run.cluster.deeds(of: machine).told > 0) }
    // Whoever changes what it passes on is found out and let go of.
    #expect((0..<7).allSatisfy { node in run.cluster.neighbours(of: node).allSatisfy { $0 < 7 } })
  }

  @Test func `a false neighbour is honest at all other times`() throws {
    var configuration = configuration(4)
    configuration.castings = [
      Casting("false-neighbour", machines: [3], trigger: Trigger(from: .seconds(1_000)))
    ]
    var run = try Run(configuration, blocks: 5)
    run.run(until: .seconds(60))
    #expect(run.isDone)
    #expect(run.cluster.deeds(of: 3).isInnocent)
    #expect(run.cluster.neighbours(of: 0).contains(3))
  }

  @Test func `followers come and go, and those who are there know what was decided`() throws {
    var cluster = try Cluster(
      configuration(4, followers: 60) {
        $0.stay = .exponential(mean: 20_000_000)
        $0.absence = .exponential(mean: 10_000_000)
      })
    var (least, most) = (Int.max, 0)
    for request in 0..<60 {
      cluster.submit(.put(key: [UInt8(request)], value: [1]))
      cluster.run(for: .seconds(1))
      let present = cluster.followerNodes.count { cluster.isUp($0) }
      (least, most) = (min(least, present), max(most, present))
    }
    #expect(least >= 20)
    #expect(most > least, "nobody came or went")
    let decided = cluster.executedByAll
    #expect(decided >= 50)
    // Whoever just came back hears with the next block, and knows the chain from there.
    cluster.submit(.put(key: [77], value: [1]))
    cluster.run(for: .seconds(3))
    let heights = cluster.followerNodes.filter { cluster.isUp($0) }.map {
      cluster.followers[$0].height
    }
    #expect(heights.count { $0 > decided } >= heights.count * 9 / 10)
    #expect(cluster.followers.contains { $0.skipped > 0 })
  }

  @Test func `a scenario says all of it`() throws {
    let scenario = try Scenario(
      parsing: """
        replicas 7
        blocks 4
        topology gossip
        nat 0.3
        followers 20
        bootstrap 2
        mesh 4,3,6,3
        heartbeat 700ms
        stay exponential:30s
        absence exponential:5s
        adversary false-neighbour on 6
        """)
    var run = try Run(scenario.configuration, blocks: scenario.blocks)
    run.run(until: scenario.limit)
    #expect(run.isDone)
    #expect(run.violations == [])
    #expect(run.settle(.healed).isSettled)
  }
}
