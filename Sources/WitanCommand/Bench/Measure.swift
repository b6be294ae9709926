import WitanSimulation

/// What a number counts.
enum Measure: String, Sendable {
  /// Nanoseconds for one operation.
  case nanoseconds = "ns"
  /// Seconds for all of it.
  case seconds = "s"
  /// Bytes.
  case bytes = "B"
  /// Heap allocations for one operation.
  case allocations

  /// The number for people.
  func text(_ value: Double) -> String {
    switch self {
    case .nanoseconds: Human.time(nanoseconds: value)
    case .seconds: Human.time(nanoseconds: value * 1e9)
    case .bytes: Human.bytes(Int64(value.rounded()))
    case .allocations: Human.number(value)
    }
  }
}

/// What a benchmark promises.
enum Goal: Hashable, Sendable {
  /// To take at most so many times as long as its yardstick.
  case ratio(atMost: Double)
  /// To come out at no more than this.
  case value(atMost: Double)

  /// Whether the numbers keep the promise. A ratio that wasn't measured doesn't.
  func isMet(value: Double, ratio: Double?) -> Bool {
    switch self {
    case .ratio(let bound): ratio.map { $0 <= bound } ?? false
    case .value(let bound): value <= bound
    }
  }

  /// The promise for programs: `ratio <= 1`.
  var text: String {
    switch self {
    case .ratio(let bound): "ratio <= \(bound.shortDescription)"
    case .value(let bound): "value <= \(bound.shortDescription)"
    }
  }

  /// The promise for people.
  func text(in measure: Measure) -> String {
    switch self {
    case .ratio(let bound): "≤ \(bound.shortDescription) ×"
    case .value(let bound): "≤ \(measure.text(bound))"
    }
  }
}
