/// Runs cases where they can be run: on a bench in this process until one traps, then in another process.
final class Evaluator {
  private let options: PropertyOptions
  private let bench: Bench?
  private let site: Site
  private lazy var lab = Lab(site, patience: options.hanging)
  private var isBenchLost = false

  /// - Parameter bench: Where to run them in this process; nil to do so from the start in another.
  init(_ site: Site, _ options: PropertyOptions, bench: Bench?) {
    self.site = site
    self.options = options
    self.bench = bench
  }

  /// What becomes of these cases, in their order. Fewer, if one trapped and no process can be had.
  func run(_ feeds: [Feed], isExplaining: Bool = false) -> [CaseResult] {
    guard let bench, !isBenchLost else { return feeds.compactMap { apart($0, isExplaining) } }
    let attempts = feeds.map { Attempt($0, isExplaining: isExplaining, limit: options.choices) }
    bench.run(attempts)
    guard bench.signal != nil else { return attempts.compactMap(\.result) }
    isBenchLost = true
    return attempts.compactMap { attempt in
      guard let result = attempt.result else { return apart(attempt.feed, isExplaining) }
      guard result.failure?.kind == .trap else { return result }
      // It is known which choices it made, so it can be had again where its last words are heard.
      return apart(.choices(result.recording.choices), isExplaining) ?? result
    }
  }

  /// What becomes of one case.
  func run(_ feed: Feed, isExplaining: Bool = false) -> CaseResult? {
    run([feed], isExplaining: isExplaining).first
  }

  /// Whether nothing further can be run.
  var isLost: Bool { isBenchLost && lab == nil }

  private func apart(_ feed: Feed, _ isExplaining: Bool) -> CaseResult? {
    guard let lab else { return nil }
    var result = lab.run(feed, isExplaining: isExplaining, limit: options.choices)
    if result.unrecorded != nil, case .choices(let choices) = feed {
      result.recording = Recording(replaying: choices)
      result.unrecorded = nil
    }
    return result
  }
}
