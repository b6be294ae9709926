/// Blackman and Vigna's xoshiro256**: 256 bits of state, a period of 2²⁵⁶ − 1, under a nanosecond a word.
@usableFromInline
struct Xoshiro256: Sendable {
  @usableFromInline var state: (UInt64, UInt64, UInt64, UInt64)

  /// The state that its authors advise for a short seed: four words of SplitMix64, which are never all
  /// zero.
  @inlinable
  init(seed: UInt64) {
    var seeds = SplitMix64(state: seed)
    state = (seeds.next(), seeds.next(), seeds.next(), seeds.next())
  }

  @inlinable
  mutating func next() -> UInt64 {
    let word = Self.rotate(state.1 &* 5, by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = Self.rotate(state.3, by: 45)
    return word
  }

  /// A number from 0 to `bound`, both included, each as likely as any other.
  ///
  /// The product of a random word and the number of outcomes has the outcome in its upper half. Lower
  /// halves that would make some outcomes likelier are drawn again (Lemire, *Fast random integer
  /// generation in an interval*, 2019).
  @inlinable
  mutating func number(upTo bound: UInt64) -> UInt64 {
    let (outcomes, overflow) = bound.addingReportingOverflow(1)
    guard !overflow else { return next() }
    var product = next().multipliedFullWidth(by: outcomes)
    if product.low < outcomes {
      let uneven = (0 &- outcomes) % outcomes
      while product.low < uneven { product = next().multipliedFullWidth(by: outcomes) }
    }
    return product.high
  }

  @inlinable
  static func rotate(_ word: UInt64, by bits: UInt64) -> UInt64 {
    word << bits | word >> (64 &- bits)
  }
}

/// Steele, Lea and Flood's SplitMix64: a counter, scrambled. No two of its 2⁶⁴ words are equal.
@usableFromInline
struct SplitMix64 {
  @usableFromInline var state: UInt64

  @inlinable
  init(state: UInt64) { self.state = state }

  @inlinable
  mutating func next() -> UInt64 {
    defer { state &+= 0x9e37_79b9_7f4a_7c15 }
    return Self.scramble(state)
  }

  /// The word that follows this state: different for every state, and every bit hangs on every bit.
  @inlinable
  static func scramble(_ state: UInt64) -> UInt64 {
    var word = state &+ 0x9e37_79b9_7f4a_7c15
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}
