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

    /// Puts the strain on a network.
    func apply(to scenario: inout RollupScenario) {
      switch self {
      case .sustained: break
      case .burst: scenario.burst = 5
      case .sequencerOffline: scenario.offlineSequencers = max(1, scenario.validators / 20)
      case .proverOffline: scenario.offlineProvers = min(1, scenario.provers)
      case .invalidBlocks: scenario.invalidBlocks = max(1, scenario.validators / 20)
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
      "Runs every strain (a sustained load, bursts, and the load with sequencers or a prover offline or "
        + "with invalid blocks, each fault in one sequencer of twenty) on every combination of sequencers, "
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

/// The analysis of performance by the number of sequencers, as a page.
struct StressPage {
  let options: StressCommand.Options
  let outcomes: [StressCommand.Outcome]

  /// The page; it refers to nothing outside.
  var html: String {
    var parts = [
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">",
      "<title>Performance by the number of sequencers</title>",
      "<style>body{font:15px sans-serif;max-width:72em;margin:2em auto;padding:0 1em}"
        + "table{border-collapse:collapse}td,th{padding:.2em .6em;border-bottom:1px solid #d0d7de;"
        + "text-align:right}svg{width:32em;max-width:100%}</style>",
      "<h1>Performance by the number of sequencers</h1>",
      "<p>\(options.tps) transactions a second for \(options.epochs) epochs of "
        + "\(RollupScenario().slotsPerEpoch) slots; seed \(options.seed).</p>",
    ]
    for slot in options.slots {
      for provers in options.provers {
        parts.append("<h2>Slots of \(slot), \(provers) prover\(provers == 1 ? "" : "s")</h2>")
        let here = outcomes.filter {
          $0.report.scenario.slot == slot && $0.report.scenario.provers == provers
        }
        parts += charts(here).map(\.svg)
        parts.append(findings(here))
      }
    }
    return parts.joined(separator: "\n") + "\n"
  }

  private func charts(_ outcomes: [StressCommand.Outcome]) -> [LineChart] {
    let metrics = outcomes.first?.report.table ?? []
    return metrics.indices.map { index in
      let unit = metrics[index].unit == .millis ? " (ms)" : ""
      return LineChart(
        title: metrics[index].title + unit, across: "sequencers",
        lines: StressCommand.Strain.allCases.map { strain in
          let points = outcomes.filter { $0.strain == strain }.compactMap { outcome in
            outcome.report.table[index].value.map {
              (x: Double(outcome.report.scenario.validators), y: $0)
            }
          }
          return LineChart.Line(name: strain.rawValue, points: points)
        })
    }
  }

  /// What limited whom.
  private func findings(_ outcomes: [StressCommand.Outcome]) -> String {
    let rows = outcomes.map { outcome in
      let limits = outcome.report.limits.map(LineChart.escaped).joined(separator: "; ")
      return "<tr><td>\(outcome.report.scenario.validators)</td><td>\(outcome.strain.rawValue)</td>"
        + "<td style=\"text-align:left\">\(limits.isEmpty ? "nothing" : limits)</td></tr>"
    }
    return "<table><tr><th>sequencers</th><th>strain</th><th>limited by</th></tr>"
      + rows.joined() + "</table>"
  }
}
