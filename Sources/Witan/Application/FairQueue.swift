import WitanCrypto

/// The order in which a simple application proposes requests: each client in turn, oldest first, so that
/// nobody's flood delays the others by more than one request a turn.
struct FairQueue: Sendable {
  private struct Lane {
    var requests: [Digest] = []
    var head = 0
    /// How many of the requests from the head on were forgotten since.
    var gone = 0

    var isEmpty: Bool { head == requests.count }
  }

  private struct Entry {
    let client: PublicKey
    let size: Int
    var isWaiting: Bool
  }

  private var lanes: [PublicKey: Lane] = [:]
  private var turns: [PublicKey] = []
  private var entries: [Digest: Entry] = [:]
  /// How many lanes became empty since the empty ones were last dropped.
  private var emptied = 0

  /// Adds a request to its client's lane, for the first time or because a proposal of it came to nothing.
  mutating func append(_ request: Request) {
    if let entry = entries[request.digest], entry.isWaiting { return }
    entries[request.digest] = Entry(
      client: request.client, size: request.operationBytes, isWaiting: true)
    if lanes[request.client] == nil {
      lanes[request.client] = Lane()
      turns.append(request.client)
    }
    lanes[request.client]?.requests.append(request.digest)
  }

  /// Forgets requests. Their lanes are swept now and then, at a constant cost a request: a replica that never
  /// leads takes nothing out of them otherwise.
  mutating func remove(_ digests: [Digest]) {
    for digest in digests {
      guard let entry = entries.removeValue(forKey: digest), entry.isWaiting else { continue }
      lanes[entry.client]?.gone += 1
      if let lane = lanes[entry.client], 2 * lane.gone > lane.requests.count - lane.head {
        sweep(entry.client)
      }
    }
  }

  private mutating func sweep(_ client: PublicKey) {
    guard let lane = lanes[client] else { return }
    let waiting = lane.requests[lane.head...].filter { entries[$0]?.isWaiting == true }
    lanes[client] = Lane(requests: waiting)
    guard waiting.isEmpty else { return }
    emptied += 1
    if 2 * emptied > turns.count { dropEmptyLanes() }
  }

  /// Takes up to so many requests and bytes, one a client and round. What is taken is out until it is offered
  /// again; the first that doesn't fit ends it.
  mutating func next(count: Int, bytes: Int) -> [Digest] {
    var chosen: [Digest] = []
    var room = bytes
    var isFull = false
    while !isFull, !turns.isEmpty, chosen.count < count {
      for client in turns where chosen.count < count {
        guard let digest = first(of: client), let size = entries[digest]?.size else { continue }
        guard size <= room else {
          isFull = true
          break
        }
        room -= size
        chosen.append(digest)
        entries[digest]?.isWaiting = false
        lanes[client]?.head += 1
      }
      dropEmptyLanes()
    }
    // Whoever came first this time comes last the next.
    if turns.count > 1 { turns.append(turns.removeFirst()) }
    return chosen
  }

  /// The first request in a client's lane that still waits.
  private mutating func first(of client: PublicKey) -> Digest? {
    while let lane = lanes[client], !lane.isEmpty {
      let digest = lane.requests[lane.head]
      if entries[digest]?.isWaiting == true { return digest }
      lanes[client]?.head += 1
    }
    return nil
  }

  private mutating func dropEmptyLanes() {
    emptied = 0
    turns.removeAll { client in
      guard let lane = lanes[client] else { return true }
      if lane.isEmpty {
        lanes[client] = nil
        return true
      }
      if lane.head > 64, lane.head > lane.requests.count / 2 {
        lanes[client]?.requests.removeFirst(lane.head)
        lanes[client]?.head = 0
      }
      return false
    }
  }
}
