/// The public half of a replica's or client's key.
@frozen
public struct PublicKey: Hashable, Comparable, Sendable, FixedBytes {
  @usableFromInline var storage: Bytes32

  /// How many bytes a public key has.
  @inlinable
  public static var byteCount: Int { 32 }

  /// The all-zero value: a key of small order, whose signatures no scheme accepts.
  @inlinable
  public init() { storage = Bytes32() }

  /// Whether all bytes are the same.
  @inlinable
  public static func == (a: PublicKey, b: PublicKey) -> Bool { a.storage == b.storage }

  /// Whether `a` comes before `b`, byte by byte.
  @inlinable
  public static func < (a: PublicKey, b: PublicKey) -> Bool { a.storage < b.storage }

  /// Feeds all bytes to the hasher.
  @inlinable
  public func hash(into hasher: inout Hasher) { storage.hash(into: &hasher) }
}

/// A signature over a message's canonical bytes.
@frozen
public struct Signature: Hashable, Sendable, FixedBytes {
  @usableFromInline var low: Bytes32
  @usableFromInline var high: Bytes32

  /// How many bytes a signature has.
  @inlinable
  public static var byteCount: Int { 64 }

  /// The all-zero value, which no scheme accepts.
  @inlinable
  public init() { (low, high) = (Bytes32(), Bytes32()) }

  /// Whether all bytes are the same.
  @inlinable
  public static func == (a: Signature, b: Signature) -> Bool {
    a.low == b.low && a.high == b.high
  }

  /// Feeds all bytes to the hasher.
  @inlinable
  public func hash(into hasher: inout Hasher) {
    low.hash(into: &hasher)
    high.hash(into: &hasher)
  }
}
