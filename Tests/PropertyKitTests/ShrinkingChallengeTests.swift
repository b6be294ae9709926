import PropertyKit
import Testing

/// The challenges that shrinkers are measured by (jlink/shrinking-challenge), each down to the smallest case there
/// is: whatever is drawn first is made what it shrinks to.
@Suite struct ShrinkingChallengeTests {
  /// What the one failure of a property drew, made small.
  private func smallest(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping @Sendable (inout Draw) throws -> Void
  ) -> Set<[String]> {
    var found: Set<[String]> = []
    for seed in 1...3 as ClosedRange<UInt64> {
      var options = PropertyOptions()
      options.seed = seed
      options.isSaving = false
      options.cases = 2000
      options.shrinks = 20_000
      let report = examine(options, name: "\(seed)", sourceLocation: sourceLocation, body)
      #expect(report.failures.count == 1, "\(report)", sourceLocation: sourceLocation)
      for failed in report.failures {
        #expect(failed.isMinimal, sourceLocation: sourceLocation)
        found.insert(failed.drawn)
      }
    }
    return found
  }

  @Test func `reverse`() {
    let found = smallest { draw in
      let xs = try draw("xs", .arrays(of: .integers(in: -1000...1000)))
      try expect(xs == xs.reversed())
    }
    #expect(found == [["xs = [0, 1]"]])
  }

  @Test func `nested lists`() {
    let found = smallest { draw in
      let lists = try draw("lists", .arrays(of: .arrays(of: .integers(in: 0...1000))))
      try expect(lists.map(\.count).reduce(0, +) <= 10)
    }
    #expect(found == [["lists = [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]"]])
  }

  @Test func `large union list`() {
    let found = smallest { draw in
      let lists = try draw("lists", .arrays(of: .arrays(of: .integers(in: -10_000...10_000))))
      try expect(Set(lists.joined()).count <= 4)
    }
    #expect(found == [["lists = [[0, 1, -1, 2, -2]]"]])
  }

  @Test func `bound5`() {
    let found = smallest { draw in
      let small = Generator<[Int16]>.arrays(of: .integers(), count: 0...10)
        .filter { $0.reduce(0, &+) < 256 }
      let lists = try draw("lists", .arrays(of: small, count: 5))
      try expect(lists.joined().reduce(0, &+) < 5 * 256)
    }
    #expect(found == [["lists = [[], [], [], [-1], [-32768]]"]])
  }

  @Test func `length list`() {
    let found = smallest { draw in
      let xs = try draw("xs", .arrays(of: .integers(in: 0...1000), count: 1...100))
      try expect(xs.max() ?? 0 < 900)
    }
    #expect(found == [["xs = [900]"]])
  }

  @Test func `length list, with its length drawn first`() {
    let found = smallest { draw in
      let count = draw.integer(in: 1...100)
      let plain = Generator { draw in (0..<count).map { _ in draw.integer(in: 0...1000) } }
      let xs = try draw("xs", plain)
      try expect(xs.max() ?? 0 < 900)
    }
    #expect(found == [["xs = [900]"]])
  }

  @Test(arguments: [("same", "10"), ("near", "6"), ("next", "9")])
  func `difference`(_ kind: String, _ second: String) {
    let found = smallest { draw in
      let x = try draw("x", .integers(in: 0...1000))
      let y = try draw("y", .integers(in: 0...1000))
      let gap = abs(x - y)
      let isWrong =
        switch kind {
        case "same": gap == 0
        case "near": (1...4).contains(gap)
        default: gap == 1
        }
      try expect(x < 10 || !isWrong)
    }
    #expect(found == [["x = 10", "y = \(second)"]])
  }

  @Test func `coupling`() {
    let found = smallest { draw in
      let xs = try draw("xs", .arrays(of: .integers(in: 0...10)))
      try assume(xs.allSatisfy { $0 < xs.count })
      for (index, value) in xs.enumerated() where value != index {
        try expect(xs[value] != index)
      }
    }
    #expect(found == [["xs = [1, 0]"]])
  }

