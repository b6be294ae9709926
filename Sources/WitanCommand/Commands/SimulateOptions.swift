import Witan
import WitanDraw
import WitanSimulation

/// What `witan simulate` can be asked for. The initial values are the defaults.
struct SimulateOptions: Hashable, Sendable {
  /// How messages are signed.
  enum Signatures: String, CaseIterable, Sendable {
    /// By a scheme that is as strict as a real one but costs next to nothing.
    case simulated
    /// By Ed25519.
    case real
  }

  /// How many replicas there are.
  var replicas = 4
  /// How many blocks are to be decided.
  var blocks = 20
  /// How many operations a request bundles.
  var claims = 4
  /// How many clients send them.
  var clients = 1
  /// How long a message takes, in microseconds.
  var latency = Distribution.fixed(20_000)
  /// How likely a message is lost.
  var loss = 0.0
  /// The voting power of each replica; one each where nothing is said.
  var weights: [UInt64]?
  /// How messages are signed.
  var signatures = Signatures.simulated
  /// When to give up, in virtual time.
  var limit = Micros.seconds(60)
  /// What every random choice comes from.
  var seed: UInt64 = 1

  /// How they are given.
  static let parameters: [Parameter<SimulateOptions>] = [
    .option("replicas", \.replicas, .integer(1...1_000), "how many replicas there are"),
    .option("blocks", \.blocks, .integer(1...1_000_000_000), "how many blocks are to be decided"),
    .option("claims", \.claims, .integer(1...1_000), "how many operations a request bundles"),
    .option("clients", \.clients, .integer(1...1_000), "how many clients send them"),
    .option("latency", \.latency, .distribution, "how long a message takes; a fixed time"),
    .option("loss", \.loss, .probability, "how likely a message is lost"),
    .option(
      "weights", \.weights,
      .list(of: .integer(1...1_000_000_000), count: 1...1_000, example: "1,1,2"),
      "the voting power of each replica, like 1,1,1,2; all the same if not given"),
    .option("signatures", \.signatures, .oneOf(), "how messages are signed"),
    .option(
      "limit", \.limit, .duration(.milliseconds(1)...Micros.longestGiven),
      "when to give up, in virtual time"),
    .option("seed", \.seed, .seed, "what every random choice comes from"),
  ]

  /// Refuses what is wrong with options that are each right alone.
  func check() throws(UsageError) {
    if let weights, weights.count != replicas {
      let entries = weights.count == 1 ? "entry" : "entries"
      throw UsageError(
        "--weights has \(weights.count) \(entries) for \(replicas) replicas",
        remedy: "give a weight for each replica, or --replicas \(weights.count)")
    }
  }
}
