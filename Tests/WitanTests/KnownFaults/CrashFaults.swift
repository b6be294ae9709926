import Testing
import WitanCrypto

@testable import Witan

/// F19, at every point: a replica dies between any two things that it does, comes back from what is on its disk, and is
/// provoked. Nothing that it says then contradicts anything that may have left it before, whether that was to wait for
/// the disk or not. Red if any record that binds isn't written before what it binds is said, or isn't restored.
@Suite("Known faults: crashes")
struct CrashFaults {
  /// Kills each of these replicas after each of its records, and provokes it in every way.
  private func expectNoContradiction(in story: Stage, _ indices: [Int]) throws {
    let verifier = try #require(
      story.correct.map { story[$0].verifier }.max { $0.latestEpoch < $1.latestEpoch })
    for index in indices {
      #expect(story.players[index].saidDurably.contains(true))
      for count in 0...story.players[index].records.count {
        for provocation in Provocation.allCases {
          var stage = try story.afterCrash(of: index, keeping: count)
          try stage.provoke(index, by: provocation, of: story)
          // And once more from there: what it said since binds as well.
          try stage.restart(index)
          try stage.chase(index)
          let place = Comment("r\(index) after \(count) records, \(provocation)")
          #expect(stage.convictions(of: index, knowing: verifier).isEmpty, place)
          #expect(stage[index].slotFault == nil, place)
        }
      }
    }
  }

  @Test("F19: a backup that dies anywhere in agreeing on a block")
  func f19Backup() throws {
    var story = try Stage()
    try story.submit(story.request(1))
    story.run()
    #expect(story[1].executed == 1)
    try expectNoContradiction(in: story, [1, 3])
  }

  @Test("F19: a leader that dies anywhere in proposing two blocks")
  func f19Leader() throws {
    var story = try Stage()
    try story.submit(story.request(1))
    try story.submit(story.request(2, by: 1))
    #expect(story.said(.prePrepare, by: 0).count == 2, "both are on their way")
    story.run()
    #expect(story[0].executed == 2)
    try expectNoContradiction(in: story, [0])
  }

  /// A block is prepared and decided nowhere, and the view changes; then someone asks for its beginning again.
  private func viewChange() throws -> Stage {
    var story = try Stage()
    try story.submit(story.request(1))
    story.run()
    story.carries = { $0.message.signed?.statement.kind != .commit }
    try story.submit(story.request(2))
    story.run()
    story.elapse(.seconds(3))
    story.carries = { _ in true }
    story.elapse(.seconds(10))
    #expect(story.correct.allSatisfy { story[$0].view > 0 && story[$0].executed == 2 })
    let leader = Int(story[0].currentLeader.rawValue)
    for other in 0...3 where other != leader {
      for message in story.players[other].said {
        guard case .viewChange = message else { continue }
        story.give(message, to: leader)
      }
    }
    try story.submit(story.request(3))
    story.run()
    return story
  }

  @Test("F19: the leader of a new view that dies anywhere in opening it")
  func f19NewLeader() throws {
    let story = try viewChange()
    try expectNoContradiction(in: story, [Int(story[0].currentLeader.rawValue)])
  }

  @Test("F19: a backup, and the old leader, that die anywhere in changing the view")
  func f19ViewChange() throws {
    let story = try viewChange()
    let leader = Int(story[0].currentLeader.rawValue)
    #expect(leader != 0)
    try expectNoContradiction(in: story, [0, leader == 3 ? 2 : 3])
  }

  @Test("F19: a replica that dies anywhere around a checkpoint")
  func f19Checkpoint() throws {
    var story = try Stage()
    for number in UInt64(1)...5 {
      try story.submit(story.request(number))
      story.run()
    }
    #expect(story[2].stableCheckpoint?.sequence == 4)
    try expectNoContradiction(in: story, [0, 2])
  }

  @Test("F19: a replica that dies anywhere in fetching a state, and in voting upon it")
  func f19StateTransfer() throws {
    var story = try Stage { $0.window = 8 }
    // It has voted itself before it is cut off.
    try story.submit(story.request(1))
    story.run()
    story.carries = { $0.to != 3 && $0.from != 3 }
    for number in UInt64(2)...20 {
      try story.submit(story.request(number), to: [0, 1, 2])
      story.run()
    }
    story.wire = []
    story.carries = { _ in true }
    story.elapse(.seconds(60))
    try story.submit(story.request(21))
    story.run()
    #expect(story[3].executed == 21)
    #expect(
      story.players[3].reports.contains {
        if case .transferEnded = $0 { true } else { false }
      })
    #expect(story.said(.commit, by: 3).contains { $0.statement.sequence == 21 })
    try expectNoContradiction(in: story, [3])
  }

  @Test("F19: a replica that dies anywhere in a change of epochs")
  func f19EpochChange() throws {
    var story = try Stage { $0.epochLength = 4 }
    try story.submit(story.request(1, .reconfigure(story.reweighted([2, 2, 2, 2]))))
    for number in UInt64(2)...6 {
      story.run()
      try story.submit(story.request(number))
    }
    story.run()
    #expect(story.correct.allSatisfy { story[$0].epoch == 1 && story[$0].executed == 6 })
    try expectNoContradiction(in: story, [0, 1, 2])
  }
}
