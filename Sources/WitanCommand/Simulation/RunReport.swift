import Witan
import WitanCrypto
import WitanProofs
import WitanSimulation

/// What a run came to, for people.
struct RunReport {
  let scenario: Scenario
  let run: Run
  let outcome: Run.Outcome
  let wallMillis: Double

  /// How scripts see it.
  var exitCode: ExitCode { !run.isSafe ? .safety : outcome.isLive ? .success : .liveness }

  /// How long blocks took; nil when no quorum of correct replicas executed any.
  var finality: Percentiles? { Percentiles(run.finalities) }

  /// Prints it.
  func print(to output: Output) {
    output.table(summary)
    explain(output)
    output.line()
    output.table(messages)
    if let rewards {
      output.line()
      output.table(rewards)
    }
    if !run.culprits.isEmpty {
      output.line()
      output.table(culprits)
    }
    if !run.violations.isEmpty { printViolations(output) }
    printEvidence(output)
  }

  private var summary: Table {
    var table = Table([.init(""), .init("")])
    func row(_ name: String, _ text: String, _ tone: Tone? = nil) {
      table.append(Table.Cell(name, .faint), Table.Cell(text, tone))
    }
    let total = run.cluster.weight(of: run.cluster.genesis.members.quorum.total)
    row("replicas", "\(Human.count(scenario.replicas)), weighing \(total)")
    let (decided, blocks) = (run.decided.rawValue, scenario.blocks)
    let extra = decided > blocks ? ", and \(decided - blocks) more" : ""
    row(
      "decided",
      "\(min(decided, blocks)) of \(blocks) blocks\(extra), executed by every correct replica")
    switch scenario.judge {
    case .none: break
    case .simulated: row("claims", "\(Human.count(run.claims)), judged by a stand-in for Z3")
    case .real:
      row(
        "claims",
        "\(Human.count(run.claims)), judged by each replica with Z3 \(SolverContext.version)"
      )
    }
    let count = run.violations.filter(\.kind.isSafety).count
    row(
      "safe", run.isSafe ? "yes" : "no: \(count) violation\(count == 1 ? "" : "s")",
      run.isSafe ? .good : .bad)
    row("live", outcome.isLive ? "yes" : "no: \(shortfall)", outcome.isLive ? .good : .bad)
    let changes = run.viewChanges.count
    row(
      "views",
      changes == 0 ? "1" : "\(changes + 1), after \(changes) change\(changes == 1 ? "" : "s")")
    row("finality", finality?.text ?? "none: no quorum of correct replicas executed one block")
    if let gossip { row("gossip", gossip) }
    if scenario.followers > 0 {
      let (present, informed) = run.cluster.following(run.decided)
      row(
        "followers",
        "\(Human.count(present)) of \(Human.count(scenario.followers)) are there, "
          + "\(Human.count(informed)) of them know block \(run.decided)")
    }
    row("virtual time", Human.time(run.cluster.now))
    row("wall time", Human.time(nanoseconds: wallMillis * 1e6))
    row("digest", run.cluster.account.digest.hex)
    return table
  }

  /// What was passed on.
  private var gossip: String? {
    guard scenario.topology == .gossip else { return nil }
    return "\(Human.count(run.cluster.gossiped)) messages from neighbour to neighbour"
  }

  private var shortfall: String {
    outcome.decidedAt == nil
      ? "not all were decided by the limit of \(scenario.limit)"
      : "what was asked last wasn't executed"
  }

  // MARK: Why

  /// Why it isn't live, in sentences.
  var reasons: [String] {
    guard !outcome.isLive else { return [] }
    var sentences: [String] = []
    if case .tooManyFaulty(let power, let bound) = outcome.excuse {
      let (lie, bear) = (run.cluster.weight(of: power), run.cluster.weight(of: bound))
      sentences.append(
        "No progress is promised: members weighing \(lie) lie; the network bears \(bear).")
    }
    sentences += outcome.diagnosis?.sentences ?? []
    if outcome.excuse == nil, outcome.decidedAt == nil, isStillGoing {
      sentences.append("Blocks were still being decided: a longer --limit would let more be.")
    }
    return sentences
  }

  /// Whether blocks came in so fast until the end that none can be said to be missing.
  private var isStillGoing: Bool {
    guard let last = run.lastDecision else { return false }
    let wait = run.cluster.now - last
    return wait <= max((finality?.max ?? 0) * 2, .seconds(1))
  }

