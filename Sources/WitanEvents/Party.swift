import Witan

/// Somebody who has a part in an event: a validator, a prover, a user, by number.
@frozen
public struct Party: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number; the largest stands for nobody.
  public let rawValue: UInt32

  /// The party of this number.
  @inlinable
  public init(_ number: Int) { rawValue = UInt32(truncatingIfNeeded: number) }

  /// Nobody.
  @inlinable
  public static var nobody: Party { Party(Int(UInt32.max)) }

  /// Whether the left one has the lower number.
  @inlinable
  public static func < (a: Party, b: Party) -> Bool { a.rawValue < b.rawValue }

  /// The number for people; `-` for nobody.
  public var description: String { self == .nobody ? "-" : "\(rawValue)" }
}
