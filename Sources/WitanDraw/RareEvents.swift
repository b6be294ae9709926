/// How many things happen before one that is rare: drawn once for a whole stretch, where a draw for each would cost more than
/// the thing itself.
///
/// ```swift
/// var losses = RareEvents(probability: 0.001, draw: draw.split("loss"))
/// for message in messages where !losses.happens() { … }
/// ```
public struct RareEvents: Sendable {
  private let mean: Double
  private var draw: Draw
  @usableFromInline var left: UInt64

  /// Things of which each is rare with this probability, whatever happened to the others.
  public init(probability: Double, draw: Draw) {
    self.draw = draw
    if probability <= 0 {
      mean = .infinity
      left = .max
    } else {
      // The number of failures before a success is the whole part of an exponential of mean −1 / ln(1 − p).
      mean = probability >= 1 ? 0 : -1 / Logarithm.of(1 - probability)
      left = 0
      skip()
    }
  }

  /// Whether the next thing is rare.
  @inlinable
  public mutating func happens() -> Bool {
    guard left == 0 else {
      left -= 1
      return false
    }
    skip()
    return true
  }

  @usableFromInline
  mutating func skip() {
    guard mean < .infinity else {
      left = .max
      return
    }
    let count = mean * StandardExponential.quantile(draw.next())
    left = count < 0x1p63 ? UInt64(count) : .max
  }
}
