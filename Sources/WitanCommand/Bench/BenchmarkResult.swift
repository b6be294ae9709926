/// A benchmark with what was measured.
struct BenchmarkResult: Sendable {
  /// What was to be measured.
  let benchmark: Benchmark
  /// What was.
  let reading: Benchmark.Reading

  /// Whether the promise was kept; nothing where none was made.
  var isMet: Bool? {
    benchmark.goal?.isMet(value: reading.value, ratio: reading.ratio)
  }

  /// The result for programs.
  var json: JSON {
    [
      "name": .string(benchmark.name),
      "value": .number(reading.value),
      "unit": .string(benchmark.measure.rawValue),
      "yardstick": .optional(benchmark.yardstick, JSON.string),
      "yardstickValue": .optional(reading.yardstickValue, JSON.number),
      "ratio": .optional(reading.ratio, JSON.number),
      "goal": .optional(benchmark.goal?.text, JSON.string),
      "met": .optional(isMet, JSON.bool),
    ]
  }

  /// The result for people, in the columns of ``table(_:)``.
  private var row: [Table.Cell] {
    let measure = benchmark.measure
    let verdict: Table.Cell =
      switch isMet {
      case true?: Table.Cell("met", .good)
      case false?: Table.Cell("missed", .bad)
      case nil: Table.Cell("")
      }
    return [
      Table.Cell(benchmark.name, .strong),
      Table.Cell(measure.text(reading.value)),
      Table.Cell(reading.ratio.map { "\(Human.decimal($0, places: 2)) ×" } ?? ""),
      Table.Cell(reading.yardstickValue.map(measure.text) ?? ""),
      Table.Cell(benchmark.yardstick ?? "", .faint),
      Table.Cell(benchmark.goal?.text(in: measure) ?? ""),
      verdict,
    ]
  }

  /// The results for people.
  static func table(_ results: [BenchmarkResult]) -> Table {
    var table = Table([
      .init("benchmark"), .init("value", .right), .init("ratio", .right),
      .init("yardstick", .right), .init(""), .init("goal", .right), .init(""),
    ])
    for result in results { table.append(result.row) }
    return table
  }
}
