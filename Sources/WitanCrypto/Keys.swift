/// The public half of a replica's or client's key.
@frozen
public struct PublicKey: Hashable, Sendable, FixedBytes {
  @usableFromInline var words: (UInt64, UInt64, UInt64, UInt64)

  /// How many bytes a public key has.
  public static var byteCount: Int { 32 }

  /// The all-zero value.
  @inlinable
  public init() { words = (0, 0, 0, 0) }

  /// Whether all bytes are the same.
  @inlinable
  public static func == (a: PublicKey, b: PublicKey) -> Bool {
    ((a.words.0 ^ b.words.0) | (a.words.1 ^ b.words.1) | (a.words.2 ^ b.words.2)
      | (a.words.3 ^ b.words.3)) == 0
  }

  /// Feeds the first bytes, which are as good as random, to the hasher.
  @inlinable
  public func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }
}

/// A signature over a message's canonical bytes.
@frozen
public struct Signature: Equatable, Sendable, FixedBytes {
  @usableFromInline
  var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

  /// How many bytes a signature has.
  public static var byteCount: Int { 64 }

  /// The all-zero value.
  @inlinable
  public init() { words = (0, 0, 0, 0, 0, 0, 0, 0) }

  /// Whether all bytes are the same.
  @inlinable
  public static func == (a: Signature, b: Signature) -> Bool {
    let low =
      (a.words.0 ^ b.words.0) | (a.words.1 ^ b.words.1) | (a.words.2 ^ b.words.2)
      | (a.words.3 ^ b.words.3)
    let high =
      (a.words.4 ^ b.words.4) | (a.words.5 ^ b.words.5) | (a.words.6 ^ b.words.6)
      | (a.words.7 ^ b.words.7)
    return low | high == 0
  }
}
