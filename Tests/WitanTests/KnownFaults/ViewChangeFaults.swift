import Testing
import WitanCrypto

@testable import Witan

/// F16–F18, F20, F23–F25, F30 and F31: what opens a view. Each test says what change in the core turns it red.
@Suite("Known faults: what opens a view")
struct ViewChangeFaults {
  /// Leaders of views 0 and 1 and a backup are hostile; r3 is correct. Block 1 was prepared in view 0.
  private func scene() throws -> (stage: Stage, block: Block, changes: [ViewChange]) {
    let stage = try Stage(hostile: [0, 1, 2])
    let block = stage.blocks(1...1)[0]
    let lock = stage.lock(block, by: [1, 2])
    let changes = [
      stage.viewChange(to: 1, locks: [lock], by: 0), stage.viewChange(to: 1, by: 1),
      stage.viewChange(to: 1, by: 2),
    ]
    return (stage, block, changes)
  }

  // Red if the backup proposes again what the leader signed, without `Selection`.
  @Test("F16: a new-view's proposals are recomputed, never trusted")
  func f16ProposalsAreRecomputed() throws {
    var (stage, block, changes) = try scene()
    let other = stage.blocks(1...1, by: 1, client: 5)[0]
    for lie in [[], [other], [block, other]] {
      var (stage, _, changes) = try scene()
      let newView = stage.newView(1, from: changes, by: 1, proposing: lie)
      guard case .badNewView = stage.open(newView, of: changes, at: 3) else {
        Issue.record("a new-view was accepted that proposes \(lie.count) blocks")
        return
      }
      #expect(stage[3].view == 2 && stage[3].phase == .changingView, "its leader is given up")
    }
    #expect(stage.open(stage.newView(1, from: changes, by: 1), of: changes, at: 3) == nil)
    #expect(stage[3].view == 1 && stage[3].phase == .active)
    let accepted = stage.players[3].reports.compactMap { report -> Digest? in
      if case .accepted(1, let digest, 1) = report { digest } else { nil }
    }
    #expect(accepted == [block.digest])
  }

