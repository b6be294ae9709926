import Witan
import WitanCrypto

@testable import WitanSimulation

/// A scenario that was run under the eyes of all checkers, and what is remembered of it.
struct Telling {
  /// What is remembered.
  private struct Record {
    /// When blocks were decided by a quorum.
    var decisions: [Micros] = []
    var unfit: NodeSet = []
    var fullDisks: NodeSet = []
    var transferred: NodeSet = []
    var damaged = 0

    mutating func note(_ happening: Happening) {
      switch happening.event {
      case .unfit: unfit.insert(happening.node)
      case .died(.diskFull): fullDisks.insert(happening.node)
      case .installed: transferred.insert(happening.node)
      case .report(.rejected(.malformed, _, _)), .report(.rejected(.badSignature, _, _)):
        damaged += 1
      default: break
      }
    }
  }

  let scenario: Scenario
  private(set) var run: Run
  let outcome: Run.Outcome
  private let record: Record

  /// Lets it all happen.
  init(_ scenario: Scenario) throws {
    self.scenario = scenario
    var run = try Run(scenario)
    var record = Record()
    outcome = run.complete(
      scenario, onDecision: { record.decisions.append($0.time) },
      onHappenings: { for happening in $0 { record.note(happening) } })
    self.run = run
    self.record = record
  }

  /// Whether everything that befalls the cluster does so while there is something left to decide.
  var saysInTime: Bool {
    let begins = scenario.faults.map(\.begins) + scenario.adversaries.map(\.trigger.from)
    return begins.allSatisfy { $0 < outcome.decidedAt ?? scenario.limit }
  }

  var digest: Digest { run.cluster.account.digest }

  // MARK: Judging

  /// What isn't as a story expects it, in words.
  mutating func flaws(in expectations: [Story.Expectation]) -> [String] {
    expectations.flatMap { flaws(in: $0) }
  }

  private mutating func flaws(in expectation: Story.Expectation) -> [String] {
    func unless(_ holds: Bool, _ text: @autoclosure () -> String) -> [String] {
      holds ? [] : [text()]
    }
    switch expectation {
    case .safe: return run.violations.map(\.description)
    case .live:
      return unless(
        outcome.isLive && outcome.excuse == nil,
        "not live, decided \(run.decided): \(run.diagnosis)")
    case .stuck(let words): return stuck(words)
    case .recovers:
      let settlement = run.settle(.healed)
      return unless(settlement.isSettled, "didn't recover: \(run.diagnosis)")
    case .halts(let span):
      let within = record.decisions.filter { Self.contains(span, $0) }
      return unless(within.isEmpty, "decided at \(within)")
    case .decides(let span):
      return unless(
        record.decisions.contains { Self.contains(span, $0) }, "nothing decided in \(span)")
    case .forked(let culprits): return forked(culprits)
    case .convicts(let culprits):
      let convicted = Self.machines(run.oracle.accountability.evidence.map(\.culprit))
      return unless(convicted == culprits, "convicted were \(convicted)")
    case .views(let count):
      return unless(run.viewChanges.count >= count, "\(run.viewChanges.count) views")
    case .steady: return unless(run.viewChanges.isEmpty, "\(run.viewChanges.count) views")
    case .epoch(let epoch):
      let epochs = run.oracle.vantage.names.indices.filter(run.oracle.vantage.isCorrect)
        .filter { run.cluster.liveness[$0] }.map { run.cluster.replica(at: $0).epoch }
      return unless(epochs.allSatisfy { $0 == Epoch(epoch) }, "epochs \(epochs)")
    case .transfers(let nodes):
      return unless(
        nodes.allSatisfy(record.transferred.contains), "transferred: \(record.transferred)")
    case .unfit(let nodes): return unless(record.unfit == nodes, "unfit: \(record.unfit)")
    case .dies(let nodes): return unless(record.fullDisks == nodes, "died: \(record.fullDisks)")
    case .refuses: return unless(record.damaged > 0, "nothing was refused")
    }
  }

  private mutating func stuck(_ words: String) -> [String] {
    guard outcome.decidedAt == nil else { return ["it isn't stuck"] }
    let settlement = run.settle(.frozen)
    let text = "\(settlement.diagnosis?.description ?? "") \(settlement.excuse?.description ?? "")"
    guard !settlement.isSettled, settlement.excuse != nil else { return ["no excuse: \(text)"] }
    return text.contains(words) ? [] : ["other words: \(text)"]
  }

  private func forked(_ culprits: NodeSet) -> [String] {
    guard run.violations.first?.kind == .fork else { return ["no fork: \(run.violations)"] }
    // What a fork brings with it, and no more.
    let others = Set(run.violations.map(\.kind)).subtracting([
      .fork, .state, .sessions, .linearisability, .certificate,
    ])
    let verdict = Self.machines(run.oracle.accountability.verdict.map { Array($0.culprits) } ?? [])
    return (others.isEmpty ? [] : ["also \(others.map(\.rawValue).sorted())"])
      + (verdict == culprits ? [] : ["convicted were \(verdict)"])
  }

  private static func contains(_ span: TimeSpan, _ time: Micros) -> Bool {
    time >= span.begins && span.ends.map { time < $0 } ?? true
  }

  private static func machines(_ names: [ReplicaID]) -> NodeSet {
    NodeSet(names.map { Int($0.rawValue) })
  }
}
