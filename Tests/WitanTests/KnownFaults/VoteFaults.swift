import Testing
import Witan
import WitanCrypto

/// F1–F7, F9 and F10: how votes are counted. Each test says what change in the core turns it red.
@Suite("Known faults: votes")
struct VoteFaults {
  /// r3 is correct; the test speaks for all others.
  private func surrounded() throws -> (stage: Stage, block: Block, other: Block) {
    let stage = try Stage(hostile: [0, 1, 2])
    return (stage, stage.blocks(1...1)[0], stage.blocks(1...1, client: 5)[0])
  }

  // Red if `VoteTally.add` adds to the power whatever the digest is.
  @Test("F1: votes for different blocks never share a certificate")
  func f1DigestsAreCountedApart() throws {
    var (stage, block, other) = try surrounded()
    stage.give(stage.propose(block, by: 0), to: 3)
    stage.give(stage.prepare(other, by: 1), to: 3)
    stage.give(stage.prepare(other, by: 2), to: 3)
    #expect(stage.said(.prepare, by: 3).count == 1)
    #expect(stage.said(.commit, by: 3).isEmpty)
    for index in 0...2 { stage.give(stage.commit(other, by: index), to: 3) }
    #expect(stage.decided(by: 3).isEmpty)
  }

  // Red if `VoteTally.count` starts from all votes' power instead of those for the block.
  @Test("F1: votes that came before the proposal count only if they are for its block")
  func f1EarlyVotesAreCountedApart() throws {
    var (stage, block, other) = try surrounded()
    stage.give(stage.prepare(other, by: 1), to: 3)
    stage.give(stage.prepare(other, by: 2), to: 3)
    stage.give(stage.propose(block, by: 0), to: 3)
    #expect(stage.said(.commit, by: 3).isEmpty)
  }

  // Red if `Verifier.seat(of:)` doesn't check the signature against the named member's key.
  @Test("F2: a member can't vote in another's name")
  func f2TheNameIsBoundToTheKey() throws {
    var (stage, block, _) = try surrounded()
    stage.give(stage.propose(block, by: 0), to: 3)
    for name in [0, 2, 3] {
      let claim = stage.claim(.prepare, as: name, by: 1, at: 1, block.digest)
      #expect(stage.give(.prepare(claim), to: 3) == .badSignature)
    }
    #expect(stage.said(.commit, by: 3).isEmpty)
  }

