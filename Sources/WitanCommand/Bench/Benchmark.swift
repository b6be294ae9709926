/// One thing that is measured, with what it promises.
struct Benchmark: Sendable {
  /// What was measured.
  struct Reading: Hashable, Sendable {
    /// The number itself.
    var value: Double
    /// The yardstick's number, where there is a yardstick.
    var yardstickValue: Double?
    /// How many times the yardstick's number it is.
    var ratio: Double?
  }

  /// Its name; `group.thing` or `group.thing.facet`.
  let name: String
  /// What is measured, in a phrase.
  let summary: String
  /// What the number counts.
  let measure: Measure
  /// What is measured next to it.
  let yardstick: String?
  /// What it promises.
  let goal: Goal?
  /// Measures, in so many rounds where it is done in rounds.
  let read: @Sendable (_ rounds: Int) throws -> Reading

  /// The time of one operation, against a yardstick in the same run.
  static func time(
    _ name: String, _ summary: String, against yardstick: Workload, goal: Goal? = nil,
    prepare: @escaping @Sendable () throws -> (_ operations: Int) throws -> Void
  ) -> Benchmark {
    Benchmark(
      name: name, summary: summary, measure: .nanoseconds, yardstick: yardstick.name, goal: goal
    ) { rounds in
      let outcome = try Comparison(rounds: rounds).run(
        Workload(name, prepare: prepare), against: yardstick)
      return Reading(
        value: outcome.value, yardstickValue: outcome.yardstickValue, ratio: outcome.ratio)
    }
  }

  /// The heap allocations of one operation in steady state: those before `operations` is called don't count.
  static func allocations(
    _ name: String, _ summary: String, goal: Goal? = nil, operations: Int = 10_000,
    prepare: @escaping @Sendable () throws -> (_ operations: Int) throws -> Void
  ) -> Benchmark {
    Benchmark(
      name: name, summary: summary, measure: .allocations, yardstick: nil, goal: goal
    ) { _ in
      let work = try prepare()
      try work(operations)
      let count = try AllocationCounter.count { try work(operations) }
      return Reading(value: Double(count) / Double(operations))
    }
  }

  /// A number that is measured once.
  static func once(
    _ name: String, _ summary: String, in measure: Measure, goal: Goal? = nil,
    read: @escaping @Sendable () throws -> Double
  ) -> Benchmark {
    Benchmark(name: name, summary: summary, measure: measure, yardstick: nil, goal: goal) { _ in
      Reading(value: try read())
    }
  }
}

/// Benchmarks of one part of Witan.
struct BenchmarkGroup: Sendable {
  /// Its name, with which the names of its benchmarks begin.
  let name: String
  /// What part that is.
  let summary: String
  /// Its benchmarks.
  let benchmarks: [Benchmark]
}
