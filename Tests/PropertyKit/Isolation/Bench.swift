import Dispatch
import Foundation
import Synchronization
import Testing

/// Where cases run in this process: several lanes that take them in turn.
///
/// A lane that traps takes no further case; what became of the case can be read.
final class Bench: @unchecked Sendable {
  private struct Work {
    var waiting: ArraySlice<Attempt> = []
    var isClosed = false
  }

  private let work = Mutex(Work())
  private let start = DispatchSemaphore(value: 0)
  private let lanes: [Lane]
  private let wake: (reading: Int32, writing: Int32)

  /// As many lanes, each with a task that inherits what the caller's has: its test, above all, so that what
  /// `#expect` records in a case is known to be of this test, and can be kept from the others.
  init(lanes count: Int, body: @escaping Body) {
    var ends: [Int32] = [-1, -1]
    _ = pipe(&ends)
    wake = (ends[0], ends[1])
    let writing = ends[1]
    lanes = (0..<count).map { _ in Lane(wake: writing) }
    let (test, testCase) = (Test.current, Test.Case.current)
    for lane in lanes {
      Task(executorPreference: lane) { [self] in
        guard let test else { return await serve(lane, body) }
        let trait = IssueHandlingTrait.compactMapIssues { issue in
          guard let attempt = lane.current else { return issue }
          if issue.isFailure { attempt.log.record(issue) }
          return nil
        }
        try? await trait.provideScope(for: test, testCase: testCase) { await serve(lane, body) }
      }
    }
  }

  /// How many lanes are left.
  var lanesLeft: Int { lanes.count { $0.trap == nil } }

  /// The signal in which a lane was lost.
  var signal: Int32? { lanes.lazy.compactMap(\.trap).first }

  /// Runs these cases. Those that no lane was left for have no result; neither has one that doesn't end within
  /// so many milliseconds, where that is asked for, and then the bench is of no further use.
  func run(_ attempts: [Attempt], patience: Int32 = -1) {
    work.withLock { $0.waiting = attempts[...] }
    // One that trapped before has ended its round for good.
    let present = lanes.filter { $0.trap == nil }
    for _ in present { start.signal() }
    let ended = Descriptor(number: wake.reading)
    for _ in present where !ended.readByte(patience: patience) { return }
    for lane in present {
      guard let signal = lane.trap else { continue }
      lane.current?.end(.failed(Failure(signal: signal)))
    }
  }

  /// Lets the lanes end.
  func close() {
    work.withLock { $0.isClosed = true }
    for _ in lanes { start.signal() }
    for lane in lanes { lane.close() }
  }

  private func serve(_ lane: Lane, _ body: Body) async {
    while true {
      awaitStart()
      if work.withLock({ $0.isClosed }) { return }
      while let attempt = work.withLock({ $0.waiting.popFirst() }) {
        lane.current = attempt
        attempt.log.lane.withLock { $0 = lane }
        await attempt.run(body)
        lane.current = nil
        attempt.log.lane.withLock { $0 = nil }
      }
      endRound()
    }
  }

  /// Nothing but this thread's own case waits for it, and there is none.
  private func awaitStart() { start.wait() }

  private func endRound() {
    var byte: UInt8 = 0
    _ = write(wake.writing, &byte, 1)
  }

  // The tasks keep the bench until they end, and a lane that trapped keeps it for ever.
  deinit { Descriptor.close(wake.reading, wake.writing) }
}
