/// A search for cases that score as high as may be: a change here and there to the best that are known.
struct TargetedSearch {
  /// The best case of a score.
  struct Peak {
    var score: Double
    var recording: Recording
  }

  private(set) var best: [String: Peak] = [:]

  /// Takes note of what a case scored. One that is as good as the best takes its place, so that the search
  /// can cross plains.
  mutating func note(_ result: CaseResult) {
    guard !result.isDiscarded else { return }
    for (name, score) in result.log.scores where score >= best[name]?.score ?? -.infinity {
      best[name] = Peak(score: score, recording: result.recording)
    }
  }

  /// The names in an order that doesn't hang on hashes.
  var names: [String] { best.keys.sorted() }

  /// What the best case of this name becomes by a change.
  func variation(of name: String, _ draw: inout Draw) -> Feed {
    guard let peak = best[name], !peak.recording.entries.isEmpty else {
      return .seed(draw.next())
    }
    let entries = peak.recording.entries
    var values = entries.map(\.value)
    let place = draw.integer(in: 0...(entries.count - 1))
    let entry = entries[place]
    switch draw.choice(upTo: 4) {
    case 0: values[place] = draw.choice(upTo: entry.bound)
    case 1: values[place] = entry.value < entry.bound ? entry.value + 1 : entry.value
    case 2: values[place] = entry.value / 2
    case 3:
      let step = UInt64(1) << draw.choice(upTo: 16)
      if draw.chance(0.5) {
        values[place] = entry.value < step ? 0 : entry.value - step
      } else {
        values[place] = step > entry.bound - entry.value ? entry.bound : entry.value + step
      }
    default: return .branch(Choices(Array(values[..<place])), draw.next())
    }
    // What comes after may mean something else now, and may be longer.
    return .branch(Choices(values), draw.next())
  }
}

extension Runner {
  /// As many cases again as were asked for, if any of them said what to look for.
  mutating func runSearch() {
    guard !search.best.isEmpty, !report.isExhaustive else { return }
    let batch = 16
    var round: UInt64 = 0
    while round * UInt64(batch) < UInt64(options.cases), findings.isEmpty, !evaluator.isLost {
      var draw = Draw(seed: seed).split("search", round)
      let names = search.names
      let feeds = (0..<batch).map { search.variation(of: names[$0 % names.count], &draw) }
      for result in evaluator.run(feeds) {
        search.note(result)
        keep(result)
      }
      round += 1
    }
  }
}
