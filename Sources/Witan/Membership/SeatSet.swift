/// A set of seats as a bitset, ordered by seat. The first 64 seats lie in the value itself, so that the set of a
/// small network touches no heap.
public struct SeatSet: Sendable {
  private var low: UInt64 = 0
  private var high: [UInt64] = []

  /// The empty set.
  public init() {}

  /// The empty set, with room for this many seats.
  public init(capacity: Int) {
    if capacity > 64 { high = Array(repeating: 0, count: (capacity - 1) / 64) }
  }

  init(words: [UInt64]) {
    low = words.first ?? 0
    high = Array(words.dropFirst())
  }

  /// The bits, without zero words at the end.
  var words: [UInt64] {
    if let last = high.lastIndex(where: { $0 != 0 }) { return [low] + high[...last] }
    return low == 0 ? [] : [low]
  }

  /// Whether the seat is in the set.
  @inline(__always)
  public func contains(_ seat: Seat) -> Bool {
    let bit = UInt64(1) << UInt64(seat.index & 63)
    let word = seat.index >> 6
    if word == 0 { return low & bit != 0 }
    return word <= high.count && high[word - 1] & bit != 0
  }

  /// Adds a seat; false when it was there.
  @inline(__always)
  @discardableResult
  public mutating func insert(_ seat: Seat) -> Bool {
    let bit = UInt64(1) << UInt64(seat.index & 63)
    let word = seat.index >> 6
    guard word > 0 else {
      guard low & bit == 0 else { return false }
      low |= bit
      return true
    }
    while word > high.count { high.append(0) }
    guard high[word - 1] & bit == 0 else { return false }
    high[word - 1] |= bit
    return true
  }

  /// Takes a seat out.
  public mutating func remove(_ seat: Seat) {
    let bit = UInt64(1) << UInt64(seat.index & 63)
    let word = seat.index >> 6
    if word == 0 {
      low &= ~bit
    } else if word <= high.count {
      high[word - 1] &= ~bit
    }
  }

  /// Empties the set and keeps its room.
  public mutating func removeAll() {
    low = 0
    for index in high.indices { high[index] = 0 }
  }

  /// How many seats are in the set.
  public var count: Int { high.reduce(low.nonzeroBitCount) { $0 + $1.nonzeroBitCount } }

  /// Whether no seat is in the set.
  public var isEmpty: Bool { low == 0 && high.allSatisfy { $0 == 0 } }

  /// The highest seat of the set; nil when it is empty.
  public var last: Seat? {
    let words = words
    guard let word = words.last else { return nil }
    return Seat(words.count * 64 - 1 - word.leadingZeroBitCount)
  }
}

extension SeatSet: Hashable {
  /// Two sets with the same seats are equal, whatever room they have.
  public static func == (a: SeatSet, b: SeatSet) -> Bool {
    a.low == b.low && (a.high == b.high || a.words == b.words)
  }

  /// Feeds the seats to the hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(words) }
}

extension SeatSet: Sequence {
  /// Visits the seats in order.
  public struct Iterator: IteratorProtocol {
    private let rest: [UInt64]
    private var index = 0
    private var word: UInt64

    init(low: UInt64, rest: [UInt64]) {
      self.rest = rest
      word = low
    }

    /// The next seat, or nil at the end.
    public mutating func next() -> Seat? {
      while word == 0 {
        guard index < rest.count else { return nil }
        word = rest[index]
        index += 1
      }
      defer { word &= word - 1 }
      return Seat(index * 64 + word.trailingZeroBitCount)
    }
  }

  /// Visits the seats in order.
  public func makeIterator() -> Iterator { Iterator(low: low, rest: high) }
}
