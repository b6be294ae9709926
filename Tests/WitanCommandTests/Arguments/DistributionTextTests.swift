import Testing
import WitanDraw

@testable import WitanCommand

@Suite struct DistributionTextTests {
  private func fault(_ text: String) -> String {
    do {
      return "parsed as \(try Distribution(parsing: text))"
    } catch {
      return "\(error.problem); \(error.remedy)"
    }
  }

  @Test func `every shape is read`() throws {
    let cases: [(String, Distribution)] = [
      ("fixed:20ms", .fixed(20_000)),
      ("uniform:10ms..50ms", .uniform(low: 10_000, high: 50_000)),
      ("normal:50ms,20ms", .normal(mean: 50_000, deviation: 20_000)),
      ("exponential:30ms", .exponential(mean: 30_000)),
      ("lognormal:40ms,0.6", .lognormal(median: 40_000, sigma: 0.6)),
      ("uniform:1.5s..2m", .uniform(low: 1_500_000, high: 120_000_000)),
    ]
    for (text, expected) in cases { #expect(try Distribution(parsing: text) == expected) }
  }

  @Test(arguments: Distribution.Shape.allCases)
  func `the example of a shape reads and writes as itself`(_ shape: Distribution.Shape) throws {
    #expect(try Distribution(parsing: shape.example).optionText == shape.example)
  }

  @Test func `what isn't a distribution is told how to be one`() {
    #expect(fault("unifrom:1ms..2ms") == "is not a distribution; did you mean uniform:10ms..50ms?")
    #expect(fault("20ms").hasPrefix("is not a distribution; give one like fixed:20ms, uniform:"))
    #expect(fault("").hasPrefix("is not a distribution; give one like"))
    #expect(fault("fixed") == "lacks a duration; give it like fixed:20ms")
    #expect(fault("fixed:20") == "has '20', which has no unit; give it like fixed:20ms")
    #expect(fault("normal:5ms") == "lacks its second parameter; give it like normal:50ms,20ms")
    #expect(
      fault("uniform:2ms..1ms")
        == "has its ends the wrong way round; give it like uniform:10ms..50ms")
    #expect(
      fault("lognormal:40ms,nan")
        == "has 'nan', which is not a number from 0 to 10; give it like lognormal:40ms,0.6")
  }
}
