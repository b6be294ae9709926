import Testing

@testable import Witan

/// Every interleaving of one slot's deliveries in a network of four: see `Interleavings` for the reductions.
@Suite struct InterleavingTests {
  /// What can happen to r1 in view 0, whose leader may propose each of the blocks, and commit to each.
  private static func events(blocks: Int) -> [OneSlot.Event] {
    (0..<blocks).flatMap { block -> [OneSlot.Event] in
      [.proposal(block: block), .verdict(block: block), .commit(by: 0, block: block)]
        + [2, 3].map { .prepare(by: $0, block: block) }
        + [2, 3].map { .commit(by: $0, block: block) }
    }
  }

  /// What the leader can receive, and when its own draft is found valid.
  private static let leaderEvents: [OneSlot.Event] =
    [.verdict(block: 0)] + (1...3).map { .prepare(by: $0, block: 0) }
    + (1...3).map { .commit(by: $0, block: 0) }

  /// Exchanges r1's name and another's.
  private static func exchange(_ seat: Int) -> (Int) -> Int {
    { $0 == 1 ? seat : $0 == seat ? 1 : $0 }
  }

  @Test func `backups are alike but for their names`() throws {
    let slot = try OneSlot(blocks: 1)
    let first = LocalAutomaton(slot, seat: 1, events: Self.events(blocks: 1))
    for seat in [2, 3] {
      let renamed = first.renamed(Self.exchange(seat))
      let other = LocalAutomaton(slot, seat: seat, events: renamed.events)
      #expect(other.standings == renamed.standings)
      #expect(other.next == renamed.next)
    }
  }

  @Test func `what came once changes nothing when it comes again`() throws {
    let slot = try OneSlot(blocks: 1)
    let backup = LocalAutomaton(slot, seat: 1, events: Self.events(blocks: 1))
    // A verdict is no message: one that comes before it was asked for is refused, and taken afterwards.
    #expect(backup.unrepeatable == [.verdict(block: 0)])
    let leader = LocalAutomaton(slot, seat: 0, events: Self.leaderEvents)
    #expect(leader.unrepeatable == [])
  }

  @Test func `four correct replicas decide the leader's block in every order`() throws {
    let slot = try OneSlot(blocks: 1)
    let leader = LocalAutomaton(slot, seat: 0, events: Self.leaderEvents)
    let backup = LocalAutomaton(slot, seat: 1, events: Self.events(blocks: 1))
    #expect(leader.faults == [])
    #expect(backup.faults == [])
    let places = [0: 0, 1: 1, 2: 2, 3: 3]
    let all = Interleavings(
      [Interleavings.Place(leader, places: places)]
        + (1...3).map { .init(backup.renamed(Self.exchange($0)), places: places) })
    #expect(all.states.allSatisfy { all.faces($0).allSatisfy { $0.decided ?? 0 == 0 } })
    // Whatever the order was: when everything has arrived, everybody has decided, and said everything once.
    #expect(!all.ends.isEmpty)
    for end in all.ends {
      let faces = all.faces(end)
      #expect(faces.allSatisfy { $0.decided == 0 })
      #expect(
        faces.map(\.said) == [[.proposal(0), .commit(0)]]
          + Array(repeating: [.prepare(0), .commit(0)], count: 3))
    }
    // So many states there are: a walk that misses some, or finds others, is another walk.
    #expect(all.states.count == 16_074)
  }

  @Test func `a leader that proposes and commits two blocks splits nobody`() throws {
    let slot = try OneSlot(blocks: 2)
    let backup = LocalAutomaton(slot, seat: 1, events: Self.events(blocks: 2))
    #expect(backup.faults == [])
    let places = [1: 0, 2: 1, 3: 2]
    let all = Interleavings(
      (1...3).map { .init(backup.renamed(Self.exchange($0)), places: places) })
    var decided: Set<Int> = []
    for state in all.states {
      let faces = all.faces(state)
      // A quorum's prepares for one block leave none for the other: not even locks differ.
      let locks = Set(faces.compactMap(\.lock))
      let here = Set(faces.compactMap(\.decided))
      #expect(locks.union(here).count <= 1)
      decided.formUnion(here)
    }
    // The walk isn't blind: each of the two can be decided.
    #expect(decided == [0, 1])
    #expect(all.states.count == 102_384)
  }
}
