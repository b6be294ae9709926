import Testing
import WitanCrypto

@testable import Witan

/// A new-view names view-changes. It is kept until all of them are here, and no longer than its leader's time lasts.
@Suite("What opens a view")
struct OpeningTests {
  /// Leaders of views 0 and 1 and a backup are hostile; r3 is correct. Block 1 was prepared in view 0.
  private struct Scene {
    var stage: Stage
    let block: Block
    let changes: [ViewChange]

    init() throws {
      stage = try Stage(hostile: [0, 1, 2])
      block = stage.blocks(1...1)[0]
      changes = [
        stage.viewChange(to: 1, locks: [stage.lock(block, by: [1, 2])], by: 0),
        stage.viewChange(to: 1, by: 1), stage.viewChange(to: 1, by: 2),
      ]
    }

    var newView: NewView { stage.newView(1, from: changes, by: 1) }

    mutating func give(_ order: [Int], proposing lie: [Block]? = nil) {
      for index in order {
        let message: Message =
          index < changes.count
          ? .viewChange(changes[index])
          : .newView(stage.newView(1, from: changes, by: 1, proposing: lie))
        stage.give(message, to: 3)
      }
    }
  }

  private static let orders: [[Int]] = {
    func permutations(_ rest: [Int]) -> [[Int]] {
      guard !rest.isEmpty else { return [[]] }
      return rest.flatMap { first in
        permutations(rest.filter { $0 != first }).map { [first] + $0 }
      }
    }
    return permutations([0, 1, 2, 3])
  }()

