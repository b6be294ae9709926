import WitanSimulation

/// What became of one scenario of a campaign.
struct CampaignRecord: Hashable, Sendable {
  /// Something that must not happen and did.
  struct Fault: Hashable, Sendable {
    /// What kind of thing.
    let kind: Violation.Kind
    /// What, where and when.
    let detail: String
    /// The scenario as it was drawn.
    let scenario: String
  }

  /// What the scenario is drawn from.
  let seed: UInt64
  /// How many replicas it has.
  let replicas: Int
  /// Which features and adversaries it has, by name.
  let drawn: [String]
  /// Which states were reached, by name.
  let reached: [String]
  /// How many blocks were decided.
  let decided: UInt64
  /// How many events happened.
  let events: UInt64
  /// Whether nothing happened that never may.
  let isSafe: Bool
  /// Whether all happened that had to.
  let isLive: Bool
  /// The worst of what was wrong.
  let fault: Fault?

  /// Runs a scenario.
  init(running seed: UInt64, of plan: CampaignPlan) {
    let scenario = plan.scenario(seed)
    self.seed = seed
    replicas = scenario.replicas
    drawn = scenario.features.map(\.rawValue) + scenario.cast
    do {
      let trial = try Trial(of: scenario)
      reached = trial.reached.all.map(\.rawValue)
      decided = trial.decided.rawValue
      events = trial.events
      isSafe = !trial.violations.contains { $0.kind.isSafety }
      isLive = !trial.violations.contains { !$0.kind.isSafety }
      fault = trial.verdict.map {
        Fault(kind: $0.kind, detail: "\($0)", scenario: scenario.description)
      }
    } catch {
      // What is drawn can always begin; if it can't, that is a fault like any other.
      (reached, decided, events, isSafe, isLive) = ([], 0, 0, false, true)
      fault = Fault(kind: .invariant, detail: "\(error)", scenario: scenario.description)
    }
  }
}

extension CampaignRecord {
  /// The record as a line of a file.
  var json: JSON {
    var members: [JSON.Member] = [
      .init(key: "seed", value: .unsigned(seed)),
      .init(key: "replicas", value: .count(replicas)),
      .init(key: "drawn", value: .strings(drawn)),
      .init(key: "reached", value: .strings(reached)),
      .init(key: "decided", value: .unsigned(decided)),
      .init(key: "events", value: .unsigned(events)),
      .init(key: "safe", value: .bool(isSafe)),
      .init(key: "live", value: .bool(isLive)),
    ]
    if let fault {
      members.append(.init(key: "kind", value: .string(fault.kind.rawValue)))
      members.append(.init(key: "detail", value: .string(fault.detail)))
      members.append(.init(key: "scenario", value: .string(fault.scenario)))
    }
    return .object(members)
  }

  /// The record that a line holds; nil if it holds none.
  init?(_ json: JSON) {
    guard let seed = json["seed"]?.unsigned,
      let replicas = json["replicas"]?.unsigned.flatMap(Int.init(exactly:)),
      let drawn = json["drawn"]?.array, let reached = json["reached"]?.array,
      let decided = json["decided"]?.unsigned, let events = json["events"]?.unsigned,
      let isSafe = json["safe"]?.bool, let isLive = json["live"]?.bool
    else { return nil }
    self.seed = seed
    self.replicas = replicas
    self.drawn = drawn.compactMap(\.string)
    self.reached = reached.compactMap(\.string)
    self.decided = decided
    self.events = events
    self.isSafe = isSafe
    self.isLive = isLive
    guard let name = json["kind"]?.string else {
      fault = nil
      return
    }
    guard let kind = Violation.Kind(rawValue: name), let detail = json["detail"]?.string,
      let scenario = json["scenario"]?.string
    else { return nil }
    fault = Fault(kind: kind, detail: detail, scenario: scenario)
  }
}
