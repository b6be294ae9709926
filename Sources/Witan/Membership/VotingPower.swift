/// How much a member's vote weighs, or the weight of several together.
@frozen
public struct VotingPower: Hashable, Comparable, Sendable, Canonical, CustomStringConvertible,
  ExpressibleByIntegerLiteral
{
  /// The weight.
  public let rawValue: UInt64

  /// The most all members may weigh together: far from where sums or doubled sums would overflow.
  public static let totalLimit: VotingPower = 0x3fff_ffff_ffff_ffff

  /// This weight.
  @inlinable
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// This weight.
  @inlinable
  public init(integerLiteral value: UInt64) { self.rawValue = value }

  /// Whether the left one weighs less.
  @inlinable
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The weight of both; members' weights together never exceed `totalLimit`.
  @inlinable
  public static func + (a: Self, b: Self) -> Self { Self(a.rawValue &+ b.rawValue) }

  /// Adds a weight; members' weights together never exceed `totalLimit`.
  @inlinable
  public static func += (a: inout Self, b: Self) { a = a + b }

  /// The weight in decimal.
  public var description: String { String(rawValue) }

  /// Writes the eight bytes.
  public func encode(to writer: inout ByteWriter) { writer.write(rawValue) }

  /// Reads the eight bytes.
  public init(from reader: inout ByteReader) throws(Malformed) {
    self.init(try reader.readUInt64())
  }
}
