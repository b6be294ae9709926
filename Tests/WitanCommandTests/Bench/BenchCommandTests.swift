import Testing

@testable import WitanCommand

@Suite struct BenchCommandTests {
  private static let registry = BenchmarkRegistry(groups: [
    BenchmarkGroup(
      name: "one", summary: "",
      benchmarks: [
        .once("one.kept", "", in: .seconds, goal: .value(atMost: 2)) { 1.5 },
        .once("one.free", "", in: .bytes) { 65_536 },
      ]),
    BenchmarkGroup(
      name: "two", summary: "",
      benchmarks: [
        Benchmark(
          name: "two.missed", summary: "", measure: .nanoseconds, yardstick: "a thing",
          goal: .ratio(atMost: 1), read: { _ in .init(value: 30, yardstickValue: 20, ratio: 1.5) })
      ]),
  ])

  private func run(_ names: String..., json: Bool = false) throws -> (ExitCode, [String]) {
    let sink = MemorySink()
    let place = Surroundings(output: sink, errors: MemorySink())
    let output = Output(of: "witan bench", SharedOptions(json: json), in: place)
    let options = BenchCommand.Options(names: names)
    let code = try BenchCommand.run(options, of: Self.registry, output: output)
    return (code, sink.text.split(separator: "\n").map(String.init))
  }

  @Test func `people get a table, and a missed goal ends with 1`() throws {
    let (code, lines) = try run()
    #expect(code == .bad)
    #expect(
      lines.dropLast() == [
        "benchmark     value   ratio  yardstick               goal",
        "one.kept     1.50 s                              ≤ 2.00 s  met",
        "one.free     64 KiB",
        "two.missed  30.0 ns  1.50 ×    20.0 ns  a thing     ≤ 1 ×  missed",
      ])
    #expect(lines.last?.hasPrefix("peak memory ") == true)
  }

  @Test func `programs get a line of JSON for each`() throws {
    let (code, lines) = try run("one", json: true)
    #expect(code == .success)
    let kept = #"{"name":"one.kept","value":1.5,"unit":"s","yardstick":null,"yardstickValue":null,"#
    #expect(lines[0] == kept + #""ratio":null,"goal":"value <= 2","met":true}"#)
    #expect(lines[1].hasSuffix(#""goal":null,"met":null}"#))
    #expect(lines[2].hasPrefix(#"{"name":"process.peak","value":"#))
    #expect(lines.count == 3)
  }

  @Test func `a name calls what bears it and what stands below it`() throws {
    let registry = Self.registry
    #expect(try registry.select([]).count == 3)
    #expect(try registry.select(["one"]).map(\.name) == ["one.kept", "one.free"])
    #expect(try registry.select(["two", "one.free"]).map(\.name) == ["one.free", "two.missed"])
    #expect(throws: UsageError("there is no benchmark 'onee'", remedy: "did you mean one?")) {
      try registry.select(["onee"])
    }
    #expect(throws: UsageError.self) { try registry.select(["on"]) }
  }

  @Test func `a goal on a ratio that wasn't measured is missed`() {
    #expect(!Goal.ratio(atMost: 1).isMet(value: 0, ratio: nil))
    #expect(Goal.ratio(atMost: 1).isMet(value: 9, ratio: 1))
    #expect(!Goal.value(atMost: 1).isMet(value: 1.01, ratio: 0.5))
  }

  @Test func `names are unique and begin with their group's`() {
    var names: Set<String> = []
    for group in BenchmarkRegistry.all.groups {
      for benchmark in group.benchmarks {
        #expect(benchmark.name.hasPrefix(group.name + "."))
        #expect(names.insert(benchmark.name).inserted)
      }
    }
  }

  @Test func `every benchmark of this build can be listed`() {
    let session = Session("bench", "--list")
    #expect(session.code == .success)
    for benchmark in BenchmarkRegistry.all.benchmarks {
      #expect(session.output.contains(benchmark.name))
    }
  }

  @Test func `the digest runs, without an allocation`() throws {
    let digest = try #require(BenchmarkRegistry.all.select(["core.digest.allocations"]).first)
    #expect(try digest.read(1).value == 0)
  }
}
