import Witan
import WitanDraw
import WitanSimulation

/// What `witan rollup` can be asked for: a cluster, and what is to be different in it.
struct RollupOptions: Sendable {
  /// Something that an option makes different.
  struct Change: Sendable {
    /// The setting's name.
    let name: String
    /// The option as it was given.
    let spelling: String
    /// Makes it so.
    let make: @Sendable (inout RollupScenario) -> Void
  }

  /// The cluster to begin with.
  var cluster = RollupCluster.devnet
  /// What is different in it, in order.
  var changes: [Change] = []
  /// Where to write the events.
  var events: String?

  /// The scenario that is asked for; refused where it can't be run.
  func scenario() throws(UsageError) -> RollupScenario {
    var scenario = cluster.scenario
    for change in changes { change.make(&scenario) }
    if let flaw = scenario.flaw { throw error(for: flaw) }
    return scenario
  }

  /// Blames the option that was given, if one was.
  private func error(for flaw: RollupFlaw) -> UsageError {
    let given = changes.filter { flaw.settings.contains($0.name) }.map(\.spelling)
    let subject = given.isEmpty ? "--cluster \(cluster.rawValue)" : given.joined(separator: " ")
    return UsageError("\(subject): \(flaw.problem)", remedy: flaw.remedy)
  }

  /// How they are given.
  static let parameters: [Parameter<RollupOptions>] =
    [
      .option("cluster", \.cluster, .oneOf(), "what to begin with; other options change it"),
      .setting("validators", \.validators, .integer(1...100_000), "how many validators there are"),
      .setting("provers", \.provers, .integer(0...1_000), "how many provers there are"),
      .setting("users", \.users, .integer(1...1_000_000), "how many users send transactions"),
      .setting("epochs", \.epochs, .integer(1...1_000_000), "how many epochs are simulated"),
      .setting(
        "slots-per-epoch", \.slotsPerEpoch, .integer(1...10_000), "how many slots an epoch has"),
      .setting(
        "slot", \.slot, .duration(.milliseconds(100)...Micros.seconds(3_600)),
        "how long a slot lasts"),
      .setting(
        "committee", \.committee, .integer(1...1_000), "how many members a committee has"),
      .setting("selection", \.selection, .oneOf(), "how proposers are found"),
      .setting("uncles", \.uncles, .integer(0...100), "how many may take over, with fernet"),
      .setting(
        "stakes", \.stakes, .oneOf(),
        "whether all stake the same, or one to ten times as much, and are drawn by it"),
    ] + people + network + load + faults + [
      .option("events", \.events, .file, "write all events to this .jsonl or .csv"),
      .setting("seed", \.seed, .seed, "what every random choice comes from"),
    ]

  private static let people: [Parameter<RollupOptions>] = [
    .setting("honest", \.shares.honest, .probability, "which share does its duties"),
    .setting("lazy", \.shares.lazy, .probability, "which share often doesn't"),
    .setting("byzantine", \.shares.byzantine, .probability, "which share mostly doesn't"),
    .setting("nat", \.nat, .byProfile, "how likely one of each can't be dialled"),
    .changing(
      "response", .byProfile, default: nil,
      "how long one of each takes to respond; if not given about 0.5, 3 and 15 s"
    ) { $0.response = $1 },
    .setting("downtime", \.downtime, .byProfile, "how likely one of each goes down in a slot"),
    .setting("recovery", \.recovery, .byProfile, "how likely it comes back in a slot"),
  ]

