/// What the cases of a property were like.
struct Tally: Sendable {
  /// How many there were, without those that were discarded.
  private(set) var cases = 0
  private(set) var discarded = 0
  /// How many made more choices than are recorded.
  private(set) var truncated = 0
  private(set) var labels: [String: Int] = [:]
  private(set) var covers: [String: (share: Double, count: Int)] = [:]
  private(set) var collected: [String: [String: Int]] = [:]
  /// How often the very same choices were made.
  private var repeats: [[UInt64]: Int] = [:]
  private(set) var longest = 0

  mutating func add(_ result: CaseResult) {
    truncated += result.recording.isTruncated ? 1 : 0
    guard !result.isDiscarded else {
      discarded += 1
      return
    }
    cases += 1
    longest = max(longest, result.recording.entries.count)
    repeats[result.recording.choices.values, default: 0] += 1
    for label in result.log.labels { labels[label, default: 0] += 1 }
    for (name, cover) in result.log.covers {
      let before = covers[name] ?? (cover.share, 0)
      covers[name] = (max(before.share, cover.share), before.count + (cover.isMet ? 1 : 0))
    }
    for (name, values) in result.log.collected {
      for value in values { collected[name, default: [:]][value, default: 0] += 1 }
    }
  }

  /// The share of the cases that are the commonest one.
  var commonest: Double { Double(repeats.values.max() ?? 0) / Double(max(cases, 1)) }

  /// Whether some required share is neither certainly reached nor certainly missed.
  var isUndecided: Bool {
    covers.values.contains { cover in
      let interval = WilsonInterval(cover.count, of: cases)
      return interval.low < cover.share && cover.share <= interval.high
    }
  }

  /// The required shares that are as good as certainly missed, or are missed where these are all cases.
  func missed(ofAll isExhaustive: Bool) -> [Failure] {
    covers.sorted { $0.key < $1.key }.compactMap { name, cover in
      let interval = WilsonInterval(cover.count, of: cases)
      let share = isExhaustive ? Double(cover.count) / Double(max(cases, 1)) : interval.high
      guard share < cover.share else { return nil }
      let message =
        "only \(cover.count) of \(cases) cases are \"\(name)\": at most \(percent(share)) "
        + (isExhaustive ? "" : "with 99.9 % confidence, ")
        + "where \(percent(cover.share)) are required"
      return Failure(kind: .coverage, identity: name, message: message)
    }
  }

  /// What is printed about the cases: a line for each share, the largest first.
  var lines: [String] {
    var lines = shares(labels, "")
    for (name, cover) in covers.sorted(by: { $0.key < $1.key }) {
      let share = Double(cover.count) / Double(max(cases, 1))
      lines.append("\(bar(share)) \(name) (at least \(percent(cover.share)) required)")
    }
    for (name, values) in collected.sorted(by: { $0.key < $1.key }) {
      lines += shares(values, "\(name) = ").prefix(12)
    }
    return lines
  }

  private func shares(_ counts: [String: Int], _ prefix: String) -> [String] {
    counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { name, count in
      "\(bar(Double(count) / Double(max(cases, 1)))) \(prefix)\(name)"
    }
  }

  private func bar(_ share: Double) -> String {
    let length = min(20, Int((share * 20).rounded()))
    let bar = String(repeating: "█", count: length) + String(repeating: "·", count: 20 - length)
    let number = percent(share)
    return bar + String(repeating: " ", count: max(1, 8 - number.count)) + number
  }
}

/// A share in percent, to one digit after the point.
func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }

/// Between what a true share lies, judging by a sample: Wilson's interval at 99.9 %, which stays sensible for
/// few cases and for shares near none and all.
struct WilsonInterval {
  let low: Double
  let high: Double

  init(_ hits: Int, of count: Int, deviations: Double = 3.29) {
    guard count > 0 else {
      (low, high) = (0, 1)
      return
    }
    let (size, share) = (Double(count), Double(hits) / Double(count))
    let square = deviations * deviations
    let centre = share + square / (2 * size)
    let spread =
      deviations * (share * (1 - share) / size + square / (4 * size * size)).squareRoot()
    low = max(0, (centre - spread) / (1 + square / size))
    high = min(1, (centre + spread) / (1 + square / size))
  }
}
