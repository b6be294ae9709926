import Testing
import Witan
import WitanSimulation

/// What many routers do together.
@Suite struct GossipTownTests {
  private let topic = GossipTown.topic

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `every mesh settles between D_low and D_high, and both sides know`(_ seed: UInt64) throws {
    var town = try GossipTown(60, seed: seed)
    town.run(seconds: 6)
    for router in town.routers {
      let mesh = router.mesh(of: topic)
      #expect((6...12).contains(mesh.count))
      #expect(mesh.allSatisfy { town.routers[$0.offset].mesh(of: topic).contains(router.node) })
    }
  }

  @Test func `a message reaches everyone once, for about D copies each`() throws {
    var town = try GossipTown(60)
    town.run(seconds: 4)
    town.publish(1, by: 0)
    town.run(seconds: 2)
    #expect(town.delivered[1] == 59)
    #expect(town.carried < 60 * 12)
  }

  @Test func `what links lose, announcements bring`() throws {
    func reached(lazy: Int) throws -> [Int] {
      var parameters = GossipParameters()
      (parameters.degree, parameters.degreeLow, parameters.degreeHigh) = (3, 2, 4)
      (parameters.degreeScore, parameters.degreeOut) = (2, 1)
      (parameters.degreeLazy, parameters.floodPublish) = (lazy, false)
      if lazy == 0 { parameters.gossipFactor = 0 }
      var town = try GossipTown(40, parameters: parameters)
      town.run(seconds: 4)
      town.loss = 0.5
      for id in 1...10 {
        town.publish(MessageID(UInt64(id)), by: NodeIndex(id))
        town.run(seconds: 1)
      }
      town.run(seconds: 8)
      return (1...10).map { town.delivered[MessageID(UInt64($0))] ?? 0 }
    }
    #expect(try reached(lazy: 6).allSatisfy { $0 == 39 })
    #expect(try reached(lazy: 0).contains { $0 < 39 })
  }

  @Test func `who spreads invalid messages ends without a neighbour, and nobody else does`() throws
  {
    var parameters = GossipParameters()
    parameters.awaitsJudgement = true
    var town = try GossipTown(40, parameters: parameters)
    town.run(seconds: 4)
    for id in 1...4 {
      town.publish(MessageID(UInt64(id)), by: 5, isValid: false)
      town.run(seconds: 1)
    }
    #expect(town.routers[5].neighbours.isEmpty)
    #expect(town.routers.allSatisfy { !$0.neighbours.contains(5) })
    town.publish(100, by: 6)
    town.run(seconds: 3)
    #expect(town.delivered[100] == 38)
    for router in town.routers where router.node != 5 {
      #expect(router.neighbours.allSatisfy { router.score(of: $0) ?? -1 >= 0 })
    }
  }

  @Test func `the same seed gives the same, and another gives another`() throws {
    func digest(_ seed: UInt64) throws -> UInt64 {
      var town = try GossipTown(30, seed: seed)
      town.loss = 0.2
      for id in 1...5 {
        town.publish(MessageID(UInt64(id)), by: NodeIndex(id))
        town.run(seconds: 1)
      }
      return town.digest
    }
    let first = try digest(1)
    #expect(try digest(1) == first)
    #expect(try digest(2) != first)
  }

  @Test func `a thousand routers mesh, and a message reaches all of them`() throws {
    var town = try GossipTown(1_000, dials: 6)
    town.run(seconds: 2)
    town.publish(1, by: 500)
    town.run(seconds: 1)
    #expect(town.delivered[1] == 999)
  }
}
