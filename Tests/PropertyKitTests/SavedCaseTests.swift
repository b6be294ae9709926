import Foundation
import Synchronization
import Testing

@testable import PropertyKit

/// Failures that the next run begins with.
@Suite struct SavedCaseTests {
  @Test func `a failure is run first the next time, and forgotten when it passes`() {
    var options = PropertyOptions()
    func run(_ cases: Int, limit: Int) -> PropertyReport {
      options.cases = cases
      options.seed = 5
      return examine(options, name: "saved") { draw in
        let x = try draw("x", .integers(in: 0...1000))
        try expect(x < limit)
      }
    }
    #expect(run(100, limit: 400).failures.map(\.drawn) == [["x = 400"]])
    // The one case that is asked for is the simplest, which passes; what is found was saved.
    #expect(run(1, limit: 400).failures.map(\.drawn) == [["x = 400"]])
    #expect(run(1, limit: 300).failures.map(\.drawn) == [["x = 300"]])
    #expect(run(1, limit: 2000).failures.isEmpty)
    #expect(run(1, limit: 300).failures.isEmpty)
  }

  @Test func `a committed case is run`() {
    let seen = Mutex<Set<Int>>([])
    property(cases: 1) { draw in
      let x = try draw(.integers(in: 0...100_000))
      seen.withLock { _ = $0.insert(x) }
    }
    #expect(seen.withLock { $0 } == [0, 54_321], "\(Choices([54_321]).token)")
  }

  @Test func `a committed case that is stale, or no token, is a failure of its own`() {
    var options = PropertyOptions()
    options.cases = 1
    let report = examine(options, name: "stale") { draw in _ = draw.choice(upTo: 9) }
    #expect(report.failures.map(\.failure.kind) == [.stale, .stale])
    #expect(report.failures.allSatisfy { $0.failure.message.hasPrefix("Tests/Regressions/") })
  }

  @Test func `a file of committed cases is read line by line`() {
    let text = """
      # What went wrong in spring.
      Suite/a(): 1AB  # when it rained
      Suite/ab(): 1CD
      Suite/a(): 1EF
      """
    let cases = SavedCases.cases(in: text, of: "Suite/a()", named: "spring.txt")
    #expect(
      cases == [
        .init(token: "1AB", place: "spring.txt:2"), .init(token: "1EF", place: "spring.txt:4"),
      ])
  }

  @Test func `the environment has the last word`() {
    var options = PropertyOptions()
    options.obey(["WITAN_SEED": "12", "WITAN_CASES": "34", "WITAN_TIME": "1.5m"])
    #expect(options.seed == 12 && options.cases == 34 && options.time == .seconds(90))
    options.obey(["WITAN_SEED": "x", "WITAN_CASES": "-1", "WITAN_TIME": "soon"])
    #expect(options.seed == 12 && options.cases == 34 && options.time == .seconds(90))
    options.obey(["WITAN_TIME": "2"])
    #expect(options.time == .seconds(2))
    var other = options
    options.obey(["WITAN_SEED": "fresh"])
    other.obey(["WITAN_SEED": "fresh"])
    #expect(options.seed != other.seed)
  }

  @Test(arguments: [1, 2]) func `a property is known by its test and what that is called with`(
    _ n: Int
  ) {
    let site = Site(name: "one", location: #_sourceLocation)
    #expect(
      site.key.hasSuffix(
        "SavedCaseTests/`a property is known by its test and what that is called with`(_:)[\(n)] one"
      ))
  }

  @Test func `an interval is as wide as certainty needs`() {
    let half = WilsonInterval(50, of: 100)
    #expect(abs(half.low - 0.343) < 0.002 && abs(half.high - 0.657) < 0.002)
    let none = WilsonInterval(0, of: 100)
    #expect(none.low == 0 && abs(none.high - 0.0977) < 0.001)
    #expect(WilsonInterval(0, of: 0).high == 1)
  }

  @Test func `values are printed as Swift has them`() {
    indirect enum Tree { case node(Tree, Tree), leaf(value: Int), none }
    struct Pair { var a: Int?, b: String }
    let cases: [(Any, String)] = [
      (Tree.node(.leaf(value: 1), .none), ".node(.leaf(value: 1), .none)"),
      (Pair(a: nil, b: "x\n"), "Pair(a: nil, b: \"x\\n\")"), ([1: ["a"]], "[1: [\"a\"]]"),
      ([Int](), "[]"), (Set([2, 1]), "[1, 2]"), ((1, x: true), "(1, x: true)"),
      (Double.nan, ".nan"), (-Double.infinity, "-.infinity"), (Optional(3) as Any, "3"),
    ]
    for (value, text) in cases { #expect(swiftLiteral(value) == text) }
  }
}
