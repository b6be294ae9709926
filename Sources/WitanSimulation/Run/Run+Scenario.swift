import Witan

/// A scenario as a run, from its beginning to the judgement.
extension Run {
  /// What became of a scenario.
  public struct Outcome: Sendable {
    /// Whether all blocks were decided within the limit, and all that was asked was executed afterwards.
    public let isLive: Bool
    /// When the last block that was to be decided was; nil if the limit came first.
    public let decidedAt: Micros?
    /// Why nothing more can be demanded as things are in the end.
    public let excuse: Excuse?
    /// What everybody waits for in the end; nil where nothing is waited for.
    public let diagnosis: Diagnosis?
  }

  /// A run of what a scenario describes, in which nothing has happened yet. If its history is kept, the checker of
  /// states has a transition for each block of a ledger.
  public init(
    _ scenario: Scenario, isChecked: Bool = true, keepsAccount: Bool = true,
    keepsHistory: Bool = false
  ) throws {
    var configuration = scenario.configuration
    configuration.keepsAccount = keepsAccount
    configuration.leavesTransitions = keepsHistory
    var load = Load()
    load.operations = scenario.claims
    load.endurance = scenario.endurance
    try self.init(configuration, blocks: scenario.blocks, load: load, isChecked: isChecked)
    cluster.plan(scenario.faults)
  }

  /// The proofs that correct replicas reported, and those that an audit of what they hold adds against others.
  public var proofs: [Evidence] {
    let reported = evidence
    let audited = oracle.accountability.verdict?.evidence ?? []
    return reported
      + audited.filter { proof in !reported.contains { $0.culprit == proof.culprit } }
  }

  /// Asks nothing more.
  public mutating func stopAsking() { isAsking = false }

  /// Runs a scenario to its end: until all is decided or the limit has come, then without further requests until the
  /// last of its faults is over, and then until everything that waits is executed.
  ///
  /// A fault that never ends, or not before the limit, is there to stay: it is judged what the others can do.
  public mutating func complete(
    _ scenario: Scenario, onDecision: (DecidedBlock) -> Void = { _ in },
    onHappenings: ([Happening]) -> Void = { _ in }
  ) -> Outcome {
    run(until: scenario.limit, onDecision: onDecision, onHappenings: onHappenings)
    guard isDone else {
      oracle.look(at: cluster)
      return Outcome(isLive: false, decidedAt: nil, excuse: excuse, diagnosis: diagnosis)
    }
    let decidedAt = cluster.now
    stopAsking()
    let end = min(scenario.lastChange, scenario.limit)
    pass(until: max(end, cluster.now), onDecision: onDecision, onHappenings: onHappenings)
    let settlement = settle(.frozen, onDecision: onDecision, onHappenings: onHappenings)
    return Outcome(
      isLive: settlement.isSettled || settlement.excuse != nil, decidedAt: decidedAt,
      excuse: settlement.excuse, diagnosis: settlement.diagnosis)
  }

  /// Runs a scenario up to an instant, as ``complete(_:onDecision:onHappenings:)`` would, and judges nothing.
  public mutating func advance(
    _ scenario: Scenario, until instant: Micros,
    onHappenings: ([Happening]) -> Void = { _ in }
  ) {
    if isAsking {
      run(until: min(instant, scenario.limit), onHappenings: onHappenings)
      if isDone { stopAsking() }
    }
    if cluster.now < instant { pass(until: instant, onHappenings: onHappenings) }
  }
}

extension Scenario {
  /// When the last of its faults ends, or begins if it has no end, and the network is as it stays.
  public var lastChange: Micros {
    faults.reduce(stabilisation ?? 0) { max($0, $1.ends ?? $1.begins) }
  }
}
