import Foundation
import PropertyKit
import Synchronization
import Testing

/// Systems that are told things, one after the other or at once.
@Suite struct SpecificationTests {
  private func options(_ change: (inout PropertyOptions) -> Void = { _ in }) -> PropertyOptions {
    var options = PropertyOptions()
    options.seed = 1
    options.isSaving = false
    change(&options)
    return options
  }

  @Test func `a queue that is right passes`() async {
    await property { draw in
      draw.cover(atLeast: 0.05, "any", when: true)
      try await draw.follow(RingSpecification<Right>.self)
    }
  }

  @Test func `a queue that is wrong fails, and its program is short`() async {
    let report = await examine(options()) { draw in
      try await draw.follow(RingSpecification<Wrong>.self)
    }
    #expect(
      report.failures.map(\.drawn) == [
        [
          "var model = RingSpecification<Wrong>()",
          "var system = try await RingSpecification<Wrong>.makeSystem()",
          "try await model.step(.push(0), on: &system)",
          "try await model.step(.push(0), on: &system)",
          "try await model.step(.push(0), on: &system)",
          "try await model.step(.push(1), on: &system)",
          "try await model.step(.pop, on: &system)",
        ]
      ])
    #expect(report.failures.map(\.failure.kind) == [.expectation])
  }

  @Test func `the program that is printed fails in the same way`() async {
    await #expect(throws: Failure.self) {
      var model = RingSpecification<Wrong>()
      var system = RingSpecification<Wrong>.makeSystem()
      try await model.step(.push(0), on: &system)
      try await model.step(.push(0), on: &system)
      try await model.step(.push(0), on: &system)
      try await model.step(.push(1), on: &system)
      try await model.step(.pop, on: &system)
    }
  }

  @Test func `what isn't allowed is never done, however small a case becomes`() async {
    let report = await examine(options { $0.cases = 400 }) { draw in
      try await draw.follow(DoorSpecification.self)
    }
    #expect(
      report.failures.map { Array($0.drawn.dropFirst(2)) } == [
        [
          "try await model.step(.open, on: &system)", "try await model.step(.close, on: &system)",
          "try await model.step(.open, on: &system)", "try await model.step(.close, on: &system)",
          "try await model.step(.open, on: &system)",
        ]
      ])
    #expect(report.failures.first?.failure.message == "worn out")
  }

  @Test func `a counter with a lock is linearisable`() async {
    await property(cases: 30) { draw in
      try await draw.followInParallel(CounterSpecification<Locked>.self)
    }
  }

  @Test func `a counter without one isn't`() async {
    let report = await examine(
      options {
        $0.cases = 30; $0.shrinks = 200
      }
    ) { draw in
      try await draw.followInParallel(CounterSpecification<Torn>.self)
    }
    #expect(report.failures.count == 1)
    let failed = report.failures.first
    #expect(failed?.failure.identity.contains("not linearisable") == true, "\(report)")
    #expect(
      failed.map { $0.drawn.joined().matches(of: #/increment/#).count == 2 } == true, "\(report)")
  }

  @Test func `a trap on one of several threads is a failure`() async {
    let report = await examine(
      options {
        $0.cases = 5; $0.shrinks = 50
      }
    ) { draw in
      try await draw.followInParallel(CounterSpecification<Trapping>.self, before: 0...0, tries: 1)
    }
    #expect(report.failures.map(\.failure.kind) == [.trap], "\(report)")
  }

  @Test func `histories are told apart`() {
    typealias Model = CounterSpecification<Locked>
    typealias Operation = History<Model.Command, Int>.Operation
    func order(_ operations: Operation...) -> [Int]? {
      History(operations).linearisation(from: Model())
    }
    // At once, either may be first.
    #expect(
      order(
        Operation(.increment, 2, invoked: 1, returned: 4),
        Operation(.increment, 1, invoked: 2, returned: 3)) == [1, 0])
    // One after the other, only the one.
    #expect(
      order(
        Operation(.increment, 2, invoked: 1, returned: 2),
        Operation(.increment, 1, invoked: 3, returned: 4)) == nil)
    // What wasn't answered may have happened, or not.
    #expect(
      order(
        Operation(unanswered: .increment, invoked: 1),
        Operation(.read, 1, invoked: 2, returned: 3), Operation(.read, 1, invoked: 4, returned: 5))
        == [0, 1, 2])
    #expect(
      order(
        Operation(unanswered: .increment, invoked: 1), Operation(.read, 0, invoked: 2, returned: 3))
        == [1])
    #expect(
      order(
        Operation(unanswered: .increment, invoked: 1), Operation(.read, 1, invoked: 2, returned: 3),
        Operation(.read, 0, invoked: 4, returned: 5)) == nil)
  }
}

