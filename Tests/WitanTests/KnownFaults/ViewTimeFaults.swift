import Testing
import WitanCrypto

@testable import Witan

/// F21, F22 and F26–F29: views and time. Each test says what change in the core turns it red.
@Suite("Known faults: views and time")
struct ViewTimeFaults {
  // Red if `statusTimerFired` doesn't say the view-change again.
  @Test("F21: view-changes and new-views that were lost are said again", arguments: [2, 4, 6])
  func f21LostViewChanges(losses: Int) throws {
    var stage = try Stage(hostile: [0])
    try stage.submit(stage.request(1))
    // Every link between two correct replicas loses so many of these before it carries one.
    var lost: [Int: Int] = [:]
    for _ in 0..<400 {
      let letters = stage.wire
      stage.wire = letters.filter { letter in
        guard let kind = letter.message.signed?.statement.kind else { return true }
        guard kind == .viewChange || kind == .newView else { return true }
        let link = Int(kind.rawValue) * 100 + letter.from * 10 + letter.to
        lost[link, default: 0] += 1
        return lost[link, default: 0] > losses
      }
      stage.deliver { _ in true }
      stage.elapseWithoutDelivery(.milliseconds(50))
    }
    #expect(lost.count >= 6)
    #expect(stage.correct.map { stage[$0].executed } == [1, 1, 1])
  }

  // Red if the timer for a view waits for view-changes of exactly that view.
  @Test("F21: whoever went on to a later view leaves nobody waiting for ever in an earlier one")
  func f21NobodyIsLeftBehind() throws {
    var stage = try Stage(hostile: [3])
    stage.carries = { _ in false }
    try stage.submit(stage.request(1))
    stage.run()
    for index in 0...2 { stage.fire(.progress, at: index) }
    // Everything reaches r2, and nothing that r2 says reaches anybody, until it has given view 1 up.
    stage.carries = { $0.from != 2 }
    stage.run()
    stage.fire(.viewChange, at: 2)
    stage.run()
    #expect(stage.views == [1, 1, 2])
    stage.carries = { _ in true }
    stage.elapse(.seconds(120))
    #expect(stage.correct.map { stage[$0].executed } == [1, 1, 1])
  }

  // Red if the timer starts when a replica leaves, instead of when a quorum has left.
  @Test("F22: the next view's leader is given time from a quorum's view-changes on")
  func f22NotTooEarly() throws {
    var stage = try Stage(7, hostile: [0, 1, 2, 3, 4, 5])
    stage.give(.viewChange(stage.viewChange(to: 3, by: 0)), to: 6)
    stage.give(.viewChange(stage.viewChange(to: 3, by: 1)), to: 6)
    stage.give(.viewChange(stage.viewChange(to: 3, by: 2)), to: 6)
    #expect(stage[6].phase == .changingView)
    #expect(stage.players[6].timers[.viewChange] == nil)
    #expect(stage.players[6].timers[.progress] == nil)
    stage.give(.viewChange(stage.viewChange(to: 3, by: 4)), to: 6)
    #expect(stage.players[6].timers[.viewChange] != nil)
  }

  // Red if entering a view doesn't cancel the timer that waited for it.
  @Test("F22: the timer stops when the view opens, and another runs for what waits")
  func f22StopsInTime() throws {
    var stage = try Stage(hostile: [0])
    try stage.submit(stage.request(1))
    stage.carries = { letter in letter.message.signed?.statement.kind != .prePrepare }
    for index in 1...3 { stage.fire(.progress, at: index) }
    stage.run()
    #expect(stage.views == [1, 1, 1])
    for index in 1...3 {
      #expect(stage.players[index].timers[.viewChange] == nil)
      #expect(stage.players[index].timers[.progress] != nil)
    }
  }

