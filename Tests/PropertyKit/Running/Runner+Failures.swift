/// What is done about a failure.
extension Runner {
  /// Runs it once more, makes it small, and runs it a last time to say what it is about.
  mutating func examine(_ finding: Finding) -> PropertyReport.FailedCase {
    if let feed = finding.unrecorded { return examine(finding, fed: feed) }
    let choices = finding.recording.choices
    guard let again = evaluator.run(.choices(choices), isExplaining: true) else {
      return .init(failure: finding.failure, choices: choices)
    }
    if let doubt = doubt(finding, again) {
      return .init(
        failure: doubt, choices: choices, drawn: again.log.drawn, notes: again.log.notes)
    }
    let clock = ContinuousClock()
    let end = clock.now + options.shrinkingTime
    var shrinker = Shrinker(
      again.recording, failure: finding.failure, budget: options.shrinks,
      isOutOfTime: { clock.now >= end },
      run: { [evaluator] in evaluator.run(.choices($0))?.outcome ?? .passed })
    shrinker.shrink()
    let best = shrinker.best.choices
    let last = evaluator.run(.choices(best), isExplaining: true)
    return .init(
      failure: last?.failure == finding.failure
        ? last?.failure ?? finding.failure : finding.failure,
      choices: best, drawn: last?.log.drawn ?? [], notes: last?.log.notes ?? [],
      shrinks: shrinker.attempts, isMinimal: shrinker.isFinished)
  }

  /// A case that takes its process down, so that nobody knows what it chose, is run again, and left as it is.
  private func examine(_ finding: Finding, fed feed: Feed) -> PropertyReport.FailedCase {
    var failure = finding.failure
    if evaluator.run(feed)?.failure == failure {
      failure.message +=
        " (on a thread that isn't the property's own, or by a signal: it can't be made small)"
    } else {
      failure.kind = .flaky
      failure.message = "flaky: it happened only once. \(failure.message)"
    }
    return .init(failure: failure, choices: nil)
  }

  /// What is odd about a case that was run a second time with the same choices.
  private func doubt(_ finding: Finding, _ again: CaseResult) -> Failure? {
    let before = finding.failure.message
    let now: String? =
      if let failure = again.failure {
        failure == finding.failure ? nil : "then failed otherwise: \(failure.message)"
      } else if !finding.recording.matches(again.recording), finding.failure.kind != .hang {
        "then made other choices, and passed"
      } else {
        "then passed"
      }
    return now.map {
      Failure(
        kind: .flaky, identity: finding.failure.identity,
        message: "flaky: with the same choices it failed, \($0). At first: \(before)",
        place: finding.failure.place)
    }
  }
}