  // Red if `receive(viewChange)` doesn't offer it to what is awaited, or the book isn't looked through.
  @Test("The view is entered when the last of it is here, whichever that is", arguments: orders)
  func anyOrder(_ order: [Int]) throws {
    var scene = try Scene()
    for count in order.indices {
      #expect(!(scene.stage[3].view == 1 && scene.stage[3].phase == .active))
      scene.give([order[count]])
    }
    #expect(scene.stage[3].view == 1 && scene.stage[3].phase == .active)
    #expect(scene.stage.said(.prepare, by: 3).count <= 1)
    #expect(scene.stage[3].awaited == nil && scene.stage.fault == nil)
    #expect(
      scene.stage.players[3].reports.contains {
        if case .accepted(1, scene.block.digest, 1) = $0 { true } else { false }
      })
  }

  // Red if what is whole is entered unjudged, or the leader isn't given up.
  @Test(
    "What doesn't follow is found out when the last of it is here, whichever that is",
    arguments: orders)
  func liesInAnyOrder(_ order: [Int]) throws {
    var scene = try Scene()
    scene.give(order, proposing: [])
    #expect(scene.stage[3].view == 2 && scene.stage[3].phase == .changingView)
    #expect(scene.stage.said(.viewChange, by: 3).last?.statement.view == 2)
    let blamed = scene.stage.players[3].reports.contains {
      if case .rejected(.badNewView, kind: .newView, from: 1) = $0 { true } else { false }
    }
    #expect(blamed)
    #expect(
      scene.stage.suspicions(of: 3).last == .broke(.badNewView("the number of proposals")))
  }

  // Red if the timer isn't set with the new-view, or set again by a second one or by what comes later.
  @Test(
    "A leader that names what nobody has is given its time, and no more", arguments: [true, false])
  func namesNothing(hasLeft: Bool) throws {
    var scene = try Scene()
    if hasLeft {
      try scene.stage.submit(scene.stage.request(9))
      scene.stage.fire(.progress, at: 3)
      #expect(scene.stage.players[3].timers[.viewChange] == nil)
    }
    scene.give([3])
    #expect(scene.stage[3].view == 1 && scene.stage[3].phase == .changingView)
    let due = try #require(scene.stage.players[3].timers[.viewChange]?.due)
    scene.stage.elapseWithoutDelivery(due - scene.stage.now - 1)
    scene.give([3, 0, 3, 1, 3])
    #expect(scene.stage.players[3].timers[.viewChange]?.due == due)
    scene.stage.elapseWithoutDelivery(1)
    #expect(scene.stage[3].view == 2 && scene.stage[3].awaited == nil)
    #expect(scene.stage.suspicions(of: 3).last == .viewNeverOpened)
    // What was missing comes after all: it opens nothing any more.
    scene.give([2, 3])
    #expect(scene.stage[3].view == 2 && scene.stage[3].phase == .changingView)
  }

  // Red if `waitFor` keeps an older one, or an older one takes a newer one's place.
  @Test("Only the latest new-view is waited for")
  func onlyTheLatest() throws {
    var scene = try Scene()
    let later = [0, 1, 2].map { scene.stage.viewChange(to: 6, by: $0) }
    scene.give([3])
    scene.stage.give(.newView(scene.stage.newView(6, from: later, by: 2)), to: 3)
    #expect(scene.stage[3].awaited?.view == 6 && scene.stage[3].view == 6)
    scene.give([3, 0, 1, 2])
    #expect(scene.stage[3].view == 6 && scene.stage[3].phase == .changingView)
    for change in later { scene.stage.give(.viewChange(change), to: 3) }
    #expect(scene.stage[3].view == 6 && scene.stage[3].phase == .active)
  }

  // Red if a second new-view takes the first one's place while that is waited for.
  @Test("Two new-views for a view that is waited for convict their leader, and it is given up")
  func twoWhileWaiting() throws {
    var scene = try Scene()
    let other = [scene.changes[0], scene.changes[1], scene.stage.viewChange(to: 1, by: 3)]
    scene.give([3])
    #expect(
      scene.stage.give(.newView(scene.stage.newView(1, from: other, by: 1)), to: 3)
        == .equivocation)
    #expect(scene.stage.evidence.map(\.culprit) == [1])
    #expect(scene.stage[3].view == 2)
    for proof in scene.stage.evidence {
      #expect(throws: Never.self) {
        try proof.verify(scene.stage.genesis, scheme: scene.stage.scheme)
      }
    }
  }

  // Red if `checkForConflict` doesn't look at what new-views name.
  @Test(
    "A view-change that differs from the one a new-view names convicts, before and after it is entered",
    arguments: [false, true])
  func namedAndShown(isEntered: Bool) throws {
    var scene = try Scene()
    if isEntered { scene.give([0, 1, 2, 3]) } else { scene.give([3]) }
    // By now its signer asks for a later view, and no more is kept of it than what the new-view names.
    scene.stage.give(.viewChange(scene.stage.viewChange(to: 2, by: 2)), to: 3)
    scene.stage.give(
      .viewChange(
        scene.stage.viewChange(to: 1, locks: [scene.stage.lock(scene.block, by: [1, 2])], by: 2)),
      to: 3)
    #expect(scene.stage.evidence.map(\.culprit) == [2])
    for proof in scene.stage.evidence {
      #expect(throws: Never.self) {
        try proof.verify(scene.stage.genesis, scheme: scene.stage.scheme)
      }
    }
  }

  // Red if omissions are looked for only in view-changes that the replica gathered itself.
  @Test("What a named view-change hides is found, though its signer went on since")
  func omission() throws {
    var scene = try Scene()
    scene.stage.give(scene.stage.propose(scene.block, by: 0), to: 3)
    scene.stage.give(scene.stage.commit(scene.block, by: 2), to: 3)
    scene.stage.give(
      .viewChange(
        scene.stage.viewChange(to: 9, locks: [scene.stage.lock(scene.block, by: [1, 2])], by: 2)),
      to: 3)
    #expect(scene.stage.evidence.isEmpty)
    scene.give([3, 0, 1, 2])
    #expect(scene.stage.evidence.map(\.culprit) == [2])
  }

  // Red if a peer's answers aren't paid for from its allowance.
  @Test("Whoever asks for view-changes pays for each")
  func allowance() throws {
    var scene = try Scene()
    scene.give([0, 1, 2, 3])
    let name = ViewChangeQuery.Name(signer: 0, digest: scene.changes[0].statement.digest)
    let query = ViewChangeQuery(wanted: Array(repeating: name, count: Bounds.wantedViewChanges))
    let message = Message.fetchViewChanges(
      scene.stage.seal(.fetchViewChanges, query, by: 2, view: 1))
    let before = scene.stage.said(.viewChange, by: 3).count
    for _ in 0..<20 { scene.stage.give(message, to: 3) }
    let answers = scene.stage.said(.viewChange, by: 3).count - before
    #expect(answers > Bounds.wantedViewChanges && answers <= Int(PeerAllowances.capacity) / 2)
    #expect(scene.stage.rejections(at: 3).last == .overQuota)
  }

  // Red if each peer is asked for the same part.
  @Test("When much is missing, each peer is asked for another part, and all of it is asked for")
  func parts() throws {
    var stage = try Stage(100, hostile: Set(0..<99))
    let changes = (0..<67).map { stage.viewChange(to: 1, by: $0) }
    stage.give(.newView(stage.newView(1, from: changes, by: 1)), to: 99)
    func queries() -> [(to: Int, wanted: [ViewChangeQuery.Name])] {
      stage.wire.compactMap { letter in
        guard case .fetchViewChanges(let query) = letter.message else { return nil }
        return (letter.to, query.body.wanted)
      }
    }
    #expect(queries().map(\.to) == [1])
    #expect(queries().map(\.wanted.count) == [Bounds.wantedViewChanges])
    stage.wire = []
    stage.fire(.status, at: 99)
    #expect(queries().count == 3 && Set(queries().map(\.to)).count == 3)
    #expect(Set(queries().map { $0.wanted.first }).count == 3)
    #expect(Set(queries().flatMap(\.wanted)).count == 67)
    let asked = Set(queries().map(\.to))
    stage.wire = []
    stage.fire(.status, at: 99)
    #expect(asked.intersection(queries().map(\.to)) == [1], "its leader, and others the next time")
    for change in changes { stage.give(.viewChange(change), to: 99) }
    #expect(stage[99].view == 1 && stage[99].phase == .active)
  }
}
