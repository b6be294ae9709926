/// A number that only counts upwards: views, sequences and epochs. Its arithmetic never traps.
public protocol Counter: RawRepresentable, Hashable, Comparable, Sendable, Canonical,
  CustomStringConvertible, ExpressibleByIntegerLiteral
where RawValue == UInt64 {
  /// The counter at this value.
  init(rawValue: UInt64)
}

extension Counter {
  /// The counter at this value.
  @inlinable
  public init(_ rawValue: UInt64) { self.init(rawValue: rawValue) }

  /// The counter at this value.
  @inlinable
  public init(integerLiteral value: UInt64) { self.init(rawValue: value) }

  /// Whether the left one comes first.
  @inlinable
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The next value; the last one stays where it is, so that no peer's number can make us trap.
  @inlinable
  public var next: Self { advanced(by: 1) }

  /// The value before; zero stays where it is.
  @inlinable
  public var previous: Self { Self(rawValue: rawValue == 0 ? 0 : rawValue - 1) }

  /// The value `count` steps on, or the last one when that would be beyond it.
  @inlinable
  public func advanced(by count: UInt64) -> Self {
    let (sum, overflow) = rawValue.addingReportingOverflow(count)
    return Self(rawValue: overflow ? .max : sum)
  }

  /// How many steps this is after `other`; zero when it isn't after it.
  @inlinable
  public func distance(after other: Self) -> UInt64 {
    rawValue > other.rawValue ? rawValue - other.rawValue : 0
  }

  /// The number in decimal.
  public var description: String { String(rawValue) }

  /// Writes the eight bytes.
  @inlinable
  public func encode(to writer: inout ByteWriter) { writer.write(rawValue) }

  /// Reads the eight bytes.
  @inlinable
  public init(from reader: inout ByteReader) throws(Malformed) {
    self.init(rawValue: try reader.readUInt64())
  }
}

/// The number of a view: a term of one leader within an epoch.
@frozen
public struct View: Counter {
  /// The number.
  public let rawValue: UInt64

  /// The view of this number.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// The place of a block in the total order; the first block is 1, and 0 is the genesis.
@frozen
public struct SequenceNumber: Counter {
  /// The number.
  public let rawValue: UInt64

  /// The sequence of this number.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// The number of an epoch: a span of sequences with one set of members.
@frozen
public struct Epoch: Counter {
  /// The number.
  public let rawValue: UInt64

  /// The epoch of this number.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }
}
