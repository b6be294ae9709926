/// A span or a point of time in whole microseconds. The shell says what its zero is; the core only compares.
@frozen
public struct Micros: Hashable, Comparable, Sendable, Canonical, CustomStringConvertible,
  ExpressibleByIntegerLiteral
{
  /// The number of microseconds.
  public let rawValue: UInt64

  /// This many microseconds.
  @inlinable
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// This many microseconds.
  @inlinable
  public init(integerLiteral value: UInt64) { self.rawValue = value }

  /// This many milliseconds.
  @inlinable
  public static func milliseconds(_ count: UInt64) -> Micros {
    Micros(count.multipliedClamped(by: 1_000))
  }

  /// This many seconds.
  @inlinable
  public static func seconds(_ count: UInt64) -> Micros {
    Micros(count.multipliedClamped(by: 1_000_000))
  }

  /// Whether the left one is shorter or earlier.
  @inlinable
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The sum, or the longest span when it would be longer.
  @inlinable
  public static func + (a: Self, b: Self) -> Self {
    let (sum, overflow) = a.rawValue.addingReportingOverflow(b.rawValue)
    return Self(overflow ? .max : sum)
  }

  /// The difference, or zero when it would be negative: clocks may step back.
  @inlinable
  public static func - (a: Self, b: Self) -> Self {
    Self(a.rawValue > b.rawValue ? a.rawValue - b.rawValue : 0)
  }

  /// The product, or the longest span when it would be longer.
  @inlinable
  public static func * (a: Self, factor: UInt64) -> Self {
    Self(a.rawValue.multipliedClamped(by: factor))
  }

  /// The quotient; a division by zero gives the span itself.
  @inlinable
  public static func / (a: Self, divisor: UInt64) -> Self {
    Self(divisor == 0 ? a.rawValue : a.rawValue / divisor)
  }

  /// The span for people: `250us`, `20ms`, `3s`.
  public var description: String {
    switch rawValue {
    case let count where count >= 1_000_000 && count.isMultiple(of: 1_000_000):
      "\(count / 1_000_000)s"
    case let count where count >= 1_000 && count.isMultiple(of: 1_000): "\(count / 1_000)ms"
    default: "\(rawValue)us"
    }
  }

  /// Writes the eight bytes.
  @inlinable
  public func encode(to writer: inout ByteWriter) { writer.write(rawValue) }

  /// Reads the eight bytes.
  @inlinable
  public init(from reader: inout ByteReader) throws(Malformed) {
    self.init(try reader.readUInt64())
  }
}

extension UInt64 {
  /// The product, or the largest number when it would be larger.
  @inlinable
  func multipliedClamped(by factor: UInt64) -> UInt64 {
    let (product, overflow) = multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }
}
