import Testing
import Witan
import WitanDraw
import WitanSimulation

/// Who can dial whom, and when nodes come and go.
@Suite struct ReachabilityTests {
  /// The caller is 0, the callee 1, and 2 an open node.
  private func path(
    _ here: NATClass, _ there: NATClass, hasDialledBack: Bool, relays: [NodeIndex] = [2]
  ) -> Reachability.Path {
    var world = Reachability([here, there, .open])
    if hasDialledBack { world.dialled(1, 0) }
    #expect(world.canDial(0, 1) == (world.path(from: 0, to: 1, relays: relays) == .direct))
    return world.path(from: 0, to: 1, relays: relays)
  }

  @Test func `every pair of classes speaks the way the table says`() {
    typealias Row = (NATClass, NATClass, fresh: Reachability.Path, dialled: Reachability.Path)
    let rows: [Row] = [
      (.open, .open, .direct, .direct),
      (.open, .restricted, .reversed(via: 2), .direct),
      (.open, .symmetric, .reversed(via: 2), .reversed(via: 2)),
      (.restricted, .open, .direct, .direct),
      (.restricted, .restricted, .punched(via: 2), .direct),
      (.restricted, .symmetric, .relayed(via: 2), .relayed(via: 2)),
      (.symmetric, .open, .direct, .direct),
      (.symmetric, .restricted, .relayed(via: 2), .direct),
      (.symmetric, .symmetric, .relayed(via: 2), .relayed(via: 2)),
    ]
    for (here, there, fresh, dialled) in rows {
      #expect(path(here, there, hasDialledBack: false) == fresh)
      #expect(path(here, there, hasDialledBack: true) == dialled)
      // Without a relay there is what can be dialled, and nothing else.
      #expect(
        path(here, there, hasDialledBack: false, relays: []) == (fresh == .direct ? .direct : .none)
      )
    }
  }

  @Test func `a way back is for the one who was dialled, and gone after a restart`() {
    var world = Reachability([.restricted, .open, .open])
    world.dialled(0, 1)
    #expect(world.canDial(1, 0))
    #expect(!world.canDial(2, 0))
    world.restarted(1)
    #expect(world.canDial(1, 0))
    world.restarted(0)
    #expect(!world.canDial(1, 0))
  }

  @Test func `nobody dials itself, or someone who isn't there`() {
    var world = Reachability([.open, .open])
    for (a, b) in [(0, 0), (0, 2), (2, 0), (-1, 0), (0, -1)] as [(NodeIndex, NodeIndex)] {
      world.dialled(a, b)
      #expect(!world.canDial(a, b))
      #expect(world.path(from: a, to: b, relays: [0, 1]) == .none)
    }
  }

  @Test func `a relay is open and a third, the same from both ends, and not always the same`() {
    let world = Reachability([.symmetric, .symmetric, .restricted, .symmetric, .open, .open])
    let all: [NodeIndex] = [0, 1, 2, 3, 4, 5]
    #expect(world.path(from: 0, to: 1, relays: all) == world.path(from: 1, to: 0, relays: all))
    #expect(world.path(from: 0, to: 1, relays: all) == .relayed(via: 5))
    #expect(world.path(from: 1, to: 3, relays: all) == .relayed(via: 4))
    #expect(world.path(from: 4, to: 0, relays: [4]) == .none)
  }

  @Test func `as many stand behind something as should`() {
    let world = Reachability(count: 10_000, private: 0.4, symmetric: 0.25, draw: Draw(seed: 3))
    let counts = NATClass.allCases.map { nat in world.classes.count { $0 == nat } }
    #expect((5_850...6_150).contains(counts[0]))
    #expect((2_860...3_140).contains(counts[1]))
    #expect((900...1_100).contains(counts[2]))
    // One more node changes nothing for the others.
    let larger = Reachability(count: 10_001, private: 0.4, symmetric: 0.25, draw: Draw(seed: 3))
    #expect(larger.classes.dropLast() == world.classes[...])
  }

  @Test func `a node comes and goes by turns, for as long as it should`() {
    let churn = Churn(
      node: 3, stay: .exponential(mean: 600_000), absence: .uniform(low: 50_000, high: 150_000),
      draw: Draw(seed: 4))
    let changes = Array(churn.prefix(4_000))
    #expect(churn.startsUp)
    #expect(changes.map(\.isUp) == (0..<4_000).map { $0 % 2 == 1 })
    let times = changes.map(\.time)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
    // 2,000 stays and as many absences of 700 ms together: 1,400 s, and a standard deviation of 27 s.
    #expect((1_290...1_510).contains((times.last ?? 0).rawValue / 1_000_000))
    #expect(
      Array(
        Churn(
          node: 3, stay: .exponential(mean: 600_000), absence: .uniform(low: 50_000, high: 150_000),
          draw: Draw(seed: 4)
        ).prefix(4_000)) == changes)
  }

  @Test func `churn ends with time, moves on at least a little, and may begin away`() {
    let still = Churn(node: 0, stay: .fixed(0), absence: .fixed(0), draw: Draw(seed: 1))
    #expect(still.prefix(3).map(\.time) == [1, 2, 3])
    let long = Churn(node: 0, stay: .fixed(.max), absence: .fixed(9), draw: Draw(seed: 1))
    #expect(Array(long).map(\.time) == [Micros(.max)])
    let away = (0..<1_000).count {
      !Churn(
        node: NodeIndex($0), stay: .fixed(1), absence: .fixed(1), startsUp: 0.7, draw: Draw(seed: 1)
      ).startsUp
    }
    #expect((250...350).contains(away))
  }
}
