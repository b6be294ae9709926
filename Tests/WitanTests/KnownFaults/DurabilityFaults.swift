import Testing
import WitanCrypto

@testable import Witan

/// F19: what a replica said binds it for ever. Each test says what change in the core turns it red.
@Suite("Known faults: durability")
struct DurabilityFaults {
  /// A run with agreement, a view change, checkpoints and an epoch change, and its last words cut off.
  private func eventfulRun() throws -> Stage {
    var stage = try Stage { $0.epochLength = 8 }
    for number in UInt64(1)...3 {
      try stage.submit(stage.request(number))
      stage.run()
    }
    // Prepared, and decided nowhere: then the view changes.
    stage.carries = { $0.message.signed?.statement.kind != .commit }
    try stage.submit(stage.request(4))
    stage.run()
    stage.elapse(.seconds(3))
    stage.carries = { _ in true }
    stage.elapse(.seconds(10))
    let heavier = stage.reweighted([2, 2, 2, 2])
    try stage.submit(stage.request(5, .reconfigure(heavier)))
    for number in UInt64(6)...13 {
      stage.elapse(.seconds(1))
      try stage.submit(stage.request(number))
    }
    stage.elapse(.seconds(1))
    return stage
  }

  // Red if any of `accepted`, `opened`, `locked`, `leftView` isn't recorded before what it binds is said, or isn't
  // restored.
  @Test("F19: killed at any point and started again, a replica contradicts nothing it said before")
  func f19NoContradictionAfterAnyCut() throws {
    let stage = try eventfulRun()
    #expect(stage.isUnited && stage[0].epoch == 1 && stage[0].executed == 13)
    #expect(stage.correct.allSatisfy { stage.said(.viewChange, by: $0).count > 0 })
    for index in 0...1 {
      let player = stage.players[index]
      for cut in 0...player.records.count {
        var revived = try Revived(stage, index, cut: cut)
        let before = zip(player.said, player.recordsWhenSaid).filter { $1 <= cut }.map(\.0)
        revived.provoke(stage)
        revived.expectNoEvidence(before, in: stage, cut: cut)
      }
    }
  }

  // Red if what binds a place hangs on when the records around it are absorbed.
  @Test("F19: a journal absorbed in parts amounts to what it does record by record")
  func f19WholeIsItsParts() throws {
    let stage = try eventfulRun()
    for player in stage.players {
      var recordByRecord = Journal.Recovery()
      for record in player.records { recordByRecord.absorb(record) }
      for cut in 0...player.records.count {
        var inParts = Journal.Recovery()
        inParts.absorb(contentsOf: player.records[..<cut])
        inParts.absorb(contentsOf: player.records[cut...])
        #expect(inParts.compacted == recordByRecord.compacted)
      }
    }
  }

  // Red if a journal that is rewritten loses what binds.
  @Test("F19: a compacted journal recovers to the same")
  func f19CompactionKeepsWhatBinds() throws {
    let stage = try eventfulRun()
    for player in stage.players {
      for cut in stride(from: 0, through: player.records.count, by: 3) {
        let whole = Journal.Recovery(player.records.prefix(cut))
        let compacted = Journal.Recovery(whole.compacted)
        let replicas = [whole, compacted].map {
          Replica(
            genesis: stage.genesis, identity: player.id, signer: player.signer,
            scheme: stage.scheme, recovering: $0)
        }
        #expect(replicas[0].view == replicas[1].view)
        #expect(replicas[0].phase == replicas[1].phase)
        #expect(replicas[0].epoch == replicas[1].epoch)
        #expect(replicas[0].locks == replicas[1].locks)
        #expect(replicas[0].stableCheckpoint == replicas[1].stableCheckpoint)
        #expect(replicas[1].slotFault == nil)
      }
    }
  }

