import Testing

/// Runs a property: what failed before, the simplest case, as many others as are wanted; then makes what
/// failed small.
struct Runner {
  /// A failure that nothing was done about yet.
  struct Finding {
    var failure: Failure
    var recording: Recording
    /// What the case was fed, where it isn't known what it chose.
    var unrecorded: Feed?
  }

  /// Failures beyond so many wait for the next run.
  static let findingsLimit = 5

  let site: Site
  let options: PropertyOptions
  let evaluator: Evaluator
  let seed: UInt64
  var tally = Tally()
  var findings: [Finding] = []
  var report: PropertyReport
  var search = TargetedSearch()
  private let start = ContinuousClock.now

  init(_ site: Site, _ options: PropertyOptions, _ evaluator: Evaluator) {
    self.site = site
    self.options = options
    self.evaluator = evaluator
    seed = options.seed ?? site.seed
    report = PropertyReport(title: site.title, key: site.key, seed: seed)
  }

  /// Everything; the report is all that is left of it.
  mutating func run() -> PropertyReport {
    if let token = options.replay {
      replay(token)
      return finished()
    }
    if options.isSaving { runSaved() }
    runSeeded()
    if findings.isEmpty { runSearch() }
    for finding in findings { report.failures.append(examine(finding)) }
    if options.isSaving {
      let lasting = report.failures.filter { $0.failure.kind != .flaky }
      SavedCases(site).leave(lasting.compactMap(\.token))
    }
    if report.failures.isEmpty { checkHealth() }
    return finished()
  }

  /// Every case there is, up to a limit.
  mutating func runEvery(limit: Int) -> PropertyReport {
    if !enumerate(limit: limit), findings.isEmpty {
      let message = "there are more than \(limit) cases; draw from smaller ranges"
      fail(.health, "size", message)
    }
    for finding in findings { report.failures.append(examine(finding)) }
    return finished()
  }

  private mutating func finished() -> PropertyReport {
    report.cases = tally.cases
    report.discarded = tally.discarded
    report.distribution = tally.lines
    report.bestScores = search.best.mapValues(\.score)
    return report
  }

  mutating func fail(_ kind: Failure.Kind, _ identity: String, _ message: String) {
    let failure = Failure(kind: kind, identity: identity, message: message)
    report.failures.append(.init(failure: failure, choices: nil))
  }

  var elapsed: Duration { ContinuousClock.now - start }

  // MARK: - Cases that are known

  private mutating func replay(_ token: String) {
    guard let choices = Choices(token: token) else {
      return fail(.stale, token, "\"\(token)\" isn't a whole token")
    }
    guard let result = evaluator.run(.choices(choices), isExplaining: true) else { return }
    tally.add(result)
    if let failure = result.failure {
      report.failures.append(
        .init(
          failure: failure, choices: choices, drawn: result.log.drawn, notes: result.log.notes))
    } else if !result.recording.fits {
      fail(.stale, token, "the token is stale: the property makes other choices now, and passes")
    }
  }

  /// What failed before comes first. What was committed stays a case even when it passes, as long as it
  /// means what it did.
  private mutating func runSaved() {
    for saved in SavedCases(site).all {
      guard let choices = Choices(token: saved.token) else {
        if let place = saved.place {
          fail(.stale, place, "\(place): \"\(saved.token)\" isn't a whole token")
        }
        continue
      }
      guard let result = evaluator.run(.choices(choices)) else { continue }
      if result.failure != nil {
        keep(result)
      } else if let place = saved.place, !result.recording.fits {
        fail(.stale, place, "\(place): the token is stale: the property makes other choices now")
      }
    }
  }

  // MARK: - Cases that a seed makes

  private mutating func runSeeded() {
    var index = 0
    var firstFailure: Int?
    var isSmall: Bool?
    while wantsMore(index, since: firstFailure) {
      let size = min(32, max(1, options.time == nil ? wanted - tally.cases : 32))
      let batch = (index..<(index + size)).map(feed)
      index += size
      for result in evaluator.run(batch) { note(result) }
      if firstFailure == nil, !findings.isEmpty { firstFailure = index }
      if isSmall == nil {
        isSmall = space <= Double(options.cases)
        if isSmall == true, findings.isEmpty, options.time == nil, enumerate(limit: options.cases) {
          return
        }
      }
    }
  }

