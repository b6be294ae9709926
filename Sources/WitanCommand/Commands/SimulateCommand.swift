import WitanSimulation

/// `witan simulate`: one run of a cluster on the mock network.
enum SimulateCommand {
  /// The command.
  static let command: Command = Command(
    "simulate", .study, "run a cluster of replicas on a mock network",
    discussion: [
      "The replicas are those that ship, the network and the time are not: a run takes as long as its "
        + "work does, and the same seed and options give the same output, byte for byte.",
      "Blocks are decided until there are enough or the limit has come; then the faults that were "
        + "planned run their course, and all that was asked must be executed. Ends with 3 if safety "
        + "was violated and with 4 if liveness was.",
    ],
    options: SimulateOptions(),
    parameters: SimulateOptions.parameters,
    examples: [
      Example("witan simulate", "four replicas decide twenty blocks of claims"),
      Example(
        "witan simulate --replicas 7 --latency fixed:50ms --loss 0.05 --seed 7",
        "seven of them on a slow network that loses one message in twenty"),
      Example(
        "witan simulate --faulty 2 --adversary equivocating-leader",
        "two liars where one is borne: the network forks, and the proof names them"),
      Example(
        "witan simulate --crash 0@1s..4s --trace --save-scenario crash.scenario",
        "the first leader dies: what the others say, and a file for witan replay"),
      Example(
        "witan simulate --replicas 7 --adversary invalid-blocks,wrong-verdicts",
        "one proposes claims that don't hold, another votes for them"),
      Example(
        "witan simulate --clients 2 --adversary double-voter --save-ledger out",
        "who earns, who is punished, and a folder for witan ledger"),
      Example(
        "witan simulate --json | jq .finalityMillis", "how long decisions took, for a program"),
    ]
  ) { options, output in
    guard options.casting != .list else {
      listAdversaries(output)
      return .success
    }
    let undertaking = try Undertaking(options)
    var run = try undertaking.begin()
    let scenario = undertaking.scenario
    if options.casting != nil, !undertaking.unplayed.isEmpty {
      output.warning(
        "nobody plays \(undertaking.unplayed.joined(separator: ", ")): --faulty is too few for all of them"
      )
    }
    if let path = options.copy { try TextFile.write(scenario.fileText, to: path) }
    let code = Conduct(scenario: scenario, traces: options.traces, output: output).complete(&run)
    if let path = options.ledger { try LedgerPlace.save(run, to: path) }
    return code
  }

  /// Says what each adversary does.
  private static func listAdversaries(_ output: Output) {
    var table = Table([.init("adversary"), .init("what it does")])
    let column = 2 + (Adversaries.all.map(\.name.displayWidth).max() ?? 0)
    for role in Adversaries.all {
      for (index, line) in role.sentence.wrapped(to: 96 - column).enumerated() {
        table.append(.init(index == 0 ? role.name : "", .strong), .init(line))
      }
      output.record(["name": .string(role.name), "sentence": .string(role.sentence)])
    }
    output.table(table)
  }
}

extension Scenario {
  /// The text with a story, for a file that somebody finds one day.
  var fileText: String {
    var scenario = self
    if story.isEmpty {
      scenario.story = ["A scenario for witan replay. What isn't said has its default."]
    }
    return scenario.description
  }
}
