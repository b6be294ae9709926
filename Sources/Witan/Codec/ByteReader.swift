import WitanCrypto

/// Reads canonical bytes. No input makes it trap, and nothing is allocated before the bytes that
/// justify it are known to be there.
public struct ByteReader {
  @usableFromInline let bytes: UnsafeRawBufferPointer
  @usableFromInline var offset = 0

  /// A reader of bytes that outlive it.
  @inlinable
  public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// How many bytes are left.
  @inlinable
  public var remaining: Int { bytes.count - offset }

  /// Reads one byte.
  @inlinable
  public mutating func readUInt8() throws(Malformed) -> UInt8 { try read(UInt8.self) }

  /// Reads two bytes.
  @inlinable
  public mutating func readUInt16() throws(Malformed) -> UInt16 {
    UInt16(littleEndian: try read(UInt16.self))
  }

  /// Reads four bytes.
  @inlinable
  public mutating func readUInt32() throws(Malformed) -> UInt32 {
    UInt32(littleEndian: try read(UInt32.self))
  }

  /// Reads eight bytes.
  @inlinable
  public mutating func readUInt64() throws(Malformed) -> UInt64 {
    UInt64(littleEndian: try read(UInt64.self))
  }

  /// Reads a flag; anything but 0 and 1 is refused.
  public mutating func readFlag(_ name: StaticName) throws(Malformed) -> Bool {
    switch try readUInt8() {
    case 0: return false
    case 1: return true
    default: throw .notCanonical(name)
    }
  }

  /// Reads raw bytes of fixed number.
  @inlinable
  public mutating func readFixed<Value: FixedBytes>(
    _ type: Value.Type = Value.self
  ) throws(Malformed) -> Value {
    guard remaining >= Value.byteCount,
      let value = Value(copying: UnsafeRawBufferPointer(rebasing: bytes[offset...]))
    else { throw .truncated }
    offset += Value.byteCount
    return value
  }

  /// Reads a count of elements that take at least `minimumSize` bytes each.
  ///
  /// A count above `limit`, or above what the rest of the bytes can hold, is refused before anything
  /// is allocated for it.
  public mutating func readCount(
    _ name: StaticName, limit: Int, minimumSize: Int
  ) throws(Malformed) -> Int {
    let count = Int(try readUInt32())
    guard count <= limit else { throw .tooLong(name, count: count, limit: limit) }
    guard count <= remaining / max(1, minimumSize) else { throw .truncated }
    return count
  }

  /// Reads a length and that many bytes.
  public mutating func readBytes(_ name: StaticName, limit: Int) throws(Malformed) -> [UInt8] {
    let count = try readCount(name, limit: limit, minimumSize: 1)
    defer { offset += count }
    return [UInt8](bytes[offset..<offset + count])
  }

  /// Reads a count and that many values.
  public mutating func readArray<Value: Canonical>(
    _ name: StaticName, limit: Int, minimumSize: Int
  ) throws(Malformed) -> [Value] {
    let count = try readCount(name, limit: limit, minimumSize: minimumSize)
    var values: [Value] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try Value(from: &self)) }
    return values
  }

  /// Reads a presence flag and, if it is set, a value.
  public mutating func readOptional<Value: Canonical>(
    _ name: StaticName
  ) throws(Malformed) -> Value? {
    try readFlag(name) ? try Value(from: &self) : nil
  }

  /// Refuses bytes that are left over.
  @inlinable
  public func finish() throws(Malformed) {
    guard remaining == 0 else { throw .trailingBytes(remaining) }
  }

  @inlinable
  mutating func read<Number: FixedWidthInteger>(_ type: Number.Type) throws(Malformed) -> Number {
    let size = MemoryLayout<Number>.size
    guard remaining >= size else { throw .truncated }
    defer { offset += size }
    return bytes.loadUnaligned(fromByteOffset: offset, as: Number.self)
  }
}
