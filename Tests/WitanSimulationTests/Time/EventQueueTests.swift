import Testing
import Witan
import WitanDraw

@testable import WitanSimulation

@Suite("Event queue") struct EventQueueTests {
  /// What a queue must do, done slowly: a list that is sorted, those of one time as they came.
  private struct Model {
    private var entries: [(time: UInt64, ticket: UInt64)] = []

    mutating func schedule(_ ticket: UInt64, at time: UInt64) {
      let place = entries.firstIndex { $0.time > time } ?? entries.count
      entries.insert((time, ticket), at: place)
    }

    mutating func next() -> (time: UInt64, ticket: UInt64)? {
      entries.isEmpty ? nil : entries.removeFirst()
    }

    var nextTime: UInt64? { entries.first?.time }
  }

  @Test(arguments: 0..<50) func eventsComeByTimeAndThoseOfOneTimeAsTheyWereScheduled(seed: UInt64) {
    var draw = Draw(seed: seed)
    var (queue, model) = (EventQueue(), Model())
    var now: UInt64 = 0
    for ticket in UInt64(0)..<2_000 {
      if draw.chance(0.55) {
        let far = draw.chance(0.1) ? 1 << 40 : UInt64(draw.pick([0, 1, 7, 1_000, 65_536]) ?? 0)
        let time = now &+ draw.integer(in: 0...far)
        queue.schedule(ticket, at: Micros(time))
        model.schedule(ticket, at: time)
      } else {
        if draw.chance(0.5) { #expect(queue.nextTime()?.rawValue == model.nextTime) }
        let (got, expected) = (queue.next(), model.next())
        #expect(got?.time.rawValue == expected?.time)
        #expect(got?.ticket == expected?.ticket)
        now = expected?.time ?? now
      }
    }
  }

  @Test func theLastMomentIsAMomentLikeOthers() {
    var queue = EventQueue()
    queue.schedule(1, at: Micros(.max))
    queue.schedule(2, at: Micros(.max - 1))
    #expect(queue.next()?.ticket == 2)
    #expect(queue.next()?.ticket == 1)
    #expect(queue.next() == nil)
  }

  @Test func whatIsScheduledForThePastHappensAtOnce() {
    var queue = EventQueue()
    queue.schedule(1, at: 100)
    _ = queue.next()
    queue.schedule(2, at: 100)
    queue.schedule(3, at: 50)
    #expect(queue.next()?.time == 100)
    #expect(queue.next()?.ticket == 3)
  }
}
