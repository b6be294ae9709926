import Witan

/// A scenario that was run under the eyes of all checkers, brought to rest, and judged.
///
/// ```
/// run until all is decided or the time is up ─▶ let the planned faults end ─▶ settle with whatever lasts for ever
///      ─▶ if something does, mend that too and settle again
/// ```
public struct Trial: Sendable {
  /// What must not have happened and did, in the order of time.
  public let violations: [Violation]
  /// Which states were reached.
  public let reached: Milestones
  /// Where the correct machines stood at any time, as numbers (see `Replica.posture`); none unless that was asked for.
  package let postures: [UInt64]
  /// How many blocks every correct machine that served had executed when the clients stopped asking.
  public let decided: SequenceNumber
  /// How many events happened.
  public let events: UInt64
  /// How much virtual time went by.
  public let span: Micros

  /// Runs a scenario.
  public init(of scenario: Scenario) throws {
    try self.init(of: scenario, watchesPostures: false)
  }

  /// Runs a scenario, and watches where the correct machines stand if that is asked for.
  package init(of scenario: Scenario, watchesPostures: Bool) throws {
    var run = try Run(scenario, keepsAccount: false)
    if watchesPostures { run.postures = PostureWatch() }
    run.milestones = MilestoneWatch(of: run.cluster)
    run.run(until: scenario.limit)
    decided = run.decided
    run.stopAsking()
    run.pass(until: max(run.cluster.now, min(scenario.lastChange, scenario.limit)))
    let frozen = run.settle(.frozen)
    var isSettled = frozen.isSettled
    if frozen.excuse != nil { run.milestones?.note(.excused) }
    if frozen.excuse != nil || scenario.calm == nil, run.violations.isEmpty {
      let healed = run.settle(.healed)
      isSettled = healed.isSettled
      if healed.excuse != nil { run.milestones?.note(.excused) }
    }
    if isSettled { run.milestones?.note(.settled) }
    // Where claims are judged nothing else is settled.
    if scenario.judge != .none, let supply = try run.bestLedger?.supply(), supply.rewarded > 0 {
      run.milestones?.note(.claimPaid)
    }
    violations = run.violations
    postures = run.postures?.postures ?? []
    reached = run.milestones?.reached ?? Milestones()
    events = run.cluster.events
    span = run.cluster.now
  }

  /// The first thing that must never happen and did, or else the first that should have happened and didn't.
  public var verdict: Violation? { violations.first { $0.kind.isSafety } ?? violations.first }
}
