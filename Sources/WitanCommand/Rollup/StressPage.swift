import WitanSimulation

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
