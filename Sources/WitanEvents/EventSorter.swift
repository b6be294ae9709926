import Witan

/// Brings events into the order of time. They come in as they are found out, a slot's worth at a time; those of one
/// instant stay in the order in which they came.
///
/// ```
///   record ──▶ waiting ──▶ release(before:) ──▶ sorted, once and for all ──▶ sink
/// ```
public struct EventSorter: Sendable {
  /// Those that something earlier may still come before.
  @usableFromInline var waiting: [Event] = []
  private var keys: [UInt64] = []
  private var spare: [UInt64] = []
  private var sorted: [Event] = []

  /// Nothing waits.
  public init() {}

  /// Takes an event.
  @inlinable
  public mutating func record(_ event: Event) { waiting.append(event) }

  /// Gives `sink` all that happened before a time, in order. Nothing earlier may be recorded afterwards.
  public mutating func release(before time: Micros, into sink: (ArraySlice<Event>) -> Void) {
    var first = UInt64.max
    for event in waiting { first = min(first, event.time.rawValue) }
    guard first < time.rawValue else { return }
    keys.removeAll(keepingCapacity: true)
    var latest: UInt64 = 0
    for index in waiting.indices where waiting[index].time < time {
      let offset = waiting[index].time.rawValue - first
      keys.append(offset << Self.indexBits | UInt64(truncatingIfNeeded: index))
      latest = max(latest, offset)
    }
    precondition(
      waiting.count < 1 << Self.indexBits && latest < 1 << (64 - Self.indexBits),
      "events are released before there are too many to number")
    sortKeys(upTo: latest)
    sorted.removeAll(keepingCapacity: true)
    sorted.reserveCapacity(keys.count)
    let mask: UInt64 = 1 << Self.indexBits - 1
    for key in keys { sorted.append(waiting[Int(truncatingIfNeeded: key & mask)]) }
    waiting.removeAll { $0.time < time }
    sink(sorted[...])
  }

  private static let indexBits: UInt64 = 28
  private static let digitBits: UInt64 = 12

  /// A radix sort of the upper bits, digit by digit: each pass keeps the order that the ones before it made.
  private mutating func sortKeys(upTo latest: UInt64) {
    let mask = 1 << Int(Self.digitBits) - 1
    var shift = Self.indexBits
    var places = [Int](repeating: 0, count: mask + 1)
    while shift < 64, latest >> (shift - Self.indexBits) > 0 {
      for digit in places.indices { places[digit] = 0 }
      for key in keys { places[Int(truncatingIfNeeded: key >> shift) & mask] += 1 }
      var sum = 0
      for digit in places.indices {
        let count = places[digit]
        places[digit] = sum
        sum += count
      }
      if spare.count < keys.count {
        spare.append(contentsOf: repeatElement(0, count: keys.count - spare.count))
      } else {
        spare.removeLast(spare.count - keys.count)
      }
      for key in keys {
        let digit = Int(truncatingIfNeeded: key >> shift) & mask
        spare[places[digit]] = key
        places[digit] += 1
      }
      swap(&keys, &spare)
      shift += Self.digitBits
    }
  }
}
