/// Some of a node's neighbours, by the place that each has in the node's table: a bit a neighbour.
struct SlotSet: Sendable, Sequence {
  private var words: [UInt64] = []

  var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  func contains(_ slot: Int) -> Bool {
    let word = slot >> 6
    return word < words.count && words[word] >> UInt64(slot & 63) & 1 == 1
  }

  /// Whether it wasn't there before.
  @discardableResult
  mutating func insert(_ slot: Int) -> Bool {
    let word = slot >> 6
    while words.count <= word { words.append(0) }
    let bit = UInt64(1) << UInt64(slot & 63)
    defer { words[word] |= bit }
    return words[word] & bit == 0
  }

  /// Whether it was there before.
  @discardableResult
  mutating func remove(_ slot: Int) -> Bool {
    guard contains(slot) else { return false }
    words[slot >> 6] &= ~(1 << UInt64(slot & 63))
    return true
  }

  mutating func removeAll() { words = [] }

  /// The neighbours in the order of their places.
  struct Iterator: IteratorProtocol {
    private let words: [UInt64]
    private var index = 0
    private var left: UInt64

    init(_ words: [UInt64]) {
      self.words = words
      left = words.first ?? 0
    }

    mutating func next() -> Int? {
      while left == 0 {
        index += 1
        guard index < words.count else { return nil }
        left = words[index]
      }
      defer { left &= left - 1 }
      return index << 6 | left.trailingZeroBitCount
    }
  }

  func makeIterator() -> Iterator { Iterator(words) }
}
