import WitanSimulation

/// What it costs to attack replicas at random.
enum PropertyBenchmarks {
  /// All of it.
  static let group = BenchmarkGroup(
    name: "properties", summary: "random scenarios under the eyes of all checkers",
    benchmarks: [
      .once(
        "properties.scenario.n4",
        "one random scenario of 4 replicas and 20 decisions, on one processor",
        in: .nanoseconds, goal: .value(atMost: 1e9 / 500),
        read: { try scenario(of: 4, count: 1_000) }),
      .once(
        "properties.twins", "one scenario of all those of twins among 4 replicas, 4 rounds",
        in: .nanoseconds, read: { try twins(count: 200) }),
    ])

  /// The mean of so many that a campaign draws, long ones included.
  private static func scenario(of replicas: Int, count: Int) throws -> Double {
    let plan = CampaignPlan()
    var scenarios: [Scenario] = []
    var seed: UInt64 = 0
    while scenarios.count < count {
      seed += 1
      let scenario = plan.scenario(seed)
      if scenario.replicas == replicas { scenarios.append(scenario) }
    }
    return try mean(of: scenarios)
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
