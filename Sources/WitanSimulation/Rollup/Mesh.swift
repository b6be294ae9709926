import WitanDraw

/// Who gossips with whom: links that both sides use, and beside them those over which only news of messages goes.
///
/// Made as validators come to know each other: first those that can be dialled choose, then those that can only dial. A
/// node dials until it has D links; one that has D_high is no longer dialled.
struct Mesh: Sendable {
  /// A link as one of its two ends sees it.
  struct Link: Sendable {
    /// The other end.
    let end: Int32
    /// How long a message takes, in microseconds.
    let delay: UInt32
  }

  /// Links as rows of one table: node `n` has those from `starts[n]` to `starts[n + 1]`.
  struct Rows: Sendable {
    private(set) var starts: [Int32] = [0]
    private(set) var links: [Link] = []

    init(_ lists: [[Int32]], delay: (Int, Int32) -> UInt32) {
      for (node, list) in lists.enumerated() {
        links += list.map { Link(end: $0, delay: delay(node, $0)) }
        starts.append(Int32(links.count))
      }
    }

    subscript(node: Int) -> ArraySlice<Link> {
      links[Int(starts[node])..<Int(starts[node + 1])]
    }

    /// Those links alone whose ends are of one group.
    func within(_ groups: [UInt64]) -> Rows {
      var rows = Rows([]) { _, _ in 0 }
      for node in groups.indices {
        rows.links += self[node].filter { groups[Int($0.end)] == groups[node] }
        rows.starts.append(Int32(rows.links.count))
      }
      return rows
    }
  }

  private(set) var rows: Rows
  private(set) var lazy: Rows
  /// The shortest of all delays.
  let shortest: UInt32

  /// Links between so many nodes, of which some can only dial.
  init(
    count: Int, sizes: Scenario.Mesh, isPrivate: [Bool], latency: Distribution, floor: UInt64,
    draw: Draw
  ) {
    var draw = draw.split("mesh")
    let lists = Self.dial(count: count, sizes: sizes, isPrivate: isPrivate, &draw)
    var lazyLists = [[Int32]](repeating: [], count: count)
    for node in 0..<count where count > 1 {
      var attempts = 4 * sizes.lazy
      while lazyLists[node].count < sizes.lazy, attempts > 0 {
        attempts -= 1
        let other = Int32(draw.integer(in: 0...count - 1))
        guard other != node, !lists[node].contains(other), !lazyLists[node].contains(other) else {
          continue
        }
        lazyLists[node].append(other)
      }
    }
    let pairs = Dice(draw.split("latency"))
    let delay = { (a: Int, b: Int32) -> UInt32 in
      let (low, high) = (min(a, Int(b)), max(a, Int(b)))
      let word = pairs.narrowed(to: UInt64(low)).word(UInt64(high))
      return UInt32(clamping: max(floor, latency.sample(word), 1))
    }
    rows = Rows(lists, delay: delay)
    lazy = Rows(lazyLists, delay: delay)
    shortest = (rows.links + lazy.links).map(\.delay).min() ?? .max
  }

  private static func dial(
    count: Int, sizes: Scenario.Mesh, isPrivate: [Bool], _ draw: inout Draw
  ) -> [[Int32]] {
    var lists = [[Int32]](repeating: [], count: count)
    let open = (0..<count).filter { !isPrivate[$0] }
    let hidden = (0..<count).filter { isPrivate[$0] }
    for node in draw.shuffled(open) + draw.shuffled(hidden) {
      // Everybody is asked a few times over at most: in a small network there may be nobody left.
      var attempts = 8 * sizes.degree + 16
      while lists[node].count < sizes.degree, attempts > 0, let other = draw.pick(open) {
        attempts -= 1
        // Those that can be dialled leave each other the room that those who can't will need.
        let most = isPrivate[node] ? sizes.high : sizes.degree
        guard other != node, lists[other].count < most,
          !lists[node].contains(Int32(other))
        else { continue }
        lists[node].append(Int32(other))
        lists[other].append(Int32(node))
      }
    }
    return lists
  }

  /// What is left of it while nodes of different groups don't hear each other.
  func within(_ groups: [UInt64]) -> Mesh {
    var mesh = self
    mesh.rows = rows.within(groups)
    mesh.lazy = lazy.within(groups)
    return mesh
  }

  /// In how many parts those who are there fall, and how many the largest has.
  func parts(_ isOnline: [Bool]) -> (count: Int, largest: Int) {
    var seen = isOnline.map { !$0 }
    var (count, largest) = (0, 0)
    var queue: [Int32] = []
    for start in seen.indices where !seen[start] {
      seen[start] = true
      queue.removeAll(keepingCapacity: true)
      queue.append(Int32(start))
      var next = 0
      while next < queue.count {
        for link in rows[Int(queue[next])] where !seen[Int(link.end)] {
          seen[Int(link.end)] = true
          queue.append(link.end)
        }
        next += 1
      }
      count += 1
      largest = max(largest, queue.count)
    }
    return (count, largest)
  }
}
