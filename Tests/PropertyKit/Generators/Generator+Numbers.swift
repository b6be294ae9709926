extension Generator where Value: FixedWidthInteger & Sendable {
  /// Integers of a range, more often small ones and those at its ends. The simplest is the one nearest to
  /// zero, and of two that are equally near the positive one.
  public static func integers(in range: ClosedRange<Value>) -> Self {
    precondition(Value.bitWidth <= 64, "a choice has at most 64 bits")
    return Generator("integer") { draw in
      let ladder = Ladder(range)
      return ladder.value(at: draw.integerChoice(upTo: ladder.last))
    }
  }

  /// Any integers of a type.
  public static func integers() -> Self { integers(in: .min ... .max) }

  /// Integers of a range, each as likely as any other, and the simplest the lowest.
  public static func evenly(in range: ClosedRange<Value>) -> Self {
    Generator("integer") { draw in draw.integer(in: range) }
  }
}

/// A range's integers in order of simplicity: 0, 1, -1, 2, -2, ... or onwards from the end nearest to zero.
private struct Ladder<Value: FixedWidthInteger> {
  private let range: ClosedRange<Value>
  /// How many steps alternate between the signs.
  private let alternating: UInt64
  /// The number of the last rung.
  let last: UInt64

  init(_ range: ClosedRange<Value>) {
    self.range = range
    last = UInt64(truncatingIfNeeded: range.upperBound &- range.lowerBound) & Self.mask
    let isAcross = range.lowerBound < 0 && range.upperBound > 0
    let below = UInt64(range.lowerBound.magnitude)
    let above = UInt64(range.upperBound.magnitude)
    alternating = isAcross ? 2 * min(below, above) : 0
  }

  private static var mask: UInt64 { .max >> UInt64(64 - Value.bitWidth) }

  func value(at rung: UInt64) -> Value {
    let rung = Value.Magnitude(truncatingIfNeeded: rung)
    if range.lowerBound >= 0 { return range.lowerBound &+ Value(truncatingIfNeeded: rung) }
    if range.upperBound <= 0 { return range.upperBound &- Value(truncatingIfNeeded: rung) }
    if rung <= alternating {
      let distance = Value(truncatingIfNeeded: (rung + 1) / 2)
      return rung % 2 == 1 ? distance : 0 &- distance
    }
    // One side is used up: the rest lies on the other.
    let beyond = Value(truncatingIfNeeded: UInt64(rung) - alternating / 2)
    return range.upperBound.magnitude > range.lowerBound.magnitude ? beyond : 0 &- beyond
  }
}

extension Draw {
  /// A choice that a seed makes as integers should be made: a quarter at or near the ends, a half of any size,
  /// so that small ones come up, and the rest evenly.
  mutating func integerChoice(upTo bound: UInt64) -> UInt64 {
    choice(upTo: bound) { seed in
      switch seed.choice(upTo: 7) {
      case 0: seed.choice(upTo: min(bound, 2))
      case 1: bound - seed.choice(upTo: min(bound, 3))
      case 2, 3, 4, 5: seed.next() >> seed.choice(upTo: 63) % max(bound, 1)
      default: seed.choice(upTo: bound)
      }
    }
  }
}

extension Generator where Value == Bool {
  /// True or false; false is the simpler one.
  public static func booleans(true probability: Double = 0.5) -> Self {
    Generator("boolean") { draw in
      draw.choice(upTo: 1) { seed in seed.chance(probability) ? 1 : 0 } == 1
    }
  }
}

extension Generator where Value == Double {
  /// Any numbers: whole ones, fractions, huge and tiny ones, signed zeros, infinities and, if wanted, what is
  /// no number. The simplest is zero, then small whole numbers.
  public static func doubles(includingNaN: Bool = false) -> Self {
    let kinds: UInt64 = includingNaN ? 5 : 4
    return Generator("double") { draw in
      switch draw.choice(upTo: kinds) {
      case 0: Double(try draw.spanned(Generator<Int>.integers(in: -(1 << 53)...(1 << 53))))
      case 1: try draw.spanned(fractions())
      case 2: Double(bitPattern: draw.next()).finite
      case 3: draw.pick(edges) ?? 0
      case 4: draw.choice(upTo: 1) == 0 ? .infinity : -.infinity
      default: .nan
      }
    }
  }

  /// Numbers of a range, more often its ends and, where it has them, zero and whole numbers.
  public static func doubles(in range: ClosedRange<Double>) -> Self {
    Generator("double") { draw in
      let (low, high) = (range.lowerBound.rounded(.up), range.upperBound.rounded(.down))
      let hasIntegers = low <= high && low >= -0x1p53 && high <= 0x1p53
      switch draw.choice(upTo: 2) {
      case 0 where hasIntegers:
        return Double(try draw.spanned(Generator<Int>.integers(in: Int(low)...Int(high))))
      case 1: return draw.choice(upTo: 1) == 0 ? range.lowerBound : range.upperBound
      default:
        let part = Double(draw.choice(upTo: 1 << 53)) * 0x1p-53
        let number = range.lowerBound * (1 - part) + range.upperBound * part
        return min(max(number, range.lowerBound), range.upperBound)
      }
    }
  }

  /// A whole number of parts of a small whole.
  private static func fractions() -> Self {
    Generator("fraction") { draw in
      let parts = try draw.spanned(Generator<Int>.integers(in: -1_000_000...1_000_000))
      return Double(parts) / Double(draw.integer(in: 1...1000))
    }
  }

  private static let edges: [Double] = [
    -0.0, 0.1, .ulpOfOne, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
    -.greatestFiniteMagnitude, 0x1p53, 0x1p53 + 2, 0x1p63, -0x1p63, 0x1p64, 1 - .ulpOfOne / 2,
  ]
}

extension Double {
  /// Itself, or zero if it isn't finite.
  fileprivate var finite: Double { isFinite ? self : 0 }
}
