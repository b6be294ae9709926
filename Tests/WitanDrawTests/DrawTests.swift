import Testing

@testable import WitanDraw

/// What a seed means: the same choices for ever, each as likely as it should be.
@Suite struct DrawTests {
  @Test("The generator gives the words that its authors publish")
  func xoshiro() {
    var generator = Xoshiro256(seed: 0)
    generator.state = (1, 2, 3, 4)
    let words = (0..<6).map { _ in generator.next() }
    #expect(
      words == [
        11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
        607_988_272_756_665_600,
      ])
  }

  @Test("The seeding gives the words that its authors publish")
  func splitMix() {
    var seeds = SplitMix64(state: 1_234_567)
    let words = (0..<5).map { _ in seeds.next() }
    #expect(
      words == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  @Test("A seed's choices are what they have always been")
  func golden() {
    var draw = Draw(seed: 42)
    #expect(
      (0..<4).map { _ in draw.next() } == [
        1_546_998_764_402_558_742, 6_990_951_692_964_543_102, 12_544_586_762_248_559_009,
        17_057_574_109_182_124_193,
      ])
    #expect((0..<12).map { _ in draw.integer(in: 1...6) } == [6, 5, 5, 6, 5, 4, 5, 2, 5, 2, 5, 6])
    #expect(
      (0..<6).map { _ in draw.integer(in: Int8.min...Int8.max) } == [29, 89, 53, 53, -105, -83])
    #expect(
      (0..<12).map { _ in draw.chance(0.3) ? 1 : 0 } == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1])
    #expect((0..<6).map { _ in draw.pick(Array("abcdef")) } == ["e", "e", "e", "a", "c", "f"])
    #expect(draw.shuffled(0..<10) == [5, 7, 8, 2, 9, 0, 3, 6, 4, 1])
  }

  @Test("A split's choices are what they have always been")
  func goldenSplits() {
    let draw = Draw(seed: 42)
    let purposes: [(StaticString, UInt64)] = [
      ("latency", 0), ("latency", 1), ("a longer purpose", 0), ("é", .max), ("", 0),
    ]
    let firsts = purposes.map { purpose, index in
      var stream = draw.split(purpose, index)
      return stream.next()
    }
    #expect(
      firsts == [
        6_466_671_487_087_336_226, 5_804_028_133_757_819_593, 9_685_547_457_812_204_001,
        4_420_530_755_990_588_583, 3_149_118_362_257_379_461,
      ])
  }

  @Test("A range's every number comes up about as often as any other", arguments: [1, 2, 5, 6, 64])
  func uniform(upTo bound: UInt64) {
    var draw = Draw(seed: bound)
    var counts = [Int](repeating: 0, count: Int(bound) + 1)
    let each = 1000
    for _ in 0..<(each * counts.count) { counts[Int(draw.choice(upTo: bound))] += 1 }
    // Chi-squared: the mean is the number of outcomes less one, and six deviations are never seen.
    let squares = counts.reduce(0) { $0 + ($1 - each) * ($1 - each) }
    let freedom = Double(bound)
    #expect(Double(squares) / Double(each) < freedom + 6 * (2 * freedom).squareRoot() + 6)
  }

  @Test("A range that doesn't divide the words evenly is still unbiased")
  func unbiased() {
    // Of the 3·2⁶² outcomes, taking words modulo their number would favour the lowest third twofold.
    let bound: UInt64 = 3 << 62 - 1
    var draw = Draw(seed: 9)
    var thirds = [0, 0, 0]
    for _ in 0..<9000 { thirds[Int(draw.choice(upTo: bound) >> 62)] += 1 }
    for third in thirds { #expect((2800...3200).contains(third)) }
  }

  @Test("An integer stays within its range, and reaches both ends")
  func ranges() {
    var draw = Draw(seed: 1)
    func check<Integer: FixedWidthInteger & Sendable>(_ range: ClosedRange<Integer>) {
      var ends: Set<Integer> = []
      for _ in 0..<2000 {
        let number = draw.integer(in: range)
        #expect(range.contains(number))
        if number == range.lowerBound || number == range.upperBound { ends.insert(number) }
      }
      #expect(ends == [range.lowerBound, range.upperBound])
    }
    check(Int8.min...Int8.max)
    check(UInt8.min...UInt8.max)
    check(Int8(-128)...(-127))
    check(7...7)
    check((Int.max - 3)...Int.max)
    check(Int.min...(Int.min + 3))
    check((UInt64.max - 3)...UInt64.max)
    var halves = [0, 0]
    for _ in 0..<100 { halves[draw.integer(in: Int.min...Int.max) < 0 ? 0 : 1] += 1 }
    #expect(halves[0] > 20 && halves[1] > 20)
  }

  @Test("A chance comes true as often as it says, and its limits always or never")
  func chances() {
    var draw = Draw(seed: 3)
    for probability in [-1, 0, Double.nan, -Double.infinity] {
      #expect((0..<100).allSatisfy { _ in !draw.chance(probability) })
    }
    for probability in [1, 2, Double.infinity] {
      #expect((0..<100).allSatisfy { _ in draw.chance(probability) })
    }
    for percent in stride(from: 5, through: 95, by: 15) {
      let hits = (0..<10_000).count { _ in draw.chance(Double(percent) / 100) }
      #expect(abs(hits - percent * 100) < 300)
    }
    #expect((0..<1000).allSatisfy { _ in !draw.chance(.leastNonzeroMagnitude) })
  }

  @Test("A chance makes one choice, whatever its probability")
  func chancesAreAligned() {
    for probability in [0, 1e-300, 0.5, 1, .nan] {
      var (one, other) = (Draw(seed: 5), Draw(seed: 5))
      _ = one.chance(probability)
      _ = other.chance(0.25)
      #expect(one.next() == other.next())
    }
  }

  @Test("Every order comes up about as often as any other")
  func shuffles() {
    var draw = Draw(seed: 11)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<24_000 { counts[draw.shuffled(0..<4), default: 0] += 1 }
    #expect(counts.count == 24)
    #expect(counts.values.allSatisfy { (820...1180).contains($0) })
    var slice = Array(0..<10)[3..<8]
    draw.shuffle(&slice)
    #expect(slice.sorted() == [3, 4, 5, 6, 7])
    #expect(draw.shuffled([Int]()) == [])
  }

  @Test("Every element is picked, from any collection, and none from an empty one")
  func picks() {
    var draw = Draw(seed: 12)
    let slice = Array(0..<10)[4..<7]
    let picked = Set((0..<200).compactMap { _ in draw.pick(slice) })
    #expect(picked == [4, 5, 6])
    #expect(draw.pick([Int]()) == nil)
  }
}

