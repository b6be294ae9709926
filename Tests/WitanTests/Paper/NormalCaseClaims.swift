import Testing
import WitanCrypto

@testable import Witan

/// What the papers claim of the normal case: OSDI '99 §4.2, TOCS '02 §4.1 and §4.3.
@Suite("The papers: the normal case")
struct NormalCaseClaims {
  private func surrounded(_ count: Int = 4) throws -> (stage: Stage, block: Block) {
    let stage = try Stage(count, hostile: Set(0..<count - 1))
    return (stage, stage.blocks(1...1)[0])
  }

  @Test("OSDI §4.2: under load the primary gathers requests and orders them as one batch")
  func batches() throws {
    var stage = try Stage()
    for client in UInt64(0)..<100 {
      try stage.submit(stage.request(1, by: client))
    }
    stage.run()
    #expect(stage.players[0].host.machine.count == 100)
    #expect(stage[0].executed < 40, "\(stage[0].executed) blocks for 100 requests")
  }

  @Test(
    "OSDI §4.2: a pre-prepare is accepted only with its primary's signature, in the present view")
  func prePrepareIsChecked() throws {
    var (stage, block) = try surrounded()
    #expect(stage.give(stage.propose(block, by: 1), to: 3) == .notLeader(1))
    let forged = Sealed(
      signed: stage.claim(.prePrepare, as: 0, by: 1, at: 1, block.digest), body: block)
    #expect(stage.give(.prePrepare(forged), to: 3) == .badSignature)
    let later = stage.propose(stage.blocks(1...1, by: 1)[0], by: 1, view: 1)
    #expect(stage.give(later, to: 3) == nil, "kept for its view, and not accepted in this one")
    #expect(stage.said(.prepare, by: 3).isEmpty)
    #expect(stage.give(stage.propose(block, by: 0), to: 3) == nil)
    #expect(stage.said(.prepare, by: 3).count == 1)
  }

  @Test("OSDI §4.2: no second pre-prepare is accepted for a view and sequence with another digest")
  func oneProposalAPlace() throws {
    var (stage, block) = try surrounded()
    stage.give(stage.propose(block, by: 0), to: 3)
    let other = stage.blocks(1...1, client: 4)[0]
    #expect(stage.give(stage.propose(other, by: 0), to: 3) == .equivocation)
    #expect(stage.said(.prepare, by: 3).map(\.statement.digest) == [block.digest])
  }

  @Test("OSDI §4.2: sequence numbers lie between a low and a high watermark")
  func watermarks() throws {
    var (stage, _) = try surrounded()
    let window = stage.genesis.parameters.window
    let at = stage.block(SequenceNumber(2 * window + 1), [stage.request(1)])
    #expect(stage.give(stage.propose(at, by: 0), to: 3) == .aboveWindow)
  }

  @Test("OSDI §4.2: a backup that accepts multicasts one prepare, and logs the proposal before")
  func prepares() throws {
    var (stage, block) = try surrounded()
    stage.give(stage.propose(block, by: 0), to: 3)
    let effects = stage.players[3].latest
    let logged = effects.firstIndex { effect in
      if case .persist(.accepted(let proposal)) = effect { proposal.body == block } else { false }
    }
    let said = stage.players[3].said.filter { if case .prepare = $0 { true } else { false } }
    #expect(said.count == 1)
    #expect(logged != nil)
    #expect(stage.players[3].recordsWhenSaid.last == 1)
  }

  @Test(
    "OSDI §4.2: prepared needs the pre-prepare and 2f prepares from different backups that match it"
  )
  func prepared() throws {
    var (stage, block) = try surrounded(7)
    for index in 1...4 { stage.give(stage.prepare(block, by: index), to: 6) }
    #expect(stage.said(.commit, by: 6).isEmpty, "no pre-prepare")
    stage.give(stage.propose(block, by: 0), to: 6)
    #expect(stage.said(.commit, by: 6).count == 1)
  }

  @Test(
    "OSDI §4.2: no two correct replicas are prepared for different blocks in one view and place")
  func preparedIsUnique() throws {
    // The hostile primary proposes one block to r1 and another to r2 and r3, with all votes it can have.
    var stage = try Stage(hostile: [0])
    let one = stage.blocks(1...1)[0]
    let other = stage.blocks(1...1, client: 4)[0]
    stage.give(stage.propose(one, by: 0), to: 1)
    for index in 2...3 { stage.give(stage.propose(other, by: 0), to: index) }
    stage.run()
    let committed = Set(
      stage.correct.flatMap { stage.said(.commit, by: $0) }.map(\.statement.digest))
    #expect(committed == [other.digest])
    #expect(stage.said(.commit, by: 1).isEmpty)
  }

  @Test(
    "OSDI §4.2: committed-local needs prepared and 2f + 1 commits; here a quorum's commits suffice")
  func committedLocal() throws {
    var (stage, block) = try surrounded()
    stage.give(stage.propose(block, by: 0), to: 3)
    for index in 0...1 { stage.give(stage.commit(block, by: index), to: 3) }
    #expect(stage.decided(by: 3).isEmpty)
    stage.give(stage.commit(block, by: 2), to: 3)
    #expect(stage.decided(by: 3).count == 1)
  }

