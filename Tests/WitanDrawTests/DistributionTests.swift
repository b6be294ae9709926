import Testing

@testable import WitanDraw

/// What a distribution's samples are: as often what its name says as it should, and for ever the same.
@Suite struct DistributionTests {
  private static let shapes: [Distribution] = [
    .fixed(20_000), .uniform(low: 10_000, high: 50_000), .normal(mean: 50_000, deviation: 20_000),
    .exponential(mean: 30_000), .lognormal(median: 40_000, sigma: 0.6),
  ]

  @Test(
    arguments: zip(
      shapes,
      [
        [20_000, 20_000, 20_000, 20_000],
        [13_354, 25_159, 37_202, 46_988],
        [22_409, 43_837, 59_356, 78_747],
        [2_628, 14_292, 34_187, 77_585],
        [17_482, 33_248, 52_962, 94_755],
      ]))
  func `a seed's samples are what they have always been`(_ shape: Distribution, _ golden: [UInt64])
  {
    var draw = Draw(seed: 42)
    #expect((0..<4).map { _ in draw.sample(shape) } == golden)
  }

  /// A word for a probability.
  private func word(_ probability: Double) -> UInt64 { UInt64(probability * 0x1p64) }

  @Test func `the normal quantiles are those of the tables`() {
    // As published, to ten places.
    let table: [(Double, Double)] = [
      (0.5, 0), (0.75, 0.6744897502), (0.9, 1.2815515655), (0.95, 1.6448536270),
      (0.975, 1.9599639845), (0.99, 2.3263478740), (0.999, 3.0902323062), (0.9999, 3.7190164855),
    ]
    for (probability, quantile) in table {
      #expect(abs(StandardNormal.quantile(word(probability)) - quantile) < 2e-8)
      #expect(abs(StandardNormal.quantile(word(1 - probability)) + quantile) < 2e-8)
    }
    // 2⁻⁶⁵ is the smallest tail there is, and three times that the next.
    #expect(abs(StandardNormal.quantile(0) + 9.1552937727) < 1e-9)
    #expect(abs(StandardNormal.quantile(1) + 9.0359188486) < 2e-8)
    #expect(StandardNormal.quantile(.max) == -StandardNormal.quantile(0))
  }

  @Test func `the exponential quantiles are logarithms`() {
    let table: [(Double, Double)] = [
      (0, 0), (0.5, 0.6931471806), (0.75, 1.3862943611), (0.9, 2.3025850930),
      (0.99, 4.6051701860), (0.6321205588, 1),
    ]
    for (probability, quantile) in table {
      #expect(abs(StandardExponential.quantile(word(probability)) - quantile) < 2e-8)
    }
    #expect(abs(StandardExponential.quantile(.max) - 64 * 0.6931471806) < 1e-6)
  }

  @Test func `powers and logarithms are those of the tables`() {
    for (exponent, power) in [
      (0, 1), (1, 2.718281828459), (-1, 0.367879441171), (10, 22026.4657948), (-1e-20, 1),
    ] {
      #expect(abs(Exponential.power(exponent) / power - 1) < 2e-9)
    }
    #expect(abs(Logarithm.of(10) - 2.302585092994046) < 1e-15)
    #expect(abs(Logarithm.of(0x1p-65) + 65 * 0.693147180559945) < 1e-13)
  }

  @Test(arguments: shapes)
  func `a larger word never gives a smaller sample`(_ shape: Distribution) {
    let large: Distribution? =
      switch shape {
      // Large enough for every bit of a quantile to be seen.
      case .normal: .normal(mean: 1 << 60, deviation: 1 << 50)
      case .exponential: .exponential(mean: 1 << 50)
      case .lognormal: .lognormal(median: 1 << 50, sigma: 0.6)
      default: nil
      }
    var draw = Draw(seed: 7)
    let bits = (0..<64).flatMap { [UInt64(1) << $0, UInt64(1) << $0 - 1, ~(UInt64(1) << $0)] }
    let edges = (0..<64).map { UInt64($0) << 58 }
    let words = (bits + edges + edges.map { $0 &- 1 } + (0..<2_000).map { _ in draw.next() })
      .sorted()
    for shape in [shape, large].compactMap(\.self) {
      let samples = words.map(shape.sample)
      // Thirteen digits of a sample are right, and what is shorter is whole anyway.
      let falls = zip(samples, samples.dropFirst()).filter { $0 > $1 && $0 - $1 > $0 >> 44 }
      #expect(falls.isEmpty)
    }
  }

  @Test(
    arguments: zip(
      shapes.dropFirst(),
      // The mean and the standard deviation that the formulas of each shape give.
      [
        (30_000.0, 11_547.0), (50_040, 19_887), (30_000, 30_000),
        (40_000 * 1.197217, 40_000 * 0.788101),
      ]))
  func `samples have the mean and the deviation they should`(
    _ shape: Distribution, _ moments: (mean: Double, deviation: Double)
  ) {
    var draw = Draw(seed: 3)
    let count = 40_000
    let samples = (0..<count).map { _ in Double(draw.sample(shape)) }
    let mean = samples.reduce(0, +) / Double(count)
    let squares = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / Double(count)).squareRoot()
    // Five standard errors of a mean; the deviation's own error is larger where the tail is long.
    #expect(abs(mean - moments.mean) < 5 * moments.deviation / Double(count).squareRoot())
    #expect(abs(deviation / moments.deviation - 1) < 0.04)
  }

  @Test func `a uniform distribution reaches both its ends and nothing beyond`() {
    let coin = Distribution.uniform(low: 5, high: 6)
    #expect([0, 1 << 63 - 1, 1 << 63, .max].map(coin.sample) == [5, 5, 6, 6])
    #expect(Distribution.uniform(low: 6, high: 5).sample(0) == 5)
    #expect(Distribution.uniform(low: 0, high: .max).sample(12_345) == 12_345)
    #expect(Distribution.uniform(low: 9, high: 9).sample(.max) == 9)
  }

  @Test func `what would be negative is 0, and what would be too large the largest`() {
    let wide = Distribution.normal(mean: 10, deviation: 1_000)
    #expect(wide.sample(0) == 0)
    #expect((0..<100).filter { wide.sample(UInt64($0) << 57) == 0 }.count == 64)
    #expect(Distribution.normal(mean: .max, deviation: .max).sample(.max) == .max)
    #expect(Distribution.exponential(mean: .max).sample(.max) == .max)
    for sigma in [10, 1e300, .infinity] {
      let wild = Distribution.lognormal(median: .max, sigma: sigma)
      #expect(wild.sample(.max) == .max)
      #expect(wild.sample(0) == 0)
      _ = wild.sample(1 << 63)
    }
    for sigma in [0, -1, .nan] {
      #expect(Distribution.lognormal(median: 40, sigma: sigma).sample(.max) == 40)
    }
  }

  @Test func `a sample takes one word whatever the shape`() {
    for shape in Self.shapes {
      var (sampled, plain) = (Draw(seed: 1), Draw(seed: 1))
      _ = sampled.sample(shape)
      _ = plain.next()
      #expect(sampled.next() == plain.next())
    }
  }

  @Test func `a distribution prints its shape and its numbers`() {
    #expect(
      Self.shapes.map(\.description) == [
        "fixed:20000", "uniform:10000..50000", "normal:50000,20000", "exponential:30000",
        "lognormal:40000,0.6",
      ])
  }
}
