import Testing
import Witan
import WitanCrypto

@testable import WitanSimulation

/// A scenario as it runs under the eyes of all checkers, and what is remembered of it.
struct Telling {
  let scenario: Scenario
  var run: Run
  /// When blocks were decided by a quorum.
  private(set) var decisions: [Micros] = []
  private(set) var unfit: NodeSet = []
  private(set) var fullDisks: NodeSet = []
  private(set) var transferred: NodeSet = []
  private(set) var damaged = 0
  /// Whether as many blocks as the scenario says were decided after all that is planned had happened.
  private(set) var isLive = false
  private var settlement: Run.Settlement?

  init(_ scenario: Scenario) throws {
    self.scenario = scenario
    var configuration = scenario.configuration
    configuration.keepsAccount = true
    var load = Run.Load()
    load.operations = scenario.claims
    run = try Run(configuration, blocks: .max, load: load)
    run.cluster.plan(scenario.faults)
  }

  /// When the last of what is planned has begun or ended.
  private var last: Micros {
    let moments =
      scenario.faults.map { $0.ends ?? $0.begins }
      + scenario.adversaries.map { $0.trigger.until ?? $0.trigger.from }
    return max(moments.max() ?? 0, scenario.stabilisation ?? 0)
  }

  var digest: Digest { run.cluster.account.digest }

  /// Lets it all happen, and then as many more blocks be decided as the scenario says, as long as it allows.
  mutating func tell() {
    let (last, blocks) = (last, scenario.blocks)
    var goal: SequenceNumber?
    var known = run.decidedFinally
    while run.cluster.now < scenario.limit, step() {
      if goal == nil, run.cluster.now >= last { goal = run.decidedFinally.advanced(by: blocks) }
      guard let goal, run.decidedFinally >= goal, run.decidedFinally > known else { continue }
      // Looked at once a block: it asks every machine.
      known = run.decidedFinally
      isLive = run.decided >= goal
      if isLive { break }
    }
  }

  private mutating func step() -> Bool {
    guard run.cluster.step() else { return false }
    for happening in run.cluster.happenings { note(happening) }
    var moments: [Micros] = []
    run.takeStock { moments.append($0.time) }
    decisions += moments
    return true
  }

  private mutating func note(_ happening: Happening) {
    switch happening.event {
    case .unfit: unfit.insert(happening.node)
    case .died(.diskFull): fullDisks.insert(happening.node)
    case .installed: transferred.insert(happening.node)
    case .report(.rejected(.malformed, _, _)), .report(.rejected(.badSignature, _, _)):
      damaged += 1
    default: break
    }
  }

  // MARK: Judging

  /// What isn't as a story expects it, in words.
  mutating func faults(in expectations: [Story.Expectation]) -> [String] {
    // Whatever is expected to go on comes to rest, too.
    if isLive { settlement = run.settle(scenario.calm == nil ? .frozen : .healed) }
    return expectations.flatMap { fault(in: $0) }
  }

  private mutating func fault(in expectation: Story.Expectation) -> [String] {
    func unless(_ holds: Bool, _ text: @autoclosure () -> String) -> [String] {
      holds ? [] : [text()]
    }
    switch expectation {
    case .safe: return run.violations.map(\.description)
    case .live:
      let isSettled = settlement?.isSettled ?? false
      return unless(
        isLive && isSettled, "not live, decided \(run.decided): \(run.diagnosis)")
    case .stuck(let words): return stuck(words)
    case .recovers:
      let settlement = run.settle(.healed)
      return unless(settlement.isSettled, "didn't recover: \(run.diagnosis)")
    case .halts(let span):
      let within = decisions.filter { Self.contains(span, $0) }
      return unless(within.isEmpty, "decided at \(within)")
    case .decides(let span):
      return unless(decisions.contains { Self.contains(span, $0) }, "nothing decided in \(span)")
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
      return unless(nodes.allSatisfy(transferred.contains), "transferred: \(transferred)")
    case .unfit(let nodes): return unless(unfit == nodes, "unfit: \(unfit)")
    case .dies(let nodes): return unless(fullDisks == nodes, "died: \(fullDisks)")
    case .refuses: return unless(damaged > 0, "nothing was refused")
    }
  }

  private mutating func stuck(_ words: String) -> [String] {
    guard !isLive else { return ["it isn't stuck"] }
    let settlement = run.settle(.frozen)
    let text = "\(settlement.diagnosis?.description ?? "") \(settlement.excuse?.description ?? "")"
    guard !settlement.isSettled, settlement.excuse != nil else { return ["no excuse: \(text)"] }
    return text.contains(words) ? [] : ["other words: \(text)"]
  }

  private func forked(_ culprits: NodeSet) -> [String] {
    let kinds = Set(run.violations.map(\.kind))
    guard kinds.contains(.fork) else { return ["no fork"] }
    // What a fork brings with it, and no more.
    let others = kinds.subtracting([.fork, .state, .linearisability])
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
