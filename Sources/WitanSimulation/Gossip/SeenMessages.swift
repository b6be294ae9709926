import Witan

/// What messages a node has seen, for a time and up to a number.
///
/// The entries stand in a ring in the order of arrival, so the oldest goes first; a table of open addresses
/// finds them. Nothing here has an order that a hash could move.
struct SeenMessages: Sendable {
  /// What is known of a message.
  struct Entry: Sendable {
    let id: MessageID
    let arrived: Micros
    /// When it was judged.
    var judgedAt: Micros
    /// Who brought it first; this node itself when it published it.
    let first: NodeIndex
    /// The place in the history where it can be had, if `verdict` is `accepted`.
    var window: UInt32
    var place: UInt32
    let topic: Topic
    var verdict: Verdict
  }

  enum Verdict: UInt8 { case pending, accepted, ignored, rejected }

  /// The most entries: 500 messages a second for two minutes, and some. 3 MiB at most.
  static let limit = 1 << 16

  private var ring: [Entry] = []
  /// How many there can be before the ring grows; a power of two, or 0.
  private var capacity = 0
  private var oldest = 0
  private(set) var count = 0
  /// Places in the ring, plus 1; 0 where there is none. Twice as many as the ring has, so a search is short.
  private var table: [UInt32] = []
  /// Bits that nobody outside knows, so that nobody can choose messages that meet in the table.
  private let salt: UInt64

  init(salt: UInt64) { self.salt = salt }

  /// The place of a message's entry.
  func find(_ id: MessageID) -> Int? {
    guard !table.isEmpty else { return nil }
    var probe = home(of: id)
    while table[probe] != 0 {
      let place = Int(table[probe]) - 1
      if ring[place].id == id { return place }
      probe = (probe + 1) & (table.count - 1)
    }
    return nil
  }

  subscript(place: Int) -> Entry {
    get { ring[place] }
    set { ring[place] = newValue }
  }

  /// Remembers a message that isn't there yet, and forgets the oldest if there are too many.
  mutating func insert(_ entry: Entry) {
    if count == Self.limit { removeOldest() }
    if count == capacity { grow() }
    let place = (oldest + count) & (capacity - 1)
    if place == ring.count { ring.append(entry) } else { ring[place] = entry }
    count += 1
    enter(place)
  }

  /// Forgets what arrived before this.
  mutating func removeAll(before time: Micros) {
    while count > 0, ring[oldest].arrived < time { removeOldest() }
  }

  private func home(of id: MessageID) -> Int {
    let mixed = (id.rawValue ^ salt) &* 0x9e37_79b9_7f4a_7c15
    return Int(truncatingIfNeeded: mixed >> 32) & (table.count - 1)
  }

  private mutating func enter(_ place: Int) {
    var probe = home(of: ring[place].id)
    while table[probe] != 0 { probe = (probe + 1) & (table.count - 1) }
    table[probe] = UInt32(place + 1)
  }

  private mutating func grow() {
    let entries = (0..<count).map { ring[(oldest + $0) & (capacity - 1)] }
    capacity = max(16, 2 * capacity)
    ring = entries
    ring.reserveCapacity(capacity)
    oldest = 0
    table = [UInt32](repeating: 0, count: 2 * capacity)
    for place in 0..<count { enter(place) }
  }

  /// Takes the oldest out and moves back those that stood behind it only because it was there.
  private mutating func removeOldest() {
    let mask = table.count - 1
    var hole = home(of: ring[oldest].id)
    while table[hole] != UInt32(oldest + 1) { hole = (hole + 1) & mask }
    var probe = (hole + 1) & mask
    while table[probe] != 0 {
      let home = home(of: ring[Int(table[probe]) - 1].id)
      // It may move to the hole unless its home lies after the hole.
      if (probe - home) & mask >= (probe - hole) & mask {
        table[hole] = table[probe]
        hole = probe
      }
      probe = (probe + 1) & mask
    }
    table[hole] = 0
    oldest = (oldest + 1) & (capacity - 1)
    count -= 1
  }
}