  private static let network: [Parameter<RollupOptions>] = [
    .setting("mesh", \.mesh, .mesh, "how large meshes are: D, D_low, D_high and D_lazy"),
    .changing(
      "latency", .distribution, default: RollupScenario().latency.optionText,
      "how long a message takes over a link; 50ms at least if not given"
    ) {
      $0.latency = $1
      $0.latencyFloor = 1
    },
    .setting("loss", \.loss, .probability, "how likely a message over a link is lost"),
    .setting("p2p", \.p2p, .onOff, "whether messages go by gossip, or directly"),
    .setting("l1", \.l1, .oneOf(), "what L1 is"),
    .setting(
      "l1-interval", \.l1Interval, .duration(.milliseconds(100)...Micros.seconds(3_600)),
      "how often L1 has a block"),
    .setting(
      "l1-inclusion", \.l1Inclusion, .duration(0...Micros.seconds(3_600)),
      "how long before a block of L1 what is in it was sent"),
    .setting(
      "l1-offline", \.l1Offline, .integer(0...4),
      "how many of a replicated L1's four replicas are never there"),
    .setting(
      "l1-finality", \.l1Finality, .integer(1...1_000), "how many blocks make one final"),
    .setting(
      "l1-missed", \.l1Missed, .probability, "how likely a transaction misses a block of L1"),
    .setting(
      "l1-reorganisation", \.l1Reorganisation, .probability,
      "how likely a block of L1 takes others back"),
  ]

  private static let load: [Parameter<RollupOptions>] = [
    .changing(
      "tps", .load, default: "10",
      "transactions a second, and how many times as many in one of ten; 0 for 100 a block"
    ) { ($0.tps, $0.burst) = ($1.rate, $1.burst) },
    .setting(
      "proving", \.proving, .oneOf(), "whether epochs are proved: by Z3, by adding up, or not"),
    .setting("fees", \.fees, .onOff, "whether transactions pay fees"),
    .setting(
      "private", \.privateShare, .probability,
      "which share of transactions only the next proposer is told of"),
    .setting(
      "execution", \.execution, .duration(1...Micros.seconds(10)),
      "how long a transaction takes to execute"),
    .setting("proof", \.proof, .distribution, "how long a prover takes for a transaction"),
    .setting(
      "prover-capacity", \.proverCapacity, .integer(1...1_000_000),
      "how many transactions a prover proves at once"),
  ]

  private static let faults: [Parameter<RollupOptions>] = [
    .setting(
      "offline-sequencers", \.offlineSequencers, .integer(0...100_000),
      "how many honest sequencers are never there"),
    .setting(
      "offline-provers", \.offlineProvers, .integer(0...1_000),
      "how many provers are never there"),
    .setting(
      "invalid-blocks", \.invalidBlocks, .integer(0...100_000),
      "how many sequencers propose only wrong blocks"),
    .setting(
      "withheld-effects", \.withheldEffects, .integer(0...100_000),
      "how many sequencers keep effects to themselves"),
    .setting(
      "equivocating", \.equivocating, .integer(0...100_000),
      "how many sequencers propose two blocks in a slot"),
    .changing(
      "partition", .cut, default: nil,
      "when which share of the validators doesn't hear the others", isRepeatable: true
    ) { $0.partitions.append($1) },
  ]
}

extension Parameter where Root == RollupOptions {
  /// An option that sets something of the scenario, and else leaves it as the cluster has it.
  fileprivate static func setting<Value: Sendable>(
    _ name: String, _ path: WritableKeyPath<RollupScenario, Value> & Sendable,
    _ kind: ValueKind<Value>, _ help: String
  ) -> Parameter {
    changing(
      name, kind, default: kind.format(RollupCluster.devnet.scenario[keyPath: path]), help
    ) { $0[keyPath: path] = $1 }
  }

  fileprivate static func changing<Value: Sendable>(
    _ name: String, _ kind: ValueKind<Value>, default initial: String?, _ help: String,
    isRepeatable: Bool = false,
    change: @escaping @Sendable (inout RollupScenario, Value) -> Void
  ) -> Parameter {
    Parameter(
      syntax: ParameterSyntax(
        role: isRepeatable ? .repeatableOption : .option, name: name, placeholder: kind.placeholder,
        help: help,
        candidates: kind.candidates),
      defaultText: { _ in initial },
      apply: { (root, text) throws(InvalidValue) in
        let value = try kind.parse(text)
        let spelling = "--\(name) \(text.quotedIfNeeded)"
        root.changes.append(.init(name: name, spelling: spelling) { change(&$0, value) })
      })
  }
}
