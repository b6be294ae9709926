import Witan
import WitanDraw

/// Makes a scenario that fails smaller, statement by statement, so that what is left is what it takes.
///
/// ```
///   best ──▶ without statements, fewer machines, simpler values ──▶ candidate ──▶ trial
///    ▲                                                                              │
///    └────────────────── a violation of the same kind ◀─────────────────────────────┘
/// ```
///
/// What no more lied in than the network bears is never made into something that more lie in: there, anything may fail.
///
/// Candidates follow from the best so far alone, and each is simpler than what it was made of, so that the same
/// scenario and budget always end in the same one.
public struct ScenarioShrinker {
  /// What kind of violation must stay.
  public let kind: Violation.Kind
  /// The simplest scenario found that fails so.
  public private(set) var best: Scenario
  /// How many scenarios were run.
  public private(set) var attempts = 0
  /// How many may be.
  public let budget: Int
  /// Whether no simpler one was left to try.
  public private(set) var isFinished = false

  private var seen: Set<Scenario> = []
  private let isBearable: Bool
  private let fails: (Scenario) -> Bool
  private let onAttempt: (Int, Scenario) -> Void

  /// A shrinker of a scenario that has a violation of this kind; whoever wants to know is told how many were run, and of
  /// the best so far.
  public init(
    _ scenario: Scenario, kind: Violation.Kind, budget: Int = 2_000,
    onAttempt: @escaping (Int, Scenario) -> Void = { _, _ in }
  ) {
    self.init(scenario, kind: kind, budget: budget, onAttempt: onAttempt) { candidate in
      (try? Trial(of: candidate))?.violations.contains { $0.kind == kind } ?? false
    }
  }

  /// A shrinker of a scenario that fails in some way.
  init(
    _ scenario: Scenario, kind: Violation.Kind, budget: Int,
    onAttempt: @escaping (Int, Scenario) -> Void = { _, _ in }, fails: @escaping (Scenario) -> Bool
  ) {
    self.kind = kind
    self.budget = budget
    self.fails = fails
    self.onAttempt = onAttempt
    isBearable = scenario.isBearable
    best = scenario
    best.story = []
  }

  /// Makes the scenario as small as it gets, or as the budget allows.
  public mutating func shrink() {
    var before: Scenario
    repeat {
      before = best
      deleteStatements()
      for simplify in Self.simplifications { descend(simplify) }
    } while best != before && !isSpent
    isFinished = !isSpent
  }

  private var isSpent: Bool { attempts >= budget }

  /// Runs a scenario, and keeps it if it fails in the same way. What its own text doesn't describe is none.
  private mutating func consider(_ candidate: Scenario) -> Bool {
    guard !isSpent, candidate != best, candidate.isBearable || !isBearable,
      seen.insert(candidate).inserted,
      (try? Scenario(parsing: candidate.description)) == candidate
    else { return false }
    attempts += 1
    onAttempt(attempts, best)
    guard fails(candidate) else { return false }
    best = candidate
    return true
  }

  /// Tries what a simplification makes of the best, from the first on, and from there again when one is taken.
  private mutating func descend(_ simplify: (Scenario) -> [Scenario]) {
    var index = 0
    while !isSpent {
      let candidates = simplify(best)
      guard index < candidates.count else { return }
      // What stood before the one that was taken stands there still, and was refused.
      if !consider(candidates[index]) { index += 1 }
    }
  }

  /// Leaves out statements: many at once, then fewer.
  private mutating func deleteStatements() {
    deleteRuns(of: \.faults)
    deleteRuns(of: \.adversaries)
  }

  private mutating func deleteRuns<Statement>(
    of list: WritableKeyPath<Scenario, [Statement]>
  ) {
    var size = best[keyPath: list].count
    while size > 0, !isSpent {
      var start = 0
      while start < best[keyPath: list].count {
        var candidate = best
        let end = min(candidate[keyPath: list].count, start + size)
        candidate[keyPath: list].removeSubrange(start..<end)
        if !consider(candidate) { start += size }
      }
      size /= 2
    }
  }
}

extension Scenario {
  /// Whether those that lie weigh no more than the network bears, whoever its members are.
  public var isBearable: Bool {
    let own = (0..<replicas).map {
      Fault.Effect.Seat($0, weight: weights.indices.contains($0) ? weights[$0] : 1)
    }
    let liars = NodeSet(adversaries.flatMap { Array($0.machines) })
    return ([own] + faults.compactMap(\.effect.seats)).allSatisfy { seats in
      func weight(_ seats: [Fault.Effect.Seat]) -> UInt64 { seats.reduce(0) { $0 + $1.weight } }
      let bound = Quorum(total: VotingPower(weight(seats))).faultBound
      return weight(seats.filter { liars.contains($0.machine) }) <= bound.rawValue
    }
  }

  /// How many statements it has.
  public var statements: Int {
    description.split(separator: "\n").filter { !$0.hasPrefix("#") }.count
  }
}

extension Fault.Effect {
  /// The members that it asks for, if it does.
  fileprivate var seats: [Seat]? { if case .reconfigure(let seats) = self { seats } else { nil } }
}
