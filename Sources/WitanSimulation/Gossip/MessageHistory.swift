/// The messages of the last few heartbeats, which others may ask for.
struct MessageHistory<Payload: Sendable>: Sendable {
  private struct Kept: Sendable {
    let message: GossipMessage<Payload>
    /// Who was sent it on demand, once for each time.
    var sent: [NodeIndex] = []
  }

  /// The most messages a heartbeat: as many as can be announced in one.
  private let limit: Int
  /// A ring of heartbeats.
  private var windows: [[Kept]]
  /// The number of the heartbeat that runs.
  private var current: UInt32 = 0

  init(length: Int, limit: Int) {
    self.limit = limit
    windows = Array(repeating: [], count: length)
  }

  /// Keeps a message; where it is, or nil when there is no room.
  mutating func keep(_ message: GossipMessage<Payload>) -> (window: UInt32, place: UInt32)? {
    let ring = Int(current) % windows.count
    guard windows[ring].count < limit else { return nil }
    windows[ring].append(Kept(message: message))
    return (current, UInt32(windows[ring].count - 1))
  }

  /// A message for one who asks for it, unless it was kept too long ago or was sent to it often enough.
  mutating func give(
    window: UInt32, place: UInt32, to peer: NodeIndex, times: Int
  ) -> GossipMessage<Payload>? {
    guard current &- window < windows.count else { return nil }
    let (ring, place) = (Int(window) % windows.count, Int(place))
    guard place < windows[ring].count else { return nil }
    let sent = windows[ring][place].sent.reduce(0) { $1 == peer ? $0 + 1 : $0 }
    guard sent < times else { return nil }
    windows[ring][place].sent.append(peer)
    return windows[ring][place].message
  }

  /// The messages of a topic in the last heartbeats, newest heartbeat first.
  func ids(of topic: Topic, heartbeats: Int) -> [MessageID] {
    var ids: [MessageID] = []
    for age in 0..<min(heartbeats, Int(clamping: UInt64(current) + 1)) {
      let window = windows[(Int(current) - age) % windows.count]
      for kept in window where kept.message.topic == topic { ids.append(kept.message.id) }
    }
    return ids
  }

  /// Whether there is nothing to announce.
  var isEmpty: Bool { windows.allSatisfy(\.isEmpty) }

  /// Begins a heartbeat and forgets the oldest.
  mutating func shift() {
    current &+= 1
    windows[Int(current) % windows.count] = []
  }
}
