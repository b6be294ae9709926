/// Two workloads measured in turns, so that whatever the machine does meanwhile hits both alike.
///
/// A round times one and then the other, the next round the other way about; each stretch lasts about a
/// millisecond, long against the clock and short against changes of speed. The ratio is the median of the
/// rounds' ratios: a round in which one of the two was interrupted is an outlier, and outliers don't move a median.
struct Comparison: Sendable {
  /// What it came to.
  struct Outcome: Hashable, Sendable {
    /// Nanoseconds for one operation of the subject, in the median round.
    var value: Double
    /// Nanoseconds for one operation of the yardstick, in the median round.
    var yardstickValue: Double
    /// The median of the rounds' ratios.
    var ratio: Double
  }

  /// How many rounds there are; odd, so that the median is one of them.
  var rounds = 101
  /// How long a stretch lasts at least, in nanoseconds.
  var stretch: UInt64 = 1_000_000
  /// What tells the time, in nanoseconds.
  var now: @Sendable () -> UInt64 = { Clock.thread.nanoseconds }

  /// Measures both.
  func run(_ subject: Workload, against yardstick: Workload) throws -> Outcome {
    let subjectWork = try subject.prepare()
    let yardstickWork = try yardstick.prepare()
    let subjectCount = try calibrate(subjectWork)
    let yardstickCount = try calibrate(yardstickWork)
    var values: [Double] = []
    var yardstickValues: [Double] = []
    var ratios: [Double] = []
    for round in 0..<max(1, rounds) {
      let value: Double
      let yardstickValue: Double
      if round.isMultiple(of: 2) {
        yardstickValue = try time(yardstickCount, yardstickWork)
        value = try time(subjectCount, subjectWork)
      } else {
        value = try time(subjectCount, subjectWork)
        yardstickValue = try time(yardstickCount, yardstickWork)
      }
      values.append(value)
      yardstickValues.append(yardstickValue)
      ratios.append(value / yardstickValue)
    }
    return Outcome(
      value: values.median, yardstickValue: yardstickValues.median, ratio: ratios.median)
  }

  /// How many operations fill a stretch. Finding out also warms up caches and branch predictors.
  private func calibrate(_ work: (Int) throws -> Void) throws -> Int {
    var count = 1
    while count < 1 << 30 {
      let start = now()
      try work(count)
      if now() - start >= stretch { break }
      count *= 2
    }
    return count
  }

  private func time(_ operations: Int, _ work: (Int) throws -> Void) throws -> Double {
    let start = now()
    try work(operations)
    // No clock shows less than one nanosecond, and no ratio may divide by zero.
    return Double(max(1, now() - start)) / Double(operations)
  }
}

extension [Double] {
  /// The middle one by size, or the mean of the middle two; of nothing it is zero.
  var median: Double {
    let ordered = sorted()
    guard let last = ordered.last else { return 0 }
    let middle = count / 2
    if count == 1 { return last }
    return count.isMultiple(of: 2) ? (ordered[middle - 1] + ordered[middle]) / 2 : ordered[middle]
  }
}
