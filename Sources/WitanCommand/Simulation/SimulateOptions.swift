import Witan
import WitanDraw
import WitanSimulation

/// What `witan simulate` can be asked for: a scenario from a file or from nothing, and what is to be different in it.
struct SimulateOptions: Sendable {
  /// Something that an option makes different.
  struct Change: Sendable {
    /// The setting's name.
    let name: String
    /// The option as it was given.
    let spelling: String
    /// Makes it so.
    let make: @Sendable (inout Scenario) -> Void
  }

  /// A fault that an option plans.
  struct PlannedFault: Hashable, Sendable {
    /// The option's value as it was given.
    let text: String
    /// The fault.
    let fault: Fault
  }

  /// What `--adversary` asks for.
  enum Casting: Hashable, Sendable {
    /// To know which there are.
    case list
    /// These, in turns.
    case names([String])
  }

  /// The settings that were made, in order.
  var changes: [Change] = []
  /// How many replicas lie.
  var faulty: Int?
  /// How they do.
  var casting: Casting?
  /// When the network is cut.
  var partitions: [PlannedFault] = []
  /// When machines die.
  var crashes: [PlannedFault] = []
  /// The scenario to begin with.
  var file: String?
  /// Where to write what is run.
  var copy: String?
  /// Where to keep the ledger that it comes to.
  var ledger: String?
  /// Whether all that happens is printed.
  var traces = false

  /// What is run where nothing else is said: the ledger, over what the scenario's own defaults are.
  static let plain: Scenario = {
    var scenario = Scenario()
    scenario.application = .ledger
    return scenario
  }()

  /// How they are given.
  static let parameters: [Parameter<SimulateOptions>] = [
    .setting("replicas", \.replicas, .integer(1...4_096), "how many replicas there are"),
    .option(
      "faulty", \.faulty, .integer(0...4_096),
      "how many of them lie; one for each --adversary if not given"),
    .option(
      "adversary", \.casting, .casting,
      "how they lie, in turns; silent if not given; list explains them all"),
    .setting("blocks", \.blocks, .integer(1...1_000_000_000), "how many blocks are to be decided"),
    .setting("claims", \.claims, .integer(1...1_000), "how many operations a request bundles"),
    .setting("clients", \.clients, .integer(1...1_000), "how many clients send requests"),
    .setting("latency", \.quality.latency, .distribution, "how long a message takes"),
    .setting("loss", \.quality.loss, .probability, "how likely a message is lost"),
    .setting("duplicate", \.quality.duplicate, .probability, "how likely it comes twice"),
    .setting("reorder", \.quality.reorder, .probability, "how likely others may overtake it"),
    .setting("corrupt", \.quality.corrupt, .probability, "how likely a bit of it flips"),
    .repeatable(
      "partition", \.partitions, .partition,
      "who doesn't hear whom, and when, like 1s..3s:0,1|2,3; -> instead of | cuts one way only"),
    .repeatable(
      "crash", \.crashes, .crash,
      "who dies and starts again, and when, like 2@1s..4s; without an end it stays dead"),
    .setting(
      "gst", \.stabilisation, .duration(),
      "when the network becomes synchronous; it is wild before, and tame if not given"),
    .setting(
      "weights", \.weights,
      .list(of: .integer(1...1_000_000_000), count: 1...4_096, example: "1,1,2"),
      "the voting power of each replica, like 1,1,1,2; all the same if not given"),
    .setting("topology", \.topology, .oneOf(), "how messages get from one to many"),
    .setting("mesh", \.mesh, .mesh, "how large meshes are: D, D_low, D_high and D_lazy"),
    .setting("nat", \.nat, .probability, "how likely a node that gossips can't be dialled"),
    .setting(
      "bootstrap", \.bootstrap, .integer(0...1_000),
      "how many nodes all know, to find others from; 0 if all are acquainted"),
    .setting(
      "followers", \.followers, .integer(0...100_000), "how many nodes follow without a vote"),
    .setting(
      "stay", \.stay, .distribution, "how long those stay; for ever if not given"),
    .setting("absence", \.absence, .distribution, "how long they are away then"),
    .setting("application", \.application, .oneOf(), "what the replicas run"),
    .changing(
      "judge", .oneOf(), default: nil, "who judges claims; real in a small run if not given"
    ) { $0.judge = $1 },
    .setting("signatures", \.signatures, .oneOf(), "how messages are signed"),
    .setting(
      "limit", \.limit, .duration(.milliseconds(1)...Micros.longestGiven),
      "when to give up, in virtual time"),
    .option("scenario", \.file, .file, "run this scenario, but for what other options say"),
    .option("save-scenario", \.copy, .file, "write what is run as a scenario"),
    .option(
      "save-ledger", \.ledger, .file,
      "keep the ledger and its history in this folder, or the state in this FILE.snapshot"),
    .flag(
      "trace", \.traces, "print what is said and done, a line an event, but for repetitions"),
    .setting("seed", \.seed, .seed, "what every random choice comes from"),
  ]
}

extension Parameter where Root == SimulateOptions {
  /// An option that sets something of the scenario, and else leaves it as it is.
  fileprivate static func setting<Value: Sendable>(
    _ name: String, _ path: WritableKeyPath<Scenario, Value> & Sendable, _ kind: ValueKind<Value>,
    _ help: String
  ) -> Parameter {
    let initial = kind.format(SimulateOptions.plain[keyPath: path])
    return changing(
      name, kind, default: initial.isEmpty ? nil : initial, help
    ) { $0[keyPath: path] = $1 }
  }

  /// An option that sets something of the scenario that isn't there by default.
  fileprivate static func setting<Value: Sendable>(
    _ name: String, _ path: WritableKeyPath<Scenario, Value?> & Sendable, _ kind: ValueKind<Value>,
    _ help: String
  ) -> Parameter {
    changing(name, kind, default: nil, help) { $0[keyPath: path] = $1 }
  }

  fileprivate static func changing<Value: Sendable>(
    _ name: String, _ kind: ValueKind<Value>, default initial: String?, _ help: String,
    change: @escaping @Sendable (inout Scenario, Value) -> Void
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
