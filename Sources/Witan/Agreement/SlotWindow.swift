/// The slots between the watermarks, as a ring that is allocated once.
///
/// The low watermark is the last stable checkpoint; the high one is a window above (OSDI '99 §4.2), so that
/// no leader can exhaust the sequence space or the memory.
struct SlotWindow: Sendable {
  private var ring: [Slot]
  /// The last sequence that is no longer agreed on.
  private(set) var low: SequenceNumber
  /// Where `low` would be stored, so that no other place need be divided for.
  private var start: Int

  init(low: SequenceNumber, size: UInt64) {
    self.low = low
    ring = Array(repeating: Slot(), count: Int(size))
    start = Int(low.rawValue % size)
    renew(from: low)
  }

  /// The last sequence that can be agreed on.
  var high: SequenceNumber { low.advanced(by: UInt64(ring.count)) }

  func contains(_ sequence: SequenceNumber) -> Bool { sequence > low && sequence <= high }

  /// Where a sequence of the window is stored.
  @inline(__always)
  private func index(of sequence: SequenceNumber) -> Int {
    let count = UInt64(truncatingIfNeeded: ring.count)
    let distance = sequence.rawValue &- low.rawValue
    guard distance <= count else { return Int(sequence.rawValue % count) }
    let index = start &+ Int(truncatingIfNeeded: distance)
    return index < ring.count ? index : index &- ring.count
  }

  /// The slot of a sequence, which must lie in the window.
  subscript(sequence: SequenceNumber) -> Slot {
    @inline(__always)
    get {
      assert(contains(sequence), "sequence \(sequence) is outside \(low)...\(high)")
      return ring[index(of: sequence)]
    }
    @inline(__always)
    _modify {
      assert(contains(sequence), "sequence \(sequence) is outside \(low)...\(high)")
      yield &ring[index(of: sequence)]
    }
  }

  /// Moves the window up to a new stable checkpoint. It never moves down.
  mutating func advance(to sequence: SequenceNumber) {
    guard sequence > low else { return }
    let oldHigh = high
    low = sequence
    start = Int(low.rawValue % UInt64(ring.count))
    renew(from: max(sequence, oldHigh))
  }

  private mutating func renew(from sequence: SequenceNumber) {
    var next = sequence.next
    while next <= high, next > sequence {
      ring[index(of: next)].reuse(for: next)
      guard next < high else { break }
      next = next.next
    }
  }

  /// Forgets what was said in the view that ends.
  mutating func forgetView() {
    for index in ring.indices { ring[index].forgetView() }
  }

  /// Visits the window's sequences in order.
  var sequences: ClosedRange<UInt64> { (low.rawValue &+ 1)...max(low.rawValue &+ 1, high.rawValue) }
}
