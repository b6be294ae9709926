import Testing
import WitanCrypto
import WitanSimulation

@testable import Witan

/// F32–F37 and F41: checkpoints, state transfer, membership. Each test says what change in the core turns it red.
@Suite("Known faults: checkpoints, state transfer, membership")
struct StateFaults {
  // Red if `window.advance` isn't called, or checkpoints and decisions aren't dropped.
  @Test("F32: the window moves on, and what is kept stays bounded")
  func f32GarbageIsCollected() throws {
    var stage = try Stage()
    var sizes: [Int] = []
    for number in UInt64(1)...160 {
      try stage.submit(stage.request(number))
      stage.run()
      if number % 40 == 0 { sizes.append(stage.players[1].disk.compacted.count) }
    }
    #expect(stage.correct.allSatisfy { stage[$0].executed == 160 })
    #expect(stage.correct.allSatisfy { stage[$0].stableCheckpoint?.sequence == 160 })
    #expect(stage.views == [0, 0, 0, 0])
    #expect(sizes.allSatisfy { $0 <= 3 * 16 })
    #expect(sizes.first == sizes.last)
    #expect(stage[1].waitingRequests == 0)
  }

  // Red if `quorumDigest` is asked for f + 1, or adds up votes for different states.
  @Test("F33: a checkpoint is stable only by a quorum's votes for one state, the replica's own")
  func f33AQuorumForOneState() throws {
    var stage = try Stage(7, hostile: [0, 1, 2, 3, 4, 5])
    for block in stage.blocks(1...4) {
      let decision = stage.decision(block, by: [0, 1, 2, 3, 4])
      stage.give(.decision(stage.seal(.decision, decision, by: 0)), to: 6)
    }
    let own = try #require(stage.said(.checkpoint, by: 6).first).statement.digest
    let others = [SHA256.hash([1]), SHA256.hash([2])]
    for (index, digest) in [(0, own), (1, own), (2, others[0]), (3, others[1]), (4, others[0])] {
      stage.give(.checkpoint(stage.say(.checkpoint, by: index, at: 4, digest)), to: 6)
    }
    #expect(stage[6].stableCheckpoint == nil)
    #expect(
      stage.give(.checkpoint(stage.say(.checkpoint, by: 4, at: 4, own)), to: 6) == .equivocation)
    #expect(stage[6].stableCheckpoint == nil)
    stage.give(.checkpoint(stage.say(.checkpoint, by: 5, at: 4, own)), to: 6)
    #expect(stage[6].stableCheckpoint == nil, "four of the five that are needed")
  }

  // Red if `ignore` doesn't ask whether the window has the sequence.
  @Test("F34: no leader makes a replica hold what lies above the window")
  func f34TheHighWatermark() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    var previous = stage.chain
    var kept = 0
    for height in UInt64(1)...500 {
      let block = stage.block(SequenceNumber(height), after: previous, [stage.request(height)])
      previous = block.digest
      if stage.give(stage.propose(block, by: 0), to: 3) == nil { kept += 1 }
    }
    #expect(kept <= 2 * 16, "one window is agreed on, and at most one is kept for later")
    let far = stage.block(SequenceNumber(.max), [stage.request(1)])
    #expect(stage.give(stage.propose(far, by: 0), to: 3) == .aboveWindow)
    #expect(stage[3].view == 0)
  }

  // Red if any of it is taken at one member's word.
  @Test(
    "F35: neither a state nor a view is taken from one peer, nor from a quorum that doesn't agree")
  func f35OneWordIsNoProof() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let summary = CheckpointSummary(
      sequence: 400, lastBlock: SHA256.hash([1]), timestamp: 1, applicationRoot: SHA256.hash([2]),
      applicationChunks: 1, sessionsRoot: SHA256.hash([3]), sessionChunks: 1, epoch: 0,
      members: stage.genesis.members.digest)
    for voters in [[0], [0, 1]] {
      let manifest = Manifest(
        lineage: [], certificate: stage.checkpointCertificate(summary, by: voters))
      let message = Message.manifest(stage.seal(.manifest, manifest, by: 0, at: 400))
      #expect(stage.give(message, to: 3)?.provesFault == true)
    }
    // Claims of a far checkpoint: three members, three states; then a status from far ahead.
    for index in 0...2 {
      let claim = stage.say(.checkpoint, by: index, at: 400, SHA256.hash([UInt8(index)]))
      #expect(stage.give(.checkpoint(claim), to: 3) == nil)
      let body = StatusBody(isChangingView: false, stable: 400, held: 0)
      stage.give(.status(stage.seal(.status, body, by: index, view: 7, at: 404)), to: 3)
    }
    #expect(!stage[3].needsTransfer)
    #expect(stage[3].view == 0 && stage[3].executed == 0 && stage[3].stableCheckpoint == nil)
    // Two that claim alike include a correct one: then it asks, and still takes nothing unproved.
    let alike = stage.say(.checkpoint, by: 0, at: 404, SHA256.hash([9]))
    stage.give(.checkpoint(alike), to: 3)
    stage.give(.checkpoint(stage.say(.checkpoint, by: 1, at: 404, SHA256.hash([9]))), to: 3)
    #expect(stage[3].needsTransfer)
    #expect(stage[3].executed == 0)
  }

  /// Three replicas far ahead of r3, which knows nothing of it yet.
  private func farAhead(_ count: UInt64 = 40) throws -> Stage {
    var stage = try Stage()
    stage.carries = { $0.to != 3 && $0.from != 3 }
    for number in 1...count {
      let value = [UInt8](repeating: UInt8(number & 255), count: 30_000)
      try stage.submit(
        stage.request(number, .put(key: [UInt8(number & 255)], value: value)), to: [0, 1, 2])
      stage.run()
    }
    stage.wire = []
    return stage
  }

  // Red if what an installed state replaces isn't released.
  @Test("F32: whoever fetches one state after the other keeps no more than two")
  func f32FetchedStatesAreReleased() throws {
    var stage = try farAhead()
    for number in UInt64(41)...140 {
      if number % 20 == 1 {
        stage.carries = { _ in true }
        stage.elapse(.seconds(5))
        #expect(stage[3].executed == SequenceNumber(number - 1))
        stage.carries = { $0.to != 3 && $0.from != 3 }
      }
      try stage.submit(stage.request(number), to: [0, 1, 2])
      stage.run()
      stage.wire = []
    }
    let effects = stage.players[3].released
    #expect(effects.count >= 4 && effects == effects.sorted())
    #expect(try #require(effects.last) >= 60)
  }

  // Red if answers aren't matched to questions, liars are asked again, or a transfer waits for the leader.
  @Test("F36: a transfer ends although one peer lies in every answer and the leader is down")
  func f36TransferEnds() throws {
    var stage = try farAhead()
    stage.crash(0)
    // r1 lies: each chunk that it sends is another than was asked for, or none of the state's.
    var turn = 0
    stage.carries = { letter in letter.from != 1 || letter.message.signed?.statement.kind != .chunk
    }
    for _ in 0..<400 {
      for letter in stage.wire where letter.from == 1 && letter.to == 3 {
        guard case .chunk(let chunk) = letter.message else { continue }
        turn += 1
        let address: ChunkAddress = turn % 2 == 0 ? .application(UInt32(turn)) : chunk.body.address
        let lie = StateChunk(address: address, bytes: [1, 2, 3], proof: chunk.body.proof)
        stage.give(
          .chunk(stage.seal(.chunk, lie, by: 1, at: chunk.statement.sequence)), to: 3)
      }
      stage.deliver { _ in true }
      stage.elapseWithoutDelivery(.milliseconds(50))
      if stage[3].executed == 40 { break }
    }
    #expect(turn > 0)
    #expect(stage[3].executed == 40)
    #expect(stage.players[3].host.machine.snapshot == stage.players[2].host.machine.snapshot)
    let liars = stage.players[3].reports.compactMap { report -> ReplicaID? in
      if case .liar(let id) = report { id } else { nil }
    }
    #expect(!liars.isEmpty && liars.allSatisfy { $0 == 1 })
  }

  // Red if a chunk that nobody asked for, or from another peer than was asked, is taken.
  @Test("F36: chunks that weren't asked for are refused")
  func f36UnaskedChunks() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let chunk = StateChunk(address: .sessions(0), bytes: [], proof: [])
    #expect(stage.give(.chunk(stage.seal(.chunk, chunk, by: 0, at: 4)), to: 3) == .unsolicited)
  }

  /// r3, at whom a state of one chunk is offered; what the application is asked stays unanswered.
  private func offered(_ stage: inout Stage, at sequence: SequenceNumber) -> CheckpointSummary {
    let summary = CheckpointSummary(
      sequence: sequence, lastBlock: SHA256.hash([1]), timestamp: 1,
      applicationRoot: ChunkTree([7]).root, applicationChunks: 1,
      sessionsRoot: SHA256.hash([3]), sessionChunks: 1, epoch: 0,
      members: stage.genesis.members.digest)
    let manifest = Manifest(
      lineage: [], certificate: stage.checkpointCertificate(summary, by: [0, 1, 2]))
    stage.give(.manifest(stage.seal(.manifest, manifest, by: 0, at: sequence)), to: 3)
    return summary
  }

  /// Whoever was asked for the application's chunk at a checkpoint sends it.
  private func sendChunk(_ stage: inout Stage, at sequence: SequenceNumber) throws {
    let asked = try #require(
      stage.wire.last { letter in
        guard case .fetchState(let query) = letter.message else { return false }
        return query.body.chunk == .application(0) && query.statement.sequence == sequence
      }?.to)
    let chunk = StateChunk(address: .application(0), bytes: [7], proof: [])
    #expect(stage.give(.chunk(stage.seal(.chunk, chunk, by: asked, at: sequence)), to: 3) == nil)
  }

  // Red if the application's word on a chunk isn't tied to the checkpoint, or is taken before it was asked for.
  @Test("F36: the application's late word on a chunk isn't taken for another checkpoint's")
  func f36LateWords() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    stage.withholds = { _, effect in if case .judgeChunk = effect { true } else { false } }
    _ = offered(&stage, at: 16)
    try sendChunk(&stage, at: 16)
    let summary = offered(&stage, at: 20)
    #expect(stage.withheld.count == 1)
    func say(_ sequence: SequenceNumber, _ isValid: Bool) -> [Rejection] {
      stage.players[3].reports = []
      stage.handle(.chunkJudged(.application(0), of: sequence, isValid: isValid), at: 3)
      #expect(!stage.players[3].reports.contains { if case .liar = $0 { true } else { false } })
      return stage.rejections(at: 3)
    }
    for isValid in [true, false] {
      #expect(say(16, isValid) == [.unexpectedAnswer], "of the checkpoint that was left")
      #expect(say(20, isValid) == [.unexpectedAnswer], "of a chunk that hasn't come")
    }
    try sendChunk(&stage, at: 20)
    #expect(say(16, true) == [.unexpectedAnswer])
    guard case .judgeChunk(let chunk, let asked)? = stage.withheld.last?.effect else {
      Issue.record("the application wasn't asked")
      return
    }
    #expect(asked == summary && chunk.address == .application(0))
    #expect(say(20, true) == [])
    #expect(say(20, true) == [.unexpectedAnswer], "it has been said")
    // Nor does the application take a chunk of another checkpoint than it makes room for.
    stage.players[3].reports = []
    stage.answerWithheld()
    #expect(stage.rejections(at: 3) == [.unexpectedAnswer, .unexpectedAnswer])
  }

  // Red if `forgetPeers` forgets who sent what the application looks at.
  @Test("F36: a new epoch's members aren't blamed for a chunk that came before")
  func f36ChunksUnderJudgement() throws {
    let stage = try Stage(hostile: [0, 1, 2])
    let summary = CheckpointSummary(
      sequence: 16, lastBlock: .zero, timestamp: 1, applicationRoot: .zero, applicationChunks: 2,
      sessionsRoot: .zero, sessionChunks: 0, epoch: 0, members: stage.genesis.members.digest)
    var transfer = StateTransfer()
    transfer.begin(stage.checkpointCertificate(summary, by: [0, 1, 2]))
    _ = transfer.nextQuestions(peers: [0, 1], now: 0, patience: 10)
    transfer.noteJudged(.application(0))
    transfer.forgetPeers()
    let again = transfer.nextQuestions(peers: [2], now: 1, patience: 10)
    #expect(again.map(\.0) == [.application(1)])
    #expect(transfer.sender(judged: .application(0)) == 0)
    #expect(transfer.sender(judged: .application(1)) == nil)
  }

  // Red if only what lies below the latest checkpoint, and not the checkpoint itself, can be had.
  @Test(
    "F36: the very last sequence is had too, whether it is a checkpoint or not",
    arguments: [36, 37])
  func f36TheLastSlot(count: UInt64) throws {
    var stage = try farAhead(count)
    stage.carries = { _ in true }
    stage.elapse(.seconds(60))
    #expect(stage[3].executed == SequenceNumber(count))
    #expect(stage.isUnited)
  }

  // Red if a transfer and an execution each wait for the other to end.
  @Test(
    "F37: a state that arrives while a block is being executed waits, and then nothing is stuck")
  func f37NoMutualWait() throws {
    var stage = try farAhead()
    // r3 executes a block of its own past, slowly, while it learns how far ahead the others are.
    let first = try #require(
      stage.players[0].records.lazy.compactMap { record -> Decision? in
        guard case .decided(let certificate) = record, certificate.sequence == 1 else { return nil }
        for case .accepted(let proposal) in stage.players[0].records
        where proposal.body.digest == certificate.digest {
          return Decision(certificate: certificate, block: proposal.body)
        }
        return nil
      }.first)
    stage.withholds = { index, effect in
      guard index == 3, case .execute = effect else { return false }
      return true
    }
    stage.give(.decision(stage.seal(.decision, first, by: 0, at: 1)), to: 3)
    #expect(stage.withheld.count == 1)
    stage.carries = { _ in true }
    stage.elapse(.seconds(20))
    #expect(stage[3].executed == 0)
    stage.answerWithheld()
    stage.elapse(.seconds(60))
    #expect(stage[3].executed == 40)
    #expect(stage.isUnited)
  }

  // Red if `takeCheckpoint` doesn't treat members that can't form an epoch as no change.
  @Test("F41: members that can't form an epoch change nothing, and block nobody")
  func f41MalformedReconfiguration() throws {
    var stage = try Stage { $0.epochLength = 4 }
    let good = stage.reweighted([1, 1, 1, 1])
    let twice = [good[0], good[1], good[1]]
    let weightless = [Member(id: 0, key: stage.players[0].signer.publicKey, power: 0)]
    let sameKey = [good[0], Member(id: 9, key: good[0].key)]
    let tooHeavy = [Member(id: 0, key: good[0].key, power: VotingPower(.max)), good[1]]
    var number: UInt64 = 0
    for members in [[], twice, weightless, sameKey, tooHeavy] {
      number += 1
      try stage.submit(stage.request(number, .reconfigure(members)))
      for _ in 0..<4 {
        stage.run()
        number += 1
        try stage.submit(stage.request(number))
      }
      stage.run()
      #expect(stage.isUnited)
      #expect(stage.correct.allSatisfy { stage[$0].epoch == 0 })
    }
    #expect(stage[0].executed == SequenceNumber(number))
    // And one that can does take office.
    try stage.submit(stage.request(number + 1, .reconfigure(stage.reweighted([2, 1, 1, 1]))))
    for more in 2...8 {
      stage.run()
      try stage.submit(stage.request(number + UInt64(more)))
    }
    stage.elapse(.seconds(10))
    #expect(stage.correct.allSatisfy { stage[$0].epoch == 1 })
  }
}