  @Test func `deletion`() {
    let found = smallest { draw in
      var xs = try draw("xs", .arrays(of: .integers(in: 0...100)))
      try assume(!xs.isEmpty)
      let x = try draw("x", .elements(of: xs))
      if let first = xs.firstIndex(of: x) { xs.remove(at: first) }
      try expect(!xs.contains(x))
    }
    #expect(found == [["xs = [0, 0]", "x = 0"]])
  }

  @Test func `distinct`() {
    let found = smallest { draw in
      let xs = try draw("xs", .arrays(of: .integers(in: -1000...1000)))
      try expect(Set(xs).count < 3)
    }
    #expect(found == [["xs = [0, 1, -1]"]])
  }

  @Test func `calculator`() {
    let found = smallest { draw in
      let sum = try draw("sum", Sum.sums)
      try assume(!sum.dividesByPlainZero)
      try expect(sum.value != nil)
    }
    #expect(found == [["sum = .divided(.number(0), .plus(.number(0), .number(0)))"]])
  }

  @Test func `binary heap`() {
    let found = smallest { draw in
      let heap = try draw("heap", Heap.heaps(above: 0, depth: 5).map(Described.init)).heap
      let sorted = heap.wronglySorted
      try expect(sorted == sorted.sorted() && sorted == heap.all.sorted())
    }
    #expect(found == [["heap = (0 (0 (0 - -) -) (1 - -))"]])
  }
}

/// An expression of numbers, some of which can't be evaluated.
indirect enum Sum {
  case number(Int)
  case plus(Sum, Sum)
  case divided(Sum, Sum)

  static let sums = Generator<Sum>.recursive(
    depth: 5, leaf: Generator.integers(in: -9...9).map(number)
  ) {
    inner in
    .oneOf(
      Generator { draw in .plus(try draw(inner), try draw(inner)) },
      Generator { draw in .divided(try draw(inner), try draw(inner)) })
  }

  var value: Int? {
    switch self {
    case .number(let number): number
    case .plus(let one, let other): one.value.flatMap { one in other.value.map { one + $0 } }
    case .divided(let one, let other):
      one.value.flatMap { one in other.value.flatMap { $0 == 0 ? nil : one / $0 } }
    }
  }

  /// Whether a zero that anybody can see is divided by.
  var dividesByPlainZero: Bool {
    switch self {
    case .number: false
    case .plus(let one, let other): one.dividesByPlainZero || other.dividesByPlainZero
    case .divided(_, .number(0)): true
    case .divided(let one, let other): one.dividesByPlainZero || other.dividesByPlainZero
    }
  }
}

/// A heap that prints on one line.
struct Described: CustomStringConvertible {
  let heap: Heap
  var description: String { heap.text }
}

/// A heap whose way of giving up its elements in order is wrong.
indirect enum Heap {
  case empty
  case node(Int, Heap, Heap)

  static func heaps(above least: Int, depth: Int) -> Generator<Heap> {
    Generator("heap") { draw in
      guard depth > 0, try draw(.booleans(true: 0.7)) else { return .empty }
      let value = try draw(.integers(in: least...1000))
      return .node(
        value, try draw(heaps(above: value, depth: depth - 1)),
        try draw(heaps(above: value, depth: depth - 1)))
    }
  }

  /// Short for people.
  fileprivate var text: String {
    guard case .node(let value, let left, let right) = self else { return "-" }
    return "(\(value) \(left.text) \(right.text))"
  }

  var all: [Int] {
    guard case .node(let value, let left, let right) = self else { return [] }
    return [value] + left.all + right.all
  }

  /// Gives up the smallest and merges what is left, but merges wrongly.
  var wronglySorted: [Int] {
    guard case .node(let value, let left, let right) = self else { return [] }
    return [value] + Heap.wronglyMerged(left, right).map(\.wronglySorted).joined()
  }

  private static func wronglyMerged(_ one: Heap, _ other: Heap) -> [Heap] {
    guard case .node(let first, let left, let right) = one else { return [other] }
    guard case .node(let second, let under, let below) = other else { return [one] }
    guard first <= second else { return [.node(second, under, .node(first, left, right)), below] }
    return [.node(first, right, .node(second, under, below)), left]
  }
}
