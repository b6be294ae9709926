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
  /// When the last block that was to be decided was; nil if the limit came first.
  private(set) var decidedAt: Micros?
  private var settlement: Run.Settlement?
  private var hasExecuted = false
  private var isSafe = true

  init(_ scenario: Scenario) throws {
    self.scenario = scenario
    var configuration = scenario.configuration
    configuration.keepsAccount = true
    var load = Run.Load()
    load.operations = scenario.claims
    run = try Run(configuration, blocks: scenario.blocks, load: load)
    run.cluster.plan(scenario.faults)
  }

  /// When the last of what is planned has begun or ended.
  private var last: Micros {
    scenario.faults.reduce(scenario.stabilisation ?? 0) { max($0, $1.ends ?? $1.begins) }
  }

  /// Whether everything that befalls the cluster does so while there is something left to decide.
  var saysInTime: Bool {
    let begins = scenario.faults.map(\.begins) + scenario.adversaries.map(\.trigger.from)
    return begins.allSatisfy { $0 < decidedAt ?? scenario.limit }
  }

  var digest: Digest { run.cluster.account.digest }

  /// Asks until all is decided, or the limit has come, or something happened that must never happen. If all is decided,
  /// waits until what ends of the faults has ended, and until all that was asked is executed.
  mutating func tell() {
    var known: SequenceNumber = 0
    while run.cluster.now < scenario.limit, isSafe, step() {
      // Looked at once a block: it asks every machine.
      guard run.decidedFinally > known || run.decidedFinally >= run.target else { continue }
      known = run.decidedFinally
      guard run.isDone else { continue }
      decidedAt = run.cluster.now
      run.isAsking = false
      while run.cluster.now < last, step() {}
      settlement = run.settle(.frozen)
      return
    }
  }

  private mutating func step() -> Bool {
    guard run.cluster.step() else { return false }
    hasExecuted = false
    for happening in run.cluster.happenings { note(happening) }
    var moments: [Micros] = []
    run.takeStock { moments.append($0.time) }
    decisions += moments
    // What goes wrong shows when something is executed.
    if hasExecuted { isSafe = run.isSafe }
    return true
  }

  private mutating func note(_ happening: Happening) {
    switch happening.event {
    case .executed: hasExecuted = true
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
        settlement?.isSettled ?? false, "not live, decided \(run.decided): \(run.diagnosis)")
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
    guard decidedAt == nil else { return ["it isn't stuck"] }
    let settlement = run.settle(.frozen)
    let text = "\(settlement.diagnosis?.description ?? "") \(settlement.excuse?.description ?? "")"
    guard !settlement.isSettled, settlement.excuse != nil else { return ["no excuse: \(text)"] }
    return text.contains(words) ? [] : ["other words: \(text)"]
  }

  private func forked(_ culprits: NodeSet) -> [String] {
    let kinds = Set(run.violations.map(\.kind))
    guard kinds.contains(.fork) else { return ["no fork"] }
    // What a fork brings with it, and no more.
    let others = kinds.subtracting([.fork, .state, .sessions, .linearisability])
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