  // Red if `locks` leaves out what isn't below a stable checkpoint.
  @Test("F19: what is prepared above an unstable checkpoint is shown in the view-change")
  func f19UnstableCheckpointsHideNothing() throws {
    var stage = try Stage()
    stage.carries = { $0.message.signed?.statement.kind != .checkpoint }
    for number in UInt64(1)...9 {
      try stage.submit(stage.request(number))
      stage.run()
    }
    #expect(stage[3].executed == 9 && stage[3].stableCheckpoint == nil)
    try stage.restart(3)
    try stage.submit(stage.request(10))
    stage.fire(.progress, at: 3)
    guard
      case .viewChange(let change)? = stage.players[3].said.last(where: {
        $0.signed?.statement.kind == .viewChange
      })
    else {
      Issue.record("r3 didn't leave the view")
      return
    }
    #expect(
      change.body.locks.map(\.header.height)
        == (1...change.body.locks.count).map {
          SequenceNumber(UInt64($0))
        })
    #expect(change.body.locks.count >= 9)
  }

  // Red if a decision that is too far ahead of execution to be kept doesn't bind when it is restored.
  @Test(
    "F19: with a stable checkpoint far above its own state, a restart forgets nothing that binds")
  func f19StableFarAboveTheFoundation() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let blocks = stage.blocks(1...18)
    // r3 executes up to 12; but no checkpoint becomes stable, so that its disk goes back to the genesis.
    for block in blocks.prefix(12) {
      let decision = stage.decision(block, by: [0, 1, 2])
      stage.give(.decision(stage.seal(.decision, decision, by: 0)), to: 3)
    }
    // Then it is shown a certified state that it can't have, more than a window above the genesis.
    let summary = CheckpointSummary(
      sequence: 16, lastBlock: blocks[15].digest, timestamp: blocks[15].header.timestamp,
      applicationRoot: SHA256.hash([1]), applicationChunks: 1, sessionsRoot: SHA256.hash([2]),
      sessionChunks: 1, epoch: 0, members: stage.genesis.members.digest)
    let manifest = Manifest(
      lineage: [], certificate: stage.checkpointCertificate(summary, by: [0, 1, 2]))
    stage.give(.manifest(stage.seal(.manifest, manifest, by: 0, at: 16)), to: 3)
    #expect(stage[3].executed == 12 && stage[3].stableCheckpoint?.sequence == 16)
    // It learns a decision above, and commits to what follows.
    let decision = stage.decision(blocks[16], by: [0, 1, 2])
    stage.give(.decision(stage.seal(.decision, decision, by: 0)), to: 3)
    stage.give(stage.propose(blocks[17], by: 0), to: 3)
    for index in 1...2 { stage.give(stage.prepare(blocks[17], by: index), to: 3) }
    let commit = try #require(stage.said(.commit, by: 3).last)
    #expect(commit.statement.sequence == 18)
    try stage.restart(3)
    #expect(stage[3].executed == 12 && stage[3].stableCheckpoint?.sequence == 16)
    #expect(stage[3].decision(at: 17) == nil, "too far ahead of the genesis to be kept")
    #expect(stage[3].slotFault == nil)
    #expect(stage[3].locks.map(\.header.digest) == [blocks[16].digest, blocks[17].digest])
    for index in 0...1 { stage.give(.viewChange(stage.viewChange(to: 1, by: index)), to: 3) }
    #expect(stage.said(.viewChange, by: 3).count == 1)
    #expect(stage.convictions(of: 3, knowing: stage[3].verifier).isEmpty)
  }

  // Red if a decision replaces a lock although it doesn't follow the lock below.
  @Test(
    "F19: decisions that come out of order hide no lock, so that nobody correct can be convicted")
  func f19DecisionsOutOfOrder() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    // r3 commits to blocks 1...3 in view 0, and they are decided nowhere.
    let old = stage.blocks(1...3)
    for block in old {
      stage.give(stage.propose(block, by: 0), to: 3)
      stage.give(stage.prepare(block, by: 1), to: 3)
    }
    #expect(stage.said(.commit, by: 3).count == 3)
    // The others decide anew in view 1; r3, waiting for view 2, learns of their second block first.
    let new = stage.blocks(1...2, by: 1, client: 7)
    for index in 0...1 { stage.give(.viewChange(stage.viewChange(to: 2, by: index)), to: 3) }
    let second = stage.decision(new[1], view: 1, by: [0, 1, 2])
    stage.give(.decision(stage.seal(.decision, second, by: 0, at: 2)), to: 3)
    for index in 0...1 { stage.give(.viewChange(stage.viewChange(to: 3, by: index)), to: 3) }
    // Then the first, and both bind.
    let first = stage.decision(new[0], view: 1, by: [0, 1, 2])
    stage.give(.decision(stage.seal(.decision, first, by: 0, at: 1)), to: 3)
    for index in 0...1 { stage.give(.viewChange(stage.viewChange(to: 4, by: index)), to: 3) }
    let changes = stage.players[3].said.compactMap { message -> ViewChange? in
      if case .viewChange(let change) = message { change } else { nil }
    }
    #expect(
      changes.map { $0.body.locks.map(\.header.digest) }.last
        == new.map(\.digest) + [old[2].digest])
    for change in changes {
      #expect(throws: Never.self) { try stage[3].verifier.verify(.viewChange(change)) }
      for commit in stage.said(.commit, by: 3) {
        stage.expectNoOmission(commit, change)
      }
    }
  }
}

