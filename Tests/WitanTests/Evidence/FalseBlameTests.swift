import Testing
import WitanCrypto

@testable import Witan

/// Whoever is behind may know what a later view decided before it leaves its own. It blames nobody of the view that it
/// is still in for not having known it.
@Suite("Nobody is blamed for what a later view decided")
struct FalseBlameTests {
  /// r3 is in view 0, and everybody else is played by the test.
  private func scene() throws -> Stage { try Stage(hostile: [0, 1, 2]) }

  /// The certified state after a block of another view than r3's.
  private func certificate(
    after block: Block, in stage: Stage
  ) -> CheckpointCertificate {
    stage.checkpointCertificate(
      CheckpointSummary(
        sequence: block.header.height, lastBlock: block.digest, timestamp: block.header.timestamp,
        applicationRoot: SHA256.hash([2]), applicationChunks: 1, sessionsRoot: SHA256.hash([3]),
        sessionChunks: 1, epoch: 0, members: stage.genesis.members.digest), by: [0, 1, 2])
  }

  /// Shows a replica a certificate, in the view-change of one member that the others don't follow.
  private func show(
    _ certificate: CheckpointCertificate, to index: Int, in stage: inout Stage
  ) {
    let change = stage.viewChange(to: 7, stable: certificate, by: 1)
    stage.give(.viewChange(change), to: index)
  }

  @Test("A proposal on a block that a later view superseded blames nobody, whichever came first")
  func anOldProposalIsStale() throws {
    for comesFirst in [true, false] {
      var stage = try scene()
      let old = stage.blocks(1...5)
      let decided = stage.block(4, after: SHA256.hash([9]), by: 1, [stage.request(40, by: 5)])
      let proposal = stage.propose(old[4], by: 0)
      if comesFirst { #expect(stage.give(proposal, to: 3) == nil, "it waits for block 4") }
      show(certificate(after: decided, in: stage), to: 3, in: &stage)
      #expect(stage[3].stableCheckpoint?.sequence == 4)
      if !comesFirst { #expect(stage.give(proposal, to: 3) == .staleView) }
      #expect(stage.rejections(at: 3) == [.staleView])
      #expect(stage.suspicions(of: 3).isEmpty)
      #expect(stage[3].view == 0 && stage[3].phase == .active)
    }
  }

  @Test("A proposal that doesn't follow what this view, or one before, decided blames its leader")
  func whatTheLeaderKnowsBindsIt() throws {
    for base in UInt64(0)...4 {
      var stage = try scene()
      let blocks = stage.blocks(1...5)
      for block in blocks.prefix(Int(base)) {
        let decision = stage.decision(block, by: [0, 1, 2])
        stage.give(.decision(stage.seal(.decision, decision, by: 0)), to: 3)
      }
      if base == 4 {
        let own = try #require(stage.said(.checkpoint, by: 3).first).statement.digest
        for index in 0...1 {
          stage.give(.checkpoint(stage.say(.checkpoint, by: index, at: 4, own)), to: 3)
        }
        #expect(stage[3].stableCheckpoint?.sequence == 4)
      }
      let wrong = stage.block(
        SequenceNumber(base + 1), after: SHA256.hash([9]), [stage.request(50, by: 5)])
      #expect(stage.give(stage.propose(wrong, by: 0), to: 3) == .unlinkedBlock, "after \(base)")
      #expect(stage.suspicions(of: 3) == [.broke(.unlinkedBlock)])
    }
  }

  @Test("What its view began from, a leader knows")
  func whatTheViewBeganFromBindsItsLeader() throws {
    var stage = try scene()
    let decided = stage.block(4, after: SHA256.hash([9]), [stage.request(40, by: 5)])
    let stable = certificate(after: decided, in: stage)
    let changes = [0, 1, 2].map { stage.viewChange(to: 1, stable: stable, by: $0) }
    #expect(stage.open(stage.newView(1, from: changes, by: 1), of: changes, at: 3) == nil)
    let wrong = stage.block(5, after: SHA256.hash([8]), by: 1, [stage.request(50, by: 5)])
    #expect(stage.give(stage.propose(wrong, by: 1, view: 1), to: 3) == .unlinkedBlock)
  }

  @Test("A leader whose block was superseded proposes nothing on top of it, and remembers why")
  func aSupersededLeaderLeaves() throws {
    var stage = try Stage(hostile: [1, 2, 3])
    for number in UInt64(1)...4 { try stage.submit(stage.request(number), to: [0]) }
    #expect(stage.said(.prePrepare, by: 0).map(\.statement.sequence) == [1, 2, 3, 4])
    let decided = stage.block(4, after: SHA256.hash([9]), by: 1, [stage.request(40, by: 5)])
    show(certificate(after: decided, in: stage), to: 0, in: &stage)
    #expect(stage.suspicions(of: 0) == [.superseded])
    #expect(stage[0].view == 1 && stage[0].phase == .changingView)
    try stage.submit(stage.request(5), to: [0])
    #expect(stage.said(.prePrepare, by: 0).count == 4)
    // Death between any two records mustn't make it forget.
    let records = stage.players[0].records
    let left = records.firstIndex { if case .leftView = $0 { true } else { false } }
    let stable = records.firstIndex { if case .stable = $0 { true } else { false } }
    #expect(try #require(left) < #require(stable))
  }
}
