import Foundation
import Testing
import Witan

@testable import WitanSimulation

/// As many liars as the network bears, whatever they play, change nothing that matters, on a network that is rough.
///
/// How many situations are tried can be said: `WITAN_CASES=2000 swift test -c release -Xswiftc -enable-testing --filter
/// ToleranceTests` tries all there are, and then again with other seeds.
@Suite struct ToleranceTests {
  /// A hardship and the seed it is tried with.
  struct Case: Sendable, CustomTestStringConvertible {
    let hardship: Hardship
    let seed: UInt64
    var testDescription: String { "\(hardship), seed \(seed)" }

    static let some: [Case] = {
      let wanted = ProcessInfo.processInfo.environment["WITAN_CASES"].flatMap { Int($0) } ?? 0
      let all = Hardship.all
      return (0..<(wanted > 0 ? wanted : Hardship.sample.count)).map {
        Case(hardship: all[$0 % all.count], seed: UInt64($0))
      }
    }()
  }

  @Test(arguments: Case.some) func asManyLiarsAsItBearsChangeNothing(item: Case) throws {
    let scenario = item.hardship.scenario(seed: item.seed)
    var telling = try Telling(scenario)
    let flaws = telling.flaws(in: [.safe, .live])
    #expect(flaws.isEmpty, "\(scenario)")
  }

  @Test func theSampleHasEveryAdversaryAloneAndInAPair() {
    let names = Set(Adversaries.all.map(\.name))
    let (alone, pairs) = (
      Hardship.sample.filter { $0.adversaries.count == 1 },
      Hardship.sample.filter { $0.adversaries.count == 2 }
    )
    #expect(Set(alone.flatMap(\.adversaries)) == names)
    #expect(Set(pairs.flatMap(\.adversaries)) == names)
    #expect(Set(Hardship.sample.map(\.weights)) == Set(Hardship.networks))
    // Alone on every network; in every pair on those that bear two.
    let couples = names.count * (names.count - 1) / 2
    #expect(Hardship.all.count == names.count * 9 + couples * 6)
    #expect(Set(Hardship.all).count == Hardship.all.count)
  }
}
