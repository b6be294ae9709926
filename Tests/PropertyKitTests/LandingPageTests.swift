import Foundation
import PropertyKit
import Testing

// What the landing page shows, as it stands there.

// page
@Test func `sorting keeps what there is and puts it in order`() {
  property { draw in
    let xs = try draw("xs", .arrays(of: .integers(in: -100...100)))
    let sorted = xs.sorted()
    draw.cover(atLeast: 0.2, "has repeats", when: Set(xs).count < xs.count)
    #expect(sorted.count == xs.count)
    #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $0 <= $1 })
  }
}
// page
struct Account: Equatable { var owner: String, balance: Int }

let accounts = Generator { draw in
  Account(
    owner: try draw(.strings(of: .letters(), count: 1...8)),
    balance: try draw(.integers(in: 0...1_000_000)))
}

indirect enum Expression { case number(Int), sum(Expression, Expression) }

let expressions = Generator<Expression>.recursive(
  depth: 4, leaf: Generator.integers(in: 0...9).map { .number($0) }
) { inner in
  Generator { draw in .sum(try draw(inner), try draw(inner)) }
}
// page
struct StackSpecification: Specification {
  enum Command { case push(Int), pop }
  var expected: [Int] = []

  func command(_ draw: inout Draw) throws -> Command {
    try draw(.oneOf(.constant(.pop), Generator.integers(in: 0...9).map { .push($0) }))
  }
  func allows(_ command: Command) -> Bool {
    if case .pop = command { !expected.isEmpty } else { true }
  }
  mutating func apply(_ command: Command) -> Int? {
    switch command {
    case .pop: return expected.removeLast()
    case .push(let number):
      expected.append(number)
      return nil
    }
  }

  static func makeSystem() -> [Int] { [] }
  static func perform(_ command: Command, on stack: inout [Int]) -> Int? {
    switch command {
    case .pop: return stack.popLast()
    case .push(let number):
      stack += [number]
      return nil
    }
  }
}

@Test func `an array is a stack`() async {
  await property { draw in try await draw.follow(StackSpecification.self) }
}
// page

@Suite struct LandingPageTests {
  @Test func `the landing page shows what compiles`() throws {
    let here = URL(filePath: #filePath)
    let folder = here.deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(
      contentsOf: folder.appending(path: "PropertyKit/PropertyKit.docc/PropertyKit.md"),
      encoding: .utf8)
    let shown = page.components(separatedBy: "```swift\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
    let source = try String(contentsOf: here, encoding: .utf8)
    let compiled = source.components(separatedBy: "// page\n").dropFirst().dropLast()
    #expect(shown.map(Self.words) == compiled.map(Self.words))
    #expect(shown.count == 3)
  }

  /// A page has shorter lines than source.
  private static func words(_ text: String) -> [Substring] {
    text.split { $0.isWhitespace || $0.isNewline }
  }

  @Test func `what the landing page makes can be drawn`() throws {
    property { draw in
      let account = try draw(accounts)
      try expect((1...8).contains(account.owner.count))
      _ = try draw(expressions)
    }
  }
}
