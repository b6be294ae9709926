import PropertyKit
import Testing

/// What generators draw: all that they should, the edges above all, and nothing else.
@Suite struct GeneratorTests {
  /// What a generator draws from so many seeds.
  private func sample<Value>(_ generator: Generator<Value>, _ count: Int = 400) -> [Value] {
    (0..<UInt64(count)).compactMap { seed in
      var draw = Draw(seed: seed)
      return try? draw(generator)
    }
  }

  /// What a generator makes of nothing but zeros.
  private func simplest<Value>(_ generator: Generator<Value>) throws -> Value {
    var draw = Draw(replaying: [])
    return try draw(generator)
  }

  @Test func `integers reach both ends, zero and all sizes, and leave no range`() {
    func check<Number: FixedWidthInteger & Sendable>(_ range: ClosedRange<Number>) {
      let numbers = sample(.integers(in: range))
      #expect(numbers.count == 400 && numbers.allSatisfy(range.contains))
      #expect(Set(numbers).isSuperset(of: [range.lowerBound, range.upperBound]))
      #expect(!range.contains(0) || numbers.contains(0))
    }
    check(Int.min...Int.max)
    check(UInt64.min...UInt64.max)
    check(Int8.min...Int8.max)
    check(-3...1000)
    check(-1000...3)
    check(5...9)
    check(-9 ... -5)
    check(7...7)
    let sizes = Set(sample(Generator<UInt64>.integers(), 2000).map { 64 - $0.leadingZeroBitCount })
    #expect(sizes.count > 60)
  }

  @Test func `every choice is one integer of the range, the nearest to zero first`() throws {
    func ladder(_ range: ClosedRange<Int8>) throws -> [Int8] {
      let last = UInt64(Int(range.upperBound) - Int(range.lowerBound))
      return try (0...last).map { choice in
        var draw = Draw(replaying: [choice])
        return try draw(.integers(in: range))
      }
    }
    #expect(try ladder(-2...4) == [0, 1, -1, 2, -2, 3, 4])
    #expect(try ladder(-4...2) == [0, 1, -1, 2, -2, -3, -4])
    #expect(try ladder(3...5) == [3, 4, 5])
    #expect(try ladder(-5 ... -3) == [-3, -4, -5])
    #expect(try Set(ladder(.min ... .max)).count == 256)
    #expect(try simplest(Generator<Int>.integers()) == 0)
    #expect(try simplest(Generator<Int>.integers(in: 7...9)) == 7)
  }

