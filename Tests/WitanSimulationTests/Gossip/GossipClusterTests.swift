import Testing
import Witan
import WitanDraw
import WitanSimulation

/// Replicas that tell all others over gossip. Everything is as in a full mesh, but for the time that it takes.
@Suite struct GossipClusterTests {
  private func configuration(
    _ replicas: Int, seed: UInt64 = 1, _ change: (inout Cluster.Gossip) -> Void = { _ in }
  ) -> Cluster.Configuration {
    var gossip = Cluster.Gossip()
    change(&gossip)
    var configuration = Cluster.Configuration(replicas: replicas, seed: seed)
    configuration.topology = .gossip(gossip)
    configuration.conditions.quality.latency = .uniform(low: 10_000, high: 40_000)
    configuration.clients = 2
    return configuration
  }

  @Test(arguments: [4, 7, 25])
  func `replicas that gossip decide under the eyes of all checkers`(_ replicas: Int) throws {
    var run = try Run(configuration(replicas), blocks: 6)
    run.run(until: .seconds(30))
    #expect(run.isDone)
    #expect(run.violations == [])
    #expect(run.cluster.gossiped > 0)
  }

  @Test func `each of many is linked to some, and what is told all is passed on`() throws {
    var cluster = try Cluster(configuration(40))
    let degrees = (0..<40).map { cluster.neighbours(of: $0).count }
    #expect(degrees.allSatisfy { (8...30).contains($0) })
    cluster.submit(.put(key: [1], value: [2]))
    cluster.run(for: .seconds(3))
    #expect(cluster.executedByAll == 1)
  }

  @Test func `loss, a crash and a partition that heals hold nothing up for ever`() throws {
    var configuration = configuration(7, seed: 3)
    configuration.conditions.quality.loss = 0.2
    configuration.conditions.quality.duplicate = 0.1
    var run = try Run(configuration, blocks: 1_000)
    run.run(until: .seconds(2))
    run.cluster.crash(0)
    #expect(run.cluster.neighbours(of: 0).isEmpty)
    #expect(!run.cluster.neighbours(of: 1).contains(0))
    run.run(until: .seconds(6))
    try run.cluster.restart(0)
    run.run(until: .seconds(8))
    #expect(!run.cluster.neighbours(of: 0).isEmpty)
    run.cluster.partition([[0, 1, 2], [3, 4, 5, 6]])
    run.run(until: .seconds(12))
    #expect(run.cluster.neighbours(of: 0) == [1, 2])
    run.cluster.heal()
    run.run(until: .seconds(14))
    #expect(run.cluster.neighbours(of: 0).count == 6)
    let settlement = run.settle(.healed)
    #expect(settlement.isSettled)
    #expect(run.violations == [])
    #expect(run.decided > 0)
  }

  @Test func `replicas that nobody can dial speak through relays`() throws {
    var configuration = configuration(10, seed: 5) {
      $0.nat = 0.5
      $0.symmetric = 1
    }
    configuration.parameters.checkpointInterval = 4
    configuration.parameters.window = 8
    var run = try Run(configuration, blocks: 30)
    // It is cut off until only a state transfer helps: that goes from one to one.
    run.cluster.crash(9)
    run.run(until: .seconds(4))
    try run.cluster.restart(9)
    run.run(until: .seconds(40))
    #expect(run.isDone)
    #expect(run.violations == [])
  }

  @Test(arguments: ["equivocating-leader", "double-voter", "twins", "selective"])
  func `who lies over gossip does no harm`(_ adversary: String) throws {
    guard Adversaries.named(adversary) != nil else { return }
    var configuration = configuration(4, seed: 2)
    configuration.castings = [Casting(adversary, machines: [0])]
    var run = try Run(configuration, blocks: 6)
    run.run(until: .seconds(60))
    #expect(run.violations == [])
    #expect(run.isDone)
  }

  @Test func `the same seed gossips the same, and another otherwise`() throws {
    func digest(_ seed: UInt64) throws -> String {
      var configuration = configuration(7, seed: seed)
      configuration.conditions.quality.loss = 0.1
      configuration.keepsAccount = true
      configuration.followers = 9
      var run = try Run(configuration, blocks: 5, isChecked: false)
      run.run(until: .seconds(20))
      return "\(run.cluster.account.digest)"
    }
    let first = try digest(1)
    #expect(try digest(1) == first)
    #expect(try digest(2) != first)
  }

  @Test func `what can't work is refused`() {
    let configuration = configuration(4) { $0.parameters.degreeLow = 0 }
    #expect(throws: ImpossibleGossip.self) { try Cluster(configuration) }
  }
}