/// A replica started from a prefix of another's journal.
private struct Revived {
  var replica: Replica
  var said: [Message] = []

  init(_ stage: Stage, _ index: Int, cut: Int) throws {
    let player = stage.players[index]
    replica = Replica(
      genesis: stage.genesis, identity: player.id, signer: player.signer, scheme: stage.scheme,
      recovering: Journal.Recovery(player.records.prefix(cut)))
    #expect(replica.invariantFault == nil, "\(player.id) cut at \(cut)")
    #expect(replica.slotFault == nil, "\(player.id) cut at \(cut)")
  }

  /// Starts it, and gives it every reason to speak: other members' messages, and views to leave for.
  mutating func provoke(_ stage: Stage) {
    var effects = Effects()
    replica.start(at: stage.now, into: &effects)
    hear(effects)
    for other in stage.players where other.id != replica.id {
      for message in other.said { give(message) }
    }
    for view in replica.view.rawValue + 1...replica.view.rawValue + 2 {
      for index in 0...3 where stage.players[index].id != replica.id {
        let stable = replica.epoch == 0 ? nil : replica.stableCheckpoint
        let change = Sealed(
          .viewChange, ViewChangeBody(stable: stable, locks: []), epoch: replica.epoch,
          view: View(view), sequence: stable?.sequence ?? 0, by: stage.players[index].id,
          with: stage.players[index].signer, chain: stage.chain)
        give(.viewChange(change))
      }
    }
  }

  private mutating func give(_ message: Message) {
    guard let verified = try? replica.verifier.verify(message) else { return }
    var effects = Effects()
    replica.handle(.message(verified), at: .seconds(1_000), into: &effects)
    hear(effects)
  }

  private mutating func hear(_ first: Effects) {
    var queue = first.list
    var next = 0
    while next < queue.count {
      defer { next += 1 }
      switch queue[next] {
      case .send(let message, _), .sendDurably(let message, _), .broadcast(let message),
        .broadcastDurably(let message):
        said.append(message)
      case .validate(let block, _):
        var effects = Effects()
        replica.handle(.validated(block.digest, .valid), at: .seconds(1_000), into: &effects)
        queue += effects.list
      default: break
      }
    }
  }

  /// Whatever the replica said before and after, no two of its words are evidence.
  func expectNoEvidence(
    _ before: [Message], in stage: Stage, cut: Int
  ) {
    let words = (before + said).compactMap(\.signed)
    var first: [Place: SignedStatement] = [:]
    for word in words where word.statement.kind.isExclusive {
      let place = Place(word.statement)
      guard let other = first[place] else {
        first[place] = word
        continue
      }
      #expect(
        other.statement == word.statement,
        "\(replica.id), cut at \(cut), said two things at \(word.statement)")
    }
    for case .viewChange(let change) in before + said {
      for word in words where word.statement.kind == .commit {
        stage.expectNoOmission(word, change)
      }
    }
  }

  private struct Place: Hashable {
    let kind: StatementKind
    let epoch: Epoch
    let view: View
    let sequence: SequenceNumber

    init(_ statement: Statement) {
      kind = statement.kind
      epoch = statement.epoch
      view = statement.view
      sequence = statement.kind.isOnePerView ? 0 : statement.sequence
    }
  }
}

extension Stage {
  /// The same members with other weights; more weights than members add the observers.
  func reweighted(_ powers: [VotingPower]) -> [Member] {
    powers.enumerated().map {
      Member(id: players[$0].id, key: players[$0].signer.publicKey, power: $1)
    }
  }

  /// A commit and a view-change of one signer are no evidence.
  func expectNoOmission(_ commit: SignedStatement, _ change: ViewChange) {
    guard commit.statement.epoch == change.statement.epoch,
      commit.statement.view < change.statement.view
    else { return }
    let proof = Evidence.omission(commit: commit, viewChange: change)
    #expect(throws: EvidenceFault.self, "\(commit.signer) is convicted") {
      try proof.verify(by: self[3].verifier)
    }
  }
}
