/// `witan simulate`: one run of a cluster on the mock network.
enum SimulateCommand {
  /// The command.
  static let command: Command = Command(
    "simulate", .study, "run a cluster of replicas on a mock network",
    discussion: [
      "The replicas are those that ship, the network and the time are not: a run takes as long as its "
        + "work does, and the same seed and options give the same output, byte for byte."
    ],
    options: SimulateOptions(),
    parameters: SimulateOptions.parameters,
    examples: [
      Example("witan simulate", "four replicas decide twenty blocks"),
      Example(
        "witan simulate --replicas 7 --latency fixed:50ms --loss 0.05 --seed 7",
        "seven of them on a slow network that loses one message in twenty"),
      Example(
        "witan simulate --json | jq .finalityMillis", "how long decisions took, for a program"),
    ]
  ) { options, output in
    try options.check()
    return try run(options, output: output)
  }
}
