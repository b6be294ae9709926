/// A replica's name, the same in every epoch it serves in.
@frozen
public struct ReplicaID: Hashable, Comparable, Sendable, Canonical, CustomStringConvertible,
  ExpressibleByIntegerLiteral
{
  /// The number.
  public let rawValue: UInt32

  /// The replica of this number.
  @inlinable
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// The replica of this number.
  @inlinable
  public init(integerLiteral value: UInt32) { self.rawValue = value }

  /// Whether the left one comes first.
  @inlinable
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The name for people: `r3`.
  public var description: String { "r\(rawValue)" }

  /// Writes the four bytes.
  @inlinable
  public func encode(to writer: inout ByteWriter) { writer.write(rawValue) }

  /// Reads the four bytes.
  @inlinable
  public init(from reader: inout ByteReader) throws(Malformed) {
    self.init(try reader.readUInt32())
  }
}

/// A member's index among an epoch's members, in the order of their names.
@frozen
public struct Seat: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The index.
  public let index: Int

  /// The seat at this index.
  @inlinable
  public init(_ index: Int) { self.index = index }

  /// Whether the left one comes first.
  @inlinable
  public static func < (a: Self, b: Self) -> Bool { a.index < b.index }

  /// The index for people.
  public var description: String { "seat \(index)" }
}
