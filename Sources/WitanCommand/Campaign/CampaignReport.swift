import WitanSimulation

/// What a campaign came to, for people, and what that means for scripts.
struct CampaignReport {
  let plan: CampaignPlan
  let summary: CampaignSummary
  /// Where scenarios were saved, by kind of failure.
  var files: [Violation.Kind: String] = [:]
  /// How long it took; nil where it was put together from files.
  var wallSeconds: Double?

  /// How it ended. The canary's liars are too many: to find what they do is what is wanted.
  var exitCode: ExitCode {
    guard plan.profile == .canary else {
      return summary.isSafe ? summary.isLive ? .success : .liveness : .safety
    }
    guard unexplained.isEmpty else { return .safety }
    return summary.scenarios > 0 && missed.isEmpty ? .success : .bad
  }

  /// The kinds of failure that no number of liars explains: whoever is correct can't be convicted by anybody, and
  /// can't be brought to contradict itself.
  private static let inexcusable: Set<Violation.Kind> = [
    .falseEvidence, .contradiction, .memory, .invariant, .liveness,
  ]

  private var unexplained: [Violation.Kind] {
    Violation.Kind.allCases.filter { Self.inexcusable.contains($0) && summary.firsts[$0] != nil }
  }

  /// The adversaries of the canary that were cast and never found out. One that was cast a few times only is given the
  /// benefit of the doubt.
  private var missed: [String] {
    Profile.canary.adversaries.filter {
      (summary.drawn[$0] ?? 0) >= 20 && summary.caught[$0] == nil
    }
  }

  // MARK: For people

  /// Prints it.
  func print(to output: Output) {
    printFailures(to: output)
    printCoverage(to: output)
    output.line()
    printVerdict(to: output)
  }

  private func printVerdict(to output: Output) {
    var table = Table([.init(""), .init("")])
    func row(_ name: String, _ text: String, _ tone: Tone? = nil) {
      table.append(Table.Cell(name, .faint), Table.Cell(text, tone))
    }
    let speed = wallSeconds.map {
      " in \(Human.time(nanoseconds: $0 * 1e9)), \(Human.number(Double(summary.scenarios) / max($0, 1e-9))) a second"
    }
    row("scenarios", "\(Human.count(summary.scenarios))\(speed ?? "")")
    row("decided", "\(Human.count(summary.decided)) blocks, \(Human.count(summary.events)) events")
    let isCanary = plan.profile == .canary
    let (unsafe, stuck) = (summary.scenarios - summary.safe, summary.scenarios - summary.live)
    let tone: Tone = isCanary ? .doubtful : .bad
    row(
      "safe", unsafe == 0 ? "all" : "\(Human.count(unsafe)) weren't", unsafe == 0 ? .good : tone)
    row("live", stuck == 0 ? "all" : "\(Human.count(stuck)) weren't", stuck == 0 ? .good : .bad)
    if !summary.unreached.isEmpty {
      row("never reached", summary.unreached.joined(separator: ", "), .doubtful)
    }
    let undrawn = summary.undrawn(by: plan.profile)
    if !undrawn.isEmpty { row("never drawn", undrawn.joined(separator: ", "), .doubtful) }
    if isCanary {
      row(
        "canary",
        missed.isEmpty
          ? "too many liars were found out" : "not found out: \(missed.joined(separator: ", "))",
        missed.isEmpty ? .good : .bad)
    }
    output.table(table)
  }

  private func printCoverage(to output: Output) {
    let reached = column(Milestone.allCases.map(\.rawValue), summary.reached)
    let features = column(Feature.allCases.map(\.rawValue), summary.drawn)
    let liars = column(Adversaries.all.map(\.name), summary.drawn)
    let sizes = summary.sizes.sorted { $0.key < $1.key }.map {
      [Table.Cell("\($0.key)"), Table.Cell(percent($0.value))]
    }
    var table = Table([
      .init("reached"), .init("", .right), .init("drawn"), .init("", .right), .init("adversary"),
      .init("", .right), .init("replicas"), .init("", .right),
    ])
    let columns = [reached, features, liars, sizes]
    for index in 0..<(columns.map(\.count).max() ?? 0) {
      table.append(
        columns.flatMap { index < $0.count ? $0[index] : [Table.Cell(""), Table.Cell("")] })
    }
    output.table(table)
  }

  private func column(_ names: [String], _ counts: [String: UInt64]) -> [[Table.Cell]] {
    names.map { name in
      guard let count = counts[name] else {
        return [Table.Cell(name, .doubtful), Table.Cell("never", .doubtful)]
      }
      return [Table.Cell(name), Table.Cell(percent(count))]
    }
  }

  private func percent(_ count: UInt64) -> String {
    let share = 100 * Double(count) / Double(max(1, summary.scenarios))
    return share >= 99.95 ? "100%" : "\(Human.decimal(share, places: share < 10 ? 2 : 1))%"
  }

  private func printFailures(to output: Output) {
    for kind in Violation.Kind.allCases {
      guard let failure = summary.firsts[kind] else { continue }
      let others = summary.failures.filter { $0.fault.kind == kind }.dropFirst().map(\.seed)
      output.line(output.paint(failure.fault.detail, .bad))
      output.line("seed \(failure.seed)\(Self.also(Array(others)))")
      if let file = files[kind] { output.line("witan replay \(file.quotedIfNeeded)") }
      let text = summary.shrunk[kind]?.scenario ?? failure.fault.scenario
      for line in text.split(separator: "\n") { output.line("  \(line)") }
      output.line()
    }
  }

  private static func also(_ seeds: [UInt64]) -> String {
    guard !seeds.isEmpty else { return "" }
    let shown = seeds.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return "; also \(shown)\(seeds.count > 8 ? " and \(seeds.count - 8) more" : "")"
  }
}
