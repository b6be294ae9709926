import Testing
import Witan
import WitanDraw

@testable import WitanSimulation

@Suite("Shrinking scenarios") struct ScenarioShrinkerTests {
  /// Shrinks a text for as long as something holds of the scenario.
  private func shrunk(
    _ text: String, budget: Int = 4_000, while fails: @escaping (Scenario) -> Bool
  ) throws -> ScenarioShrinker {
    let scenario = try Scenario(parsing: text)
    #expect(fails(scenario))
    var shrinker = ScenarioShrinker(scenario, kind: .fork, budget: budget, fails: fails)
    shrinker.shrink()
    #expect(fails(shrinker.best))
    return shrinker
  }

  private let crowded = """
    replicas 13
    reserve 1
    weights 5,1,2,9,1,1,3,4,1,1,1,7,1
    clients 4
    latency lognormal:20ms,0.8
    loss 0.17
    checkpoint 4
    window 12
    epoch 8
    patience 350ms
    seed 77123
    adversary mutations on 2 in view 1-3 towards 4,5
    adversary silent on 4 with chance 0.3 in coalition 1
    217ms..1234ms partition 0,1,2,3 | 4-12
    431ms..977ms crash 3,4 after 9 effects
    555ms reconfigure 0 1 2 3 4 5 6 13
    1011ms..2022ms link 0,1 -> 2,3 loss 0.7

    """

  @Test func whatFailsAnywayBecomesNothing() throws {
    #expect(try shrunk(crowded) { _ in true }.best == Scenario(parsing: "replicas 1"))
  }

  @Test func whatItTakesIsLeftAndMadeSimple() throws {
    let best = try shrunk(crowded) { scenario in
      scenario.faults.contains { fault in
        if case .crash(let nodes, _) = fault.effect { nodes.contains(3) } else { false }
      }
    }.best
    #expect(best.description == "0us..1ms crash 3\n")
  }

  @Test func aSettingThatMattersStays() throws {
    let best = try shrunk(crowded) { $0.window >= 6 && $0.window < 128 && $0.replicas >= 5 }.best
    #expect(best.description == "replicas 5\ncheckpoint 1\nwindow 6\n")
  }

  @Test func howItFailsMustntChangeFromTooFewLiarsToTooMany() throws {
    let best = try shrunk(crowded) { !$0.adversaries.isEmpty }.best
    #expect(best.isBearable)
    #expect(best.replicas >= 4)
  }

  @Test func theSameScenarioEndsTheSameWay() throws {
    let fails = { @Sendable (scenario: Scenario) in scenario.faults.count > 1 }
    let (first, second) = (try shrunk(crowded, while: fails), try shrunk(crowded, while: fails))
    #expect(first.best == second.best)
    #expect(first.attempts == second.attempts)
    #expect(first.isFinished)
  }

  @Test func theBudgetIsKeptAndTheBestSoFarIsKnown() throws {
    let shrinker = try shrunk(crowded, budget: 5) { !$0.faults.isEmpty }
    #expect(shrinker.attempts == 5)
    #expect(!shrinker.isFinished)
    #expect(shrinker.best.faults.count < 4)
  }

  @Test func aForkOfTooManyLiarsBecomesAFewLines() throws {
    var draw = Draw(seed: 8)
    let scenario = Scenario(drawing: &draw, profile: .canary)
    let trial = try Trial(of: scenario)
    #expect(trial.verdict?.kind == .fork)
    var shrinker = ScenarioShrinker(scenario, kind: .fork, budget: 300)
    shrinker.shrink()
    #expect(shrinker.best.statements <= 4)
    #expect(try Trial(of: shrinker.best).verdict?.kind == .fork)
  }
}
