import WitanCrypto

/// A value with one byte form: what is written reads back equal, and what reads writes back the same.
public protocol Canonical: Sendable {
  /// Appends the value's bytes.
  func encode(to writer: inout ByteWriter)

  /// Reads a value, or says what is wrong with the bytes.
  init(from reader: inout ByteReader) throws(Malformed)
}

extension Canonical {
  /// The value's bytes.
  public var encoded: [UInt8] {
    var writer = ByteWriter()
    encode(to: &writer)
    return writer.finish()
  }

  /// Reads a value from all of these bytes; any left over are refused.
  public init(decoding bytes: [UInt8]) throws(Malformed) {
    self = try bytes.withUnsafeBytesOrMalformed { (bytes) throws(Malformed) -> Self in
      try Self(decoding: bytes)
    }
  }

  /// Reads a value from all of these bytes; any left over are refused.
  @inlinable
  public init(decoding bytes: UnsafeRawBufferPointer) throws(Malformed) {
    var reader = ByteReader(bytes)
    let value = try Self(from: &reader)
    try reader.finish()
    self = value
  }

  /// The digest of the value's bytes.
  public var encodedDigest: Digest {
    var writer = ByteWriter()
    encode(to: &writer)
    return writer.withBytes { SHA256.hash($0) }
  }
}

extension Array where Element == UInt8 {
  @usableFromInline
  func withUnsafeBytesOrMalformed<Result>(
    _ body: (UnsafeRawBufferPointer) throws(Malformed) -> Result
  ) throws(Malformed) -> Result {
    let outcome = withUnsafeBytes { bytes -> Swift.Result<Result, Malformed> in
      do throws(Malformed) { return .success(try body(bytes)) } catch { return .failure(error) }
    }
    return try outcome.get()
  }
}
