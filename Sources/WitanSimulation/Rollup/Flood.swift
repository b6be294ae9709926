import WitanDraw

/// How one message reaches everybody: along the mesh, each node passing it on when it first has it.
///
/// The earliest arrivals are found by buckets of time as wide as the shortest link, so that whatever is in the bucket at
/// hand is settled: a step costs a few nanoseconds a link, and no queue is sorted. Who misses it for a lost packet hears of
/// it from its lazy links at a heartbeat, and asks.
struct Flood: Sendable {
  /// How a message reached a node.
  struct Reach: Sendable {
    /// When, in microseconds since it was sent.
    var arrival: UInt32
    /// From whom.
    var relay: Int32
    /// Over how many links.
    var hops: UInt16

    /// Whether it did.
    var isReached: Bool { arrival != Flood.never }
  }

  /// Something that a node is about to pass on, in a list for each bucket of time.
  private struct Due: Sendable {
    let node: Int32
    let time: UInt32
    let next: Int32
  }

  /// Not reached.
  static let never = UInt32.max
  /// How often nodes tell others what they have.
  static let heartbeat: UInt32 = 1_000_000
  private static let bucketLimit = 1 << 14

  /// How the message reached each node.
  private(set) var reaches: [Reach]
  /// What was lost: from whom, and to whom.
  private(set) var lost: [(from: Int32, to: Int32, at: UInt32)] = []
  private var due: [Due] = []
  private var buckets: [Int32] = []

  init(count: Int) {
    reaches = [Reach](
      repeating: Reach(arrival: Self.never, relay: -1, hops: 0), count: count)
  }

  /// To which of its neighbours a node sends its own message.
  enum Half: Int, Sendable {
    /// To every second one, from the first on.
    case first = 0
    /// To the others.
    case second = 1
  }

  /// Spreads a message from a node to all that are there. Every link takes so many tenths of its delay. A node that lies
  /// sends it to a half of its neighbours.
  mutating func spread(
    from source: Int, to half: Half? = nil, over mesh: Mesh, _ isOnline: [Bool], tenths: UInt32,
    losing losses: inout RareEvents
  ) {
    for node in reaches.indices {
      // What is there at time 0 needs no message: so nothing is sent to whoever isn't there.
      reaches[node].arrival = isOnline[node] ? Self.never : 0
    }
    lost.removeAll(keepingCapacity: true)
    due.removeAll(keepingCapacity: true)
    buckets.removeAll(keepingCapacity: true)
    reaches[source] = Reach(arrival: 0, relay: Int32(truncatingIfNeeded: source), hops: 0)
    let width = max(1, mesh.shortest == Self.never ? 1 : mesh.shortest / 10 * tenths)
    if let half {
      let (start, end) = (Int(mesh.rows.starts[source]), Int(mesh.rows.starts[source + 1]))
      for index in stride(from: start + half.rawValue, to: end, by: 2) {
        pass(from: source, over: index, of: mesh, tenths, width, losing: &losses)
      }
    } else {
      put(source, at: 0, width)
    }
    var bucket = 0
    while bucket < buckets.count {
      while buckets[bucket] >= 0 {
        let entry = due[Int(buckets[bucket])]
        buckets[bucket] = entry.next
        // It may have been reached earlier since, and have passed it on.
        guard reaches[Int(entry.node)].arrival == entry.time else { continue }
        pass(from: Int(entry.node), over: mesh, tenths, width, losing: &losses)
      }
      bucket += 1
    }
    for node in reaches.indices where !isOnline[node] { reaches[node].arrival = Self.never }
    recover(over: mesh, isOnline, tenths)
  }

  @inline(__always)
  private mutating func put(_ node: Int, at time: UInt32, _ width: UInt32) {
    // Beyond this, delays are so unlike each other that a bucket may hold more than is settled, and is gone through again.
    let bucket = min(Int(time / width), Self.bucketLimit)
    while buckets.count <= bucket { buckets.append(-1) }
    due.append(Due(node: Int32(truncatingIfNeeded: node), time: time, next: buckets[bucket]))
    buckets[bucket] = Int32(truncatingIfNeeded: due.count - 1)
  }

  @inline(__always)
  private mutating func pass(
    from node: Int, over mesh: Mesh, _ tenths: UInt32, _ width: UInt32,
    losing losses: inout RareEvents
  ) {
    for index in Int(mesh.rows.starts[node])..<Int(mesh.rows.starts[node + 1]) {
      pass(from: node, over: index, of: mesh, tenths, width, losing: &losses)
    }
  }

  @inline(__always)
  private mutating func pass(
    from node: Int, over index: Int, of mesh: Mesh, _ tenths: UInt32, _ width: UInt32,
    losing losses: inout RareEvents
  ) {
    let own = reaches[node]
    let link = mesh.rows.links[index]
    let other = Int(link.end)
    let known = reaches[other].arrival
    guard known > 0, link.end != own.relay else { return }
    let then = own.arrival &+ link.delay / 10 &* tenths
    if losses.happens() {
      lost.append((Int32(truncatingIfNeeded: node), link.end, then))
      return
    }
    guard then < known else { return }
    reaches[other] = Reach(
      arrival: then, relay: Int32(truncatingIfNeeded: node), hops: own.hops &+ 1)
    put(other, at: then, width)
  }

  /// Sends a message to all that are there directly, without anybody passing it on.
  mutating func send(
    from source: Int, to isOnline: [Bool], losing losses: inout RareEvents,
    delay: (Int) -> UInt32
  ) {
    lost.removeAll(keepingCapacity: true)
    for node in reaches.indices {
      reaches[node].arrival = Self.never
      guard node != source, isOnline[node] else { continue }
      let time = delay(node)
      if losses.happens() {
        lost.append((Int32(source), Int32(node), time))
      } else {
        reaches[node] = Reach(arrival: time, relay: Int32(source), hops: 1)
      }
    }
    reaches[source].arrival = 0
  }

  /// Who missed it is told of it at a heartbeat by one that isn't in its mesh, asks, and is sent it: three ways.
  private mutating func recover(over mesh: Mesh, _ isOnline: [Bool], _ tenths: UInt32) {
    var missing = reaches.indices.filter { isOnline[$0] && !reaches[$0].isReached }
    var isFound = !missing.isEmpty
    while isFound {
      isFound = false
      for node in missing {
        var best: Reach?
        for link in mesh.lazy[node] {
          let other = reaches[Int(link.end)]
          guard isOnline[Int(link.end)], other.isReached else { continue }
          let heard = (other.arrival / Self.heartbeat + 1) &* Self.heartbeat
          let then = heard &+ 3 &* (link.delay / 10 &* tenths)
          if best.map({ then < $0.arrival }) ?? true {
            best = Reach(arrival: then, relay: link.end, hops: other.hops &+ 1)
          }
        }
        guard let best else { continue }
        reaches[node] = best
        isFound = true
      }
      missing.removeAll { reaches[$0].isReached }
    }
  }
}
