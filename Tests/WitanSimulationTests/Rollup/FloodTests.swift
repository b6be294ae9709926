import Testing
import Witan
import WitanDraw

@testable import WitanSimulation

@Suite struct FloodTests {
  private func mesh(_ count: Int, latency: Distribution, seed: UInt64) -> Mesh {
    Mesh(
      count: count, sizes: .init(), isPrivate: Array(repeating: false, count: count),
      latency: latency, floor: 1, draw: Draw(seed: seed))
  }

  /// The plainest way to find earliest arrivals: pass on until nothing changes.
  private func arrivals(from source: Int, over mesh: Mesh, _ isOnline: [Bool]) -> [UInt32] {
    var times = isOnline.map { _ in UInt32.max }
    times[source] = 0
    var isChanged = true
    while isChanged {
      isChanged = false
      for node in times.indices where times[node] != .max {
        for link in mesh.rows[node] where isOnline[Int(link.end)] {
          let then = times[node] + link.delay / 10 * 10
          if then < times[Int(link.end)] {
            times[Int(link.end)] = then
            isChanged = true
          }
        }
      }
    }
    return times
  }

  @Test(arguments: [
    Distribution.normal(mean: 50_000, deviation: 20_000), .fixed(1_000),
    .exponential(mean: 30_000), .lognormal(median: 40_000, sigma: 2),
  ])
  func `everyone has a message as early as any way over the mesh allows`(_ latency: Distribution) {
    for seed in UInt64(1)...5 {
      let mesh = mesh(80, latency: latency, seed: seed)
      var draw = Draw(seed: seed)
      let isOnline = (0..<80).map { $0 == 3 || draw.chance(0.9) }
      var flood = Flood(count: 80)
      var losses = RareEvents(probability: 0, draw: draw)
      flood.spread(from: 3, over: mesh, isOnline, tenths: 10, losing: &losses)
      let expected = arrivals(from: 3, over: mesh, isOnline)
      for node in 0..<80 where expected[node] != .max {
        #expect(flood.reaches[node].arrival == expected[node])
      }
    }
  }

  @Test func `A20 links are both ways, no more than D_high, and about D of them`() {
    let mesh = mesh(200, latency: .fixed(1), seed: 1)
    for node in 0..<200 {
      #expect((6...12).contains(mesh.rows[node].count))
      for link in mesh.rows[node] {
        let back = mesh.rows[Int(link.end)].first { Int($0.end) == node }
        #expect(back?.delay == link.delay)
      }
    }
    // Where all can be dialled nobody needs more than D, and few are left with less.
    #expect((0..<200).count { mesh.rows[$0].count == 8 } >= 190)
  }

  @Test func `A22 who can't be dialled only dials`() {
    let isPrivate = (0..<60).map { $0 % 3 == 0 }
    let mesh = Mesh(
      count: 60, sizes: .init(), isPrivate: isPrivate, latency: .fixed(1), floor: 1,
      draw: Draw(seed: 4))
    for node in 0..<60 where isPrivate[node] {
      #expect(!mesh.rows[node].isEmpty)
      #expect(mesh.rows[node].allSatisfy { !isPrivate[Int($0.end)] })
    }
  }

  @Test func `A20 whoever lost a message hears of it at a heartbeat, and asks`() {
    let mesh = mesh(100, latency: .fixed(10_000), seed: 2)
    var flood = Flood(count: 100)
    var losses = RareEvents(probability: 0.8, draw: Draw(seed: 5))
    flood.spread(
      from: 0, over: mesh, Array(repeating: true, count: 100), tenths: 10, losing: &losses)
    #expect(flood.reaches.allSatisfy { $0.isReached })
    #expect(flood.reaches.contains { $0.arrival > 1_000_000 })
    #expect(!flood.lost.isEmpty)
  }

  @Test func `A23 parts are those who can reach each other`() {
    let mesh = mesh(50, latency: .fixed(1), seed: 3)
    #expect(mesh.parts(Array(repeating: true, count: 50)) == (1, 50))
    #expect(mesh.parts(Array(repeating: false, count: 50)) == (0, 0))
    var isOnline = Array(repeating: false, count: 50)
    isOnline[7] = true
    let stranger = (0..<50).first { node in
      node != 7 && !mesh.rows[7].contains { Int($0.end) == node }
    }
    isOnline[stranger ?? 0] = true
    #expect(mesh.parts(isOnline) == (2, 1))
  }

  @Test func `whoever sends to a half of its neighbours reaches all, half of them first`() {
    let mesh = mesh(100, latency: .fixed(10_000), seed: 6)
    let isOnline = Array(repeating: true, count: 100)
    var flood = Flood(count: 100)
    var losses = RareEvents(probability: 0, draw: Draw(seed: 5))
    let reaches = [Flood.Half.first, .second].map { half in
      flood.spread(from: 9, to: half, over: mesh, isOnline, tenths: 10, losing: &losses)
      return flood.reaches
    }
    for (place, link) in mesh.rows[9].enumerated() {
      let (near, far) = (reaches[place % 2], reaches[1 - place % 2])
      #expect(near[Int(link.end)].arrival == 10_000 && near[Int(link.end)].hops == 1)
      #expect(far[Int(link.end)].arrival > 10_000)
    }
    #expect(reaches.allSatisfy { $0.allSatisfy(\.isReached) })
  }

  @Test func `nothing crosses from one side of a partition to the other`() {
    let whole = mesh(100, latency: .normal(mean: 50_000, deviation: 20_000), seed: 7)
    let sides = (0..<100).map { UInt64($0 % 3 == 0 ? 1 : 0) }
    let cut = whole.within(sides)
    var flood = Flood(count: 100)
    var losses = RareEvents(probability: 0.1, draw: Draw(seed: 5))
    let isOnline = Array(repeating: true, count: 100)
    for source in [0, 1] {
      flood.spread(from: source, over: cut, isOnline, tenths: 10, losing: &losses)
      for node in 0..<100 where sides[node] != sides[source] {
        #expect(!flood.reaches[node].isReached)
      }
      #expect(flood.reaches.count { $0.isReached } > 25)
    }
    #expect(cut.parts(isOnline).count >= 2 && whole.parts(isOnline).count == 1)
  }
}