  /// The simplest case is the first. Each of the others has a seed of its own, so that it doesn't matter who
  /// runs it, and when.
  private func feed(_ index: Int) -> Feed {
    guard index > 0 else { return .choices([]) }
    var draw = Draw(seed: seed).split("case", UInt64(index))
    return .seed(draw.next())
  }

  /// As many as were asked for; more as long as it isn't certain whether enough are as required.
  private var wanted: Int {
    let isExtended = tally.cases >= options.cases && findings.isEmpty && tally.isUndecided
    return isExtended ? min(tally.cases * 2, options.cases * 16) : options.cases
  }

  private mutating func wantsMore(_ index: Int, since firstFailure: Int?) -> Bool {
    guard !evaluator.isLost, findings.count < Self.findingsLimit else { return false }
    // After a failure, others may be found: as many cases are run as that one took, or a few.
    if let firstFailure, index >= max(2 * firstFailure, min(options.cases, 200)) { return false }
    if let time = options.time { return elapsed < time }
    if tally.cases >= wanted { return false }
    let patience = options.patience
    if elapsed > patience {
      if !options.allowed.contains(.slowness), findings.isEmpty, tally.cases < options.cases {
        fail(
          .health, "slowness",
          "too slow: \(tally.cases) of \(options.cases) cases took \(patience)")
      }
      return false
    }
    guard index >= 10 * wanted else { return true }
    if !options.allowed.contains(.discards) {
      fail(
        .health, "discards",
        "\(tally.discarded) of \(index) cases were discarded: draw what is wanted, instead of "
          + "drawing anything and assuming")
    }
    return false
  }

  mutating func note(_ result: CaseResult) {
    tally.add(result)
    search.note(result)
    keep(result)
    let outcomes = result.recording.entries.map { Double($0.bound) + 1 }
    space = max(space, outcomes.reduce(1, *))
  }

  /// How many cases there are at least, as far as was seen.
  private var space: Double = 1

  /// Keeps a failure that isn't known yet.
  mutating func keep(_ result: CaseResult) {
    guard let failure = result.failure, findings.count < Self.findingsLimit,
      !findings.contains(where: { $0.failure == failure })
    else { return }
    findings.append(
      Finding(
        failure: failure, recording: result.recording, unrecorded: result.unrecorded))
  }

  /// Runs every case there is: the choices counted up like an odometer, the last one first. False if there are
  /// more than the limit; then it is as if nothing had been run, but for failures.
  private mutating func enumerate(limit: Int) -> Bool {
    var every = Tally()
    var next: [UInt64]? = []
    while let prefix = next {
      guard every.cases + every.discarded < limit, findings.count < Self.findingsLimit,
        let result = evaluator.run(.choices(Choices(prefix)))
      else { return false }
      every.add(result)
      search.note(result)
      keep(result)
      let entries = result.recording.entries
      next = entries.lastIndex { $0.value < $0.bound }.map { place in
        entries[..<place].map(\.value) + [entries[place].value + 1]
      }
    }
    tally = every
    report.isExhaustive = true
    return true
  }

  // MARK: - Health

  private mutating func checkHealth() {
    report.failures += tally.missed(ofAll: report.isExhaustive).map {
      .init(failure: $0, choices: nil)
    }
    if !options.allowed.contains(.size), tally.truncated * 10 > tally.cases {
      fail(
        .health, "size",
        "\(tally.truncated) of \(tally.cases) cases made more than \(options.choices) choices")
    }
    guard !options.allowed.contains(.degeneracy), tally.cases > 0 else { return }
    if tally.longest == 0 {
      fail(.health, "degeneracy", "the property draws nothing: there is but one case")
    } else if !report.isExhaustive, tally.cases >= 50, tally.commonest > 0.9 {
      fail(
        .health, "degeneracy", "\(percent(tally.commonest)) of the cases are one and the same")
    }
  }
}
