import WitanCrypto

/// The order in which a simple application proposes requests: each client in turn, oldest first, so that
/// nobody's flood delays the others by more than one request a turn.
public struct FairQueue: RequestQueue {
  private struct Lane {
    let client: PublicKey
    var requests: [Digest] = []
    var head = 0
    /// How many of the requests from the head on were forgotten since.
    var gone = 0

    var isEmpty: Bool { head == requests.count }
  }

  private struct Entry {
    let lane: Int
    let size: Int
    var isWaiting: Bool
  }

  /// The lanes, each at a place that is another's once it is empty.
  private var lanes: [Lane] = []
  private var free: [Int] = []
  private var places: [PublicKey: Int] = [:]
  private var turns: [Int] = []
  private var entries: [Digest: Entry] = [:]
  /// How many lanes became empty since the empty ones were last dropped.
  private var emptied = 0

  /// An empty queue.
  public init() {}

  /// Adds a request to its client's lane, for the first time or because a proposal of it came to nothing.
  public mutating func append(_ request: Request, weight: Void = ()) {
    let lane = lane(of: request.client)
    let entry = Entry(lane: lane, size: request.operationBytes, isWaiting: true)
    // One that waits is in this lane already: no lane is dropped before it is empty.
    if entries.updateValue(entry, forKey: request.digest)?.isWaiting == true { return }
    lanes[lane].requests.append(request.digest)
  }

  private mutating func lane(of client: PublicKey) -> Int {
    if let lane = places[client] { return lane }
    let lane = free.popLast() ?? lanes.count
    if lane < lanes.count {
      lanes[lane] = Lane(client: client)
    } else {
      lanes.append(Lane(client: client))
    }
    places[client] = lane
    turns.append(lane)
    return lane
  }

  /// Forgets requests. Their lanes are swept now and then, at a constant cost a request: a replica that never
  /// leads takes nothing out of them otherwise.
  public mutating func remove(_ digests: [Digest]) {
    for digest in digests {
      guard let entry = entries.removeValue(forKey: digest), entry.isWaiting else { continue }
      let lane = entry.lane
      lanes[lane].gone += 1
      if 2 * lanes[lane].gone > lanes[lane].requests.count - lanes[lane].head { sweep(lane) }
    }
  }

  private mutating func sweep(_ lane: Int) {
    let waiting = lanes[lane].requests[lanes[lane].head...].filter {
      entries[$0]?.isWaiting == true
    }
    lanes[lane] = Lane(client: lanes[lane].client, requests: waiting)
    guard waiting.isEmpty else { return }
    emptied += 1
    if 2 * emptied > turns.count { dropEmptyLanes() }
  }

  /// Takes up to so many requests and bytes, one a client and round. What is taken is out until it is offered
  /// again; the first that doesn't fit ends it.
  public mutating func next(count: Int, bytes: Int) -> [Digest] {
    var chosen: [Digest] = []
    var room = bytes
    var isFull = false
    while !isFull, !turns.isEmpty, chosen.count < count {
      for lane in turns where chosen.count < count {
        guard let index = first(in: lane) else { continue }
        guard entries.values[index].size <= room else {
          isFull = true
          break
        }
        room -= entries.values[index].size
        chosen.append(entries.keys[index])
        entries.values[index].isWaiting = false
        lanes[lane].head += 1
      }
      dropEmptyLanes()
    }
    // Whoever came first this time comes last the next.
    if turns.count > 1 { turns.append(turns.removeFirst()) }
    return chosen
  }

  /// How many operation bytes requests have that were appended and not forgotten.
  public func bytes(of digests: [Digest]) -> Int {
    digests.reduce(0) { $0 + (entries[$1]?.size ?? 0) }
  }

  /// Where the first request in a lane that still waits is among the entries.
  private mutating func first(in lane: Int) -> Dictionary<Digest, Entry>.Index? {
    while !lanes[lane].isEmpty {
      if let index = entries.index(forKey: lanes[lane].requests[lanes[lane].head]),
        entries.values[index].isWaiting
      {
        return index
      }
      lanes[lane].head += 1
    }
    return nil
  }

  private mutating func dropEmptyLanes() {
    emptied = 0
    turns.removeAll { lane in
      if lanes[lane].isEmpty {
        places[lanes[lane].client] = nil
        lanes[lane].requests = []
        free.append(lane)
        return true
      }
      if lanes[lane].head > 64, lanes[lane].head > lanes[lane].requests.count / 2 {
        lanes[lane].requests.removeFirst(lanes[lane].head)
        lanes[lane].head = 0
      }
      return false
    }
  }
}
