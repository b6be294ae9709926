import Foundation
import Synchronization

extension Draw {
  /// Tells a system things from several threads at once, and fails unless what they are answered could have
  /// been answered one after the other: unless it is linearisable.
  ///
  /// First comes a part in order, then the threads' own. Since the machine decides who is first, the same
  /// case is run several times; a failure that only comes up now and then is reported as flaky if it doesn't
  /// do so when it is run again. The commands should be allowed at any time.
  ///
  /// - Parameters:
  ///   - threads: How many there are.
  ///   - steps: How many things each of them says. There are many orders of a few.
  ///   - before: How many things are said before they begin.
  ///   - tries: How often a case is run.
  public mutating func followInParallel<Model: Specification>(
    _ specification: Model.Type, threads: Int = 2, steps: ClosedRange<Int> = 1...4,
    before: ClosedRange<Int> = 0...4, tries: Int = 20
  ) async throws where Model.System: Sendable {
    let log = companion as? CaseLog
    var model = Model()
    let prefix = try commands(before, &model)
    var lists: [[Model.Command]] = []
    for _ in 0..<threads {
      var own = model
      lists.append(try span("thread") { draw in try draw.commands(steps, &own) })
    }
    log?.drew("before: [\(prefix.map { swiftLiteral($0) }.joined(separator: ", "))]")
    for (index, list) in lists.enumerated() {
      let commands = list.map { swiftLiteral($0) }.joined(separator: ", ")
      log?.drew("thread \(index): [\(commands)]")
    }
    let lane = log?.lane.withLock { $0 }
    let lanes = lane.map { lane in (0..<threads).map { _ in Lane(beside: lane) } } ?? []
    defer { for lane in lanes { lane.close() } }
    for _ in 0..<tries {
      let system = try await Model.makeSystem()
      try await Rehearsal<Model>(prefix, lists, lanes).run(system, log)
    }
  }

  private mutating func commands<Model: Specification>(
    _ count: ClosedRange<Int>, _ model: inout Model
  ) throws -> [Model.Command] {
    let wanted = suggestion { $0.size(in: count) }
    var commands: [Model.Command] = []
    for _ in 0..<(10 * max(count.upperBound, 1)) {
      let isLast = try span("command") { draw in
        guard draw.wantsMore(than: commands.count, of: count, wanted: wanted)
        else { return true }
        guard let command = try draw.allowed(by: model) else { return false }
        _ = model.apply(command)
        commands.append(command)
        return false
      }
      if isLast { break }
    }
    return commands
  }
}

/// One time that a system is told things from several threads.
private struct Rehearsal<Model: Specification>: Sendable where Model.System: Sendable {
  typealias Operation = History<Model.Command, Model.Response>.Operation

  let prefix: [Model.Command]
  let lists: [[Model.Command]]
  let lanes: [Lane]

  init(_ prefix: [Model.Command], _ lists: [[Model.Command]], _ lanes: [Lane]) {
    self.prefix = prefix
    self.lists = lists
    self.lanes = lanes
  }

  func run(_ system: Model.System, _ log: CaseLog?) async throws {
    var model = Model()
    var shared = system
    for command in prefix { try await model.step(command, on: &shared) }
    let clock = Clock()
    let gate = Gate(lists.count)
    let operations = try await withThrowingTaskGroup(of: (Int, [Operation]).self) { group in
      for (index, list) in lists.enumerated() {
        group.addTask(executorPreference: index < lanes.count ? lanes[index] : nil) { [shared] in
          var system = shared
          if !lanes.isEmpty { gate.pass() }
          var operations: [Operation] = []
          for command in list {
            let invoked = clock.next()
            let response = try await Model.perform(command, on: &system)
            operations.append(
              Operation(command, response, invoked: invoked, returned: clock.next()))
          }
          return (index, operations)
        }
      }
      return try await group.reduce(into: [(Int, [Operation])]()) { $0.append($1) }
    }
    let history = History(operations.flatMap(\.1))
    guard history.linearisation(from: model) == nil else { return }
    for (index, own) in operations.sorted(by: { $0.0 < $1.0 }) {
      for operation in own { log?.update { $0.notes.append(Self.text(operation, index)) } }
    }
    throw Failure(
      kind: .expectation, identity: "\(Model.self): not linearisable",
      message: "no order of what the threads said explains what they were answered")
  }

  private static func text(_ operation: Operation, _ thread: Int) -> String {
    let response = operation.response.map { swiftLiteral($0) } ?? "?"
    return "thread \(thread), from \(operation.invoked) to \(operation.returned): "
      + "\(swiftLiteral(operation.command)) answers \(response)"
  }
}

/// A clock that all threads read, and never two of them at the same time.
private final class Clock: Sendable {
  private let time = Mutex(0)

  func next() -> Int {
    time.withLock {
      $0 += 1
      return $0
    }
  }
}

/// Where threads wait for one another, so that they begin together.
private final class Gate: Sendable {
  private let missing: Mutex<Int>

  init(_ count: Int) { missing = Mutex(count) }

  func pass() {
    missing.withLock { $0 -= 1 }
    while missing.withLock({ $0 > 0 }) { sched_yield() }
  }
}
