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
    .setting("proving", \.proving, .onOff, "whether epochs are proved"),
    .setting("fees", \.fees, .onOff, "whether transactions pay fees"),
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
    change: @escaping @Sendable (inout RollupScenario, Value) -> Void
  ) -> Parameter {
    Parameter(
      syntax: ParameterSyntax(
        role: .option, name: name, placeholder: kind.placeholder, help: help,
        candidates: kind.candidates),
      defaultText: { _ in initial },
      apply: { (root, text) throws(InvalidValue) in
        let value = try kind.parse(text)
        let spelling = "--\(name) \(text.quotedIfNeeded)"
        root.changes.append(.init(name: name, spelling: spelling) { change(&$0, value) })
      })
  }
}

extension ValueKind where Value == Bool {
  /// `on` or `off`.
  fileprivate static var onOff: ValueKind {
    ValueKind(
      placeholder: "on|off", candidates: .words([Candidate("on"), Candidate("off")]),
      parse: { (text) throws(InvalidValue) in
        switch text {
        case "on": return true
        case "off": return false
        default: throw InvalidValue("is neither on nor off", remedy: "give on or off")
        }
      },
      format: { $0 ? "on" : "off" })
  }
}

extension ValueKind where Value == (rate: UInt64, burst: UInt64) {
  /// A rate, and after a colon by how much it is higher at times: `10` or `10:5`.
  fileprivate static var load: ValueKind {
    ValueKind(
      placeholder: "N[:BURST]",
      parse: { (text) throws(InvalidValue) in
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2 else {
          throw InvalidValue("has too many parts", remedy: "give it like 10 or 10:5")
        }
        let rate = try UInt64(parsing: parts[0], in: 0...100_000)
        return (rate, parts.count == 2 ? try UInt64(parsing: parts[1], in: 1...1_000) : 1)
      },
      format: { $0.burst == 1 ? "\($0.rate)" : "\($0.rate):\($0.burst)" })
  }
}

extension ValueKind where Value == RollupScenario.ByProfile<Double> {
  /// A probability for each profile, or one for all.
  fileprivate static var byProfile: ValueKind {
    ValueKind(
      placeholder: "H,L,B",
      parse: { (text) throws(InvalidValue) in
        let kind = ValueKind<[Double]>.list(
          of: .probability, count: 1...3, example: "0.05,0.4,0.6")
        return try Value.spread(try kind.parse(text))
      },
      format: { $0.all.map(\.shortDescription).joined(separator: ",") })
  }
}

extension ValueKind where Value == RollupScenario.ByProfile<Distribution> {
  /// A distribution for each profile, or one for all.
  fileprivate static var byProfile: ValueKind {
    ValueKind(
      placeholder: "H,L,B",
      parse: { (text) throws(InvalidValue) in
        // Distributions have commas of their own: a new one begins with its name.
        var texts: [String] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
          if part.contains(":") || texts.isEmpty {
            texts.append(String(part))
          } else {
            texts[texts.count - 1] += "," + part
          }
        }
        var values: [Distribution] = []
        for text in texts { values.append(try Distribution(parsing: text)) }
        return try Value.spread(values)
      },
      format: { $0.all.map(\.optionText).joined(separator: ",") })
  }
}

extension RollupScenario.ByProfile {
  /// One value for all, or one for each.
  fileprivate static func spread(_ values: [Value]) throws(InvalidValue) -> Self {
    switch values.count {
    case 1: return Self(values[0], values[0], values[0])
    case 3: return Self(values[0], values[1], values[2])
    default:
      throw InvalidValue(
        "has \(values.count) entries",
        remedy: "give one for all, or three: for honest, lazy and Byzantine")
    }
  }
}
