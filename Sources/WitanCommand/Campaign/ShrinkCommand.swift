import WitanSimulation

/// `witan shrink`: the smallest scenario that fails in the same way.
enum ShrinkCommand {
  /// How it is called.
  struct Options: Hashable, Sendable {
    /// The scenario.
    var file: String?
    /// Where the smallest is written.
    var out: String?
    /// How many runs it may take.
    var budget = 5_000
  }

  /// The command.
  static let command: Command = Command(
    "shrink", .study, "make a scenario that fails as small as it gets",
    discussion: [
      "Leaves out statements, machines and members of lists, and makes numbers rounder, as long as the "
        + "same kind of violation is still found. What is left is what it takes."
    ],
    options: Options(),
    parameters: [
      .operand(\.file, .file.named("SCENARIO"), isRequired: true, "a scenario that fails"),
      .option("out", \.out, .file, "where to write the smallest; it is only printed if not given"),
      .option("budget", \.budget, .integer(1...10_000_000), "how many runs it may take at most"),
    ],
    examples: [
      Example("witan shrink found.scenario --out small.scenario", "writes the smallest"),
      Example(
        "witan shrink found.scenario --json | jq -r .scenario", "prints it and nothing else"),
    ]
  ) { options, output in
    guard let file = options.file else { return .usage }
    let scenario = try Undertaking.read(file)
    guard let verdict = try trial(of: scenario, file).verdict else {
      throw UsageError(
        "it doesn't fail: nothing is violated", remedy: "give a scenario that fails",
        at: Place(file: file))
    }
    let progress = output.progress("runs")
    var shrinker = ScenarioShrinker(scenario, kind: verdict.kind, budget: options.budget) {
      progress.update($0, detail: "\($1.statements) statements")
    }
    shrinker.shrink()
    progress.finish()
    try report(shrinker, of: scenario, options, output)
    return .success
  }

  private static func trial(of scenario: Scenario, _ file: String) throws -> Trial {
    do {
      return try Trial(of: scenario)
    } catch {
      throw UsageError(
        "no network can begin so", remedy: "\(error)", at: Place(file: file))
    }
  }

  private static func report(
    _ shrinker: ScenarioShrinker, of scenario: Scenario, _ options: Options, _ output: Output
  ) throws {
    var best = shrinker.best
    let verdict = try Trial(of: best).verdict
    let detail = verdict.map { "\($0)" } ?? ""
    best.story = [detail.split(separator: "\n").joined(separator: " ")]
    if let path = options.out { try TextFile.write(best.description, to: path) }
    for line in best.description.split(separator: "\n") { output.line("\(line)") }
    output.line()
    output.line(
      "\(scenario.statements) statements became \(best.statements) in \(Human.count(shrinker.attempts)) runs"
        + (shrinker.isFinished ? "" : ", which is all it may take; more may go with --budget"))
    output.record([
      "kind": .string(shrinker.kind.rawValue),
      "detail": .string(detail),
      "scenario": .string(best.description),
      "statements": .count(best.statements),
      "before": .count(scenario.statements),
      "runs": .count(shrinker.attempts),
      "finished": .bool(shrinker.isFinished),
    ])
  }
}
