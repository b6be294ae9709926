import Testing
import Witan
import WitanSimulation

/// Who is let into a mesh, and who isn't.
@Suite struct GossipMeshTests {
  private let topic = LoneRouter.topic

  @Test func `who subscribes grafts D of those in the topic, and tells everyone`() throws {
    var lone = try LoneRouter(neighbours: 20, joined: false)
    lone.give(.subscribe(topic))
    #expect(lone.mesh.count == 8)
    #expect(
      lone.told.count { $0.control.subscriptions == [.init(topic, isSubscribed: true)] } == 20)
    #expect(Set(lone.told.filter { $0.control.graft == [topic] }.map(\.peer)) == Set(lone.mesh))
    lone.clear()
    lone.give(.subscribe(topic))
    #expect(lone.effects.isEmpty)
  }

  @Test func `who unsubscribes prunes the mesh and tells everyone`() throws {
    var lone = try LoneRouter(neighbours: 20)
    let mesh = lone.mesh
    lone.give(.unsubscribe(topic))
    let pruned = lone.told.filter { $0.control.prune.first?.backoff == .seconds(10) }
    #expect(pruned.map(\.peer).sorted() == mesh)
    #expect(
      lone.told.count { $0.control.subscriptions == [.init(topic, isSubscribed: false)] } == 20)
    #expect(lone.mesh.isEmpty)
  }

  @Test func `a newcomer to the topic is grafted only while the mesh is below D_low`() throws {
    for (neighbours, isGrafted) in [(5, true), (6, false)] {
      var lone = try LoneRouter(neighbours: neighbours)
      lone.connect(50)
      lone.heartbeats(1)
      #expect(lone.mesh.contains(50) == isGrafted)
    }
  }

  @Test func `a full mesh refuses a graft, except of one it dialled`() throws {
    var lone = try LoneRouter(neighbours: 8)
    for number in 11...14 { lone.connect(NodeIndex(number)) }
    lone.connect(15)
    lone.connect(16, isOutbound: true)
    for number in 11...14 { lone.control(from: NodeIndex(number)) { $0.graft = [topic] } }
    #expect(lone.mesh.count == 12)
    lone.clear()
    lone.control(from: 15) { $0.graft = [topic] }
    #expect(!lone.mesh.contains(15))
    #expect(lone.told.first?.control.prune.first?.backoff == .seconds(60))
    #expect(lone.told.first?.control.prune.first?.exchange.count == 13)
    lone.control(from: 16) { $0.graft = [topic] }
    #expect(lone.mesh.contains(16))
  }

  @Test func `a mesh that is too large sheds down to D, and keeps the best and those it dialled`()
    throws
  {
    var shed = 0
    for seed in 1...20 as ClosedRange<UInt64> {
      var lone = try LoneRouter(neighbours: 20, outbound: 2, joined: false, seed: seed)
      for number in 3...6 { lone.give(.rated(NodeIndex(number), 5)) }
      lone.give(.subscribe(topic))
      for number in 3...14 where !lone.mesh.contains(NodeIndex(number)) && lone.mesh.count < 12 {
        lone.control(from: NodeIndex(number)) { $0.graft = [topic] }
      }
      for number in 1...2 { lone.control(from: NodeIndex(number)) { $0.graft = [topic] } }
      guard lone.mesh.count > 12 else { continue }
      let best = lone.mesh.filter { (3...6).contains($0.rawValue) }
      lone.heartbeats(1)
      #expect(lone.mesh.count == 8)
      #expect(best.allSatisfy(lone.mesh.contains))
      #expect(lone.mesh.contains(1) && lone.mesh.contains(2))
      shed += 1
    }
    #expect(shed > 10)
  }

  @Test func `those it dialled come into a mesh that lacks them`() throws {
    var lone = try LoneRouter(neighbours: 8)
    for number in 30...33 { lone.connect(NodeIndex(number), isOutbound: true) }
    lone.heartbeats(1)
    #expect(lone.mesh.count { $0.rawValue >= 30 } == 2)
    #expect(lone.told.filter { $0.control.graft == [topic] }.count == 2)
  }

  @Test func `one who was pruned and comes back at once is refused, and pays`() throws {
    var lone = try LoneRouter(neighbours: 8) { $0.score.behaviourThreshold = 0 }
    lone.give(.rated(1, -1))
    lone.heartbeats(1)
    #expect(!lone.mesh.contains(1))
    lone.give(.rated(1, 0))
    lone.clear()
    lone.now = lone.now + .seconds(20)
    lone.control(from: 1) { $0.graft = [topic] }
    #expect(!lone.mesh.contains(1))
    #expect(lone.told.first?.control.prune.first?.exchange == [])
    // Once for coming in the backoff.
    #expect(lone.router.score(of: 1) == -10)
    // Its backoff began anew, so coming at once counts double.
    lone.control(from: 1) { $0.graft = [topic] }
    #expect(lone.router.score(of: 1) == -90)
    #expect(lone.closed == [1])
  }

  @Test func `after a prune both wait for the backoff, and then may meet again`() throws {
    var lone = try LoneRouter(neighbours: 3)
    lone.control(from: 1) { $0.prune = [.init(topic, backoff: .seconds(30))] }
    lone.heartbeats(29)
    #expect(lone.mesh == [2, 3])
    lone.heartbeats(2)
    #expect(lone.mesh == [1, 2, 3])
  }

  @Test func `leaving doesn't end a backoff`() throws {
    var lone = try LoneRouter(neighbours: 3)
    lone.control(from: 1) { $0.prune = [.init(topic, backoff: .seconds(30))] }
    lone.give(.disconnected(1))
    lone.connect(1)
    lone.heartbeats(5)
    #expect(lone.mesh == [2, 3])
  }

  @Test func `a neighbour can't ask for a backoff without end`() throws {
    var lone = try LoneRouter(neighbours: 1)
    lone.control(from: 1) { $0.prune = [.init(topic, backoff: Micros(.max))] }
    lone.now = lone.now + .seconds(3_601)
    lone.heartbeats(1)
    #expect(lone.mesh == [1])
  }

  @Test func `a graft of a topic it isn't in isn't answered`() throws {
    var lone = try LoneRouter(neighbours: 1)
    lone.control(from: 1) { $0.graft = [8] }
    #expect(lone.effects.isEmpty)
    #expect(lone.router.mesh(of: 8).isEmpty)
  }

  @Test func `one in debt isn't grafted, and leaves the mesh`() throws {
    var lone = try LoneRouter(neighbours: 8)
    lone.give(.rated(1, -0.5))
    lone.heartbeats(1)
    #expect(!lone.mesh.contains(1))
    #expect(lone.told.contains { $0.peer == 1 && $0.control.prune.count == 1 })
    lone.connect(9)
    lone.give(.rated(9, -0.5))
    lone.clear()
    lone.control(from: 9) { $0.graft = [topic] }
    #expect(lone.told.first?.control.prune.count == 1)
  }

  @Test func `a mesh of little worth takes in better ones now and then`() throws {
    var lone = try LoneRouter(neighbours: 8) { $0.opportunisticGraftTicks = 4 }
    for number in 20...25 { lone.connect(NodeIndex(number)) }
    for number in 20...22 { lone.give(.rated(NodeIndex(number), 5)) }
    lone.heartbeats(3)
    #expect(lone.mesh.count == 8)
    lone.heartbeats(1)
    #expect(lone.mesh.count == 10)
    #expect(lone.mesh.count { (20...22).contains($0.rawValue) } == 2)
  }

  @Test func `others that a pruner tells of are heard only from one rated well`() throws {
    var lone = try LoneRouter(neighbours: 2)
    lone.give(.rated(1, 5))
    for peer in [1, 2] as [NodeIndex] {
      lone.control(from: peer) {
        $0.prune = [.init(topic, backoff: .seconds(60), exchange: (0..<40).map { NodeIndex($0) })]
      }
    }
    // This node itself is among those offered, and is left out.
    #expect(lone.offered == [(1..<16).map { NodeIndex($0) }])
  }

  @Test func `naming many topics costs little memory`() throws {
    var lone = try LoneRouter(neighbours: 1)
    lone.control(from: 1) {
      $0.subscriptions = (100..<10_000).map { .init(Topic($0), isSubscribed: true) }
    }
    #expect(lone.router.subscribers(of: 163) == [1])
    #expect(lone.router.subscribers(of: 164) == [])
    lone.give(.disconnected(1))
    lone.heartbeats(1)
    #expect(lone.router.subscribers(of: 163) == [])
  }

  @Test func `impossible parameters are refused, with the rule they break`() {
    func fault(_ adjust: (inout GossipParameters) -> Void) -> String {
      do {
        _ = try LoneRouter(neighbours: 0, adjust)
        return "fine"
      } catch { return "\(error)" }
    }
    #expect(fault { _ in } == "fine")
    #expect(fault { $0.degreeLow = 9 } == "D_low ≤ D ≤ D_high must hold")
    #expect(fault { $0.degreeHigh = 7 } == "D_low ≤ D ≤ D_high must hold")
    #expect(fault { $0.degreeOut = 5 } == "D_out must be below D_low and at most half of D")
    #expect(fault { $0.degreeLazy = -1 } == "degrees must be 0 to 10000")
    #expect(fault { $0.gossipFactor = .nan } == "the gossip factor must be 0 to 1")
    #expect(
      fault { $0.historyGossip = 6 }
        == "gossip can't announce more heartbeats than the history keeps")
    #expect(fault { $0.score.invalidWeight = 1 } == "penalties must weigh -1e6 to 0")
    #expect(
      fault { $0.score.graylistThreshold = -1 }
        == "graylist ≤ publish ≤ gossip ≤ 0 must hold between the thresholds")
    #expect(fault { $0.heartbeat = 0 } == "the heartbeat must be between 1ms and an hour")
  }
}
