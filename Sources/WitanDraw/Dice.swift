/// Random words that follow from a key and numbers, and from nothing that was drawn before: what happens to the
/// seventh message from a node to another is the same whether or not there was an eighth to a third.
///
/// ```swift
/// let dice = Dice(Draw(seed: 1).split("network"))
/// let fate = dice.narrowed(to: from).narrowed(to: message).word(to)
/// ```
@frozen
public struct Dice: Sendable {
  @usableFromInline let key: UInt64

  @inlinable
  init(key: UInt64) { self.key = key }

  /// The words of a stream's own key. Drawing from the stream changes none of them.
  @inlinable
  public init(_ draw: Draw) { key = SplitMix64.scramble(draw.key) }

  /// The words of one thing among many: a node, a message, a purpose.
  @inlinable
  public func narrowed(to number: UInt64) -> Dice { Dice(key: SplitMix64.scramble(key ^ number)) }

  /// A word.
  @inlinable
  public func word(_ number: UInt64) -> UInt64 {
    SplitMix64.scramble(SplitMix64.scramble(key ^ number))
  }
}

extension UInt64 {
  /// Which share of all words a probability is; a word less than it is a hit. None at 0 and below, all at 1 and above
  /// (but for the last word, and that is never less than anything).
  @inlinable
  public init(share probability: Double) {
    guard probability > 0 else {
      self = 0
      return
    }
    // Scaling by a power of two is exact; a probability that isn't zero stays possible.
    self = probability >= 1 ? .max : Swift.max(1, UInt64(probability * 0x1p64))
  }
}
