/// What a system should do, as a value that is simple enough to be right.
///
/// ```swift
/// struct QueueSpecification: Specification {
///   enum Command { case push(Int), pop }
///   var expected: [Int] = []
///
///   func command(_ draw: inout Draw) throws -> Command {
///     try draw(.oneOf(Generator.integers(in: 0...9).map(Command.push), .constant(.pop)))
///   }
///   mutating func apply(_ command: Command) -> Int? {
///     switch command {
///     case .push(let number): expected.append(number); return nil
///     case .pop: return expected.isEmpty ? nil : expected.removeFirst()
///     }
///   }
///   static func makeSystem() -> RingBuffer { RingBuffer(capacity: 8) }
///   static func perform(_ command: Command, on system: inout RingBuffer) -> Int? {
///     switch command {
///     case .push(let number): system.push(number); return nil
///     case .pop: return system.pop()
///     }
///   }
/// }
///
/// @Test func `a ring buffer is a queue`() async {
///   await property { draw in try await draw.follow(QueueSpecification.self) }
/// }
/// ```
public protocol Specification: Sendable {
  /// What is tested.
  associatedtype System
  /// What it is told.
  associatedtype Command: Sendable
  /// What it answers.
  associatedtype Response: Equatable & Sendable

  /// What is expected of a new system.
  init()

  /// Something to tell it next.
  func command(_ draw: inout Draw) throws -> Command

  /// Whether it may be told so now. Commands that may not are left out, also while a case is made smaller.
  func allows(_ command: Command) -> Bool

  /// What it should answer; from now on more may be expected of it.
  mutating func apply(_ command: Command) -> Response

  /// A new system.
  static func makeSystem() async throws -> System

  /// What it does answer.
  static func perform(_ command: Command, on system: inout System) async throws -> Response

  /// Fails unless what must always hold does.
  func check(_ system: System) async throws
}

extension Specification {
  /// Anything may be told at any time.
  public func allows(_ command: Command) -> Bool { true }

  /// Nothing but the answers counts.
  public func check(_ system: System) async throws {}

  /// Tells a system something, and fails unless it does what it should. The program that a report prints is made of
  /// these.
  public mutating func step(_ command: Command, on system: inout System) async throws {
    let response = try await Self.perform(command, on: &system)
    let expected = apply(command)
    guard response == expected else {
      throw Failure(
        kind: .expectation, identity: "\(Self.self): \(caseName(command))",
        message: "\(swiftLiteral(command)) answers \(swiftLiteral(response)), "
          + "and should answer \(swiftLiteral(expected))")
    }
    try await check(system)
  }
}

extension Draw {
  /// Tells a system so many things, one after the other, and fails unless it does what it should all the time.
  ///
  /// The report of a failure is a program that can be pasted.
  public mutating func follow<Model: Specification>(
    _ specification: Model.Type, steps: ClosedRange<Int> = 0...40
  ) async throws {
    let log = companion as? CaseLog
    log?.drew("var model = \(Model.self)()")
    log?.drew("var system = try await \(Model.self).makeSystem()")
    var model = Model()
    var system = try await Model.makeSystem()
    let wanted = suggestion { $0.size(in: steps) }
    var count = 0
    for _ in 0..<(10 * max(steps.upperBound, 1)) {
      beginSpan("command")
      defer { endSpan() }
      guard wantsMore(than: count, of: steps, wanted: wanted) else { return }
      guard let command = try allowed(by: model) else { continue }
      count += 1
      log?.drew("try await model.step(\(swiftLiteral(command)), on: &system)")
      try await model.step(command, on: &system)
    }
  }

  /// A command; nil if it isn't allowed. Whether another is drawn instead is a choice like any other: what is
  /// replayed must come to the same.
  mutating func allowed<Model: Specification>(by model: Model) throws -> Model.Command? {
    let log = companion as? CaseLog
    log?.enter()
    defer { log?.leave() }
    let command = try model.command(&self)
    return model.allows(command) ? command : nil
  }
}

extension CaseLog {
  /// Writes down a line of a program.
  func drew(_ line: @autoclosure () -> String) {
    guard isExplaining else { return }
    let line = line()
    update { $0.drawn.append(line) }
  }
}

/// The name of an enumeration's case, whatever it holds; the type's name for anything else.
func caseName(_ value: some Any) -> String {
  let mirror = Mirror(reflecting: value)
  guard mirror.displayStyle == .enum else { return "\(type(of: value))" }
  return mirror.children.first?.label ?? "\(value)"
}
