import PropertyKit
import Testing
import Witan
import WitanSimulation

/// What is invalid is agreed on by nobody, what is valid in spite of those who say that it isn't.
@Suite struct ValidityTests {
  @Test(.cases(100)) func `P7 conflicting verifications are settled by a quorum`() {
    property { draw in
      let scenario = try draw(
        "scenario", .liars(["wrong-verdicts", "invalid-blocks"], weighing: 0.1...0.33))
      let ordeal = try Ordeal(scenario)
      draw.cover(atLeast: 0.2, "something was found invalid", when: ordeal.refusals > 0)
      #expect(ordeal.violations.map(\.description) == [])
      #expect(ordeal.isLive && ordeal.decided >= SequenceNumber(scenario.blocks))
    }
  }

  @Test(.cases(100))
  func `P28 with up to half of the members malicious no invalid verification is accepted`() {
    property { draw in
      let scenario = try draw(
        "scenario", .liars(["wrong-verdicts", "invalid-blocks"], weighing: 0.34...0.51))
      var shortened = scenario
      shortened.limit = .seconds(4)
      let ordeal = try Ordeal(shortened)
      draw.cover(atLeast: 0.2, "something was found invalid", when: ordeal.refusals > 0)
      #expect(ordeal.violations([.invalid, .unvouched]) == [])
    }
  }
}