/// A buffer whose ends go round.
protocol Ring: Sendable {
  /// Where the place after this one is.
  static func next(_ place: Int, of count: Int) -> Int
}
enum Right: Ring {
  static func next(_ place: Int, of count: Int) -> Int { (place + 1) % count }
}
/// Goes round one place too early.
enum Wrong: Ring {
  static func next(_ place: Int, of count: Int) -> Int { place + 1 >= count - 1 ? 0 : place + 1 }
}

struct RingBuffer<Kind: Ring> {
  private var places = [Int](repeating: 0, count: 4)
  private var (head, tail, count) = (0, 0, 0)

  mutating func push(_ number: Int) -> Bool {
    guard count < places.count else { return false }
    places[tail] = number
    tail = Kind.next(tail, of: places.count)
    count += 1
    return true
  }

  mutating func pop() -> Int? {
    guard count > 0 else { return nil }
    defer {
      head = Kind.next(head, of: places.count)
      count -= 1
    }
    return places[head]
  }
}

struct RingSpecification<Kind: Ring>: Specification {
  enum Command { case push(Int), pop }
  enum Response: Equatable { case pushed(Bool), popped(Int?) }
  var expected: [Int] = []

  func command(_ draw: inout Draw) throws -> Command {
    try draw(.swarm("commands", .constant(.pop), Generator.integers(in: 0...9).map(Command.push)))
  }

  mutating func apply(_ command: Command) -> Response {
    switch command {
    case .push(let number):
      guard expected.count < 4 else { return .pushed(false) }
      expected.append(number)
      return .pushed(true)
    case .pop: return .popped(expected.isEmpty ? nil : expected.removeFirst())
    }
  }

  static func makeSystem() -> RingBuffer<Kind> { RingBuffer() }

  static func perform(_ command: Command, on system: inout RingBuffer<Kind>) -> Response {
    switch command {
    case .push(let number): .pushed(system.push(number))
    case .pop: .popped(system.pop())
    }
  }
}

/// A door that opens when it is closed and closes when it is open, and both not too often.
struct DoorSpecification: Specification {
  enum Command { case open, close, knock }
  var isOpen = false

  func command(_ draw: inout Draw) throws -> Command {
    try draw(.elements(of: [.knock, .close, .open]))
  }

  func allows(_ command: Command) -> Bool {
    switch command {
    case .open: !isOpen
    case .close: isOpen
    case .knock: true
    }
  }

  mutating func apply(_ command: Command) -> Bool {
    precondition(allows(command))
    if command != .knock { isOpen.toggle() }
    return true
  }

  static func makeSystem() -> Int { 0 }

  static func perform(_ command: Command, on opened: inout Int) -> Bool {
    opened += command == .open ? 1 : 0
    return true
  }

  func check(_ opened: Int) throws { try expect(opened < 3, "worn out") }
}

/// Something that counts, alone or not.
protocol Counting: Sendable {
  init()
  func increment() -> Int
  func read() -> Int
}

struct CounterSpecification<Counter: Counting>: Specification, Hashable {
  enum Command { case increment, read }
  var count = 0

  func command(_ draw: inout Draw) throws -> Command {
    try draw(.elements(of: [.read, .increment]))
  }

  mutating func apply(_ command: Command) -> Int {
    count += command == .increment ? 1 : 0
    return count
  }

  static func makeSystem() -> Counter { Counter() }

  static func perform(_ command: Command, on system: inout Counter) -> Int {
    command == .increment ? system.increment() : system.read()
  }
}

final class Locked: Counting {
  private let count = Mutex(0)
  func increment() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
  func read() -> Int { count.withLock { $0 } }
}

/// Reads and writes, and lets others in between.
final class Torn: Counting {
  private let count = Mutex(0)
  func increment() -> Int {
    let now = read()
    for _ in 0..<20 { sched_yield() }
    count.withLock { $0 = now + 1 }
    return now + 1
  }
  func read() -> Int { count.withLock { $0 } }
}

final class Trapping: Counting {
  func increment() -> Int { fatalError("no counting") }
  func read() -> Int { 0 }
}
