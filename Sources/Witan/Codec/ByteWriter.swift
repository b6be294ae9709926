import WitanCrypto

/// Appends canonical bytes: little-endian numbers of fixed width, and counts as 32 bits before what they count.
public struct ByteWriter: Sendable {
  /// The version of the format that every frame begins with.
  public static let formatVersion: UInt8 = 1

  /// What is written most, a statement, a header, a request, a reply, fits in the writer itself and touches no heap.
  private struct Desk: Sendable {
    typealias Line = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
    var lines: (Line, Line, Line, Line) = (blank, blank, blank, blank)

    static let size = MemoryLayout<(Line, Line, Line, Line)>.size
    @inline(__always)
    private static var blank: Line { (0, 0, 0, 0, 0, 0, 0, 0) }
  }

  private var desk = Desk()
  /// What was written and room for more, once there is more than the desk holds; empty until then.
  private var room: [UInt8] = []
  /// How many bytes were written so far.
  public private(set) var count = 0

  /// A writer of nothing so far.
  public init() {}

  /// What was written so far.
  public var bytes: [UInt8] { withBytes { Array($0) } }

  /// What was written, which needn't be copied where there is much of it: nothing more is written.
  public consuming func finish() -> [UInt8] {
    guard !room.isEmpty else { return bytes }
    room.removeLast(room.count - count)
    return room
  }

  /// Forgets what was written and keeps the room for it.
  public mutating func reset() { count = 0 }

  /// Makes room for this many more bytes.
  @inline(__always)
  public mutating func reserve(_ more: Int) {
    if count + more > (room.isEmpty ? Desk.size : room.count) { grow(by: more) }
  }

  /// Twice the room at least, so that each byte is moved once on average.
  @inline(never)
  private mutating func grow(by more: Int) {
    let size = max(count + more, 2 * max(room.count, Desk.size))
    room = withBytes { written in
      [UInt8](unsafeUninitializedCapacity: size) { bytes, initialized in
        bytes.initialize(repeating: 0)
        UnsafeMutableRawBufferPointer(bytes).copyMemory(from: written)
        initialized = size
      }
    }
  }

  /// Gives `body` all the room there is, to write behind what was written.
  @inline(__always)
  private mutating func write(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
    if room.isEmpty {
      withUnsafeMutableBytes(of: &desk.lines) { body($0) }
    } else {
      room.withUnsafeMutableBytes { body($0) }
    }
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
    let start = count
    write { UnsafeMutableRawBufferPointer(rebasing: $0[start...]).copyMemory(from: content) }
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
    let start = count
    write { $0.storeBytes(of: number, toByteOffset: start, as: Number.self) }
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
    guard room.isEmpty else {
      return try room.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
    return try withUnsafeBytes(of: desk.lines) {
      try body(UnsafeRawBufferPointer(rebasing: $0[..<count]))
    }
  }
}
