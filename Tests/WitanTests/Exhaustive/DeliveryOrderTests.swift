import Testing

@testable import Witan

/// Every order in which one slot's messages can reach one replica of four, with every subset of them lost. (That it is no
/// matter if any of them comes again at any later moment is a test of `InterleavingTests`.)
///
/// The orders of a set's subsets are the prefixes of its permutations, so a walk through all prefixes loses every subset
/// in every order. No reduction but one is needed: r2 and r3 are alike to r1, so that of two orders that differ by their
/// names, the one in which r2 is heard first is walked (`InterleavingTests` checks that they are alike).
@Suite struct DeliveryOrderTests {
  private struct Walk {
    let slot: OneSlot
    let events: [OneSlot.Event]
    /// What must hold after these events, in whatever order they came.
    let check: (Participant, Set<OneSlot.Event>) -> Bool
    var visited = 0
    var problems: [String] = []

    mutating func run(_ participant: Participant, after path: [OneSlot.Event]) {
      visited += 1
      let happened = Set(path)
      if let fault = participant.fault { problems.append("\(path): \(fault)") }
      if !check(participant, happened) { problems.append("\(path): \(participant.standing)") }
      let isHeard = path.contains { $0.renamed { $0 == 2 ? 3 : $0 } != $0 }
      for event in events where !happened.contains(event) {
        if !isHeard, event.renamed({ $0 == 3 ? 2 : $0 }) != event { continue }
        if case .verdict(let block) = event, participant.seat != 0,
          !happened.contains(.proposal(block: block))
        {
          continue
        }
        var next = participant
        slot.apply(event, to: &next)
        run(next, after: path + [event])
      }
    }
  }

  private static func prepares(_ happened: Set<OneSlot.Event>) -> Int {
    happened.count { if case .prepare = $0 { true } else { false } }
  }

  private static func commits(_ happened: Set<OneSlot.Event>) -> Int {
    happened.count { if case .commit = $0 { true } else { false } }
  }

  @Test func `a backup's part depends on what has reached it, and not on the order`() throws {
    let slot = try OneSlot(blocks: 1)
    let events: [OneSlot.Event] =
      [.proposal(block: 0), .verdict(block: 0)]
      + [2, 3].map { .prepare(by: $0, block: 0) } + [0, 2, 3].map { .commit(by: $0, block: 0) }
    var walk = Walk(slot: slot, events: events) { backup, happened in
      let isProposed = happened.contains(.proposal(block: 0))
      let isValid = isProposed && happened.contains(.verdict(block: 0))
      // The leader's proposal, the backup's own prepare, and one more are a quorum of three.
      let isPrepared = isValid && Self.prepares(happened) >= 1
      let isDecided = isProposed && Self.commits(happened) + (isPrepared ? 1 : 0) >= 3
      var said: Participant.Said = []
      if isValid { said.insert(.prepare(0)) }
      if isPrepared { said.insert(.commit(0)) }
      return backup.said == said && backup.decided == (isDecided ? 0 : nil)
        && backup.replica.executed == (isDecided ? 1 : 0)
    }
    walk.run(slot.participant(seat: 1), after: [])
    #expect(walk.problems.isEmpty, "\(walk.problems.prefix(3).joined(separator: "\n"))")
    #expect(walk.visited == 3_511)
  }

  @Test func `a leader's part depends on what has reached it, and not on the order`() throws {
    let slot = try OneSlot(blocks: 1)
    let events: [OneSlot.Event] =
      [.verdict(block: 0)] + [1, 2, 3].map { .prepare(by: $0, block: 0) }
      + [1, 2, 3].map { .commit(by: $0, block: 0) }
    var walk = Walk(slot: slot, events: events) { leader, happened in
      let isProposed = happened.contains(.verdict(block: 0))
      let isPrepared = isProposed && Self.prepares(happened) >= 2
      let isDecided = isProposed && Self.commits(happened) + (isPrepared ? 1 : 0) >= 3
      var said: Participant.Said = []
      if isProposed { said.insert(.proposal(0)) }
      if isPrepared { said.insert(.commit(0)) }
      return leader.said == said && leader.decided == (isDecided ? 0 : nil)
    }
    walk.run(slot.participant(seat: 0), after: [])
    #expect(walk.problems.isEmpty, "\(walk.problems.prefix(3).joined(separator: "\n"))")
    #expect(walk.visited == 6_858)
  }
}
