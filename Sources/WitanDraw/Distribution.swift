/// How numbers that aren't negative are distributed: the delays of a link, the sizes of a burst, how long a
/// node stays away. What the unit is, the user says.
///
/// A sample follows from one 64-bit word by multiplication, addition and division alone, so it is the same
/// on every machine; no function of a platform's mathematical library is called. But for the rounding of the
/// last bit, a larger word gives no smaller sample: the smallest choice is the smallest number.
public enum Distribution: Hashable, Sendable {
  /// Always the same number.
  case fixed(UInt64)
  /// Anything from the one to the other, both included, all as likely. Ends the wrong way round are swapped.
  case uniform(low: UInt64, high: UInt64)
  /// Around a mean, with a standard deviation; 0 wherever that would be negative.
  case normal(mean: UInt64, deviation: UInt64)
  /// Mostly below its mean, at times far above: the time to an event that has no memory.
  case exponential(mean: UInt64)
  /// Half below the median, with a long tail above; sigma is the standard deviation of the logarithm, and
  /// one that isn't positive gives the median always.
  case lognormal(median: UInt64, sigma: Double)

  /// The sample that follows from a word, each word being as likely as any other.
  ///
  /// What would be larger than 64 bits hold is the largest number they hold.
  public func sample(_ word: UInt64) -> UInt64 {
    switch self {
    case .fixed(let number):
      return number
    case .uniform(let low, let high):
      let (low, high) = low <= high ? (low, high) : (high, low)
      let (outcomes, isAll) = (high - low).addingReportingOverflow(1)
      // An outcome's likelihood is off by 2⁻⁶⁴ at most; drawing again would take a second word.
      return isAll ? word : low + word.multipliedFullWidth(by: outcomes).high
    case .normal(let mean, let deviation):
      return Self.rounded(Double(mean) + Double(deviation) * StandardNormal.quantile(word))
    case .exponential(let mean):
      return Self.rounded(Double(mean) * StandardExponential.quantile(word))
    case .lognormal(let median, let sigma):
      guard sigma > 0 else { return median }
      // Beyond this, all but one word in 10⁵ give 0 or the largest number; infinity times 0 would be neither.
      let exponent = min(sigma, 0x1p20) * StandardNormal.quantile(word)
      return Self.rounded(Double(median) * Exponential.power(exponent))
    }
  }

  /// The nearest whole number from 0 to the largest; halves round up.
  private static func rounded(_ number: Double) -> UInt64 {
    guard number > 0 else { return 0 }
    return number + 0.5 < 0x1p64 ? UInt64(number + 0.5) : .max
  }
}

extension Distribution: CustomStringConvertible {
  /// The shape and its numbers, whatever they are of: `normal:50,20`.
  public var description: String {
    switch self {
    case .fixed(let number): "fixed:\(number)"
    case .uniform(let low, let high): "uniform:\(low)..\(high)"
    case .normal(let mean, let deviation): "normal:\(mean),\(deviation)"
    case .exponential(let mean): "exponential:\(mean)"
    case .lognormal(let median, let sigma): "lognormal:\(median),\(sigma)"
    }
  }
}

extension Draw {
  /// A number of this distribution. It takes one word whatever the shape, so that another shape moves
  /// nothing else.
  public mutating func sample(_ distribution: Distribution) -> UInt64 {
    distribution.sample(next())
  }
}
