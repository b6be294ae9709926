import Testing
import Witan

@testable import WitanSimulation

@Suite("All ways of twins") struct TwinsSpaceTests {
  private func scenarios(_ space: TwinsSpace) -> [Scenario] {
    (0..<space.places).compactMap(space.scenario(at:))
  }

  @Test(arguments: [(4, 1, 1), (4, 2, 1), (4, 3, 1), (4, 1, 2), (4, 2, 2), (5, 2, 1), (3, 2, 3)])
  func eachWayIsThereOnceAndTheirNumberIsKnown(replicas: Int, rounds: Int, twins: Int) throws {
    let space = try #require(TwinsSpace(replicas: replicas, rounds: rounds, twins: twins))
    let all = scenarios(space)
    #expect(UInt64(all.count) == space.count)
    let alike = all.map { scenario in
      var scenario = scenario
      scenario.seed = 1
      return scenario
    }
    #expect(Set(alike).count == all.count)
  }

  /// The mirror image of each way, with the two twins exchanged, is there too, as itself or as another that was kept.
  @Test func exchangingTwinsLeadsToNoOtherWay() throws {
    let space = try #require(TwinsSpace(replicas: 4, rounds: 2))
    let kept = Set(scenarios(space).map(Self.pattern))
    for scenario in scenarios(space) {
      let twin = Int(scenario.twins[0].rawValue)
      let mirrored = Self.pattern(scenario) { $0 == twin ? 4 : $0 == 4 ? twin : $0 }
      let isSelf = mirrored == Self.pattern(scenario)
      #expect(isSelf || !kept.contains(mirrored))
    }
    #expect(space.count == 4 * (16 * 16 + 8 * 8) / 2)
  }

  private static func pattern(_ scenario: Scenario) -> [[Set<Int>]] {
    pattern(scenario) { $0 }
  }

  /// Who stands with whom in each round, under other names.
  private static func pattern(_ scenario: Scenario, _ rename: (Int) -> Int) -> [[Set<Int>]] {
    var rounds = [[Set<Int>]](repeating: [], count: 2)
    for fault in scenario.faults {
      guard case .partition(let groups) = fault.effect else { continue }
      let round = Int(fault.begins.rawValue / TwinsSpace.round.rawValue)
      rounds[round] = groups.map { Set($0.map(rename)) }.sorted {
        $0.contains(0) && !$1.contains(0)
      }
    }
    let twin = scenario.twins.map { Set([Int($0.rawValue)]) }
    return rounds + [twin]
  }

  @Test func tooManyToCountAreRefused() {
    #expect(TwinsSpace(replicas: 16, rounds: 16) == nil)
    #expect(TwinsSpace(replicas: 4, rounds: 0) == nil)
    #expect(TwinsSpace(replicas: 4, rounds: 2, twins: 5) == nil)
  }

  @Test func oneTwinAmongFourViolatesNothing() throws {
    let space = try #require(TwinsSpace(replicas: 4, rounds: 4))
    var reached: Set<Milestone> = []
    for place in 0..<UInt64(40) {
      guard let scenario = space.scenario(at: place) else { continue }
      let trial = try Trial(of: scenario)
      #expect(trial.verdict == nil)
      reached.formUnion(trial.reached.all)
    }
    #expect(reached.isSuperset(of: [.viewOpened, .carriedOver, .viewChangesInARow, .checkpoint]))
  }

  @Test func twoTwinsAmongFourFork() throws {
    let space = try #require(TwinsSpace(replicas: 4, rounds: 2, twins: 2))
    let kinds = try (0..<UInt64(60)).compactMap {
      try space.scenario(at: $0).map(Trial.init)?.verdict?.kind
    }
    #expect(kinds.contains(.fork))
  }
}
