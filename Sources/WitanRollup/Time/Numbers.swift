import Witan

/// The number of a slot: a stretch of time in which one sequencer may propose one block.
@frozen
public struct SlotNumber: Counter {
  /// The number.
  public let rawValue: UInt64

  /// The slot of this number.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// The place of a block in the rollup's chain; the first block is 1, and 0 is the beginning.
@frozen
public struct BlockNumber: Counter {
  /// The number.
  public let rawValue: UInt64

  /// The block of this number.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// The place of a block in the chain of L1, on which the contracts live.
@frozen
public struct L1Height: Counter {
  /// The number.
  public let rawValue: UInt64

  /// The block of this number.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }
}
