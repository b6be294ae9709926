import CSodium

/// Thirty-two bytes that stand for a number modulo the order of Ed25519's group.
@frozen
public struct Scalar: Hashable, Sendable, FixedBytes {
  @usableFromInline var storage: Bytes32

  /// How many bytes a scalar has.
  @inlinable
  public static var byteCount: Int { 32 }

  /// Zero.
  @inlinable
  public init() { storage = Bytes32() }

  /// Whether all bytes are the same.
  @inlinable
  public static func == (a: Scalar, b: Scalar) -> Bool { a.storage == b.storage }

  /// Feeds all bytes to the hasher.
  @inlinable
  public func hash(into hasher: inout Hasher) { storage.hash(into: &hasher) }
}

// The arithmetic of Ed25519's group of prime order, for those protocols that signatures alone don't give.

extension PublicKey {
  /// Whether these bytes are an element of the group of prime order, other than the neutral one, in the one form it has.
  var isGroupElement: Bool {
    withPointer { crypto_core_ed25519_is_valid_point($0) == 1 }
  }

  /// An element that follows from a digest, of which nobody knows which multiple of another it is.
  init?(hashedFrom digest: Digest) {
    let uniform = SHA256.hash(Array("witan/1p".utf8) + digest.bytes)
    var point = PublicKey()
    let code = point.withMutablePointer { point in
      uniform.withPointer { crypto_core_ed25519_from_uniform(point, $0) }
    }
    guard code == 0 else { return nil }
    self = point
  }

  /// The multiple of the group's generator; nil for zero.
  static func base(_ factor: Scalar) -> PublicKey? {
    var point = PublicKey()
    let code = point.withMutablePointer { point in
      factor.withPointer { crypto_scalarmult_ed25519_base_noclamp(point, $0) }
    }
    return code == 0 ? point : nil
  }

  /// The multiple of this element; nil for zero, and where this is none.
  func times(_ factor: Scalar) -> PublicKey? {
    var point = PublicKey()
    let code = point.withMutablePointer { point in
      factor.withPointer { factor in
        withPointer { crypto_scalarmult_ed25519_noclamp(point, factor, $0) }
      }
    }
    return code == 0 ? point : nil
  }

  /// The sum of two points; nil where one of them is none.
  static func sum(_ one: PublicKey?, _ other: PublicKey?) -> PublicKey? {
    combine(one, other, crypto_core_ed25519_add)
  }

  /// The difference of two points; nil where one of them is none.
  static func difference(_ one: PublicKey?, _ other: PublicKey?) -> PublicKey? {
    combine(one, other, crypto_core_ed25519_sub)
  }

  private static func combine(
    _ one: PublicKey?, _ other: PublicKey?,
    _ operation: (
      UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, UnsafePointer<UInt8>
    ) -> Int32
  ) -> PublicKey? {
    guard let one, let other else { return nil }
    var point = PublicKey()
    let code = point.withMutablePointer { point in
      one.withPointer { one in other.withPointer { operation(point, one, $0) } }
    }
    return code == 0 ? point : nil
  }
}

extension Scalar {
  /// The number that a wide hash of these parts gives.
  static func hash(_ parts: [[UInt8]]) -> Scalar {
    let input = parts.flatMap { $0 }
    var wide = [UInt8](repeating: 0, count: 64)
    crypto_hash_sha512(&wide, input, UInt64(input.count))
    return Scalar(reducing: wide)
  }

  init(reducing wide: [UInt8]) {
    self.init()
    let padded = wide + [UInt8](repeating: 0, count: max(0, 64 - wide.count))
    withMutablePointer { crypto_core_ed25519_scalar_reduce($0, padded) }
  }

  /// Whether this is the smallest number that stands for what it does: the one form that is let through.
  var isReduced: Bool { Scalar(reducing: bytes) == self }

  static func * (one: Scalar, other: Scalar) -> Scalar {
    combine(one, other, crypto_core_ed25519_scalar_mul)
  }

  static func + (one: Scalar, other: Scalar) -> Scalar {
    combine(one, other, crypto_core_ed25519_scalar_add)
  }

  static func - (one: Scalar, other: Scalar) -> Scalar {
    combine(one, other, crypto_core_ed25519_scalar_sub)
  }

  private static func combine(
    _ one: Scalar, _ other: Scalar,
    _ operation: (
      UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, UnsafePointer<UInt8>
    ) -> Void
  ) -> Scalar {
    var result = Scalar()
    result.withMutablePointer { result in
      one.withPointer { one in other.withPointer { operation(result, one, $0) } }
    }
    return result
  }
}
