import Witan
import WitanSimulation

/// A campaign from its first scenario to its report.
struct CampaignRun {
  private let options: CampaignCommand.Options
  private let output: Output
  private let plan: CampaignPlan
  private let crew: Crew

  init(_ options: CampaignCommand.Options, _ output: Output) {
    self.options = options
    self.output = output
    plan = CampaignPlan(seed: options.seed, profile: options.profile, shard: options.shard)
    crew = Crew(size: options.jobs ?? Crew.processors)
  }

  /// Runs it all and gives an account of it.
  func complete() throws -> ExitCode {
    let start = Clock.wall.nanoseconds
    // Now, not when hours of work are to be saved there.
    if let folder = options.folder { try TextFile.makeFolder(folder) }
    var summary = CampaignSummary(origin: plan.seed)
    let journal = try options.out.map { try CampaignJournal($0, for: plan, into: &summary) }
    if summary.scenarios > 0 {
      output.note("going on after \(Human.count(summary.scenarios)) scenarios")
    }
    let before = summary.scenarios
    try explore(&summary, journal, since: start)
    let wall = Double(Clock.wall.nanoseconds - start) / 1e9
    let files = try shrink(&summary, journal)
    let report = CampaignReport(
      plan: plan, summary: summary, files: files,
      wallSeconds: before == 0 ? wall : nil)
    report.print(to: output)
    output.record(summary.json(wallSeconds: report.wallSeconds))
    return report.exitCode
  }

  /// Prints what would be run.
  func printScenarios() {
    for place in 0..<(target ?? 1) {
      let seed = plan.seed(at: place)
      let text = plan.scenario(seed).description
      output.record(["seed": .unsigned(seed), "scenario": .string(text)])
      output.line("\(place == 0 ? "" : "\n")# seed \(seed)\n\(text.dropLast())")
    }
  }

  /// How many scenarios this part has in the end; nil if only the time limits them.
  private var target: UInt64? {
    if let count = options.count { return plan.share(of: count) }
    return options.span == nil ? plan.share(of: CampaignCommand.usualCount) : nil
  }

  private func explore(
    _ summary: inout CampaignSummary, _ journal: CampaignJournal?, since start: UInt64
  ) throws {
    var place = summary.scenarios
    let (plan, target) = (plan, target)
    let deadline = options.span.map { start + $0.rawValue * 1_000 }
    let pace = Pace(from: place, to: target, start: start, deadline: deadline)
    let progress = output.progress("scenarios")
    try crew.work(at: {
      if let target, place >= target { return nil }
      if let deadline, Clock.wall.nanoseconds >= deadline { return nil }
      defer { place += 1 }
      return plan.seed(at: place)
    }) { seed in
      CampaignRecord(running: seed, of: plan)
    } deliver: { _, record in
      try journal?.add(record)
      let kinds = summary.firsts.count
      summary.add(record)
      if summary.firsts.count > kinds, let fault = record.fault, plan.profile != .canary {
        progress.finish()
        output.note("seed \(record.seed): \(fault.detail)")
      }
      progress.update(
        Int(clamping: summary.scenarios), of: target.map { Int(clamping: $0) },
        detail: pace.text(summary))
      return true
    }
    progress.finish()
  }

  // MARK: What failed

  /// Makes the first failure of each kind small, and saves it.
  private func shrink(
    _ summary: inout CampaignSummary, _ journal: CampaignJournal?
  ) throws -> [Violation.Kind: String] {
    var failures = summary.unshrunk[...]
    let budget = options.shrinking
    let progress = output.progress("making failures small")
    progress.update(0, of: failures.count)
    try crew.work(at: { failures.popFirst() }) { failure in
      CampaignSummary.Shrunk(shrinking: failure, budget: budget)
    } deliver: { _, shrunk in
      guard let shrunk else { return true }
      try journal?.add(shrunk)
      summary.add(shrunk)
      return true
    }
    progress.finish()
    return try save(summary)
  }

  private func save(_ summary: CampaignSummary) throws -> [Violation.Kind: String] {
    guard let folder = options.folder ?? (plan.profile == .canary ? nil : ".") else { return [:] }
    var files: [Violation.Kind: String] = [:]
    for (kind, failure) in summary.firsts {
      let name = "\(plan.profile.rawValue)-\(kind.rawValue)-\(failure.seed).scenario"
      let path = folder == "." ? name : "\(folder)/\(name)"
      let text = summary.shrunk[kind]?.scenario ?? failure.fault.scenario
      let story = """
        # \(failure.fault.detail.split(separator: "\n").joined(separator: " "))
        # Found by witan campaign --profile \(plan.profile.rawValue) --seed \(failure.seed) --count 1

        """
      try TextFile.write(story + text, to: path)
      files[kind] = path
    }
    return files
  }
}

/// How fast a campaign goes, and how long it will take.
private struct Pace {
  let from: UInt64
  let to: UInt64?
  let start: UInt64
  let deadline: UInt64?

  init(from: UInt64, to: UInt64?, start: UInt64, deadline: UInt64?) {
    self.from = from
    self.to = to
    self.start = start
    self.deadline = deadline
  }

  /// `512 a second, 1 min 20 s left, 2 failed`.
  func text(_ summary: CampaignSummary) -> String {
    let now = Clock.wall.nanoseconds
    let done = summary.scenarios - from
    let speed = Double(done) / max(1e-9, Double(now - start) / 1e9)
    var lefts: [Double] = []
    if let to, speed > 0 { lefts.append(Double(to - min(to, summary.scenarios)) / speed) }
    if let deadline { lefts.append(now < deadline ? Double(deadline - now) / 1e9 : 0) }
    var parts = ["\(Human.number(speed)) a second"]
    if let left = lefts.min() { parts.append("\(Human.time(nanoseconds: left * 1e9)) left") }
    let failed = summary.failures.count
    if failed > 0 { parts.append("\(failed) failed") }
    return parts.joined(separator: ", ")
  }
}

extension CampaignSummary.Shrunk {
  /// The smallest scenario that fails as this one does; nil if it can't be read back, or doesn't fail again.
  init?(shrinking failure: CampaignSummary.Failure, budget: Int) {
    let kind = failure.fault.kind
    guard let scenario = try? Scenario(parsing: failure.fault.scenario),
      (try? Trial(of: scenario))?.verdict?.kind == kind
    else { return nil }
    var shrinker = ScenarioShrinker(scenario, kind: kind, budget: budget)
    shrinker.shrink()
    self.init(
      seed: failure.seed, kind: kind, scenario: shrinker.best.description,
      attempts: UInt64(shrinker.attempts))
  }
}
