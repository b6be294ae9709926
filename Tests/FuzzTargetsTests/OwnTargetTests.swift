import Foundation
import FuzzTargets
import Testing
import WitanDraw

// What the article shows, word by word.
// <!-- target -->
struct TillCase: DrawnCase {
  /// What somebody does at the till.
  private enum Step { case put(UInt64), take(UInt64), restart }

  private let steps: [Step]

  /// First everything is drawn, and nothing done: a mutator draws a case far more often than it is run.
  init?(drawing draw: inout Draw) {
    var steps: [Step] = []
    // "One more?" before each, so that the smallest choice ends the list.
    while steps.count < 100, draw.chance(0.9) {
      // A span tells what belongs together: it is left out, doubled or moved as a whole.
      steps.append(
        draw.span("step") { draw in
          switch draw.integer(in: 0...4) {
          case 0, 1: .put(draw.integer(in: 0...1_000))
          case 2, 3: .take(draw.integer(in: 0...1_000))
          default: .restart
          }
        })
    }
    self.steps = steps
  }

  /// What is printed of a finding.
  var description: String { steps.map { "\($0)" }.joined(separator: "\n") }

  func check(_ traces: inout Traces) throws(Finding) {
    var till = Till()
    var model: UInt64 = 0
    for step in steps {
      switch step {
      case .put(let sum):
        till.put(sum)
        model += sum
      case .take(let sum):
        let isTaken = till.take(sum)
        guard isTaken == (sum <= model) else { throw Finding("credit", "\(sum) of \(model)") }
        if isTaken { model -= sum }
      case .restart: till = Till(snapshot: till.snapshot)
      }
      guard till.sum == model else { throw Finding("sum", "\(till.sum), not \(model)") }
      // An input that gets the till somewhere new is kept, though all of its code ran before.
      traces.note(UInt64(model.bitWidth - model.leadingZeroBitCount))
    }
  }
}
// <!-- target -->

/// A till that forgets what doesn't fit in twelve bits when it is started again.
struct Till {
  private(set) var sum: UInt64 = 0

  init() {}

  init(snapshot: [UInt8]) { sum = UInt64(snapshot[0]) | UInt64(snapshot[1] & 15) << 8 }

  var snapshot: [UInt8] {
    [UInt8(truncatingIfNeeded: sum), UInt8(truncatingIfNeeded: sum >> 8)]
  }

  mutating func put(_ amount: UInt64) { sum += amount }

  mutating func take(_ amount: UInt64) -> Bool {
    guard amount <= sum else { return false }
    sum -= amount
    return true
  }
}

/// How others write targets is tried here.
@Suite struct OwnTargetTests {
  private static let target = FuzzTarget("Till", "A till.", drawing: TillCase.self)

  @Test("The article shows a target that compiles")
  func article() throws {
    let here = URL(filePath: #filePath)
    let article = here.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "FuzzTargets/FuzzTargets.docc/YourOwnTarget.md")
    func marked(_ file: URL) throws -> Substring? {
      let parts = try String(contentsOf: file, encoding: .utf8)
        .split(separator: "<!-- target -->", omittingEmptySubsequences: false)
      return parts.dropFirst().first
    }
    func code(_ text: Substring?) -> [Substring] {
      (text ?? "").split(separator: "\n").filter { !$0.hasPrefix("```") && $0 != "// " }
    }
    #expect(try code(marked(article)) == code(marked(here)))
    #expect(try !code(marked(here)).isEmpty)
  }

  @Test(
    "A search by neighbours and states finds what such a target is there for, and makes it small")
  func search() throws {
    let mutator = try #require(Self.target.mutator)
    var luck = Draw(seed: 8)
    var corpus: [[UInt8]] = [[]]
    var known: Set<UInt64> = []
    var found: [UInt8]?
    for _ in 0..<4_000 where found == nil {
      guard let parent = luck.pick(corpus) else { continue }
      let child =
        luck.chance(0.3)
        ? mutator.crossed(parent, luck.pick(corpus) ?? [], seed: luck.next(), limit: 4_096)
        : mutator.mutated(parent, seed: luck.next(), limit: 4_096)
      var traces = Traces()
      if case .found = Self.target.run(child, noting: &traces) { found = child }
      if traces.states.contains(where: { known.insert($0).inserted }) { corpus.append(child) }
    }
    let bytes = try #require(found)
    let small = try #require(Self.target.shrunk(bytes, budget: 5_000))
    let lines = try #require(Self.target.description(of: small)).split(separator: "\n")
    // Five times at most a thousand is the least that doesn't fit, and then it is started again.
    #expect((6...12).contains(lines.count))
    #expect(lines.last == "restart")
  }
}
