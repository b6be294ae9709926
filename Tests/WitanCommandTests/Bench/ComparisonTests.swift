import Synchronization
import Testing

@testable import WitanCommand

/// A clock that only work moves.
private final class WorkClock: Sendable {
  private let time = Atomic<UInt64>(0)
  /// Every stretch of work, as who did it.
  let log = Mutex<[String]>([])

  var now: UInt64 { time.load(ordering: .relaxed) }

  func workload(_ name: String, nanoseconds: UInt64) -> Workload {
    Workload(name) {
      { operations in
        self.log.withLock { $0.append(name) }
        self.time.add(UInt64(operations) * nanoseconds, ordering: .relaxed)
      }
    }
  }
}

@Suite struct ComparisonTests {
  @Test func `the ratio is that of the two speeds`() throws {
    let clock = WorkClock()
    let comparison = Comparison(rounds: 11, stretch: 1_000, now: { clock.now })
    let outcome = try comparison.run(
      clock.workload("a", nanoseconds: 30), against: clock.workload("b", nanoseconds: 10))
    #expect(outcome == .init(value: 30, yardstickValue: 10, ratio: 3))
  }

  @Test func `the two take turns, and which is first takes turns as well`() throws {
    let clock = WorkClock()
    let comparison = Comparison(rounds: 4, stretch: 1, now: { clock.now })
    _ = try comparison.run(
      clock.workload("a", nanoseconds: 1), against: clock.workload("b", nanoseconds: 1))
    #expect(clock.log.withLock { Array($0.suffix(8)) } == ["b", "a", "a", "b", "b", "a", "a", "b"])
  }

  @Test func `the machine slowing down under way moves no ratio`() throws {
    let time = Atomic<UInt64>(0)
    let rounds = Atomic<Int>(0)
    let slowing: @Sendable (UInt64) -> Workload = { cost in
      Workload("slowing") {
        { operations in
          let slowness = UInt64(rounds.add(1, ordering: .relaxed).newValue / 20 + 1)
          time.add(UInt64(operations) * cost * slowness, ordering: .relaxed)
        }
      }
    }
    let comparison = Comparison(
      rounds: 101, stretch: 1, now: { time.load(ordering: .relaxed) })
    #expect(try comparison.run(slowing(20), against: slowing(10)).ratio == 2)
  }

  @Test func `the median is the middle one`() {
    #expect([Double]().median == 0)
    #expect([4.0].median == 4)
    #expect([9.0, 1, 5].median == 5)
    #expect([1.0, 2, 3, 1_000].median == 2.5)
  }
}
