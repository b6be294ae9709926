import WitanCrypto

/// Appends canonical bytes: little-endian numbers of fixed width, and counts as 32 bits before what they count.
public struct ByteWriter: Sendable {
  /// The version of the format that every frame begins with.
  public static let formatVersion: UInt8 = 1

  /// What was written, and room for more: a number is stored in place, which costs a fraction of appending its bytes.
  private var room: [UInt8]
  /// How many bytes were written so far.
  public private(set) var count = 0

  /// Room for what is written most: a statement, a header, a reply.
  private static let blank = [UInt8](repeating: 0, count: 160)

  /// A writer of nothing so far.
  public init() { room = Self.blank }

  /// What was written so far.
  public var bytes: [UInt8] { Array(room[..<count]) }

  /// What was written, which needn't be copied: nothing more is written.
  public consuming func finish() -> [UInt8] {
    room.removeLast(room.count - count)
    return room
  }

  /// Forgets what was written and keeps the room for it.
  public mutating func reset() { count = 0 }

  /// Makes room for this many more bytes.
  public mutating func reserve(_ more: Int) {
    if count + more > room.count { grow(by: more) }
  }

  /// Twice the room at least, so that each byte is moved once on average.
  @inline(never)
  private mutating func grow(by more: Int) {
    let missing = max(count + more - room.count, room.count)
    room.append(contentsOf: repeatElement(0, count: missing))
  }

  /// Appends one byte.
  public mutating func write(_ byte: UInt8) { append(byte) }

  /// Appends a flag as 0 or 1.
  public mutating func write(_ flag: Bool) { append(flag ? 1 : 0 as UInt8) }

  /// Appends two bytes.
  public mutating func write(_ number: UInt16) { append(number.littleEndian) }

  /// Appends four bytes.
  public mutating func write(_ number: UInt32) { append(number.littleEndian) }

  /// Appends eight bytes.
  public mutating func write(_ number: UInt64) { append(number.littleEndian) }

  /// Appends a value's raw bytes.
  public mutating func write(_ value: some FixedBytes) {
    value.withBytes { write(raw: $0) }
  }

  /// Appends a value.
  @inlinable
  public mutating func write(_ value: some Canonical) { value.encode(to: &self) }

  /// Appends a length and the bytes.
  public mutating func write(bytes content: [UInt8]) {
    writeCount(content.count)
    content.withUnsafeBytes { write(raw: $0) }
  }

  /// Appends bytes without their length.
  public mutating func write(raw content: UnsafeRawBufferPointer) {
    reserve(content.count)
    room.withUnsafeMutableBytes {
      UnsafeMutableRawBufferPointer(rebasing: $0[count...]).copyMemory(from: content)
    }
    count += content.count
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
    reserve(MemoryLayout<Number>.size)
    room.withUnsafeMutableBytes { $0.storeBytes(of: number, toByteOffset: count, as: Number.self) }
    count += MemoryLayout<Number>.size
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
    try room.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
  }
}