  private func explain(_ output: Output) {
    let reasons = reasons
    guard !reasons.isEmpty else { return }
    output.line()
    for sentence in reasons {
      for (index, line) in sentence.wrapped(to: 92).enumerated() {
        output.line(output.paint(index == 0 ? "  - " : "    ", .faint) + line)
      }
    }
  }

  // MARK: What was sent

  /// What was sent, kind by kind.
  var traffic: [(name: String, traffic: Account.Traffic)] {
    let account = run.cluster.account
    return StatementKind.allCases.compactMap { kind in
      account.byKind[kind].map { (kind.name, $0) }
    }
  }

  private var messages: Table {
    var table = Table([.init("messages"), .init("count", .right), .init("size", .right)])
    let account = run.cluster.account
    for (name, traffic) in traffic {
      table.append(
        .init(name), .init(Human.count(traffic.messages)), .init(Human.bytes(traffic.bytes)))
    }
    let (count, bytes) = traffic.reduce((0, 0)) {
      ($0.0 + $1.traffic.messages, $0.1 + $1.traffic.bytes)
    }
    if account.messages > count {
      table.append(
        "requests passed on", .init(Human.count(account.messages - count)),
        .init(Human.bytes(account.bytes - bytes)))
    }
    table.append(
      .init("all", .strong), .init(Human.count(account.messages), .strong),
      .init(Human.bytes(account.bytes), .strong))
    return table
  }

  // MARK: Who lied

  private var culprits: Table {
    var table = Table([
      .init("liar"), .init("adversary"), .init("what it did"), .init("given up", .right),
      .init("refused", .right), .init("convicted"),
    ])
    for culprit in run.culprits {
      table.append(
        .init(run.cluster.label(of: culprit.machine), .strong),
        .init(scenario.roles(of: culprit.name).joined(separator: ", ")),
        .init(run.cluster.deeds(of: culprit.machine).words),
        .init(culprit.suspicions == 0 ? "" : "\(Human.count(culprit.suspicions))×"),
        .init(culprit.refusals == 0 ? "" : "\(Human.count(culprit.refusals))×"),
        .init(conviction(of: culprit)))
    }
    return table
  }

  private func conviction(of culprit: Run.Culprit) -> String {
    if let time = culprit.convictedAt { return "at \(Human.time(time))" }
    return run.proofs.contains { $0.culprit == culprit.name } ? "by an audit" : "no"
  }

  private func printViolations(_ output: Output) {
    output.line()
    output.line(output.paint("Violations:", .strong))
    let shown = 12
    for violation in run.violations.prefix(shown) {
      let place = violation.sequence == 0 ? "" : " #\(violation.sequence)"
      let head =
        "\(violation.kind.rawValue)\(place) at \(run.cluster.label(of: violation.node)), \(Human.time(violation.time))"
      output.line("  \(output.paint(head, .bad)): \(violation.detail)")
    }
    if run.violations.count > shown { output.line("  and \(run.violations.count - shown) more") }
  }

  private func printEvidence(_ output: Output) {
    let proofs =
      run.proofs.map { (culprit: $0.culprit, kind: 0, words: $0.words) }
      + run.falseVotes.map { (culprit: $0.culprit, kind: 1, words: $0.words) }
    guard !proofs.isEmpty else { return }
    output.line()
    output.line(output.paint("Evidence:", .strong))
    for (index, proof) in proofs.enumerated() {
      func isAlike(_ other: (culprit: ReplicaID, kind: Int, words: String)) -> Bool {
        other.culprit == proof.culprit && other.kind == proof.kind
      }
      guard !proofs[..<index].contains(where: isAlike) else { continue }
      let more = proofs.count(where: isAlike) - 1
      output.line(
        "  \(output.paint("\(proof.culprit)", .strong)) \(proof.words)"
          + (more > 0 ? ", and \(more) more like it" : ""))
    }
  }
}

/// The usual points of a distribution of spans.
struct Percentiles {
  let p50: Micros
  let p99: Micros
  let max: Micros

  /// Those of some spans; nil when there are none.
  init?(_ spans: [Micros]) {
    let sorted = spans.sorted()
    guard let last = sorted.last else { return nil }
    p50 = sorted[sorted.count / 2]
    p99 = sorted[sorted.count * 99 / 100]
    max = last
  }

  /// `p50 60.0 ms, p99 80.0 ms, max 80.0 ms`.
  var text: String { "p50 \(Human.time(p50)), p99 \(Human.time(p99)), max \(Human.time(max))" }
}
