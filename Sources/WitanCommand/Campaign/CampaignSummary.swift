import WitanSimulation

/// What a campaign came to: how many scenarios went well, what was drawn, and which states were reached.
struct CampaignSummary: Hashable, Sendable {
  /// A scenario that failed.
  struct Failure: Hashable, Sendable {
    /// What it is drawn from.
    let seed: UInt64
    /// What was wrong.
    let fault: CampaignRecord.Fault
  }

  /// The smallest scenario found that fails as a drawn one did.
  struct Shrunk: Hashable, Sendable {
    /// What the drawn one is drawn from.
    let seed: UInt64
    /// How both fail.
    let kind: Violation.Kind
    /// The smallest one's text.
    let scenario: String
    /// How many scenarios were run to find it.
    let attempts: UInt64
  }

  /// More failures than this are only counted.
  static let failureLimit = 1_000

  /// The seed of the campaign's first scenario.
  let origin: UInt64
  private(set) var scenarios: UInt64 = 0
  private(set) var safe: UInt64 = 0
  private(set) var live: UInt64 = 0
  private(set) var decided: UInt64 = 0
  private(set) var events: UInt64 = 0
  /// How many scenarios have so many replicas.
  private(set) var sizes: [Int: UInt64] = [:]
  private(set) var drawn: [String: UInt64] = [:]
  private(set) var reached: [String: UInt64] = [:]
  /// How many of those with an adversary failed in a way that more liars than the network bears explain.
  private(set) var caught: [String: UInt64] = [:]
  /// The failures, in the order of their seeds; the first ones of many.
  private(set) var failures: [Failure] = []
  /// The first failure of each kind.
  private(set) var firsts: [Violation.Kind: Failure] = [:]
  private(set) var shrunk: [Violation.Kind: Shrunk] = [:]

  init(origin: UInt64) { self.origin = origin }

  /// Everything that may be drawn, by name: features, then adversaries.
  static let drawable = Feature.allCases.map(\.rawValue) + Adversaries.all.map(\.name)

  /// Whether nothing failed.
  var isSafe: Bool { safe == scenarios }
  var isLive: Bool { live == scenarios }

  /// The share of the scenarios.
  func share(_ count: UInt64?) -> Double {
    guard scenarios > 0, let count else { return 0 }
    return (Double(count) / Double(scenarios) * 1e6).rounded() / 1e6
  }

  /// Counts a scenario.
  mutating func add(_ record: CampaignRecord) {
    scenarios += 1
    if record.isSafe { safe += 1 }
    if record.isLive { live += 1 }
    decided += record.decided
    events += record.events
    sizes[record.replicas, default: 0] += 1
    for name in record.drawn { drawn[name, default: 0] += 1 }
    for name in record.reached { reached[name, default: 0] += 1 }
    guard let fault = record.fault else { return }
    if fault.kind == .fork { for name in record.drawn { caught[name, default: 0] += 1 } }
    add(Failure(seed: record.seed, fault: fault))
  }

  private mutating func add(_ failure: Failure) {
    let place = failures.firstIndex { isBefore(failure.seed, $0.seed) } ?? failures.count
    failures.insert(failure, at: place)
    if failures.count > Self.failureLimit { failures.removeLast() }
    if firsts[failure.fault.kind].map({ isBefore(failure.seed, $0.seed) }) ?? true {
      firsts[failure.fault.kind] = failure
    }
  }

  /// Counts what another part of the same campaign came to.
  mutating func merge(_ other: CampaignSummary) {
    scenarios += other.scenarios
    safe += other.safe
    live += other.live
    decided += other.decided
    events += other.events
    sizes.merge(other.sizes, uniquingKeysWith: +)
    drawn.merge(other.drawn, uniquingKeysWith: +)
    reached.merge(other.reached, uniquingKeysWith: +)
    caught.merge(other.caught, uniquingKeysWith: +)
    let known = Array(shrunk.values) + Array(other.shrunk.values)
    for failure in other.failures + Array(other.firsts.values) where !failures.contains(failure) {
      add(failure)
    }
    shrunk = [:]
    for one in known { add(one) }
  }

  /// Notes the smallest form of the first failure of a kind; that of any other is of no interest.
  mutating func add(_ shrunk: Shrunk) {
    if firsts[shrunk.kind]?.seed == shrunk.seed { self.shrunk[shrunk.kind] = shrunk }
  }

  private func isBefore(_ seed: UInt64, _ other: UInt64) -> Bool {
    seed &- origin < other &- origin
  }

  /// The first failures of each kind that weren't made smaller yet, in the order of kinds.
  var unshrunk: [Failure] {
    Violation.Kind.allCases.compactMap { kind in
      firsts[kind].flatMap { shrunk[kind]?.seed == $0.seed ? nil : $0 }
    }
  }

  /// The states that were never reached, by name.
  var unreached: [String] {
    Milestone.allCases.map(\.rawValue).filter { reached[$0] == nil }
  }

  /// What was never drawn of all that a profile may draw.
  func undrawn(by profile: Profile) -> [String] {
    Self.drawable.filter { drawn[$0] == nil && profile.draws($0) }
  }
}

extension CampaignSummary {
  /// The summary for programs.
  func json(wallSeconds: Double?) -> JSON {
    let failures = failures.map { failure -> JSON in
      let shrunk = shrunk[failure.fault.kind].flatMap { $0.seed == failure.seed ? $0 : nil }
      return [
        "seed": .unsigned(failure.seed),
        "scenario": .string(shrunk?.scenario ?? failure.fault.scenario),
        "kind": .string(failure.fault.kind.rawValue),
        "detail": .string(failure.fault.detail),
        "shrunk": .bool(shrunk != nil),
      ]
    }
    func shares(_ names: [String], of counts: [String: UInt64]) -> JSON {
      .object(names.map { .init(key: $0, value: .number(share(counts[$0]))) })
    }
    return [
      "scenarios": .unsigned(scenarios),
      "safe": .unsigned(safe),
      "live": .unsigned(live),
      "violations": .array(failures),
      "reached": shares(Milestone.allCases.map(\.rawValue), of: reached),
      "drawn": shares(Self.drawable, of: drawn),
      "replicas": .object(
        sizes.sorted { $0.key < $1.key }.map {
          .init(key: "\($0.key)", value: .number(share($0.value)))
        }),
      "decided": .unsigned(decided),
      "events": .unsigned(events),
      "scenariosPerSecond": .optional(wallSeconds) {
        .number((Double(scenarios) / max($0, 1e-9)).rounded())
      },
      "wallSeconds": .optional(wallSeconds, JSON.number),
    ]
  }
}
