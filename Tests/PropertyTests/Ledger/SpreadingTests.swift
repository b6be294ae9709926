import PropertyKit
import Testing
import Witan
import WitanSimulation

/// The ledger where it is at home: on replicas that crash, are cut off, and lied to.
@Suite struct SpreadingTests {
  @Test(.cases(100)) func `P11 every correct node gets each finalised update of the state`() {
    property { draw in
      var scenario = Scenario()
      scenario.application = .ledger
      scenario.blocks = draw.integer(in: 3...8)
      scenario.claims = 1
      scenario.checkpoint = draw.integer(in: 1...4)
      scenario.window = 2 * scenario.checkpoint
      scenario.patience = .milliseconds(300)
      scenario.quality.loss = Double(draw.integer(in: 0...10)) / 100
      let away = draw.integer(in: 0...3)
      let from = Micros.milliseconds(draw.integer(in: 0...200))
      let until = from + .milliseconds(draw.integer(in: 100...3_000))
      if draw.chance(0.5) {
        scenario.faults = [Fault(.crash([away]), from: from, until: until)]
      } else if let role = draw.pick(["state-lies", "mutations", "checkpoint-lies", "silent"]) {
        scenario.adversaries = [Casting(role, machines: [away])]
      }
      scenario.seed = 1 + draw.choice(upTo: 999_999)
      draw.note(scenario.description)
      let ordeal = try Ordeal(scenario)
      #expect(ordeal.violations.map(\.description) == [])
      #expect(ordeal.isLive && ordeal.decided >= SequenceNumber(scenario.blocks))
      // Who has executed as much has the same state, and nobody who is correct is behind by more than is under way.
      let most = ordeal.ends.map(\.executed).max() ?? 0
      for end in ordeal.ends {
        #expect(end.executed.advanced(by: scenario.window) >= most)
        #expect(Set(ordeal.ends.filter { $0.executed == end.executed }.map(\.root)).count == 1)
      }
    }
  }
}
