import CCrypto

/// SHA-256 (FIPS 180-4) from libcrypto's low-level calls: no provider look-up, no heap, one state on
/// the stack, and the CPU's own SHA instructions where it has them.
///
/// It is a value: a copy goes its own way, so a common prefix need be hashed only once.
public struct SHA256: Sendable {
  @usableFromInline var context = SHA256_CTX()

  /// A hash of nothing so far.
  @inlinable
  public init() { SHA256_Init(&context) }

  /// Adds bytes to what is hashed.
  @inlinable
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    SHA256_Update(&context, bytes.baseAddress, bytes.count)
  }

  /// Adds a value's raw bytes to what is hashed.
  @inlinable
  public mutating func update(_ value: some FixedBytes) {
    value.withBytes { update($0) }
  }

  /// The digest of all that was added.
  @inlinable
  public consuming func finish() -> Digest {
    var digest = Digest()
    withUnsafeMutableBytes(of: &digest) {
      _ = SHA256_Final($0.baseAddress?.assumingMemoryBound(to: UInt8.self), &context)
    }
    return digest
  }

  /// The digest of these bytes.
  @inlinable
  public static func hash(_ bytes: UnsafeRawBufferPointer) -> Digest {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }

  /// The digest of these bytes.
  @inlinable
  public static func hash(_ bytes: [UInt8]) -> Digest {
    bytes.withUnsafeBytes { hash($0) }
  }
}