/// Streams of one seed that know nothing of each other.
@Suite struct SplitTests {
  @Test("What is drawn from a stream moves none of its splits")
  func splitsStandStill() {
    let untouched = Draw(seed: 77)
    var drawn = untouched
    for _ in 0..<100 { _ = drawn.next() }
    var (one, other) = (untouched.split("loss", 4), drawn.split("loss", 4))
    #expect((0..<10).map { _ in one.next() } == (0..<10).map { _ in other.next() })
  }

  @Test("Purposes, indexes, seeds and parents each give a stream of their own")
  func distinct() {
    var firsts: Set<UInt64> = []
    var streams = 0
    let purposes: [StaticString] = [
      "a", "b", "ab", "ba", "", "a\0", "abcdefgh", "abcdefgi", "abcdefgha", "abcdefgh\0", "latency",
    ]
    for seed in UInt64(0)..<8 {
      let root = Draw(seed: seed)
      for parent in [root, root.split("a"), root.split("a", 1), root.split("a").split("a")] {
        for purpose in purposes {
          for index in UInt64(0)..<32 where !(purpose.description == "a" && index < 2) {
            var stream = parent.split(purpose, index)
            firsts.insert(stream.next())
            streams += 1
          }
        }
      }
    }
    #expect(firsts.count == streams)
  }

  @Test("Neighbouring streams agree no more often than chance has it")
  func independent() {
    let root = Draw(seed: 0)
    for index in UInt64(0)..<16 {
      var pairs = [
        (root.split("node", index), root.split("node", index + 1)),
        (root.split("node", index), root.split("link", index)),
        (Draw(seed: index), Draw(seed: index + 1)),
        (root, root.split("node", index)),
      ]
      for pair in pairs.indices {
        var same = 0
        for _ in 0..<256 {
          same += (~(pairs[pair].0.next() ^ pairs[pair].1.next())).nonzeroBitCount
        }
        // Of 16,384 bits half agree; the deviation is 64.
        #expect(abs(same - 8192) < 6 * 64)
      }
    }
  }
}
