import Witan

/// Events by virtual time; among those of one instant, the one scheduled first comes first.
///
/// A radix heap: an event lies in the bucket of the highest bit in which its time differs from the last time that was
/// taken. Time only goes forward, so that an event moves to ever lower buckets, at most once a bit, and in the order in
/// which it came. An event is sixteen bytes in an array: a broadcast to a thousand replicas is a thousand of those.
struct EventQueue: Sendable {
  private struct Entry {
    let time: UInt64
    let ticket: UInt64
  }

  /// Bucket 0 holds what happens at `last`; bucket b what first differs from it in bit b − 1.
  private var buckets = [[Entry]](repeating: [], count: 65)
  /// Which of the buckets 1…64 hold something.
  private var occupied: UInt64 = 0
  /// How many of bucket 0 have been taken.
  private var head = 0
  private var last: UInt64 = 0
  /// The time of the next event, where it is known.
  private var known: UInt64?
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// Schedules an event; one in the past happens at once.
  mutating func schedule(_ ticket: UInt64, at time: Micros) {
    let time = max(time.rawValue, last)
    count += 1
    if let known, last < time, time < known { self.known = time }
    place(Entry(time: time, ticket: ticket))
  }

  private mutating func place(_ entry: Entry) {
    let bucket = UInt64.bitWidth - (entry.time ^ last).leadingZeroBitCount
    buckets[bucket].append(entry)
    if bucket > 0 { occupied |= 1 << UInt64(bucket - 1) }
  }

  /// When the next event happens.
  mutating func nextTime() -> Micros? {
    if head < buckets[0].count { return Micros(last) }
    guard occupied != 0 else { return nil }
    if let known { return Micros(known) }
    var least = UInt64.max
    for entry in buckets[occupied.trailingZeroBitCount + 1] { least = min(least, entry.time) }
    known = least
    return Micros(least)
  }

  /// Takes the next event out.
  mutating func next() -> (time: Micros, ticket: UInt64)? {
    if head == buckets[0].count {
      guard let time = nextTime() else { return nil }
      advance(to: time.rawValue)
    }
    let entry = buckets[0][head]
    head += 1
    count -= 1
    if head == buckets[0].count {
      buckets[0].removeAll(keepingCapacity: true)
      head = 0
    }
    return (Micros(entry.time), entry.ticket)
  }

  /// What lies in the lowest bucket moves to lower ones, what is due to bucket 0.
  private mutating func advance(to time: UInt64) {
    let lowest = occupied.trailingZeroBitCount
    last = time
    known = nil
    occupied &= ~(1 << UInt64(lowest))
    var moving: [Entry] = []
    swap(&moving, &buckets[lowest + 1])
    for entry in moving { place(entry) }
    moving.removeAll(keepingCapacity: moving.count <= Self.keptRoom)
    swap(&moving, &buckets[lowest + 1])
  }

  /// A bucket that once held more gives its room back.
  private static let keptRoom = 1 << 16
}
