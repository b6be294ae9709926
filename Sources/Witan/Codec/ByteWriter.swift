import WitanCrypto

/// Appends canonical bytes: little-endian numbers of fixed width, and counts as 32 bits before what they count.
public struct ByteWriter: Sendable {
  /// The version of the format that every frame begins with.
  public static let formatVersion: UInt8 = 1

  /// What was written so far.
  public private(set) var bytes: [UInt8] = []

  /// Room for what is written most: a statement, a header, a reply.
  private static let firstRoom = 128

  /// A writer of nothing so far.
  public init() { bytes.reserveCapacity(Self.firstRoom) }

  /// Forgets what was written and keeps the room for it.
  public mutating func reset() { bytes.removeAll(keepingCapacity: true) }

  /// Makes room for this many more bytes.
  public mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

  /// Appends one byte.
  public mutating func write(_ byte: UInt8) { bytes.append(byte) }

  /// Appends a flag as 0 or 1.
  public mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  /// Appends two bytes.
  public mutating func write(_ number: UInt16) { append(number.littleEndian) }

  /// Appends four bytes.
  public mutating func write(_ number: UInt32) { append(number.littleEndian) }

  /// Appends eight bytes.
  public mutating func write(_ number: UInt64) { append(number.littleEndian) }

  /// Appends a value's raw bytes.
  public mutating func write(_ value: some FixedBytes) {
    value.withBytes { bytes.append(contentsOf: $0) }
  }

  /// Appends a value.
  @inlinable
  public mutating func write(_ value: some Canonical) { value.encode(to: &self) }

  /// Appends a length and the bytes.
  public mutating func write(bytes content: [UInt8]) {
    writeCount(content.count)
    bytes.append(contentsOf: content)
  }

  /// Appends bytes without their length.
  public mutating func write(raw content: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: content)
  }

  /// Appends a count and the values.
  public mutating func write(_ values: [some Canonical]) {
    writeCount(values.count)
    for value in values { value.encode(to: &self) }
  }

  /// Appends a presence flag and, if there is one, the value.
  public mutating func write(_ value: (some Canonical)?) {
    write(value != nil)
    if let value { value.encode(to: &self) }
  }

  /// Appends a count. All we build is far below 2^32 elements.
  public mutating func writeCount(_ count: Int) { write(UInt32(truncatingIfNeeded: count)) }

  private mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
  }
}

extension ByteWriter {
  /// Appends a tag of the source's own, which keeps one kind of signed bytes apart from another.
  mutating func write(raw tag: StaticString) {
    tag.withUTF8Buffer { write(raw: UnsafeRawBufferPointer($0)) }
  }
}

extension ByteWriter {
  /// Gives `body` what was written so far, in place.
  public func withBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try bytes.withUnsafeBytes(body)
  }
}
