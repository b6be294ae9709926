/// Queues that are served in turn by size: deficit round robin (Shreedhar & Varghese '95). A lane that is full of
/// waiting items gets no more of the service than any other that waits, so that a flood costs its own lane only.
///
/// All items stand in one contiguous store and are linked by index. Room that was used is used again, so that
/// nothing is allocated once the longest queues were met. Adding and removing take constant time; finding the next
/// takes a visit for each `quantum` of what is served, which is far less than it costs to look at that much.
struct FairLanes<Item: Sendable>: Sendable {
  /// An item's place, while it waits.
  typealias Handle = Int32

  private static var none: Handle { -1 }

  private struct Node: Sendable {
    var item: Item?
    var size = 0
    var lane: Int32 = 0
    var next: Handle = -1
    var previous: Handle = -1
  }

  private struct Lane: Sendable {
    var head: Handle = -1
    var tail: Handle = -1
    /// The lane whose turn comes after this one's, while both are in the ring.
    var follower: Int32 = -1
    var isInRing = false
    /// How much of its turn is left; below zero, what it owes.
    var credit = 0
  }

  /// What a lane is given with each turn. Small, so that a turn is short for those who wait.
  private let quantum: Int
  private var nodes: [Node] = []
  private var free: Handle = -1
  private var lanes: [Lane]
  /// The lane whose turn comes last; its follower's is now. None when nobody waits.
  private var last: Int32 = -1
  /// How many items wait.
  private(set) var count = 0

  init(lanes: Int, quantum: Int) {
    self.quantum = quantum
    self.lanes = Array(repeating: Lane(), count: lanes)
  }

  /// Whether nothing waits.
  var isEmpty: Bool { count == 0 }

  /// Makes another lane and returns its index.
  mutating func addLane() -> Int {
    lanes.append(Lane())
    return lanes.count - 1
  }

  /// Puts an item at the end of a lane.
  mutating func append(_ item: Item, size: Int, to lane: Int) -> Handle {
    let node = Node(item: item, size: size, lane: Int32(lane), previous: lanes[lane].tail)
    let handle = store(node)
    if lanes[lane].tail == Self.none {
      lanes[lane].head = handle
    } else {
      nodes[Int(lanes[lane].tail)].next = handle
    }
    lanes[lane].tail = handle
    count += 1
    if !lanes[lane].isInRing { join(Int32(lane)) }
    return handle
  }

  /// Takes an item out, wherever in its lane it stands.
  mutating func remove(_ handle: Handle) -> Item? {
    let node = nodes[Int(handle)]
    let lane = Int(node.lane)
    if node.previous == Self.none {
      lanes[lane].head = node.next
    } else {
      nodes[Int(node.previous)].next = node.next
    }
    if node.next == Self.none {
      lanes[lane].tail = node.previous
    } else {
      nodes[Int(node.next)].previous = node.previous
    }
    nodes[Int(handle)] = Node(next: free)
    free = handle
    count -= 1
    return node.item
  }

  /// Takes out the item whose turn it is.
  mutating func next() -> (item: Item, size: Int, lane: Int, handle: Handle)? {
    while last != Self.none {
      let current = lanes[Int(last)].follower
      let lane = Int(current)
      let handle = lanes[lane].head
      guard handle != Self.none else {
        leaveRing()
        continue
      }
      let size = nodes[Int(handle)].size
      // Whoever is alone needn't wait for a turn, nor pay for it.
      if current != last {
        guard lanes[lane].credit >= size else {
          lanes[lane].credit += quantum
          last = current
          continue
        }
        lanes[lane].credit -= size
      }
      guard let item = remove(handle) else { continue }
      if lanes[lane].head == Self.none { leaveRing() }
      return (item, size, lane, handle)
    }
    return nil
  }

  /// Has a lane pay, up to a limit, before it is served again while others wait.
  mutating func charge(_ lane: Int, _ cost: Int, limit: Int) {
    lanes[lane].credit = max(-limit, lanes[lane].credit - cost)
  }

  private mutating func store(_ node: Node) -> Handle {
    guard free != Self.none else {
      nodes.append(node)
      return Handle(nodes.count - 1)
    }
    let handle = free
    free = nodes[Int(handle)].next
    nodes[Int(handle)] = node
    return handle
  }

  private mutating func join(_ lane: Int32) {
    lanes[Int(lane)].isInRing = true
    // Nothing is saved up while nothing waits, but what is owed stays owed.
    lanes[Int(lane)].credit = min(0, lanes[Int(lane)].credit) + quantum
    if last == Self.none {
      lanes[Int(lane)].follower = lane
    } else {
      lanes[Int(lane)].follower = lanes[Int(last)].follower
      lanes[Int(last)].follower = lane
    }
    last = lane
  }

  /// The lane whose turn it is has nothing that waits.
  private mutating func leaveRing() {
    let current = lanes[Int(last)].follower
    if current == last {
      last = Self.none
    } else {
      lanes[Int(last)].follower = lanes[Int(current)].follower
    }
    lanes[Int(current)].isInRing = false
    lanes[Int(current)].follower = Self.none
  }
}
