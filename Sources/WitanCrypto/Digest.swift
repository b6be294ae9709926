/// A 32-byte SHA-256 digest, held inline: comparing, copying and storing one touches no heap.
@frozen
public struct Digest: Hashable, Sendable, FixedBytes {
  @usableFromInline var words: (UInt64, UInt64, UInt64, UInt64)

  /// How many bytes a digest has.
  public static var byteCount: Int { 32 }

  /// All zero bytes: the parent of the first block, and nothing else.
  public static let zero = Digest()

  /// The all-zero value.
  @inlinable
  public init() { words = (0, 0, 0, 0) }

  /// Whether all bytes are the same.
  @inlinable
  public static func == (a: Digest, b: Digest) -> Bool {
    ((a.words.0 ^ b.words.0) | (a.words.1 ^ b.words.1) | (a.words.2 ^ b.words.2)
      | (a.words.3 ^ b.words.3)) == 0
  }

  /// Feeds the first bytes, which are as good as random, to the hasher.
  @inlinable
  public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
