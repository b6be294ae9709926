import Witan

/// How much of something there is, in the smallest units. It never wraps around and never goes below nothing: who adds or
/// takes away says what happens then.
public struct Amount: Hashable, Comparable, Sendable, Canonical, ExpressibleByIntegerLiteral,
  CustomStringConvertible
{
  /// The number of units.
  public let units: UInt64

  /// This many units.
  @inlinable
  public init(_ units: UInt64) { self.units = units }

  /// This many units.
  @inlinable
  public init(integerLiteral units: UInt64) { self.units = units }

  /// Whether the left one is less.
  @inlinable
  public static func < (a: Amount, b: Amount) -> Bool { a.units < b.units }

  /// How many units one token has.
  public static let token: UInt64 = 1_000_000

  /// The most there may ever be of everything together: sums of it fit wherever votes are added up.
  public static let limit = Amount(1 << 61)

  /// This many tokens, or as many as there may be.
  public static func tokens(_ count: UInt64) -> Amount {
    let (product, overflow) = count.multipliedReportingOverflow(by: token)
    return overflow ? limit : Swift.min(Amount(product), limit)
  }

  /// The sum; refused when it is beyond what there may be.
  public func plus(_ other: Amount) throws(LedgerRefusal) -> Amount {
    let (sum, overflow) = units.addingReportingOverflow(other.units)
    guard !overflow, sum <= Self.limit.units else { throw .overflow }
    return Amount(sum)
  }

  /// The sum, or the most there may be. For tallies of what came and went: they count a unit each time it passes.
  func tallied(with other: Amount) -> Amount {
    let (sum, overflow) = units.addingReportingOverflow(other.units)
    return overflow ? .limit : Swift.min(Amount(sum), .limit)
  }

  /// The difference; refused when there isn't so much.
  public func minus(_ other: Amount) throws(LedgerRefusal) -> Amount {
    guard units >= other.units else { throw .insufficient }
    return Amount(units - other.units)
  }

  /// So many parts of so many, rounded down; `part` isn't above `whole`.
  public func share(_ part: UInt64, of whole: UInt64) -> Amount {
    guard whole > 0 else { return 0 }
    let (high, low) = units.multipliedFullWidth(by: Swift.min(part, whole))
    return Amount(whole.dividingFullWidth((high, low)).quotient)
  }

  /// Tokens in decimal: `12.5`.
  public var description: String {
    let fraction = units % Self.token
    guard fraction > 0 else { return "\(units / Self.token)" }
    var digits = String(fraction + Self.token).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(units / Self.token).\(digits)"
  }

  /// Writes the eight bytes.
  public func encode(to writer: inout ByteWriter) { writer.write(units) }

  /// Reads the eight bytes.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let units = try reader.readUInt64()
    guard units <= Self.limit.units else { throw .invalid("amount") }
    self.init(units)
  }
}
