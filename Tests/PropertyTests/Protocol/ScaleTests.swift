import PropertyKit
import Testing
import Witan
import WitanSimulation

/// How consensus grows with its members.
@Suite struct ScaleTests {
  @Test(.cases(100))
  func `P24 many members decide within seconds, however long their links take up to 100 ms`() {
    property { draw in
      var scenario = Scenario()
      // A thousand and ten thousand are measured by `witan bench simulation`.
      scenario.replicas = draw.integer(in: 7...13)
      scenario.blocks = 1
      scenario.claims = 1
      scenario.quality.latency = .normal(
        mean: draw.integer(in: 50_000...100_000), deviation: 20_000)
      scenario.seed = 1 + draw.choice(upTo: 999_999)
      var run = try Run(scenario)
      run.run(until: .seconds(10))
      #expect(run.isDone && run.isSafe)
    }
  }
}
