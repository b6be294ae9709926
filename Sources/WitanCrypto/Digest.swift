/// A 32-byte SHA-256 digest, held inline: comparing, copying and storing one touches no heap.
@frozen
public struct Digest: Hashable, Comparable, Sendable, FixedBytes {
  @usableFromInline var storage: Bytes32

  /// How many bytes a digest has.
  @inlinable
  public static var byteCount: Int { 32 }

  /// All zero bytes: the parent of the first block, and nothing else.
  @inlinable
  public static var zero: Digest { Digest() }

  /// The all-zero value.
  @inlinable
  public init() { storage = Bytes32() }

  /// Whether all bytes are the same.
  @inlinable
  public static func == (a: Digest, b: Digest) -> Bool { a.storage == b.storage }

  /// Whether `a` comes before `b`, byte by byte.
  @inlinable
  public static func < (a: Digest, b: Digest) -> Bool { a.storage < b.storage }

  /// Feeds all bytes to the hasher.
  @inlinable
  public func hash(into hasher: inout Hasher) { storage.hash(into: &hasher) }
}