  // Red if `noteFailedView` doesn't double, or nothing takes the doubling back.
  @Test("F22: patience doubles with every view that fails, and comes back as views succeed")
  func f22BacksOffAndBack() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    try stage.submit(stage.request(1))
    var spans: [Micros] = []
    for view in UInt64(1)...5 {
      stage.give(.viewChange(stage.viewChange(to: View(view), by: 0)), to: 3)
      stage.give(.viewChange(stage.viewChange(to: View(view), by: 1)), to: 3)
      #expect(stage[3].view == View(view))
      if let due = stage.players[3].timers[.viewChange]?.due { spans.append(due - stage.now) }
    }
    #expect(spans.count == 4, "r3 leads view 3, and opens it")
    #expect(zip(spans, spans.dropFirst()).allSatisfy { $1 >= $0 * 2 })
    let before = stage[3].pacemaker.backoff
    let blocks = stage.blocks(1...8)
    for block in blocks {
      let decision = stage.decision(block, by: [0, 1, 2])
      stage.give(.decision(stage.seal(.decision, decision, by: 1)), to: 3)
    }
    #expect(stage[3].executed == 8)
    #expect(stage[3].pacemaker.backoff < before)
  }

  // Red if only what isn't prepared is timed.
  @Test("F22: what is prepared and isn't committed is timed as well")
  func f22TheCommitPhaseIsTimed() throws {
    var stage = try Stage()
    stage.carries = { $0.message.signed?.statement.kind != .commit }
    try stage.submit(stage.request(1), to: [0])
    stage.run()
    #expect(stage.correct.allSatisfy { stage.said(.commit, by: $0).count == 1 })
    for index in 1...3 {
      #expect(stage[index].waitingRequests == 0, "only the proposal waits")
      #expect(stage.players[index].timers[.progress] != nil)
    }
    stage.elapse(.seconds(3))
    #expect(stage.correct.allSatisfy { stage[$0].view > 0 })
  }

  // Red if timers share a slot, or one that fires takes another with it.
  @Test("F22: two timers that fire at one instant both do their work")
  func f22TwoAtOnce() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    try stage.submit(stage.request(1))
    // The request is passed on first, and the leader given time from then.
    stage.elapseWithoutDelivery(.milliseconds(2_010))
    let due = try #require(stage.players[3].timers[.progress]?.due)
    stage.now = due
    let said = stage.players[3].said.count
    let didSpeak = stage.fire(.status, at: 3)
    let didLeave = stage.fire(.progress, at: 3)
    #expect(didSpeak && didLeave)
    let kinds = stage.players[3].said[said...].compactMap { $0.signed?.statement.kind }
    #expect(kinds.contains(.status) && kinds.contains(.viewChange))
  }

  // Red if a replica looks at gathered view-changes only when a timer fires.
  @Test("F26: view-changes are looked at when they come, by leader and backup alike")
  func f26LookedAtAtOnce() throws {
    var stage = try Stage(hostile: [0, 2, 3])
    stage.give(.viewChange(stage.viewChange(to: 1, by: 2)), to: 1)
    stage.give(.viewChange(stage.viewChange(to: 1, by: 3)), to: 1)
    #expect(stage[1].view == 1 && stage[1].phase == .active)
    #expect(stage.said(.newView, by: 1).count == 1)
  }

  // Red if `enter` doesn't offer what waits to the new leader, or `watchProgress` doesn't run again.
  @Test("F27: requests wait through view changes and are proposed by whoever leads next")
  func f27NothingIsLost() throws {
    var stage = try Stage(7, hostile: [0, 1])
    for client in UInt64(0)...4 { try stage.submit(stage.request(1, by: client)) }
    stage.elapse(.seconds(60))
    #expect(stage[2].view == 2)
    #expect(stage.correct.allSatisfy { stage.players[$0].host.machine.count == 5 })
    #expect(stage.correct.allSatisfy { stage[$0].waitingRequests == 0 })
  }

  // Red if a timer once set is never looked at again: a later request would be judged by an earlier one's time.
  @Test("F27: each request has its own time to wait")
  func f27ATimerARequest() throws {
    var stage = try Stage(hostile: [0])
    let first = stage.request(1, by: 1)
    let second = stage.request(1, by: 2)
    try stage.submit(first)
    stage.elapse(.milliseconds(1_950))
    try stage.submit(second)
    let block = stage.block(1, [first])
    for index in 1...3 { stage.give(stage.propose(block, by: 0), to: index) }
    stage.run()
    #expect(stage.correct.allSatisfy { stage[$0].executed == 1 })
    // The first one's timer fires in 50 ms; the second one's patience is over later.
    let patience = stage[3].pacemaker.patience
    #expect(patience > .milliseconds(100))
    stage.elapse(patience - .milliseconds(10))
    #expect(stage.views == [0, 0, 0])
    stage.elapse(patience)
    #expect(stage.views.allSatisfy { $0 > 0 })
  }

  // Red if the proposer survives a view change.
  @Test("F28: a leader that leads again proposes nothing it had half built before")
  func f28NothingHalfBuilt() throws {
    var stage = try Stage()
    stage.withholds = { index, effect in
      guard index == 0, case .validate = effect else { return false }
      return true
    }
    try stage.submit(stage.request(1))
    let draft = stage.withheld
    #expect(draft.count == 1)
    // The view changes, and others propose the request, and more.
    for index in 1...3 { stage.fire(.progress, at: index) }
    stage.run()
    for number in UInt64(2)...3 {
      try stage.submit(stage.request(number), to: [1, 2, 3])
      stage.run()
    }
    #expect(stage[1].executed == 3)
    // r0 leads view 4, and only then is the old draft found valid.
    for view in UInt64(2)...4 {
      for index in 1...3 {
        let change = stage.viewChange(to: View(view), by: index)
        if view == 4 { stage.give(.viewChange(change), to: 0) }
      }
    }
    #expect(stage[0].view == 4 && stage[0].isLeader)
    let proposals = stage.said(.prePrepare, by: 0).count
    stage.answerWithheld()
    #expect(stage.rejections(at: 0).contains(.unexpectedAnswer))
    for proposal in stage.said(.prePrepare, by: 0)[proposals...] {
      #expect(proposal.statement.sequence > 3)
    }
  }

  // Red if installing a state leaves the phase as it was, or `restoreView` forgets the view.
  @Test("F29: a replica that caught up by state transfer takes part again")
  func f29CaughtUpAndActive() throws {
    var stage = try Stage()
    stage.carries = { $0.to != 3 && $0.from != 3 }
    try stage.submit(stage.request(1))
    stage.fire(.progress, at: 3)
    #expect(stage[3].phase == .changingView)
    for number in UInt64(2)...40 {
      try stage.submit(stage.request(number), to: [0, 1, 2])
      stage.run()
    }
    for index in 0...2 { stage.fire(.progress, at: index) }
    stage.carries = { _ in true }
    stage.elapse(.seconds(30))
    #expect(
      stage.players[3].reports.contains {
        if case .transferEnded = $0 { true } else { false }
      })
    stage.crash(2)
    try stage.submit(stage.request(41), to: [0, 1, 3])
    stage.elapse(.seconds(60))
    #expect([0, 1, 3].allSatisfy { stage[$0].executed == 40 || stage[$0].executed == 41 })
    #expect([0, 1, 3].allSatisfy { stage[$0].waitingRequests == 0 })
    #expect([0, 1, 3].allSatisfy { stage[$0].phase == .active })
  }

  // Red if `restoreView` ignores what opened or left the view.
  @Test("F29: a restart keeps the view, and whether it was being changed")
  func f29ARestartKeepsTheView() throws {
    var stage = try Stage()
    stage.carries = { _ in false }
    try stage.submit(stage.request(1))
    for index in 0...3 { stage.fire(.progress, at: index) }
    try stage.restart(3)
    #expect(stage[3].view == 1 && stage[3].phase == .changingView)
    stage.carries = { _ in true }
    stage.wire = []
    stage.elapse(.seconds(5))
    #expect(stage.views == [1, 1, 1, 1])
    for index in 0...3 { try stage.restart(index) }
    #expect(stage.views == [1, 1, 1, 1])
    #expect(stage.correct.allSatisfy { stage[$0].phase == .active })
  }
}
