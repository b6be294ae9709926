import Testing
import WitanCrypto

@testable import Witan

/// The journal holds what opened a view, and all that it rests on: others are shown it after a restart too.
@Suite("What opened a view, in the journal")
struct OpenedJournalTests {
  /// What r3 wrote as it entered view 1, and what it had written before.
  private func scene() throws -> (
    stage: Stage, before: [Journal.Record], entering: [Journal.Record]
  ) {
    var stage = try Stage(hostile: [0, 1, 2])
    let block = stage.blocks(1...1)[0]
    stage.give(stage.propose(block, by: 0), to: 3)
    let changes = [
      stage.viewChange(to: 1, locks: [stage.lock(block, by: [1, 2])], by: 0),
      stage.viewChange(to: 1, by: 1), stage.viewChange(to: 1, by: 2),
    ]
    for change in changes { stage.give(.viewChange(change), to: 3) }
    let before = stage.players[3].records
    stage.give(.newView(stage.newView(1, from: changes, by: 1)), to: 3)
    return (stage, before, Array(stage.players[3].records[before.count...]))
  }

  private func replica(_ stage: Stage, _ recovery: Journal.Recovery) -> Replica {
    Replica(
      genesis: stage.genesis, identity: 3, signer: stage.players[3].signer, scheme: stage.scheme,
      recovering: recovery)
  }

  /// The view-changes that a restarted replica shows to whoever asks for those that opened view 1.
  private func shown(_ stage: Stage, _ recovery: Journal.Recovery, _ newView: NewView) throws -> Int
  {
    var replica = replica(stage, recovery)
    let query = ViewChangeQuery(
      wanted: newView.body.viewChanges.map {
        ViewChangeQuery.Name(signer: $0.signer, digest: $0.statement.digest)
      })
    let message = Message.fetchViewChanges(
      stage.seal(.fetchViewChanges, query, by: 2, view: 1))
    var effects = Effects()
    replica.start(at: stage.now, into: &effects)
    effects.removeAll()
    replica.handle(.message(try replica.verifier.verify(message)), at: stage.now, into: &effects)
    return effects.list.filter {
      switch $0 {
      case .send(.viewChange, _), .sendDurably(.viewChange, _): true
      default: false
      }
    }.count
  }

  private func opened(_ records: [Journal.Record]) throws -> NewView {
    try #require(
      records.compactMap { if case .opened(let newView) = $0 { newView } else { nil } }.last)
  }

  // Red if `opened` comes before what it names, or compaction leaves any of it out.
  @Test(
    "Wherever the journal ends, and however often it was rewritten, a view is whole or not open")
  func anyPrefix() throws {
    let (stage, before, entering) = try scene()
    let newView = try opened(entering)
    for count in 0...entering.count {
      for rewrittenAt in 0...count {
        var recovery = Journal.Recovery(before + entering[..<rewrittenAt])
        recovery = Journal.Recovery(
          try recovery.compacted.map { try Journal.Record(decoding: $0.encoded) })
        for record in entering[rewrittenAt..<count] { recovery.absorb(record) }
        recovery = Journal.Recovery(recovery.compacted)
        let replica = replica(stage, recovery)
        let isOpen = entering[..<count].contains { if case .opened = $0 { true } else { false } }
        #expect(replica.view == 1)
        #expect((replica.phase == .active) == isOpen)
        #expect(replica.invariantFault == nil && replica.slotFault == nil)
        if isOpen {
          #expect(replica.window[1].proposal != nil)
          #expect(try shown(stage, recovery, newView) == newView.body.viewChanges.count)
        }
      }
    }
  }

  // Red if strays pile up, or are taken for what a later view rests on.
  @Test("What was written for a view that never opened is forgotten with the next")
  func strays() throws {
    let (stage, before, entering) = try scene()
    var recovery = Journal.Recovery(before)
    for round in 0..<5 {
      for view in [UInt64(9), 7] {
        for id in 0...2 {
          let lock = stage.lock(stage.blocks(1...1, client: UInt64(round))[0], by: [1, 2])
          recovery.absorb(.viewChange(stage.viewChange(to: View(view), locks: [lock], by: id)))
        }
      }
    }
    let count = Journal.Recovery(before).compacted.count
    #expect(recovery.compacted.count == count + 3)
    for record in entering { recovery.absorb(record) }
    #expect(recovery.compacted.count == Journal.Recovery(before + entering).compacted.count)
    #expect(try shown(stage, recovery, try opened(entering)) == 3)
  }

  // Red if a view is taken for open without what it rests on: its proposals would bind nobody.
  @Test("A journal that lost what a view rests on says nothing more in that view")
  func lost() throws {
    let (stage, before, entering) = try scene()
    for lost in 0..<3 {
      var records = entering
      records.remove(at: lost)
      var replica = replica(stage, Journal.Recovery(before + records))
      #expect(replica.view == 1 && replica.phase == .changingView)
      #expect(replica.invariantFault == nil && replica.slotFault == nil)
      var effects = Effects()
      replica.start(at: stage.now, into: &effects)
      let votes = effects.list.contains {
        switch $0 {
        case .broadcastDurably(.prepare), .broadcastDurably(.commit): true
        default: false
        }
      }
      #expect(!votes)
    }
  }

  // Red if what opened an epoch's last view survives it.
  @Test("An epoch's end forgets what its last view rested on")
  func epochs() throws {
    var stage = try Stage { $0.epochLength = 4 }
    for index in 1...3 { stage.give(.viewChange(stage.viewChange(to: 1, by: index)), to: 0) }
    for index in 1...3 { stage.fire(.progress, at: index) }
    try stage.submit(stage.request(1, .reconfigure(stage.reweighted([2, 1, 1, 1]))))
    stage.elapse(.seconds(10))
    let entered = stage.correct.filter { stage[$0].view > 0 }
    #expect(!entered.isEmpty, "or there would be nothing to forget")
    for number in UInt64(2)...5 {
      try stage.submit(stage.request(number))
      stage.elapse(.seconds(10))
    }
    for index in stage.correct {
      #expect(stage[index].epoch == 1)
      #expect(
        !stage.players[index].disk.compacted.contains {
          switch $0 {
          case .viewChange, .opened, .leftView: true
          default: false
          }
        })
    }
  }
}
