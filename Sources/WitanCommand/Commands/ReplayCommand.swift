import Witan
import WitanSimulation

/// `witan replay`: runs a scenario up to an instant, and looks into the replicas.
enum ReplayCommand {
  /// How it is called.
  struct Options: Sendable {
    /// The scenario.
    var file: String?
    /// The instant to look at.
    var instant: Micros?
    /// The replica to look into; all of them if none.
    var replica: Int?
    /// Whether to print what happens from then on.
    var follows = false
    /// How far to follow.
    var end: Micros?
  }

  /// The command.
  static let command: Command = Command(
    "replay", .study, "run a saved scenario, and look into its replicas at any instant",
    discussion: [
      "The same scenario does the same things at the same times, so that any instant can be had again. "
        + "Without --at, it is run to its end and reported on as witan simulate does."
    ],
    options: Options(),
    parameters: [
      .operand(\.file, .file, isRequired: true, "a scenario, as --save-scenario writes it"),
      .option("at", \.instant, .duration(), "the instant to look at; the end if not given"),
      .option(
        "replica", \.replica, .integer(0...100_000),
        "the replica to look into; all of them if not given"),
      .flag("follow", \.follows, "print what happens from then on, a line an event"),
      .option("until", \.end, .duration(), "how far to follow; to the end if not given"),
    ],
    examples: [
      Example("witan replay crash.scenario", "runs it again: the digest is the same"),
      Example(
        "witan replay crash.scenario --at 2.5s --replica 1",
        "what replica 1 knew after two and a half seconds"),
      Example(
        "witan replay crash.scenario --at 1s --follow --until 1.2s",
        "what was said and done when the leader had died"),
    ]
  ) { options, output in
    guard let file = options.file else { return .usage }
    let scenario = try Undertaking.read(file)
    try options.check(scenario)
    var simulation = SimulateOptions()
    simulation.file = file
    var run = try Undertaking(simulation).begin()
    guard options.instant != nil || options.end != nil || options.replica != nil else {
      tell(scenario.story, output)
      return Conduct(scenario: scenario, traces: options.follows, output: output).complete(&run)
    }
    look(&run, scenario, options, output)
    return .success
  }

  private static func tell(_ story: [String], _ output: Output) {
    for line in story { output.line(output.paint(line, .faint)) }
    if !story.isEmpty { output.line() }
  }

  private static func look(
    _ run: inout Run, _ scenario: Scenario, _ options: Options, _ output: Output
  ) {
    var book = SlotBook(of: run.cluster)
    run.cluster.watch.formUnion(SlotBook.watch)
    if let instant = options.instant {
      run.advance(scenario, until: instant) { book.note($0) }
      show(run, scenario, book, options, output)
      guard options.follows else { return }
      output.line()
    }
    var trace = Trace(of: run.cluster, scenario)
    if options.follows { trace.begin(output) }
    func note(_ happenings: [Happening]) {
      book.note(happenings)
      if options.follows { trace.note(happenings, output) }
    }
    if let end = options.end {
      run.advance(scenario, until: end, onHappenings: note)
    } else {
      _ = run.complete(scenario, onHappenings: note)
    }
    if options.follows { output.line() }
    show(run, scenario, book, options, output)
  }

  private static func show(
    _ run: Run, _ scenario: Scenario, _ book: SlotBook, _ options: Options, _ output: Output
  ) {
    let view = ReplicaView(cluster: run.cluster, scenario: scenario, book: book)
    let shown = options.replica.map { [$0] } ?? Array(0..<run.cluster.machineCount)
    output.line(output.paint("At \(Human.time(run.cluster.now)):", .strong))
    if let replica = options.replica {
      view.printOne(replica, to: output)
    } else {
      view.printAll(to: output)
    }
    output.record([
      "virtualMillis": .millis(run.cluster.now),
      "digest": .string(run.cluster.account.digest.hex),
      "replicas": .array(shown.map(view.json)),
    ])
  }
}

extension ReplayCommand.Options {
  /// Refuses what can't be looked at.
  fileprivate func check(_ scenario: Scenario) throws(UsageError) {
    if let replica, replica >= scenario.machines {
      throw UsageError(
        "--replica \(replica): there is no replica \(replica) among \(scenario.machines)",
        remedy: "replicas are counted from 0 to \(scenario.machines - 1)")
    }
    if end != nil, !follows {
      throw UsageError("--until says how far to follow", remedy: "give --follow with it")
    }
    if let end, let instant, end <= instant {
      throw UsageError(
        "--until \(end) isn't after --at \(instant)", remedy: "give a later instant")
    }
  }
}
