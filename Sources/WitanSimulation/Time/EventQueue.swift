import Witan

/// Events by virtual time; among those of one instant, the one scheduled first comes first.
///
/// The heap holds small entries that are cheap to move; the events themselves stay where they are until their time.
struct EventQueue<Event: Sendable>: Sendable {
  private struct Entry {
    let time: Micros
    let order: UInt64
    let place: Int

    func precedes(_ other: Entry) -> Bool {
      time != other.time ? time < other.time : order < other.order
    }
  }

  private var heap: [Entry] = []
  private var events: [Event?] = []
  private var free: [Int] = []
  private var scheduled: UInt64 = 0

  var isEmpty: Bool { heap.isEmpty }

  /// When the next event happens.
  var nextTime: Micros? { heap.first?.time }

  mutating func schedule(_ event: Event, at time: Micros) {
    let place: Int
    if let spare = free.popLast() {
      place = spare
      events[spare] = event
    } else {
      place = events.count
      events.append(event)
    }
    heap.append(Entry(time: time, order: scheduled, place: place))
    scheduled += 1
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].precedes(heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func next() -> (time: Micros, event: Event)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    guard let event = events[first.place].take() else { return nil }
    free.append(first.place)
    return (first.time, event)
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      let child = 2 * parent + 1
      if child < heap.count, heap[child].precedes(heap[least]) { least = child }
      if child + 1 < heap.count, heap[child + 1].precedes(heap[least]) { least = child + 1 }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
