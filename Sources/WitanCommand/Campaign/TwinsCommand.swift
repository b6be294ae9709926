import Witan
import WitanSimulation

/// `witan twins`: every way in which a few rounds can go for replicas that are there twice.
enum TwinsCommand {
  /// How it is called.
  struct Options: Hashable, Sendable {
    /// How many replicas there are.
    var replicas = 4
    /// How many rounds.
    var rounds = 4
    /// How many of the replicas are there twice.
    var twins = 1
    /// How many scenarios to run; all if none.
    var limit: UInt64?
    /// How many threads; as many as there are processors if none.
    var jobs: Int?
    /// Where a scenario that fails is saved.
    var out: String?
  }

  /// The command.
  static let command: Command = Command(
    "twins", .study, "run every scenario of replicas that are there twice",
    discussion: [
      "Some replicas are there twice, with one key, and in each round the machines stand in one or two "
        + "groups that don't hear each other. All combinations are run, each once: of two that differ "
        + "only in which of two twins is called the first, one is left out, and so are rounds of three "
        + "groups, which show nothing that other rounds don't. Leaders follow from views. Who stands "
        + "where is enumerated; where in an agreement a round begins is drawn from the scenario's number.",
      "Ends at the first violation, with 3 or 4. With more twins than the network bears there is one.",
    ],
    options: Options(),
    parameters: [
      .option("replicas", \.replicas, .integer(1...16), "how many replicas there are"),
      .option("rounds", \.rounds, .integer(1...16), "how many rounds there are"),
      .option("twins", \.twins, .integer(1...8), "how many of the replicas are there twice"),
      .option(
        "limit", \.limit, .integer(1...UInt64.max),
        "run only so many, spread over all there are; all of them if not given"),
      .option(
        "jobs", \.jobs, .integer(1...1_024), "how many at a time; one a processor if not given"),
      .option(
        "out", \.out, .file, "where to write a scenario that fails; it is only printed if not given"
      ),
    ],
    examples: [
      Example("witan twins --rounds 4", "all scenarios of four replicas and four rounds"),
      Example("witan twins --twins 2 --out fork.scenario", "two liars of four: a fork, made small"),
    ]
  ) { options, output in
    guard
      let space = TwinsSpace(
        replicas: options.replicas, rounds: options.rounds, twins: options.twins)
    else {
      let problem =
        options.twins > options.replicas
        ? "--twins \(options.twins) is more than the \(options.replicas) replicas there are"
        : "--rounds \(options.rounds) of \(options.replicas) replicas are too many ways to count"
      throw UsageError(problem, remedy: "give fewer")
    }
    return try run(space, options, output)
  }

  /// What became of one scenario: nothing to tell, or how it failed.
  private struct Finding: Sendable {
    let scenario: Scenario
    let violation: Violation?
  }

  private static func run(
    _ space: TwinsSpace, _ options: Options, _ output: Output
  ) throws -> ExitCode {
    let start = Clock.wall.nanoseconds
    let total = min(space.count, options.limit ?? .max)
    let progress = output.progress("scenarios")
    var (place, begun, done): (UInt64, UInt64, UInt64) = (0, 0, 0)
    var found: Finding?
    try Crew(size: options.jobs ?? Crew.processors).work(at: { () -> Scenario? in
      while begun < total, place < space.places {
        place += 1
        guard let scenario = space.scenario(at: place - 1) else { continue }
        begun += 1
        return scenario
      }
      return nil
    }) { scenario in
      Finding(scenario: scenario, violation: (try? Trial(of: scenario))?.verdict)
    } deliver: { _, finding in
      done += 1
      if finding.violation != nil {
        found = finding
        return false
      }
      let speed = Double(done) / max(1e-9, Double(Clock.wall.nanoseconds - start) / 1e9)
      let left = Human.time(nanoseconds: Double(total - done) / speed * 1e9)
      progress.update(
        Int(clamping: done), of: Int(clamping: total),
        detail: "\(Human.number(speed)) a second, \(left) left")
      return true
    }
    progress.finish()
    let wall = Double(Clock.wall.nanoseconds - start) / 1e9
    return try report(found, of: space, done: done, wall: wall, options, output)
  }

  private static func report(
    _ found: Finding?, of space: TwinsSpace, done: UInt64, wall: Double, _ options: Options,
    _ output: Output
  ) throws -> ExitCode {
    var violations: [JSON] = []
    var code = ExitCode.success
    if let found, let violation = found.violation {
      code = violation.kind.isSafety ? .safety : .liveness
      var shrinker = ScenarioShrinker(found.scenario, kind: violation.kind, budget: 300)
      shrinker.shrink()
      var best = shrinker.best
      best.story = ["\(violation)"]
      if let path = options.out { try TextFile.write(best.description, to: path) }
      violations.append([
        "kind": .string(violation.kind.rawValue), "detail": .string("\(violation)"),
        "scenario": .string(best.description),
      ])
      for line in best.description.split(separator: "\n") { output.line("\(line)") }
      output.line()
    }
    output.line(
      "\(Human.count(done)) of \(Human.count(space.count)) scenarios in \(Human.time(nanoseconds: wall * 1e9)): "
        + output.paint(
          violations.isEmpty ? "nothing violated" : "a violation",
          violations.isEmpty ? .good : .bad))
    output.record([
      "replicas": .unsigned(UInt64(space.replicas)), "rounds": .unsigned(UInt64(space.rounds)),
      "twins": .unsigned(UInt64(space.twins)),
      "scenarios": .unsigned(done), "of": .unsigned(space.count),
      "places": .unsigned(space.places), "violations": .array(violations),
      "wallSeconds": .number(wall),
    ])
    return code
  }
}
