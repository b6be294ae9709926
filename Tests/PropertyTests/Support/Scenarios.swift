import PropertyKit
import Witan
import WitanDraw
import WitanSimulation

extension Generator where Value == Scenario {
  /// What campaigns draw, cut down to what a test has time for.
  static func scenarios(_ profile: Profile) -> Generator {
    Generator { draw in
      var scenario = Scenario(drawing: &draw, profile: profile)
      try assume(scenario.replicas + scenario.reserve <= 7 && scenario.clients <= 3)
      scenario.blocks = draw.integer(in: 2...6)
      scenario.claims = 1
      return scenario
    }
  }

  /// Liars of one kind, more or less than the network bears, and nothing else that is wrong.
  static func liars(
    _ names: [String], among replicas: ClosedRange<Int> = 4...7,
    weighing share: ClosedRange<Double>
  ) -> Generator {
    Generator { draw in
      var scenario = Scenario()
      scenario.replicas = draw.integer(in: replicas)
      scenario.blocks = draw.integer(in: 2...4)
      scenario.claims = 1
      scenario.patience = .milliseconds(300)
      let count = Int(Double(scenario.replicas) * share.upperBound)
      let least = Int((Double(scenario.replicas) * share.lowerBound).rounded(.up))
      let liars = draw.shuffled(Array(0..<scenario.replicas))
        .prefix(draw.integer(in: least...max(least, count)))
      if !liars.isEmpty, let name = draw.pick(names) {
        scenario.adversaries = [Casting(name, machines: NodeSet(liars.sorted()), coalition: 0)]
      }
      scenario.seed = 1 + draw.choice(upTo: 999_999)
      return scenario
    }
  }
}
