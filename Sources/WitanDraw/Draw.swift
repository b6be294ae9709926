/// A stream of choices that follows from a seed, the same on every machine and in every build.
///
/// All randomness of a simulation or a property comes from one seed, split by purpose:
///
/// ```swift
/// let draw = Draw(seed: 42)
/// var latency = draw.split("latency", 3)  // link 3's own stream
/// let micros = latency.integer(in: 250...20_000)
/// ```
///
/// A split depends on what it is for, not on how much was drawn before, so a draw that is added in one
/// place moves nothing elsewhere.
///
/// Every draw is made of calls of one primitive, ``choice(upTo:)``, and the smallest choice is always the
/// simplest outcome: the lower bound, the first element, `false`, the order as it was. Whoever replays
/// choices instead of a seed, or makes them smaller to find the smallest failure, need know nothing more.
///
/// Choices can also come from elsewhere, and be recorded: see ``init(recording:limit:)``,
/// ``init(replaying:thenSeed:limit:)`` and ``init(bytes:limit:)``. A draw made of a seed alone records
/// nothing and costs nothing more.
///
/// This isn't a `RandomNumberGenerator` on purpose: what the standard library makes of one may change
/// from release to release, and a seed must keep its meaning.
public struct Draw: Sendable {
  /// What splits follow from. Drawing doesn't change it.
  @usableFromInline let key: UInt64
  @usableFromInline var generator: Xoshiro256
  /// Where choices come from and are written down, unless they follow from the seed and are forgotten.
  @usableFromInline let tape: Tape?

  /// The stream of this seed.
  @inlinable
  public init(seed: UInt64) {
    self.init(key: seed, generator: Xoshiro256(seed: seed))
  }

  @inlinable
  init(key: UInt64, generator: Xoshiro256) {
    self.key = key
    self.generator = generator
    tape = nil
  }

  /// What is on a tape.
  init(_ tape: Tape) {
    key = 0
    generator = Xoshiro256(seed: 0)
    self.tape = tape
  }

  // MARK: - The primitive

  /// A number from 0 to `bound`, both included, each as likely as any other.
  @inlinable
  public mutating func choice(upTo bound: UInt64) -> UInt64 {
    if let tape { return tape.choice(upTo: bound) }
    return generator.number(upTo: bound)
  }

  // MARK: - What is made of it

  /// Any 64-bit number.
  @inlinable
  public mutating func next() -> UInt64 { choice(upTo: .max) }

  /// A number of this range, each as likely as any other. Integers of up to 64 bits.
  @inlinable
  public mutating func integer<Integer: FixedWidthInteger>(
    in range: ClosedRange<Integer>
  ) -> Integer {
    precondition(Integer.bitWidth <= 64, "a choice has at most 64 bits")
    let width = Integer.Magnitude(truncatingIfNeeded: range.upperBound &- range.lowerBound)
    let offset = choice(upTo: UInt64(truncatingIfNeeded: width))
    return range.lowerBound &+ Integer(truncatingIfNeeded: offset)
  }

  /// True with this probability: never at 0 or below (or for no number), always at 1 or above, and in
  /// steps of 2⁻⁵³ between, decided by integers alone.
  ///
  /// It makes one choice whatever the probability, so that tuning one moves nothing else.
  @inlinable
  public mutating func chance(_ probability: Double) -> Bool {
    let steps: UInt64 = 1 << 53
    let choice = choice(upTo: steps - 1)
    guard probability > 0 else { return false }
    guard probability < 1 else { return true }
    // Scaling by a power of two is exact; a probability that isn't zero stays possible.
    let favourable = max(1, UInt64(probability * 0x1p53))
    return choice >= steps - favourable
  }

  /// An element, each as likely as any other; nil when there is none.
  @inlinable
  public mutating func pick<Elements: RandomAccessCollection>(
    _ elements: Elements
  ) -> Elements.Element? {
    guard !elements.isEmpty else { return nil }
    let offset = Int(choice(upTo: UInt64(elements.count - 1)))
    return elements[elements.index(elements.startIndex, offsetBy: offset)]
  }

  /// Puts elements in an order, each order as likely as any other (Fisher and Yates).
  @inlinable
  public mutating func shuffle<Elements: RandomAccessCollection & MutableCollection>(
    _ elements: inout Elements
  ) {
    var left = elements.count
    var here = elements.startIndex
    while left > 1 {
      let offset = Int(choice(upTo: UInt64(left - 1)))
      elements.swapAt(here, elements.index(here, offsetBy: offset))
      elements.formIndex(after: &here)
      left -= 1
    }
  }

  /// The elements in some order, each order as likely as any other.
  @inlinable
  public mutating func shuffled<Element>(_ elements: some Sequence<Element>) -> [Element] {
    var elements = Array(elements)
    shuffle(&elements)
    return elements
  }

  // MARK: - Splitting

  /// The stream for this purpose and, where there are several of a kind, this one of them: a node, a
  /// link, a round.
  ///
  /// The same purpose and index give the same stream again, whatever was drawn from this one meanwhile;
  /// two indexes of one purpose never share a stream. A purpose is a literal, so that it can be searched
  /// for.
  ///
  /// A split records nothing. Where choices are recorded, all splits follow from one choice more, made when
  /// the first of them is asked for: whoever replays the choices gets the same streams.
  public func split(_ purpose: StaticString, _ index: UInt64 = 0) -> Draw {
    if let tape { return Draw.split(tape.splitKey(), purpose, index) }
    return Draw.split(key, purpose, index)
  }

  @inline(__always)
  static func split(_ key: UInt64, _ purpose: StaticString, _ index: UInt64) -> Draw {
    var key = SplitMix64.scramble(key)
    purpose.withUTF8Buffer { name in
      var start = 0
      while start < name.count {
        var word: UInt64 = 0
        for byte in name[start..<min(start + 8, name.count)] { word = word << 8 | UInt64(byte) }
        key = SplitMix64.scramble(key ^ word)
        start += 8
      }
      key = SplitMix64.scramble(key ^ UInt64(name.count))
    }
    return Draw(seed: SplitMix64.scramble(key ^ index))
  }
}