  @Test("OSDI §4.2: a committed-local request is prepared at f + 1 correct replicas")
  func committedMeansPreparedAtMany() throws {
    var stage = try Stage(7)
    stage.carries = { $0.to == 6 || $0.message.signed?.statement.kind != .commit }
    try stage.submit(stage.request(1))
    stage.run()
    #expect(stage.decided(by: 6).count == 1)
    let prepared = stage.correct.filter { index in
      stage.players[index].records.contains { if case .locked = $0 { true } else { false } }
    }
    #expect(prepared.count >= 3)
  }

  @Test(
    "OSDI §4.2: requests run in the order of their sequence numbers, whatever order they commit in")
  func executedInOrder() throws {
    var (stage, _) = try surrounded()
    let blocks = stage.blocks(1...4)
    for block in blocks { stage.give(stage.propose(block, by: 0), to: 3) }
    for block in blocks.reversed() {
      for index in 0...2 { stage.give(stage.commit(block, by: index), to: 3) }
    }
    #expect(stage.executed(by: 3) == [1, 2, 3, 4])
  }

  @Test("OSDI §4.2: nothing depends on the order in which messages are delivered")
  func anyDeliveryOrder() throws {
    for stride in [1, 3, 7, 11] {
      var stage = try Stage()
      for client in UInt64(0)...3 { try stage.submit(stage.request(1, by: client)) }
      while !stage.wire.isEmpty {
        let index = (stage.wire.count - 1) * stride % stage.wire.count
        let letter = stage.wire.remove(at: index)
        stage.give(letter.message, to: letter.to)
      }
      #expect(stage.isUnited && stage.players[0].host.machine.count == 4)
    }
  }

  @Test("Deviation (OSDI §4.2): the primary's proposal is its prepare; it sends no other")
  func theProposalIsThePrepare() throws {
    var stage = try Stage()
    try stage.submit(stage.request(1))
    stage.run()
    #expect(stage.said(.prepare, by: 0).isEmpty)
    #expect((1...3).allSatisfy { stage.said(.prepare, by: $0).count == 1 })
    #expect(stage.said(.commit, by: 0).count == 1)
  }

  @Test("Deviation (OSDI §4.2): replicas prepare in order, so that what they prepared is a chain")
  func preparedInOrder() throws {
    var (stage, _) = try surrounded()
    let blocks = stage.blocks(1...3)
    for block in blocks { stage.give(stage.propose(block, by: 0), to: 3) }
    for block in blocks.reversed() {
      stage.give(stage.prepare(block, by: 1), to: 3)
      #expect(stage.said(.commit, by: 3).isEmpty == (block != blocks[0]))
    }
    #expect(stage.said(.commit, by: 3).map(\.statement.sequence) == [1, 2, 3])
  }

  @Test(
    "Deviation (OSDI §4.2): a block is validated by the application between proposal and prepare")
  func validatedFirst() throws {
    var (stage, block) = try surrounded()
    stage.verdict = { _, _ in nil }
    stage.give(stage.propose(block, by: 0), to: 3)
    #expect(stage.said(.prepare, by: 3).isEmpty)
    stage.handle(.validated(block.digest, .valid), at: 3)
    #expect(stage.said(.prepare, by: 3).count == 1)
  }

  @Test(
    "TOCS §4.1: any two quorums have a correct replica in common, and one without faults exists")
  func quorums() {
    for total in UInt64(1)...400 {
      let quorum = Quorum(total: VotingPower(total))
      let (f, q) = (quorum.faultBound.rawValue, quorum.threshold.rawValue)
      #expect(2 * q > total + f, "two quorums share more than what may be faulty")
      #expect(q <= total - f, "the correct ones are a quorum")
      #expect(quorum.includesCorrect(VotingPower(f + 1)) && !quorum.includesCorrect(VotingPower(f)))
    }
  }

  @Test("TOCS §4.1: a weak certificate, f + 1 signatures, includes a correct replica's")
  func weakCertificates() throws {
    var stage = try Stage(7, hostile: [0, 1, 2, 3, 4, 5])
    let digest = SHA256.hash([1])
    for index in 0...1 {
      stage.give(.checkpoint(stage.say(.checkpoint, by: index, at: 400, digest)), to: 6)
    }
    #expect(!stage[6].needsTransfer)
    stage.give(.checkpoint(stage.say(.checkpoint, by: 2, at: 400, digest)), to: 6)
    #expect(stage[6].needsTransfer, "three of seven can't all lie, so that it is behind")
  }

  @Test(
    "TOCS §4.3: what a replica logs and says is certified: every decision carries a quorum's commits"
  )
  func decisionsAreCertified() throws {
    var stage = try Stage()
    for number in UInt64(1)...3 {
      try stage.submit(stage.request(number))
      stage.run()
    }
    for raw in UInt64(1)...3 {
      let decision = try #require(stage[2].decision(at: SequenceNumber(raw)))
      #expect(stage[0].verifier.fault(of: decision.certificate) == nil)
      #expect(decision.certificate.commits.seats.count >= 3)
    }
  }
}
