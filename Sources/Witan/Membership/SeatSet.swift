/// A set of seats as a bitset, ordered by seat.
public struct SeatSet: Hashable, Sendable {
  private(set) var words: [UInt64]

  /// The empty set.
  public init() { words = [] }

  /// The empty set, with room for this many seats.
  public init(capacity: Int) { words = Array(repeating: 0, count: (capacity + 63) / 64) }

  init(words: [UInt64]) { self.words = words }

  /// Whether the seat is in the set.
  @inline(__always)
  public func contains(_ seat: Seat) -> Bool {
    let word = seat.index >> 6
    return word < words.count && words[word] & (1 << UInt64(seat.index & 63)) != 0
  }

  /// Adds a seat; false when it was there.
  @inline(__always)
  @discardableResult
  public mutating func insert(_ seat: Seat) -> Bool {
    let word = seat.index >> 6
    while word >= words.count { words.append(0) }
    let bit = UInt64(1) << UInt64(seat.index & 63)
    guard words[word] & bit == 0 else { return false }
    words[word] |= bit
    return true
  }

  /// Takes a seat out.
  public mutating func remove(_ seat: Seat) {
    let word = seat.index >> 6
    guard word < words.count else { return }
    words[word] &= ~(1 << UInt64(seat.index & 63))
  }

  /// Empties the set and keeps its room.
  public mutating func removeAll() {
    for index in words.indices { words[index] = 0 }
  }

  /// How many seats are in the set.
  public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Whether no seat is in the set.
  public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  /// The highest seat of the set; nil when it is empty.
  public var last: Seat? {
    for (index, word) in words.enumerated().reversed() where word != 0 {
      return Seat(index * 64 + 63 - word.leadingZeroBitCount)
    }
    return nil
  }

  /// Two sets with the same seats are equal, whatever room they have.
  public static func == (a: SeatSet, b: SeatSet) -> Bool {
    let common = Swift.min(a.words.count, b.words.count)
    return a.words[..<common] == b.words[..<common]
      && a.words[common...].allSatisfy { $0 == 0 } && b.words[common...].allSatisfy { $0 == 0 }
  }

  /// Feeds the seats to the hasher.
  public func hash(into hasher: inout Hasher) {
    for seat in self { hasher.combine(seat) }
  }
}

extension SeatSet: Sequence {
  /// Visits the seats in order.
  public struct Iterator: IteratorProtocol {
    private let words: [UInt64]
    private var index = 0
    private var word: UInt64

    init(_ words: [UInt64]) {
      self.words = words
      word = words.first ?? 0
    }

    /// The next seat, or nil at the end.
    public mutating func next() -> Seat? {
      while word == 0 {
        index += 1
        guard index < words.count else { return nil }
        word = words[index]
      }
      defer { word &= word - 1 }
      return Seat(index * 64 + word.trailingZeroBitCount)
    }
  }

  /// Visits the seats in order.
  public func makeIterator() -> Iterator { Iterator(words) }
}
