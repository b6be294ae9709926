import Testing
import WitanCrypto

@testable import Witan

/// What the papers claim of view changes: OSDI '99 §4.4, TOCS '02 §4.5.
@Suite("The papers: view changes")
struct ViewChangeClaims {
  @Test("OSDI §4.4: a timer runs while a request waits to be executed, and stops when none does")
  func theTimer() throws {
    var stage = try Stage()
    #expect(stage.players[2].timers[.progress] == nil)
    try stage.submit(stage.request(1), to: [1, 2, 3])
    #expect(stage.players[2].timers[.progress] != nil)
    try stage.submit(stage.request(1), to: [0])
    stage.run()
    stage.elapse(.seconds(10))
    #expect(stage.players[2].timers[.progress] == nil)
    #expect(stage.views == [0, 0, 0, 0])
  }

  @Test("OSDI §4.4: a backup whose timer expires stops accepting, and multicasts a view-change")
  func leaving() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let block = stage.blocks(1...1)[0]
    try stage.submit(stage.request(5))
    stage.fire(.progress, at: 3)
    #expect(stage.said(.viewChange, by: 3).map(\.statement.view) == [1])
    #expect(stage.give(stage.propose(block, by: 0), to: 3) == .staleView)
    // Checkpoints, view-changes and new-views are still taken.
    #expect(
      stage.give(.checkpoint(stage.say(.checkpoint, by: 0, at: 4, block.digest)), to: 3) == nil)
    #expect(stage.give(.viewChange(stage.viewChange(to: 1, by: 2)), to: 3) == nil)
    let changes = [0, 1, 2].map { stage.viewChange(to: 1, by: $0) }
    #expect(stage.open(stage.newView(1, from: changes, by: 1), of: changes, at: 3) == nil)
    #expect(stage[3].view == 1)
  }

  @Test(
    "OSDI §4.4: a view-change carries the stable checkpoint's proof and all that is prepared above")
  func whatItCarries() throws {
    var stage = try Stage()
    for number in UInt64(1)...6 {
      try stage.submit(stage.request(number))
      stage.run()
    }
    try stage.submit(stage.request(9), to: [3])
    stage.carries = { _ in false }
    stage.run()
    for _ in 0..<60 where stage[3].view == 0 { stage.elapse(.milliseconds(100)) }
    guard
      case .viewChange(let change)? = stage.players[3].said.last(where: {
        $0.signed?.statement.kind == .viewChange
      })
    else {
      Issue.record("r3 didn't leave")
      return
    }
    #expect(change.body.stable?.sequence == 4)
    #expect(change.body.locks.map(\.header.height) == [5, 6])
    #expect(throws: Never.self) { try stage[0].verifier.verify(.viewChange(change)) }
  }

  @Test(
    "OSDI §4.4: the primary of view v is replica v mod n, and opens it with a quorum's view-changes"
  )
  func theNewPrimary() throws {
    var stage = try Stage(hostile: [0, 2, 3])
    #expect(
      (0...8).map { stage.genesis.members.leader(of: View($0), in: 0).index }
        == [0, 1, 2, 3, 0, 1, 2, 3, 0])
    stage.give(.viewChange(stage.viewChange(to: 1, by: 0)), to: 1)
    #expect(stage.said(.newView, by: 1).isEmpty)
    stage.give(.viewChange(stage.viewChange(to: 1, by: 2)), to: 1)
    #expect(stage.said(.newView, by: 1).count == 1)
  }

  @Test(
    "OSDI §4.4: O begins at the latest stable checkpoint and holds the prepared block of the highest view"
  )
  func theSetO() throws {
    let stage = try Stage(7, hostile: [0, 1, 2, 3, 4, 5])
    let blocks = stage.blocks(1...3)
    let rival = stage.block(3, after: blocks[1].digest, by: 1, [stage.request(9, by: 9)])
    let locks = blocks.map { stage.lock($0, by: [1, 2, 3, 4]) }
    let later = stage.lock(rival, view: 1, by: [2, 3, 4, 5])
    let changes = [
      stage.viewChange(to: 2, locks: locks, by: 0),
      stage.viewChange(to: 2, locks: [locks[0]], by: 1),
      stage.viewChange(to: 2, locks: [locks[0], locks[1], later], by: 3),
      stage.viewChange(to: 2, by: 4), stage.viewChange(to: 2, by: 5),
    ]
    let selection = Selection(of: changes, chain: stage.chain)
    #expect(selection.base == 0)
    #expect(selection.headers.map(\.digest) == [blocks[0].digest, blocks[1].digest, rival.digest])
  }

  @Test("OSDI §4.4: what was prepared is agreed on again in the new view, and not executed again")
  func redoneNotRerun() throws {
    var stage = try Stage()
    for number in UInt64(1)...3 {
      try stage.submit(stage.request(number))
      stage.run()
    }
    for index in 0...3 {
      try stage.submit(stage.request(90, by: 9), to: [index])
      stage.wire = []
    }
    stage.carries = { _ in false }
    stage.elapse(.seconds(3))
    stage.carries = { _ in true }
    stage.elapse(.seconds(30))
    #expect(stage.views.allSatisfy { $0 > 0 })
    let again = stage.players[2].reports.contains {
      if case .prepared(2, _, let view) = $0 { view > 0 } else { false }
    }
    #expect(again)
    #expect(stage.executed(by: 2) == [1, 2, 3, 4])
  }

  @Test(
    "OSDI §4.4: a replica that lacks a request the new view proposes again gets it from another")
  func missingRequests() throws {
    var stage = try Stage(hostile: [0])
    // r1 and r2 are prepared; r3 never saw the block.
    let block = stage.blocks(1...1)[0]
    for index in 1...2 {
      stage.give(stage.propose(block, by: 0), to: index)
    }
    stage.carries = { $0.to != 3 && $0.message.signed?.statement.kind != .commit }
    stage.run()
    #expect(stage.said(.commit, by: 1).count == 1)
    stage.carries = { _ in true }
    stage.elapse(.seconds(20))
    #expect(
      stage.correct.allSatisfy { stage[$0].executed == 1 && stage[$0].lastBlock == block.digest })
  }

  @Test(
    "Deviation (OSDI §4.4, null requests): what nobody could have decided is dropped, and no gap is left"
  )
  func noNullRequests() throws {
    let stage = try Stage(hostile: [0, 1, 2])
    let blocks = stage.blocks(1...4)
    // A lock on 4 alone, or with a gap, isn't shown: replicas prepare in order.
    let gap = stage.viewChange(to: 1, locks: [stage.lock(blocks[3], by: [1, 2])], by: 0)
    #expect(throws: Rejection.contradictory("the order of locks")) {
      try stage[3].verifier.verify(.viewChange(gap))
    }
    let changes = [
      stage.viewChange(to: 1, locks: blocks[..<2].map { stage.lock($0, by: [1, 2]) }, by: 0),
      stage.viewChange(to: 1, by: 1), stage.viewChange(to: 1, by: 2),
    ]
    let selection = Selection(of: changes, chain: stage.chain)
    #expect(selection.headers.map(\.height) == [1, 2])
  }

  @Test("TOCS §4.5: a new-view names view-changes by their digests, and backups have them already")
  func newViewsNameViewChanges() throws {
    var stage = try Stage()
    try stage.submit(stage.request(1), to: [1, 2, 3])
    for index in 1...3 { stage.fire(.progress, at: index) }
    stage.run()
    guard case .newView(let newView)? = stage.last(.newView, by: 1) else {
      Issue.record("r1 didn't open its view")
      return
    }
    let sent = (1...3).compactMap { stage.said(.viewChange, by: $0).first }
    #expect(newView.body.viewChanges == sent)
    #expect(stage.correct.allSatisfy { stage.said(.fetchViewChanges, by: $0).isEmpty })
    #expect((1...3).allSatisfy { stage[$0].view == 1 && stage[$0].executed == 1 })
  }

  @Test("TOCS §4.5: a backup that lacks a view-change asks for it, and waits with the new-view")
  func missingViewChangesAreFetched() throws {
    var stage = try Stage()
    try stage.submit(stage.request(1), to: [1, 2, 3])
    for index in 1...3 { stage.fire(.progress, at: index) }
    // What r2 itself says of its view-change never reaches r3.
    stage.carries = { letter in
      guard case .viewChange = letter.message else { return true }
      return letter.to != 3 || letter.from != 2
    }
    stage.run()
    #expect((1...2).allSatisfy { stage[$0].phase == .active })
    #expect(stage[3].view == 1 && stage[3].phase == .changingView)
    stage.fire(.status, at: 3)
    stage.run()
    #expect(!stage.said(.fetchViewChanges, by: 3).isEmpty)
    #expect(stage[3].view == 1 && stage[3].phase == .active)
    stage.elapse(.seconds(1))
    #expect((1...3).allSatisfy { stage[$0].executed == 1 })
  }

  @Test("Deviation: views are counted anew in each epoch, beginning with another leader")
  func viewsAnEpoch() throws {
    var stage = try Stage { $0.epochLength = 4 }
    for index in 1...3 { stage.give(.viewChange(stage.viewChange(to: 1, by: index)), to: 0) }
    try stage.submit(stage.request(1, .reconfigure(stage.reweighted([2, 1, 1, 1]))))
    stage.elapse(.seconds(10))
    for number in UInt64(2)...5 {
      try stage.submit(stage.request(number))
      stage.elapse(.seconds(10))
    }
    #expect(stage.correct.allSatisfy { stage[$0].epoch == 1 && stage[$0].view == 0 })
    #expect(stage[0].currentLeader == 1)
  }

  @Test("TOCS §4.5: a view-change is correct only if every part of it is proved")
  func everyPartIsProved() throws {
    let stage = try Stage(hostile: [0, 1, 2])
    let block = stage.blocks(1...1)[0]
    let unproved = stage.viewChange(to: 1, locks: [stage.lock(block, by: [2])], by: 2)
    #expect(throws: Rejection.badCertificate(.noQuorum(2, needed: 3))) {
      try stage[3].verifier.verify(.viewChange(unproved))
    }
  }
}