  @Test func `doubles are of every kind`() throws {
    let numbers = sample(.doubles(includingNaN: true), 2000)
    #expect(
      numbers.contains { $0.isNaN } && numbers.contains(.infinity) && numbers.contains(-.infinity))
    #expect(
      numbers.contains { $0 == 0 && $0.sign == .minus } && numbers.contains { $0.isSubnormal })
    #expect(
      numbers.contains { $0 > 1e100 } && numbers.contains { $0.rounded() != $0 && abs($0) < 100 })
    #expect(!sample(.doubles(), 500).contains { $0.isNaN })
    let some = sample(.doubles(in: -1.5...2.5))
    #expect(some.allSatisfy { (-1.5...2.5).contains($0) })
    #expect(Set(some).isSuperset(of: [-1.5, 2.5, 0, 1]))
    #expect(sample(.doubles(in: 0.25...0.5)).allSatisfy { (0.25...0.5).contains($0) })
    #expect(try simplest(.doubles()) == 0)
  }

  @Test func `texts hold plain characters, awkward ones, and any`() throws {
    let all = sample(.strings(), 1000).joined()
    for character in ["a", "\n", "\r\n", "e\u{301}", "\u{202e}", "\0"] as [Character] {
      #expect(all.contains(character))
    }
    #expect(all.unicodeScalars.contains { $0.value > 0x10000 })
    #expect(
      sample(.strings(of: .letters(), count: 2...3)).allSatisfy { (2...3).contains($0.count) })
    #expect(try simplest(.strings(count: 2...9)) == "aa")
    #expect(try simplest(.strings()) == "")
  }

  @Test func `collections are empty, full, and in between`() throws {
    let sizes = Set(sample(.arrays(of: .booleans(), count: 0...12), 1000).map(\.count))
    #expect(sizes == Set(0...12))
    #expect(Set(sample(.bytes(count: 2...4)).map(\.count)) == [2, 3, 4])
    #expect(sample(.arrays(of: .booleans(), count: 3)).allSatisfy { $0.count == 3 })
    let long = sample(.arrays(of: .booleans(), count: 0...1000)).map(\.count)
    #expect(long.contains(1000) && long.contains(0))
    let sets = sample(.sets(of: .integers(in: 0...9), count: 2...5))
    #expect(Set(sets.map(\.count)) == [2, 3, 4, 5])
    let orders = sample(.distinct(.integers(in: 0...5), count: 3...3))
    #expect(orders.allSatisfy { Set($0).count == 3 })
    let tables = sample(
      .dictionaries(keys: .integers(in: 0...9), values: .booleans(), count: 1...3))
    #expect(Set(tables.map(\.count)) == [1, 2, 3])
    #expect(try simplest(.arrays(of: .booleans(), count: 2...5)) == [false, false])
  }

  @Test func `a set that can't be had is a case that is discarded`() {
    #expect(sample(.sets(of: .booleans(), count: 3...3)).isEmpty)
  }

  @Test func `optionals are nothing as often as wanted`() throws {
    let share = sample(.optionals(of: .booleans(), none: 0.1), 1000).count { $0 == nil }
    #expect((60...150).contains(share))
    #expect(try simplest(.optionals(of: .booleans())) == nil)
  }

  @Test func `cases, elements, permutations and subsets are all there`() throws {
    enum Colour: CaseIterable { case red, green, blue }
    #expect(Set(sample(Generator<Colour>.cases())) == [.red, .green, .blue])
    #expect(Set(sample(.elements(of: [3, 5]))) == [3, 5])
    #expect(sample(Generator<Int>.elements(of: [])).isEmpty)
    #expect(Set(sample(.permutations(of: [1, 2, 3]))).count == 6)
    #expect(Set(sample(.subsets(of: [1, 2, 3]))).count == 8)
    #expect(try simplest(.permutations(of: [1, 2, 3])) == [1, 2, 3])
    #expect(try simplest(.subsets(of: [1, 2, 3])) == [])
  }

  @Test func `weights are kept, and what weighs nothing can still be replayed`() throws {
    let generator = Generator<Int>.frequency(
      (3, .constant(1)), (1, .constant(2)), (0, .constant(3)))
    let drawn = sample(generator, 2000)
    #expect((1350...1650).contains(drawn.count { $0 == 1 }) && !drawn.contains(3))
    var draw = Draw(replaying: [2])
    #expect(try draw(generator) == 3)
  }

  @Test func `a swarm has favourites in each case, and all of them over all cases`() {
    let letters = Generator<Character>.swarm(
      "letters", .constant("a"), .constant("b"), .constant("c"))
    let texts = sample(.strings(of: letters, count: 30...30), 300)
    #expect(texts.count { Set($0).count < 3 } > 60)
    #expect(texts.count { Set($0).count == 3 } > 30)
    for letter in "abc" { #expect(texts.contains { Set($0) == [letter] }) }
  }

  @Test func `trees grow to their depth and no further`() throws {
    let depths = sample(Sum.sums, 300).map(\.depth)
    #expect(depths.max() == 5 && depths.min() == 0)
    guard case .number(0) = try simplest(Sum.sums) else {
      Issue.record("not the simplest")
      return
    }
  }

  @Test func `a filter keeps what it should, and gives up in time`() {
    let even = sample(Generator<Int>.integers(in: 0...99).filter { $0 % 2 == 0 })
    #expect(even.count == 400 && even.allSatisfy { $0 % 2 == 0 })
    let tries = Generator<Int>.integers(in: 0...99).filter(limit: 7) { _ in false }
    var draw = Draw(recording: 1)
    #expect(throws: Discard()) { try draw(tries) }
    #expect(draw.recording?.entries.count == 7)
  }

  @Test func `dependent, mapped and joined generators draw what they are made of`() throws {
    let pairs = Generator<Int>.integers(in: 1...9).flatMap { top in
      Generator<Int>.integers(in: 0...top).map { (top, $0) }
    }
    #expect(sample(pairs).allSatisfy { $0.1 <= $0.0 })
    let joined = sample(.zip(Generator<Int>.integers(in: 0...3), .booleans(), .letters()))
    #expect(Set(joined.map(\.0)) == [0, 1, 2, 3] && Set(joined.map(\.1)).count == 2)
  }

  @Test func `bytes of a fuzzer draw as well as a seed`() throws {
    var texts: Set<String> = []
    for byte in UInt8(0)...255 {
      var noise = Draw(seed: UInt64(byte))
      var draw = Draw(bytes: (0..<40).map { _ in UInt8(noise.choice(upTo: 255)) })
      texts.insert(try draw(.strings(count: 0...5)))
    }
    #expect(texts.count > 50)
  }
}

extension Sum {
  fileprivate var depth: Int {
    switch self {
    case .number: 0
    case .plus(let one, let other), .divided(let one, let other): 1 + max(one.depth, other.depth)
    }
  }
}