  // Red if `Selection` takes any lock but that of the highest view.
  @Test("F16: of two locks on a place, that of the later view is proposed again")
  func f16TheLaterLockWins() throws {
    let stage = try Stage(hostile: [0, 1, 2])
    let old = stage.blocks(1...1)[0]
    let new = stage.blocks(1...1, by: 1, client: 5)[0]
    let changes = [
      stage.viewChange(to: 2, locks: [stage.lock(old, by: [1, 2])], by: 0),
      stage.viewChange(to: 2, locks: [stage.lock(new, view: 1, by: [0, 2])], by: 1),
      stage.viewChange(to: 2, locks: [stage.lock(old, by: [1, 2])], by: 3),
    ]
    for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0]] {
      let selection = Selection(of: order.map { changes[$0] }, chain: stage.chain)
      #expect(selection.headers.map(\.digest) == [new.digest])
    }
  }

  // Red if `check(_: NewView)` doesn't ask for a quorum of distinct members' view-changes for that view.
  @Test("F17: a new-view needs its leader, and a quorum's view-changes for that view, one a member")
  func f17ANewViewNeedsAQuorum() throws {
    var (stage, _, changes) = try scene()
    let elsewhere = stage.viewChange(to: 2, by: 2)
    for wrong in [
      Array(changes[..<2]), [changes[0], changes[1], changes[1]],
      [changes[0], changes[1], elsewhere], [],
    ] {
      guard case .badNewView = stage.give(.newView(stage.newView(1, from: wrong, by: 1)), to: 3)
      else {
        Issue.record("a new-view of \(wrong.count) view-changes was accepted")
        return
      }
    }
    let usurped = stage.newView(1, from: changes, by: 2)
    #expect(stage.give(.newView(usurped), to: 3) == .notLeader(2))
    #expect(stage[3].view == 0)
  }

  // Red if `check(_: NewView)` doesn't check the view-changes' own signatures.
  @Test("F17: view-changes that their signers didn't sign open nothing")
  func f17ForgedViewChanges() throws {
    var (stage, _, changes) = try scene()
    let body = ViewChangeBody(stable: nil, locks: [])
    let statement = Statement(
      .viewChange, epoch: 0, view: 1, sequence: 0, digest: body.statementDigest)
    let forged = Sealed(
      signed: statement.signed(by: 3, with: stage.players[2].signer, chain: stage.chain),
      body: body)
    let newView = stage.newView(1, from: [changes[0], changes[1], forged], by: 1)
    guard case .badNewView = stage.give(.newView(newView), to: 3) else {
      Issue.record("a forged view-change opened a view")
      return
    }
  }

  // Red if `Verifier.check(_: ViewChange)` skips any of a lock's parts.
  @Test("F18: a lock in a view-change is checked to the last signature")
  func f18LocksAreChecked() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let chained = stage.blocks(1...2)
    let block = chained[0]
    let good = stage.lock(block, by: [1, 2])
    let stolen = PreparedCertificate(
      header: stage.blocks(1...1, client: 5)[0].header, epoch: 0, view: 0,
      proposal: stage.say(.prePrepare, by: 0, at: 1, block.digest).signature,
      prepares: stage.signatures(.prepare, block, view: 0, by: [1, 2]))
    let wrong: [(StaticString, [Lock])] = [
      ("too few prepares", [stage.lock(block, by: [1])]),
      ("the leader counted twice", [stage.lock(block, by: [0, 1])]),
      ("signatures over another block", [.prepared(stolen)]),
      ("commits where prepares are meant", [commitsForPrepares(block, stage)]),
      ("another view's leader", [stage.lock(block, by: [1, 2], leader: 2)]),
      ("the view that is asked for", [stage.lock(block, view: 1, by: [0, 2])]),
      ("a gap", [stage.lock(chained[1], by: [1, 2])]),
      ("the same place twice", [good, good]),
    ]
    for (name, locks) in wrong {
      let change = stage.viewChange(to: 1, locks: locks, by: 2)
      let rejection = stage.give(.viewChange(change), to: 3)
      #expect(rejection?.provesFault == true, "\(name)")
    }
    #expect(stage.give(.viewChange(stage.viewChange(to: 1, locks: [good], by: 2)), to: 3) == nil)
  }

  private func commitsForPrepares(_ block: Block, _ stage: Stage) -> Lock {
    .prepared(
      PreparedCertificate(
        header: block.header, epoch: 0, view: 0,
        proposal: stage.say(.prePrepare, by: 0, at: 1, block.digest).signature,
        prepares: stage.signatures(.commit, block, view: 0, by: [1, 2])))
  }

  // Red if `Selection` begins at any checkpoint but the highest.
  @Test("F20: a new view begins at the highest checkpoint of all its view-changes")
  func f20WatermarksComeFromAll() throws {
    var stage = try Stage()
    stage.carries = { $0.to != 3 && $0.from != 3 }
    for number in UInt64(1)...6 {
      try stage.submit(stage.request(number), to: [0, 1, 2])
      stage.run()
    }
    #expect(stage[0].stableCheckpoint?.sequence == 4)
    #expect(stage[3].executed == 0)
    // r2 is cut off; the view changes with r3, which knows of no checkpoint.
    stage.carries = { $0.to != 2 && $0.from != 2 }
    try stage.submit(stage.request(7))
    stage.elapse(.seconds(60))
    #expect([0, 1, 3].allSatisfy { stage[$0].executed == 7 })
    #expect([0, 1, 3].allSatisfy { stage[$0].view == stage[0].view })
    #expect(stage[0].view < 4, "no endless view changes")
  }

  // Red if `supportedView` takes the largest view, or needs another weight than f + 1.
  @Test("F23: f + 1 later views are joined at the smallest of them, at once")
  func f23TheJoinRule() throws {
    var stage = try Stage(7, hostile: [1, 2, 3, 4, 5])
    stage.give(.viewChange(stage.viewChange(to: 9, by: 1)), to: 6)
    stage.give(.viewChange(stage.viewChange(to: 5, by: 2)), to: 6)
    #expect(stage[6].view == 0)
    stage.give(.viewChange(stage.viewChange(to: 3, by: 3)), to: 6)
    #expect(stage[6].view == 3)
    #expect(stage.said(.viewChange, by: 6).map(\.statement.view) == [3])
    #expect(stage.suspicions(of: 6) == [.joined])
  }

  // Red if the members are counted by heads, or one member's several view-changes by their number.
  @Test("F24: nobody that weighs no more than the fault bound moves anybody")
  func f24OneCantDragAll() throws {
    var stage = try Stage(hostile: [3])
    for view in UInt64(1)...200 {
      let change = stage.viewChange(to: View(view), by: 3)
      for index in 0...2 { stage.give(.viewChange(change), to: index) }
    }
    for index in 0...2 {
      stage.give(.viewChange(stage.viewChange(to: View(.max), by: 3)), to: index)
    }
    #expect(stage.views == [0, 0, 0])
    try stage.submit(stage.request(1))
    stage.elapse(.seconds(10))
    #expect(stage.views == [0, 0, 0])
    #expect(stage.correct.map { stage[$0].executed } == [1, 1, 1])
  }

  // Red if the handlers of agreement don't ask for the phase.
  @Test("F25: whoever left a view neither votes in it nor counts its votes")
  func f25TheOldViewIsOver() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let block = stage.blocks(1...1)[0]
    stage.give(stage.propose(block, by: 0), to: 3)
    try stage.submit(stage.request(9))
    stage.fire(.progress, at: 3)
    #expect(stage[3].view == 1 && stage[3].phase == .changingView)
    #expect(stage.give(stage.prepare(block, by: 1), to: 3) == .staleView)
    #expect(stage.give(stage.prepare(block, by: 2), to: 3) == .staleView)
    for index in 0...2 { #expect(stage.give(stage.commit(block, by: index), to: 3) == .staleView) }
    let second = stage.blocks(1...2)[1]
    #expect(stage.give(stage.propose(second, by: 0), to: 3) == .staleView)
    #expect(stage.said(.commit, by: 3).isEmpty)
    #expect(stage.said(.prepare, by: 3).count == 1)
    #expect(stage.decided(by: 3).isEmpty)
  }

  // Red if a verdict that comes late still makes a prepare. (Witan has no null requests: see Deviations.)
  @Test("F25: a verdict that comes after its view was left makes no vote")
  func f25LateVerdicts() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    stage.verdict = { _, _ in nil }
    let block = stage.blocks(1...1)[0]
    stage.give(stage.propose(block, by: 0), to: 3)
    stage.fire(.progress, at: 3)
    stage.handle(.validated(block.digest, .valid), at: 3)
    #expect(stage.said(.prepare, by: 3).isEmpty)
  }

  // Red if the proposals' signatures in a new-view aren't checked against its leader's key.
  @Test("F30: what a new view proposes again is signed by its leader and nobody else")
  func f30TheNewLeaderSigns() throws {
    let (stage, block, changes) = try scene()
    for signer in [0, 2] {
      var stage = stage
      let signature = stage.say(.prePrepare, by: signer, view: 1, at: 1, block.digest).signature
      let newView = stage.seal(
        .newView, NewViewBody(viewChanges: changes.map(\.signed), proposals: [signature]), by: 1,
        view: 1)
      #expect(
        stage.open(newView, of: changes, at: 3)
          == .badNewView("a proposal of another block than the one selected"))
    }
  }

  // Red if view-changes reach the leader's book unchecked.
  @Test("F31: a view-change with a forged lock isn't what a leader opens a view from")
  func f31OnlyCheckedCertificatesCount() throws {
    var stage = try Stage(hostile: [0, 2, 3])
    let block = stage.blocks(1...1, client: 5)[0]
    let forged = stage.viewChange(to: 1, locks: [stage.lock(block, by: [2])], by: 2)
    #expect(stage.give(.viewChange(forged), to: 1)?.provesFault == true)
    stage.give(.viewChange(stage.viewChange(to: 1, by: 0)), to: 1)
    #expect(stage.said(.newView, by: 1).isEmpty, "the forged one isn't counted either")
    stage.give(.viewChange(stage.viewChange(to: 1, by: 3)), to: 1)
    #expect(stage[1].view == 1 && stage[1].phase == .active)
    guard
      case .newView(let newView)? = stage.players[1].said.last(where: {
        if case .newView = $0 { true } else { false }
      })
    else {
      Issue.record("the view wasn't opened")
      return
    }
    #expect(newView.body.proposals.isEmpty)
    #expect(!newView.body.viewChanges.contains(forged.signed))
  }
}
