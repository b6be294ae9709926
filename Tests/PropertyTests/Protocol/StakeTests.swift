import PropertyKit
import Testing
import Witan
import WitanSimulation

/// What a member weighs is what it staked, however many members it pretends to be.
@Suite struct StakeTests {
  @Test(.cases(100)) func `P27 many members with one purse have one purse's influence`() {
    property { draw in
      var scenario = Scenario()
      let honest: Int = draw.integer(in: 2...3)
      let purses: Int = draw.integer(in: 3...5)
      // The many together weigh less than a third, and each of the few far more than any of them.
      let stake: UInt64 = draw.integer(in: 1...5)
      let weight = UInt64(purses) * stake * draw.integer(in: 2...4)
      scenario.replicas = honest + purses
      scenario.weights =
        Array(repeating: weight, count: honest) + Array(repeating: stake, count: purses)
      let total = VotingPower(scenario.weights.reduce(0, +))
      try assume(UInt64(purses) * stake <= Quorum(total: total).faultBound.rawValue)
      scenario.blocks = draw.integer(in: 2...4)
      scenario.claims = 1
      scenario.patience = .milliseconds(300)
      let role = try draw(.elements(of: Adversaries.all.map(\.name)))
      scenario.adversaries = [
        Casting(role, machines: NodeSet(honest..<scenario.replicas), coalition: 0)
      ]
      scenario.seed = 1 + draw.choice(upTo: 999_999)
      draw.note(scenario.description)
      draw.cover(atLeast: 0.5, "most members lie", when: purses > honest)
      let ordeal = try Ordeal(scenario)
      #expect(ordeal.violations.map(\.description) == [])
      #expect(ordeal.isLive)
    }
  }

  @Test(.cases(200)) func `a purse that is split weighs what it weighed`() {
    property { draw in
      let powers = try draw("powers", .arrays(of: .integers(in: 1...50), count: 1...8))
      let parts = try draw("parts", .arrays(of: .integers(in: 1...50), count: 1...8))
      let whole: Int = parts.reduce(0, +)
      let one = Quorum(total: VotingPower(UInt64(powers.reduce(whole, +))))
      let many = Quorum(total: VotingPower(UInt64(powers.reduce(0, +) + parts.reduce(0, +))))
      #expect(one == many && one.threshold == many.threshold && one.faultBound == many.faultBound)
    }
  }
}
