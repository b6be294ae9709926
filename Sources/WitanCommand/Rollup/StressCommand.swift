import Witan
import WitanSimulation

/// `witan rollup stress`: the stress tests over ranges of sequencers, provers and slot times.
enum StressCommand {
  /// How it is called.
  struct Options: Sendable {
    /// How many sequencers.
    var sequencers = [16, 48, 100, 300]
    /// How many provers.
    var provers = [1, 2]
    /// How long slots.
    var slots: [Micros] = [.seconds(12), .seconds(24)]
    /// How many transactions a second.
    var tps: UInt64 = 10
    /// How many epochs each.
    var epochs: UInt64 = 10
    /// Where to write the analysis.
    var page: String?
    /// What every random choice comes from.
    var seed: UInt64 = 1
  }

  /// A scenario of the stress tests.
  enum Strain: String, CaseIterable, Sendable {
    case sustained
    case burst
    case sequencerOffline = "sequencer offline"
    case proverOffline = "prover offline"
    case invalidBlocks = "invalid blocks"
    case withheldData = "withheld data"
    case equivocation
    case partition

    /// Puts the strain on a network.
    func apply(to scenario: inout RollupScenario) {
      switch self {
      case .sustained: break
      case .burst: scenario.burst = 5
      case .sequencerOffline: scenario.offlineSequencers = max(1, scenario.validators / 20)
      case .proverOffline: scenario.offlineProvers = min(1, scenario.provers)
      case .invalidBlocks: scenario.invalidBlocks = max(1, scenario.validators / 10)
      case .withheldData: scenario.withheldEffects = max(1, scenario.validators / 10)
      case .equivocation: scenario.equivocating = max(1, scenario.validators / 10)
      case .partition:
        // Neither side has two thirds, for a tenth of the time.
        let span = scenario.slot * scenario.slotsPerEpoch * scenario.epochs
        let cut = RollupScenario.Partition(from: span * 3 / 10, until: span * 4 / 10, share: 0.5)
        scenario.partitions = [cut]
      }
    }
  }

  /// What one network came to under one strain.
  struct Outcome {
    let strain: Strain
    let report: RollupReport
  }

  /// The command.
  static let command: Command = Command(
    "stress", .rollUp, "put networks of many sizes under strain",
    discussion: [
      "Runs every strain (a sustained load, bursts, and the load with one sequencer of twenty or a prover "
        + "offline, with one of ten that makes invalid blocks, withholds data or proposes two blocks in one "
        + "slot, or cut in two halves for a tenth of the time) on every combination of sequencers, "
        + "provers and slot times, and prints all metrics of each."
    ],
    options: Options(),
    parameters: [
      .option(
        "sequencers", \.sequencers,
        .list(of: .integer(1...10_000), count: 1...20, example: "16,48"),
        "how many sequencers"),
      .option(
        "provers", \.provers, .list(of: .integer(1...1_000), count: 1...20, example: "1,2"),
        "how many provers"),
      .option(
        "slots", \.slots,
        .list(
          of: .duration(.milliseconds(100)...Micros.seconds(3_600)), count: 1...20,
          example: "12s,24s"), "how long a slot lasts"),
      .option("tps", \.tps, .integer(1...100_000), "how many transactions a second"),
      .option("epochs", \.epochs, .integer(1...10_000), "how many epochs each run has"),
      .option("out", \.page, .file, "write the analysis with its plots to this .html"),
      .option("seed", \.seed, .seed, "what every random choice comes from"),
    ],
    examples: [
      Example("witan rollup stress", "the usual ranges"),
      Example(
        "witan rollup stress --sequencers 16,100,1000 --out analysis.html",
        "how performance hangs on the number of sequencers, with plots"),
    ]
  ) { options, output in
    let outcomes = try run(options, output)
    if let path = options.page {
      try TextFile.write(StressPage(options: options, outcomes: outcomes).html, to: path)
    }
    return .success
  }

  private static func run(_ options: Options, _ output: Output) throws -> [Outcome] {
    var outcomes: [Outcome] = []
    for slot in options.slots {
      for provers in options.provers {
        for sequencers in options.sequencers {
          for strain in Strain.allCases {
            var scenario = RollupScenario()
            scenario.seed = options.seed
            scenario.validators = sequencers
            scenario.committee = min(scenario.committee, sequencers)
            scenario.provers = provers
            scenario.slot = slot
            scenario.tps = options.tps
            scenario.epochs = options.epochs
            strain.apply(to: &scenario)
            if let flaw = scenario.flaw { throw UsageError(flaw.problem, remedy: flaw.remedy) }
            let report = try RollupCommand.run(scenario, events: nil, output: output)
            outcomes.append(Outcome(strain: strain, report: report))
            output.record(outcomes[outcomes.count - 1].json)
          }
        }
      }
    }
    output.table(table(outcomes))
    return outcomes
  }

  /// The metrics of each, side by side.
  private static func table(_ outcomes: [Outcome]) -> Table {
    let titles = outcomes.first?.report.table.map(\.title) ?? []
    var table = Table(
      [.init("slot"), .init("provers", .right), .init("sequencers", .right), .init("strain")]
        + titles.map { .init($0, .right) })
    for outcome in outcomes {
      let scenario = outcome.report.scenario
      table.append(
        [
          .init("\(scenario.slot)"), .init("\(scenario.provers)"), .init("\(scenario.validators)"),
          .init(outcome.strain.rawValue),
        ] + outcome.report.table.map { .init($0.text) })
    }
    return table
  }
}

extension StressCommand.Outcome {
  /// The outcome for programs.
  fileprivate var json: JSON {
    guard case .object(let members) = report.json else { return nil }
    return .object(
      [
        .init(key: "strain", value: .string(strain.rawValue)),
        .init(key: "provers", value: .count(report.scenario.provers)),
        .init(key: "slotMillis", value: .millis(report.scenario.slot)),
      ] + members)
  }
}
