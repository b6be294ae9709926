import Witan

/// Events by virtual time; among those of one instant, the one scheduled first comes first.
///
/// A radix heap: an event lies on the level of the highest byte in which its time differs from the last time that was
/// taken, in the slot of that byte's value. Time only goes forward, so that an event moves to ever lower levels, at most
/// once each, and in the order in which it came. An event is sixteen bytes in an array: a broadcast to a thousand
/// replicas is a thousand of those.
struct EventQueue: Sendable {
  private struct Entry {
    let time: UInt64
    let ticket: UInt64
  }

  /// How many slots a level has: one for each value of a byte.
  private static let width = 256
  private static let levels = UInt64.bitWidth / UInt8.bitWidth

  /// Entries in the order in which they came. What was taken out leaves its room, so that putting one in is a store.
  private struct Slot {
    private(set) var count = 0
    private var room: [Entry] = []

    subscript(index: Int) -> Entry { room[index] }

    @inline(__always)
    mutating func append(_ entry: Entry) {
      if count < room.count { room[count] = entry } else { room.append(entry) }
      count += 1
    }

    /// Forgets all entries. A slot that once held many gives its room back.
    mutating func removeAll() {
      count = 0
      if room.count > EventQueue.keptRoom { room = [] }
    }
  }

  /// The slots, level by level. That of `last` itself is on level 0.
  private var slots = [Slot](repeating: Slot(), count: levels * width)
  /// Which of the slots hold something, but for that of `last`: 64 to a word.
  private var occupied = [UInt64](repeating: 0, count: levels * width / 64)
  /// Which of those words aren't zero.
  private var occupiedWords: UInt64 = 0
  /// How many have been taken of the slot of `last`.
  private var head = 0
  private var last: UInt64 = 0
  /// The time of the next event, where it is known.
  private var known: UInt64?
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// The slot of what happens at `last`.
  @inline(__always)
  private var due: Int { Int(truncatingIfNeeded: last & 0xFF) }

  /// Schedules an event; one in the past happens at once.
  mutating func schedule(_ ticket: UInt64, at time: Micros) {
    let time = max(time.rawValue, last)
    count += 1
    if let known, last < time, time < known { self.known = time }
    place(Entry(time: time, ticket: ticket))
  }

  @inline(__always)
  private mutating func place(_ entry: Entry) {
    let difference = entry.time ^ last
    let level = (UInt64.bitWidth - 1 - (difference | 1).leadingZeroBitCount) >> 3
    let slot = level << 8 | Int(truncatingIfNeeded: entry.time >> UInt64(level << 3) & 0xFF)
    slots[slot].append(entry)
    guard difference != 0 else { return }
    occupied[slot >> 6] |= 1 << UInt64(slot & 63)
    occupiedWords |= 1 << UInt64(slot >> 6)
  }

  /// The slot of the events that come after those at `last`: the first one that holds any.
  private var nextSlot: Int? {
    guard occupiedWords != 0 else { return nil }
    let word = occupiedWords.trailingZeroBitCount
    return word << 6 | occupied[word].trailingZeroBitCount
  }

  /// When the next event happens.
  mutating func nextTime() -> Micros? {
    if head < slots[due].count { return Micros(last) }
    if let known { return Micros(known) }
    guard let slot = nextSlot else { return nil }
    var least = UInt64.max
    for index in 0..<slots[slot].count { least = min(least, slots[slot][index].time) }
    known = least
    return Micros(least)
  }

  /// Takes the next event out.
  mutating func next() -> (time: Micros, ticket: UInt64)? {
    if head == slots[due].count {
      guard let time = nextTime(), let slot = nextSlot else { return nil }
      advance(to: time.rawValue, at: slot)
    }
    let slot = due
    let entry = slots[slot][head]
    head += 1
    count -= 1
    if head == slots[slot].count {
      slots[slot].removeAll()
      head = 0
    }
    return (Micros(entry.time), entry.ticket)
  }

  /// What lies in the slot moves to lower levels, what is due to the slot of `last`.
  private mutating func advance(to time: UInt64, at slot: Int) {
    last = time
    known = nil
    occupied[slot >> 6] &= ~(1 << UInt64(slot & 63))
    if occupied[slot >> 6] == 0 { occupiedWords &= ~(1 << UInt64(slot >> 6)) }
    // On the lowest level all that a slot holds is of one time.
    guard slot >= Self.width else { return }
    var moving = Slot()
    swap(&moving, &slots[slot])
    for index in 0..<moving.count { place(moving[index]) }
    moving.removeAll()
    swap(&moving, &slots[slot])
  }

  /// How many entries a slot keeps room for.
  private static let keptRoom = 1 << 12
}
