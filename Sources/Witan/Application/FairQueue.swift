import WitanCrypto

/// The order in which a simple application proposes requests: each client in turn, oldest first, so that
/// nobody's flood delays the others by more than one request a turn.
public struct FairQueue: RequestQueue {
  /// A request's turn in its lane: where its entry is, and which one there is meant.
  private struct Turn {
    let place: Int
    let ticket: UInt64
  }

  private struct Lane {
    let client: PublicKey
    var requests: [Turn] = []
    var head = 0
    /// How many of the requests from the head on were forgotten since.
    var gone = 0
    /// Whether it has no turn: nothing was in it when the empty ones were last looked for.
    var isIdle = false

    var isEmpty: Bool { head == requests.count }
  }

  private struct Entry {
    let digest: Digest
    let lane: Int
    let size: Int
    /// The turn in its lane that is its own; nil while it is out.
    var ticket: UInt64?
  }

  /// The lanes, each at a place that is another's once it is empty.
  private var lanes: [Lane] = []
  private var free: [Int] = []
  private var places: [PublicKey: Int] = [:]
  private var turns: [Int] = []
  /// What was offered and not forgotten, each at a place that is another's once it is gone: only whoever names a request
  /// must look it up.
  private var entries: [Entry?] = []
  private var freeEntries: [Int] = []
  private var known: [Digest: Int] = [:]
  private var tickets: UInt64 = 0
  /// How many lanes became empty since the empty ones last lost their turns.
  private var emptied = 0
  /// How many lanes have no turn. Their clients are remembered until there are too many of them.
  private var idle = 0

  /// An empty queue.
  public init() {}

  /// Adds a request to its client's lane, for the first time or because a proposal of it came to nothing.
  public mutating func append(_ request: Request, weight: Void = ()) {
    let digest = request.digest
    var place = freeEntries.last ?? entries.count
    if let before = known.updateValue(place, forKey: digest) {
      known[digest] = before
      // One that waits is in its lane already: no lane is dropped before it is empty.
      guard entries[before]?.ticket == nil else { return }
      place = before
    } else if freeEntries.popLast() == nil {
      entries.append(nil)
    }
    let lane = lane(of: request.client)
    tickets += 1
    entries[place] = Entry(
      digest: digest, lane: lane, size: request.operationBytes, ticket: tickets)
    lanes[lane].requests.append(Turn(place: place, ticket: tickets))
  }

  private func isWaiting(_ turn: Turn) -> Bool { entries[turn.place]?.ticket == turn.ticket }

  private mutating func lane(of client: PublicKey) -> Int {
    if let lane = places[client] {
      if lanes[lane].isIdle {
        lanes[lane].isIdle = false
        idle -= 1
        turns.append(lane)
      }
      return lane
    }
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
      guard let place = known.removeValue(forKey: digest), let entry = entries[place] else {
        continue
      }
      entries[place] = nil
      freeEntries.append(place)
      guard entry.ticket != nil else { continue }
      let lane = entry.lane
      lanes[lane].gone += 1
      if 2 * lanes[lane].gone > lanes[lane].requests.count - lanes[lane].head { sweep(lane) }
    }
  }

  private mutating func sweep(_ lane: Int) {
    var kept = 0
    for index in lanes[lane].head..<lanes[lane].requests.count {
      let turn = lanes[lane].requests[index]
      guard isWaiting(turn) else { continue }
      lanes[lane].requests[kept] = turn
      kept += 1
    }
    lanes[lane].requests.removeLast(lanes[lane].requests.count - kept)
    lanes[lane].head = 0
    lanes[lane].gone = 0
    guard kept == 0 else { return }
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
        guard let place = first(in: lane), let entry = entries[place] else { continue }
        guard entry.size <= room else {
          isFull = true
          break
        }
        room -= entry.size
        chosen.append(entry.digest)
        entries[place]?.ticket = nil
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
    digests.reduce(0) { sum, digest in sum + (known[digest].flatMap { entries[$0]?.size } ?? 0) }
  }

  /// Where the first request in a lane that still waits is among the entries.
  private mutating func first(in lane: Int) -> Int? {
    while !lanes[lane].isEmpty {
      let turn = lanes[lane].requests[lanes[lane].head]
      if isWaiting(turn) { return turn.place }
      lanes[lane].head += 1
    }
    return nil
  }

  private mutating func dropEmptyLanes() {
    emptied = 0
    for lane in turns {
      if lanes[lane].isEmpty {
        rest(lane)
      } else if lanes[lane].head > 64, lanes[lane].head > lanes[lane].requests.count / 2 {
        lanes[lane].requests.removeFirst(lanes[lane].head)
        lanes[lane].head = 0
      }
    }
    turns.removeAll { lanes[$0].isIdle }
    if idle > 2 * turns.count + Self.idleLimit { forgetIdleLanes() }
  }

  /// So many clients that wait for nothing are remembered for each that waits twice over, and so many more.
  private static let idleLimit = 64
  /// How much room an idle lane keeps.
  private static let keptRoom = 64

  private mutating func rest(_ lane: Int) {
    if lanes[lane].requests.capacity > Self.keptRoom {
      lanes[lane].requests = []
    } else {
      lanes[lane].requests.removeAll(keepingCapacity: true)
    }
    lanes[lane].head = 0
    lanes[lane].gone = 0
    lanes[lane].isIdle = true
    idle += 1
  }

  /// At a constant cost a lane that became idle.
  private mutating func forgetIdleLanes() {
    for lane in lanes.indices where lanes[lane].isIdle {
      places[lanes[lane].client] = nil
      lanes[lane].isIdle = false
      free.append(lane)
    }
    idle = 0
  }
}
