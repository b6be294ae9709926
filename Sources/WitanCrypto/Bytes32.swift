/// Thirty-two bytes as four words in memory order: what a digest and a public key are made of.
///
/// Every byte counts in every operation. Such a value may have been chosen by whoever sent it, so a
/// hash over part of it would let a peer fill a table with colliding keys.
@frozen
@usableFromInline
struct Bytes32: Hashable, Sendable {
  @usableFromInline var words: (UInt64, UInt64, UInt64, UInt64)

  @inlinable
  init() { words = (0, 0, 0, 0) }

  @inlinable
  static func == (a: Bytes32, b: Bytes32) -> Bool {
    ((a.words.0 ^ b.words.0) | (a.words.1 ^ b.words.1) | (a.words.2 ^ b.words.2)
      | (a.words.3 ^ b.words.3)) == 0
  }

  /// Lexicographic by byte, on every platform: a big-endian word compares as its bytes do.
  @inlinable
  static func < (a: Bytes32, b: Bytes32) -> Bool {
    if a.words.0 != b.words.0 { return a.words.0.bigEndian < b.words.0.bigEndian }
    if a.words.1 != b.words.1 { return a.words.1.bigEndian < b.words.1.bigEndian }
    if a.words.2 != b.words.2 { return a.words.2.bigEndian < b.words.2.bigEndian }
    return a.words.3.bigEndian < b.words.3.bigEndian
  }

  @inlinable
  func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}
