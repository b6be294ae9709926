import Witan
import WitanCrypto
import WitanEvents
import WitanSimulation

/// `witan rollup`: a network of validators that roll up.
enum RollupCommand {
  /// The command.
  static let command: Command = Command(
    "rollup", .rollUp, "run a network of validators that roll up",
    discussion: [
      "Validators propose blocks in turns and attest to each other's over a mesh; two thirds of a "
        + "committee and one more make a block pending on L1, a prover makes an epoch proven, and L1 "
        + "makes it final. The same seed and options give the same events, byte for byte.",
      "The table says how long each step takes and what limits the network. The world, L1 and the "
        + "provers are models; the contracts on L1 are those of the library.",
    ],
    options: RollupOptions(),
    parameters: RollupOptions.parameters,
    examples: [
      Example("witan rollup", "a hundred validators for forty slots"),
      Example(
        "witan rollup --cluster local --tps 50:4", "four of them on one machine, under load"),
      Example(
        "witan rollup --offline-sequencers 20 --invalid-blocks 5 --json | jq .metrics",
        "what absence and wrong blocks cost, for a program"),
      Example("witan rollup --selection fernet --events out.jsonl", "a lottery, event by event"),
    ],
    subcommands: [StressCommand.command]
  ) { options, output in
    let scenario = try options.scenario()
    let report = try run(scenario, events: options.events, output: output)
    report.print(to: output)
    output.record(report.json)
    return .success
  }

  /// Runs a scenario to its end.
  static func run(
    _ scenario: RollupScenario, events path: String?, output: Output
  ) throws -> RollupReport {
    let file = try path.map(EventFile.init)
    let start = Clock.wall.nanoseconds
    var run = try RollupRun(scenario)
    var hash = SHA256()
    let take = { (events: ArraySlice<Event>) in
      events.withUnsafeBytes { hash.update($0) }
      file?.write(events)
    }
    let progress = output.progress("rolling up")
    let total = Int(scenario.epochs * scenario.slotsPerEpoch)
    while !run.isOver {
      try run.step(into: take)
      progress.update(Int(run.progress), of: total, detail: "slots")
    }
    try run.settle(into: take)
    progress.finish()
    try file?.finish()
    return RollupReport(
      scenario: scenario, metrics: run.metrics, result: run.result, digest: hash.finish(),
      events: run.eventCount, wallMillis: Double(Clock.wall.nanoseconds - start) / 1e6)
  }
}
