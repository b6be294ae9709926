import WitanSimulation

/// All benchmarks there are.
struct BenchmarkRegistry: Sendable {
  /// The groups in the order in which they run.
  let groups: [BenchmarkGroup]

  /// Those of this build.
  static let all = BenchmarkRegistry(
    groups: [
      CoreBenchmarks.group, ProofBenchmarks.group, LedgerBenchmarks.group,
      SimulationBenchmarks.group, GossipBenchmarks.group, RollupBenchmarks.group,
      PropertyBenchmarks.group,
    ])

  /// All benchmarks of all groups.
  var benchmarks: [Benchmark] { groups.flatMap(\.benchmarks) }

  /// The benchmarks that the names call, each once, in their own order; all of them without a name.
  ///
  /// A name calls what bears it and whatever stands below it: `core` calls `core.vote`.
  func select(_ names: [String]) throws(UsageError) -> [Benchmark] {
    guard !names.isEmpty else { return benchmarks }
    for name in names where !benchmarks.contains(where: { $0.isCalled(name) }) {
      let problem = "there is no benchmark \(name.quoted)"
      let known = groups.map(\.name) + benchmarks.map(\.name)
      if let guess = Suggestion.nearest(to: name, among: known) {
        throw UsageError(problem, remedy: "did you mean \(guess)?")
      }
      throw UsageError(problem, remedy: "see witan bench --list for those there are")
    }
    return benchmarks.filter { benchmark in names.contains { benchmark.isCalled($0) } }
  }
}

extension Benchmark {
  fileprivate func isCalled(_ name: String) -> Bool {
    self.name == name || self.name.hasPrefix(name + ".")
  }
}
