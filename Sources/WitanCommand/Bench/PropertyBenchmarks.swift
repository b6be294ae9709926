import WitanSimulation

/// What it costs to attack replicas at random.
enum PropertyBenchmarks {
  /// All of it.
  static let group = BenchmarkGroup(
    name: "properties", summary: "random scenarios under the eyes of all checkers",
    benchmarks: [
      .once(
        "properties.scenario.n4",
        "one random scenario of 4 replicas, 20 decisions, simulated signatures, keys and values",
        in: .nanoseconds, goal: .value(atMost: 1e9 / 500),
        read: {
          try mean(
            of: scenarios(1_000) { $0.signatures == .simulated && $0.application == .store })
        }),
      .once(
        "properties.campaign.n4",
        "the mean of all that a campaign draws of 4 replicas: ledgers and real signatures too",
        in: .nanoseconds, read: { try mean(of: scenarios(1_000) { _ in true }) }),
      .once(
        "properties.twins", "one scenario of all those of twins among 4 replicas, 4 rounds",
        in: .nanoseconds, read: { try twins(count: 200) }),
    ])

  /// The first so many of those that a campaign draws of four replicas: whoever lies and whatever fails in them, long ones
  /// included.
  private static func scenarios(
    _ count: Int, where isMeant: (Scenario) -> Bool
  ) -> [Scenario] {
    let plan = CampaignPlan()
    var scenarios: [Scenario] = []
    var seed: UInt64 = 0
    while scenarios.count < count {
      seed += 1
      let scenario = plan.scenario(seed)
      if scenario.replicas == 4, isMeant(scenario) { scenarios.append(scenario) }
    }
    return scenarios
  }

  private static func twins(count: Int) throws -> Double {
    guard let space = TwinsSpace(replicas: 4, rounds: 4) else { return 0 }
    let scenarios = (0..<space.places).lazy.compactMap { space.scenario(at: $0) }
    return try mean(of: Array(scenarios.prefix(count)))
  }

  private static func mean(of scenarios: [Scenario]) throws -> Double {
    let seconds = try Clock.thread.seconds {
      for scenario in scenarios {
        guard try Trial(of: scenario).verdict == nil else {
          throw EnvironmentError(
            "a scenario failed", remedy: "run witan campaign, which tells which")
        }
      }
    }
    return seconds * 1e9 / Double(max(1, scenarios.count))
  }
}
