import WitanDraw

/// How one message reaches everybody: along the mesh, each node passing it on when it first has it.
///
/// The earliest arrivals are found by buckets of time as wide as the shortest link, so that whatever is in the bucket at
/// hand is settled: a step costs a few nanoseconds a link, and no queue is sorted. Who misses it for a lost packet hears of
/// it from its lazy links at a heartbeat, and asks.
struct Flood: Sendable {
  /// Not reached.
  static let never = UInt32.max
  /// How often nodes tell others what they have.
  static let heartbeat: UInt32 = 1_000_000

  /// When each node has the message, in microseconds since it was sent.
  private(set) var arrival: [UInt32]
  /// From whom.
  private(set) var relay: [Int32]
  /// Over how many links.
  private(set) var hops: [UInt16]
  /// What was lost: from whom, and to whom.
  private(set) var lost: [(from: Int32, to: Int32, at: UInt32)] = []
  private var buckets: [[UInt64]] = []

  init(count: Int) {
    arrival = [UInt32](repeating: Self.never, count: count)
    relay = [Int32](repeating: -1, count: count)
    hops = [UInt16](repeating: 0, count: count)
  }

  /// Spreads a message from a node to all that are there. Every link takes so many tenths of its delay.
  mutating func spread(
    from source: Int, over mesh: Mesh, _ isOnline: [Bool], tenths: UInt32,
    losing losses: inout RareEvents
  ) {
    for node in arrival.indices { arrival[node] = Self.never }
    lost.removeAll(keepingCapacity: true)
    arrival[source] = 0
    hops[source] = 0
    relay[source] = Int32(truncatingIfNeeded: source)
    let width = max(1, mesh.shortest == Self.never ? 1 : mesh.shortest / 10 * tenths)
    put(UInt64(source), width)
    var bucket = 0
    while bucket < buckets.count {
      var next = 0
      while next < buckets[bucket].count {
        let entry = buckets[bucket][next]
        next += 1
        let node = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF)
        // It was reached earlier since, and has been passed on.
        guard arrival[node] == UInt32(truncatingIfNeeded: entry >> 32) else { continue }
        pass(from: node, over: mesh, isOnline, tenths, width, losing: &losses)
      }
      buckets[bucket].removeAll(keepingCapacity: true)
      bucket += 1
    }
    recover(over: mesh, isOnline, tenths)
  }

  /// Sends a message to all that are there directly, without anybody passing it on.
  mutating func send(
    from source: Int, to isOnline: [Bool], losing losses: inout RareEvents,
    delay: (Int) -> UInt32
  ) {
    lost.removeAll(keepingCapacity: true)
    for node in arrival.indices {
      arrival[node] = Self.never
      guard node != source, isOnline[node] else { continue }
      let time = delay(node)
      if losses.happens() {
        lost.append((Int32(source), Int32(node), time))
      } else {
        arrival[node] = time
        relay[node] = Int32(source)
        hops[node] = 1
      }
    }
    arrival[source] = 0
  }

  private mutating func put(_ entry: UInt64, _ width: UInt32) {
    // Beyond this, delays are so unlike each other that a bucket may hold more than is settled, and is gone through again.
    let bucket = min(Int(UInt32(truncatingIfNeeded: entry >> 32) / width), 1 << 14)
    while buckets.count <= bucket { buckets.append([]) }
    buckets[bucket].append(entry)
  }

  private mutating func pass(
    from node: Int, over mesh: Mesh, _ isOnline: [Bool], _ tenths: UInt32, _ width: UInt32,
    losing losses: inout RareEvents
  ) {
    let time = arrival[node]
    let sender = relay[node]
    for link in mesh.links[node] {
      let other = mesh.links.ends[link]
      guard other != sender, isOnline[Int(other)] else { continue }
      let then = time &+ mesh.delays[link] / 10 &* tenths
      if losses.happens() {
        lost.append((Int32(truncatingIfNeeded: node), other, then))
        continue
      }
      guard then < arrival[Int(other)] else { continue }
      arrival[Int(other)] = then
      relay[Int(other)] = Int32(truncatingIfNeeded: node)
      hops[Int(other)] = hops[node] &+ 1
      put(UInt64(then) << 32 | UInt64(UInt32(bitPattern: other)), width)
    }
  }

  /// Who missed it is told of it at a heartbeat by one that isn't in its mesh, asks, and is sent it: three ways.
  private mutating func recover(over mesh: Mesh, _ isOnline: [Bool], _ tenths: UInt32) {
    var missing = arrival.indices.filter { isOnline[$0] && arrival[$0] == Self.never }
    var found = !missing.isEmpty
    while found {
      found = false
      for node in missing {
        var best: (time: UInt32, from: Int32)?
        for link in mesh.lazy[node] {
          let other = mesh.lazy.ends[link]
          let time = arrival[Int(other)]
          guard isOnline[Int(other)], time != Self.never else { continue }
          let heard = (time / Self.heartbeat + 1) &* Self.heartbeat
          let then = heard &+ 3 &* (mesh.lazyDelays[link] / 10 &* tenths)
          if best.map({ then < $0.time }) ?? true { best = (then, other) }
        }
        guard let best else { continue }
        arrival[node] = best.time
        relay[node] = best.from
        hops[node] = hops[Int(best.from)] &+ 1
        found = true
      }
      missing.removeAll { arrival[$0] != Self.never }
    }
  }
}