  // Red if `Verifier.seat(of:)` gives a stranger a seat.
  @Test("F3: whoever isn't a member has no vote")
  func f3StrangersHaveNoVote() throws {
    var stage = try Stage(hostile: [0, 1, 2], observers: 2)
    let block = stage.blocks(1...1)[0]
    stage.give(stage.propose(block, by: 0), to: 3)
    for stranger in [4, 5] {
      #expect(
        stage.give(stage.prepare(block, by: stranger), to: 3)
          == .notMember(ReplicaID(UInt32(stranger))))
    }
    #expect(stage.said(.commit, by: 3).isEmpty)
  }

  // Red if `VoteTally.add` counts a seat that voted before.
  @Test("F4: nobody's vote counts twice, and a second, different one is evidence")
  func f4OneVoteEach() throws {
    var (stage, block, other) = try surrounded()
    stage.give(stage.propose(block, by: 0), to: 3)
    #expect(stage.give(stage.prepare(block, by: 1), to: 3) == nil)  // Prepared needs three: it is.
    #expect(stage.said(.commit, by: 3).count == 1)
    #expect(stage.give(stage.commit(block, by: 1), to: 3) == nil)
    #expect(stage.give(stage.commit(block, by: 1), to: 3) == .duplicate)
    #expect(stage.decided(by: 3).isEmpty)
    #expect(stage.give(stage.commit(other, by: 1), to: 3) == .equivocation)
    #expect(stage.decided(by: 3).isEmpty)
    #expect(stage.evidence.map(\.culprit) == [1])
    for proof in stage.evidence { try proof.verify(stage.genesis, scheme: stage.scheme) }
  }

  // Red if `receive(prepare:)` lets the leader's prepare count besides its proposal.
  @Test("F4: a leader's proposal is its prepare; a prepare besides counts nothing")
  func f4TheLeaderVotesOnce() throws {
    var stage = try Stage(7, hostile: [0, 1, 2, 3, 4, 5])
    let block = stage.blocks(1...1)[0]
    stage.give(stage.propose(block, by: 0), to: 6)
    stage.give(stage.prepare(block, by: 1), to: 6)
    stage.give(stage.prepare(block, by: 2), to: 6)
    guard case .improper = stage.give(stage.prepare(block, by: 0), to: 6) else {
      Issue.record("the leader's prepare was taken")
      return
    }
    #expect(stage.said(.commit, by: 6).isEmpty)
    stage.give(stage.prepare(block, by: 3), to: 6)
    #expect(stage.said(.commit, by: 6).count == 1)
  }

  // Red if `conflict(of:)` replaces the first proposal, or doesn't convict.
  @Test("F5: a second proposal for a place is refused, kept as evidence, and costs the leadership")
  func f5EquivocationIsPunished() throws {
    var (stage, block, other) = try surrounded()
    stage.give(stage.propose(block, by: 0), to: 3)
    #expect(stage.give(stage.propose(other, by: 0), to: 3) == .equivocation)
    #expect(stage.said(.prepare, by: 3).map(\.statement.digest) == [block.digest])
    #expect(stage.suspicions(of: 3) == [.equivocated])
    #expect(stage[3].view == 1)
    let proof = try #require(stage.evidence.first)
    #expect(proof.culprit == 0)
    try proof.verify(stage.genesis, scheme: stage.scheme)
  }

  // Red if `conflict(of:)` looks only at accepted proposals.
  @Test("F5: equivocation is noticed before the proposals can be tied to their predecessor")
  func f5EquivocationAheadIsNoticed() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let block = stage.blocks(1...2)[1]
    let other = stage.blocks(1...2, client: 5)[1]
    #expect(stage.give(stage.propose(block, by: 0), to: 3) == nil)
    #expect(stage.give(stage.propose(other, by: 0), to: 3) == .equivocation)
    #expect(stage.evidence.map(\.culprit) == [0])
  }

  // Red if `Quorum.threshold` is any other number: 2f, 2f + 1, or a count of heads.
  @Test(
    "F6: exactly a quorum's weight prepares and decides",
    arguments: [
      [1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1],
      [1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1, 1], [3, 1, 2, 1], [1, 5, 1, 2, 2],
    ] as [[UInt64]])
  func f6ExactlyAQuorum(powers: [UInt64]) throws {
    let last = powers.count - 1
    let total = powers.reduce(0, +)
    let needed = (total + (total - 1) / 3) / 2 + 1
    var stage = try Stage(
      powers.count, powers: powers.map { VotingPower($0) }, hostile: Set(0..<last))
    let block = stage.blocks(1...1)[0]
    stage.give(stage.propose(block, by: 0), to: last)
    var power = powers[0] + powers[last]
    #expect(stage.said(.commit, by: last).isEmpty == (power < needed))
    for index in 1..<last {
      stage.give(stage.prepare(block, by: index), to: last)
      power += powers[index]
      #expect(stage.said(.commit, by: last).isEmpty == (power < needed))
    }
    power = powers[last]
    for index in 0..<last {
      stage.give(stage.commit(block, by: index), to: last)
      power += powers[index]
      #expect(stage.decided(by: last).isEmpty == (power < needed))
    }
  }

  // Red if `ignore` doesn't compare views, or `vote` doesn't wait for the verdict.
  @Test(
    "F7: a commit is said only when prepared in this view, at this place, with a positive verdict")
  func f7NoCommitBeforePrepared() throws {
    var (stage, block, _) = try surrounded()
    stage.verdict = { _, _ in nil }
    stage.give(stage.propose(block, by: 0), to: 3)
    for index in 1...2 {
      stage.give(stage.prepare(block, by: index, view: 1), to: 3)
      let elsewhere = stage.say(.prepare, by: index, at: 2, block.digest)
      stage.give(.prepare(elsewhere), to: 3)
    }
    #expect(stage.said(.prepare, by: 3).isEmpty, "nothing is said before the verdict")
    stage.handle(.validated(block.digest, .valid), at: 3)
    #expect(stage.said(.prepare, by: 3).count == 1)
    #expect(stage.said(.commit, by: 3).isEmpty)
    stage.give(stage.prepare(block, by: 1), to: 3)
    #expect(stage.said(.commit, by: 3).count == 1)
  }

  // Red if `canPrepare` doesn't compare a block's predecessor with the lock below it.
  @Test("F16: nothing is prepared on a block in whose place another was decided")
  func f16WhatFollowsASupersededBlock() throws {
    let (_, _, other) = try surrounded()
    for isSuperseded in [true, false] {
      var (stage, _, _) = try surrounded()
      let blocks = stage.blocks(1...2)
      for block in blocks { stage.give(stage.propose(block, by: 0), to: 3) }
      let decision = stage.decision(isSuperseded ? other : blocks[0], by: [0, 1, 2])
      stage.give(.decision(stage.seal(.decision, decision, by: 1)), to: 3)
      for index in 1...2 { stage.give(stage.prepare(blocks[1], by: index), to: 3) }
      let committed = stage.said(.commit, by: 3).map(\.statement.sequence)
      #expect(committed == (isSuperseded ? [] : [2]))
      let change = stage.viewChange(to: 1, by: 1)
      stage.give(.viewChange(change), to: 3)
      stage.give(.viewChange(stage.viewChange(to: 1, by: 2)), to: 3)
      guard case .viewChange(let own)? = stage.last(.viewChange, by: 3) else {
        Issue.record("it doesn't join the view change")
        return
      }
      #expect(own.body.locks.map(\.header.height) == (isSuperseded ? [1] : [1, 2]))
    }
  }

  // Red if `ignore` counts votes of other views for the present one.
  @Test("F7: commits of another view decide nothing")
  func f7CommitsOfAnotherViewDecideNothing() throws {
    var (stage, block, _) = try surrounded()
    stage.give(stage.propose(block, by: 0), to: 3)
    for index in 0...2 { stage.give(stage.commit(block, by: index, view: 1), to: 3) }
    #expect(stage.decided(by: 3).isEmpty)
  }

  // Red if a vote is dropped because what it builds on isn't here yet.
  @Test("F9: proposal, prepares and commits decide in every order", arguments: 0..<6)
  func f9AnyOrder(order: Int) throws {
    var (stage, block, _) = try surrounded()
    let groups: [[Message]] = [
      [stage.propose(block, by: 0)],
      [stage.prepare(block, by: 1), stage.prepare(block, by: 2)],
      [stage.commit(block, by: 0), stage.commit(block, by: 1), stage.commit(block, by: 2)],
    ]
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    for group in orders[order] {
      for message in groups[group] { #expect(stage.give(message, to: 3) == nil) }
    }
    #expect(stage.decided(by: 3).map(\.digest) == [block.digest])
    #expect(stage[3].executed == 1)
  }

  // Red if `linkWaiting` isn't called when a predecessor is decided elsewhere.
  @Test(
    "F9: a proposal that came before its predecessor is taken up once that one is decided elsewhere"
  )
  func f9AWaitingProposalIsTakenUp() throws {
    var stage = try Stage()
    stage.carries = { letter in
      guard letter.to == 3, case .prePrepare(let proposal) = letter.message else { return true }
      return proposal.statement.sequence != 1
    }
    try stage.submit(stage.request(1))
    stage.run()
    #expect(stage.correct.map { stage[$0].executed } == [1, 1, 1, 0])
    stage.crash(2)
    try stage.submit(stage.request(2), to: [0, 1, 3])
    stage.elapse(.milliseconds(1_500))
    #expect([0, 1, 3].map { stage[$0].executed } == [2, 2, 2])
    #expect([0, 1, 3].map { stage[$0].view } == [0, 0, 0])
  }

  // Red if `receive(fetched:)` takes blocks only for proposals that were accepted.
  @Test("F9: a quorum's commits and the block decide, though the proposal never comes")
  func f9CommitsAndABlockDecide() throws {
    var (stage, block, _) = try surrounded()
    for index in 0...2 { stage.give(stage.commit(block, by: index), to: 3) }
    stage.fire(.status, at: 3)
    #expect(stage.said(.fetchBlock, by: 3).map(\.statement.digest) == [block.digest])
    for index in 0...2 {
      let answer = Message.block(stage.seal(.block, block, by: index, at: 1))
      let rejection = stage.give(answer, to: 3)
      #expect(rejection == nil || rejection == .duplicate)
    }
    #expect(stage[3].executed == 1)
    #expect(stage[3].lastBlock == block.digest)
  }

  // Red if `canPrepare` doesn't ask whether the slot is prepared already.
  @Test("F10: votes after the quorum cause nothing")
  func f10LateVotesAreQuiet() throws {
    var stage = try Stage(7, hostile: [0, 1, 2, 3, 4, 5])
    let block = stage.blocks(1...1)[0]
    stage.give(stage.propose(block, by: 0), to: 6)
    for index in 1...3 { stage.give(stage.prepare(block, by: index), to: 6) }
    #expect(stage.said(.commit, by: 6).count == 1)
    for index in 4...5 {
      stage.give(stage.prepare(block, by: index), to: 6)
      #expect(stage.players[6].latest.isEmpty)
    }
    for index in 0...3 { stage.give(stage.commit(block, by: index), to: 6) }
    #expect(stage[6].executed == 1)
    for index in 4...5 {
      stage.give(stage.commit(block, by: index), to: 6)
      #expect(stage.players[6].latest.isEmpty)
    }
  }
}
