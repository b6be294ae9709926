/// `witan bench`: how fast it is, next to something whose speed everyone knows.
enum BenchCommand {
  /// How it is called.
  struct Options: Hashable, Sendable {
    /// The benchmarks or groups to run; all without one.
    var names: [String] = []
    /// How many times a benchmark and its yardstick take turns.
    var rounds = 101
    /// Whether to name the benchmarks instead of running them.
    var list = false
  }

  /// The command.
  static let command: Command = Command(
    "bench", .measure, "measure speed and memory against yardsticks",
    discussion: [
      "A benchmark and its yardstick run in turns and are compared round by round, so that the ratio means the "
        + "same on a busy machine and on a fast one. Ends with 1 if a goal is missed."
    ],
    options: Options(),
    parameters: [
      .operands(\.names, .text("NAME"), atLeastOne: false, "a benchmark or a group of them"),
      .option("rounds", \.rounds, .integer(1...100_000), "how many turns each of the two has"),
      .flag("list", \.list, "name the benchmarks instead of running them"),
    ],
    examples: [
      Example("swift run -c release witan bench", "runs them all, as fast as they are shipped"),
      Example("witan bench core --json", "runs one group, a line of JSON for each benchmark"),
    ]
  ) { options, output in
    try run(options, of: .all, output: output)
  }

  /// Runs what the options name of a registry.
  static func run(
    _ options: Options, of registry: BenchmarkRegistry, output: Output
  ) throws -> ExitCode {
    let benchmarks = try registry.select(options.names)
    guard !options.list else {
      list(benchmarks, output)
      return .success
    }
    #if DEBUG
      output.warning("this build isn't optimised, so its numbers mean little; use -c release")
    #endif
    let progress = output.progress("measuring")
    var results: [BenchmarkResult] = []
    for (index, benchmark) in benchmarks.enumerated() {
      progress.update(index, of: benchmarks.count, detail: benchmark.name)
      let reading = try benchmark.read(options.rounds)
      let result = BenchmarkResult(benchmark: benchmark, reading: reading)
      output.record(result.json)
      results.append(result)
    }
    progress.finish()
    summarise(results, output)
    return results.contains { $0.isMet == false } ? .bad : .success
  }

  private static func summarise(_ results: [BenchmarkResult], _ output: Output) {
    output.table(BenchmarkResult.table(results))
    output.line()
    output.line("peak memory \(Human.bytes(MemoryGauge.peak))")
    let peak = Benchmark.once("process.peak", "", in: .bytes) { 0 }
    let reading = Benchmark.Reading(value: Double(MemoryGauge.peak))
    output.record(BenchmarkResult(benchmark: peak, reading: reading).json)
  }

  private static func list(_ benchmarks: [Benchmark], _ output: Output) {
    var table = Table([.init("benchmark"), .init("goal", .right), .init("measures")])
    for benchmark in benchmarks {
      table.append(
        .init(benchmark.name, .strong),
        .init(benchmark.goal?.text(in: benchmark.measure) ?? ""),
        .init(benchmark.summary))
      output.record([
        "name": .string(benchmark.name),
        "summary": .string(benchmark.summary),
        "unit": .string(benchmark.measure.rawValue),
        "yardstick": .optional(benchmark.yardstick, JSON.string),
        "goal": .optional(benchmark.goal?.text, JSON.string),
      ])
    }
    output.table(table)
  }
}
