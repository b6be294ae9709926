import Witan
import WitanDraw

/// A statement that sets something: its word, what it means, how it is read and how it is written.
struct ScenarioSetting: Sendable {
  let name: String
  let meaning: String
  let read: @Sendable (String, inout Scenario) throws(InvalidValue) -> Void
  /// The value as text; nil when it is the default.
  let write: @Sendable (Scenario) -> String?
  /// Makes the value the default.
  let reset: @Sendable (inout Scenario) -> Void

  init<Value: Equatable & Sendable>(
    _ name: String, _ path: WritableKeyPath<Scenario, Value> & Sendable, _ meaning: String,
    read: @escaping @Sendable (String) throws(InvalidValue) -> Value,
    write: @escaping @Sendable (Value) -> String
  ) {
    self.name = name
    self.meaning = meaning
    self.read = { (text, scenario) throws(InvalidValue) in
      scenario[keyPath: path] = try read(text)
    }
    reset = { $0[keyPath: path] = Scenario()[keyPath: path] }
    self.write = { scenario in
      let value = scenario[keyPath: path]
      return value == Scenario()[keyPath: path] ? nil : write(value)
    }
  }

  private static func integer<Value: FixedWidthInteger & Sendable>(
    _ name: String, _ path: WritableKeyPath<Scenario, Value> & Sendable,
    _ range: ClosedRange<Value>, _ meaning: String
  ) -> ScenarioSetting {
    ScenarioSetting(
      name, path, meaning,
      read: { (text) throws(InvalidValue) in try Value(parsing: text, in: range) },
      write: { "\($0)" })
  }

  private static func span(
    _ name: String, _ path: WritableKeyPath<Scenario, Micros> & Sendable, _ meaning: String
  ) -> ScenarioSetting {
    ScenarioSetting(
      name, path, meaning, read: { (text) throws(InvalidValue) in try Micros.parse(text) },
      write: { "\($0)" })
  }

  private static func probability(
    _ name: String, _ path: WritableKeyPath<Scenario, Double> & Sendable, _ meaning: String
  ) -> ScenarioSetting {
    ScenarioSetting(
      name, path, meaning,
      read: { (text) throws(InvalidValue) in try Double(parsingProbability: text) },
      write: { $0.shortDescription })
  }

  private static func choice<Value: RawRepresentable<String> & CaseIterable & Equatable & Sendable>(
    _ name: String, _ path: WritableKeyPath<Scenario, Value> & Sendable, _ meaning: String
  ) -> ScenarioSetting {
    ScenarioSetting(
      name, path, meaning,
      read: { (text) throws(InvalidValue) in
        guard let value = Value(rawValue: text) else {
          let words = Value.allCases.map(\.rawValue).listed(by: "or")
          throw InvalidValue("is no \(name)", remedy: "give \(words)")
        }
        return value
      },
      write: { $0.rawValue })
  }

  /// Those that matter to gossip alone.
  static let gossip = [
    "nat", "symmetric", "followers", "bootstrap", "mesh", "heartbeat", "stay", "absence",
  ]

  /// All settings, in the order in which they are written.
  static let all: [ScenarioSetting] = [
    integer("replicas", \.replicas, 1...4_096, "how many replicas there are"),
    integer("reserve", \.reserve, 0...4_096, "how many more may become members later"),
    ScenarioSetting(
      "weights", \.weights, "the voting power of each replica",
      read: { (text) throws(InvalidValue) in
        var weights: [UInt64] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
          weights.append(try UInt64(parsing: String(part), in: 1...1_000_000_000))
        }
        return weights
      },
      write: { $0.map { "\($0)" }.joined(separator: ",") }),
    integer("clients", \.clients, 1...1_000, "how many clients send requests"),
    integer("blocks", \.blocks, 1...1_000_000_000, "how many blocks are to be decided"),
    integer("claims", \.claims, 1...1_000, "how many operations a request bundles"),
    ScenarioSetting(
      "latency", \.quality.latency, "how long a message takes",
      read: { (text) throws(InvalidValue) in try Distribution(parsing: text) },
      write: { $0.optionText }),
    probability("loss", \.quality.loss, "how likely a message is lost"),
    probability("duplicate", \.quality.duplicate, "how likely it comes twice"),
    probability("reorder", \.quality.reorder, "how likely others may overtake it"),
    probability("corrupt", \.quality.corrupt, "how likely a bit of it flips"),
    ScenarioSetting(
      "bandwidth", \.bandwidth, "how many bytes a second a node sends, and receives",
      read: { (text) throws(InvalidValue) in try UInt64(parsingSize: text) },
      write: { UnitTable.sizes.format($0 ?? 0) }),
    ScenarioSetting(
      "gst", \.stabilisation, "when the network becomes synchronous",
      read: { (text) throws(InvalidValue) in try Micros.parse(text) },
      write: { "\($0 ?? 0)" }),
    span("bound", \.bound, "the longest that a message takes from then on"),
    choice("topology", \.topology, "how messages get from one to many"),
    probability("nat", \.nat, "how likely a node that gossips can't be dialled"),
    probability("symmetric", \.symmetric, "how likely nobody at all can dial it then"),
    integer("followers", \.followers, 0...100_000, "how many nodes follow over gossip"),
    integer("bootstrap", \.bootstrap, 0...1_000, "how many nodes all know in the beginning"),
    ScenarioSetting(
      "mesh", \.mesh, "the sizes of meshes: D, D_low, D_high, D_lazy",
      read: { (text) throws(InvalidValue) in try Scenario.Mesh(parsing: text) },
      write: { "\($0)" }),
    span("heartbeat", \.heartbeat, "how often meshes are looked after"),
    ScenarioSetting(
      "stay", \.stay, "how long nodes that follow stay",
      read: { (text) throws(InvalidValue) in try Distribution(parsing: text) },
      write: { $0?.optionText ?? "" }),
    ScenarioSetting(
      "absence", \.absence, "how long they are away then",
      read: { (text) throws(InvalidValue) in try Distribution(parsing: text) },
      write: { $0.optionText }),
    ScenarioSetting(
      "endurance", \.endurance, "how long a client waits for an answer before it gives up",
      read: { (text) throws(InvalidValue) in try Micros.parse(text) },
      write: { "\($0 ?? 0)" }),
    choice("application", \.application, "what the replicas run"),
    choice("judge", \.judge, "who judges claims"),
    choice("signatures", \.signatures, "how messages are signed"),
    integer("checkpoint", \.checkpoint, 1...65_536, "how many sequences a checkpoint is after"),
    integer("window", \.window, 2...65_536, "how far ordering runs ahead of a checkpoint"),
    integer("epoch", \.epoch, 0...(1 << 40), "after how many sequences members may change"),
    integer("batch", \.batch, 1...65_536, "the most requests in a block"),
    span("patience", \.patience, "how long a request may wait at first"),
    span("sync", \.sync, "how long a disk takes to sync"),
    span("limit", \.limit, "when to give up, in virtual time"),
    ScenarioSetting(
      "seed", \.seed, "what every random choice comes from",
      read: { (text) throws(InvalidValue) in try UInt64(parsingSeed: text) },
      write: { "\($0)" }),
  ]
}

extension Scenario {
  /// The words with which statements begin that set something.
  package static var settings: [String] { ScenarioSetting.all.map(\.name) }
}
