import Testing
import WitanCrypto
import WitanSimulation

@testable import Witan

/// F43 and F46 again: what peers and clients can have a replica do for little. Each test says what change in the core
/// turns it red.
@Suite("Known faults: floods")
struct FloodFaults {
  private func ask(_ query: Query, of index: Int, in stage: inout Stage) throws -> Outcome? {
    stage.players[index].answers = []
    stage.handle(.query(try stage[index].verifier.verify(query)), at: index)
    return stage.players[index].answers.last?.body.outcome
  }

  // Red if queries aren't counted by client.
  @Test("F46: a client that floods queries is told to wait, and others are answered as ever")
  func f46OneClientFloods() throws {
    var stage = try Stage()
    let flood = stage.query([1])
    var outcomes: [Outcome?: Int] = [:]
    for _ in 0..<2_000 { outcomes[try ask(flood, of: 0, in: &stage), default: 0] += 1 }
    #expect(outcomes[.result([])] == OpenQueries.limit / 2)
    #expect(outcomes[.refused(.busy)] == 2_000 - OpenQueries.limit / 2)
    #expect(stage.rejections(at: 0).contains(.refused(.busy)))
    for client in UInt64(1)...50 {
      let query = Query(
        number: 1, mode: .fast, content: [1], signer: stage.client(client), chain: stage.chain)
      #expect(try ask(query, of: 0, in: &stage) == .result([]))
    }
    stage.now = stage.now + OpenQueries.span
    #expect(try ask(flood, of: 0, in: &stage) == .result([]))
  }

  // Red if certified reads that wait are only counted together.
  @Test(
    "F46: a client whose certified reads wait for the application keeps nobody else from reading")
  func f46CertifiedReadsWait() throws {
    var stage = try Stage()
    for number in UInt64(1)...4 {
      try stage.submit(stage.request(number))
      stage.run()
    }
    stage.withholds = { _, effect in if case .query = effect { true } else { false } }
    for number in UInt64(1)...1_100 {
      let query = stage.query([1], number: number, mode: .certified(since: 0))
      _ = try ask(query, of: 0, in: &stage)
      stage.now = stage.now + .milliseconds(1)
    }
    #expect(stage.rejections(at: 0).contains(.refused(.busy)))
    let other = Query(
      number: 1, mode: .certified(since: 0), content: [1], signer: stage.client(7),
      chain: stage.chain)
    #expect(try ask(other, of: 0, in: &stage) == nil, "taken, and not answered yet")
    stage.answerWithheld()
    #expect(stage.players[0].answers.last?.body.client == stage.client(7).publicKey)
  }

  // Red if an answer takes the sequence that the replica has come to in the meantime.
  @Test("F48: an answer names the state it comes from, however late it is passed on")
  func f48LateAnswers() throws {
    var stage = try Stage()
    try stage.submit(stage.request(1))
    stage.run()
    var asked: QueryTicket?
    let query = stage.query([1])
    stage.withholds = { _, effect in if case .query = effect { true } else { false } }
    _ = try ask(query, of: 0, in: &stage)
    for case (_, .query(let ticket, _, _)) in stage.withheld { asked = ticket }
    stage.withheld = []
    let ticket = try #require(asked)
    let host = stage.players[0].host
    let early = try #require(host.answer(to: ticket, [1]))
    try stage.submit(stage.request(2, .put(key: [1], value: [2])))
    stage.run()
    #expect(stage[0].executed == 2)
    stage.handle(early, at: 0)
    let answer = try #require(stage.players[0].answers.last)
    #expect(answer.body.outcome == .result([1]) && answer.statement.sequence == 1)
    stage.handle(early, at: 0)
    #expect(stage.players[0].answers.count == 1)
    #expect(stage.rejections(at: 0).last == .unexpectedAnswer)
  }

  // Red if results of queries are passed on whatever their length.
  @Test("F39: an answer too long for any client to read is a refusal that it can read")
  func f39LongAnswers() throws {
    var stage = try Stage()
    stage.withholds = { _, effect in if case .query = effect { true } else { false } }
    for length in [Bounds.replyBytes, Bounds.replyBytes + 1] {
      _ = try ask(stage.query([1]), of: 0, in: &stage)
      guard case (_, .query(let ticket, _, _))? = stage.withheld.last else {
        Issue.record("nothing was asked")
        return
      }
      let bytes = [UInt8](repeating: 1, count: length)
      stage.handle(.answered(ticket, QueryResult(outcome: .result(bytes), at: 0)), at: 0)
      let answer = try #require(stage.players[0].answers.last)
      #expect(try Answer(decoding: answer.encoded) == answer)
      let expected: Outcome =
        length > Bounds.replyBytes ? .refused(.resultTooLong) : .result(bytes)
      #expect(answer.body.outcome == expected)
    }
  }

  // Red if a replica that isn't a member signs refusals.
  @Test("A replica that isn't a member says nothing to clients, whatever they ask")
  func strangersSayNothing() throws {
    var stage = try Stage(observers: 1)
    stage.handle(.query(try stage[4].verifier.verify(stage.query([1]))), at: 4)
    stage.handle(.request(try stage[4].verifier.verify(stage.request(1))), at: 4)
    #expect(stage.players[4].answers.isEmpty && stage.players[4].replies.isEmpty)
    #expect(stage.rejections(at: 4) == [.refused(.notServing), .refused(.notServing)])
  }

  // Red if votes are sent for slots whose decisions go with them.
  @Test("A status is answered with decisions or with votes, not with both for one slot")
  func decisionsInPlaceOfVotes() throws {
    var stage = try Stage(hostile: [3])
    stage.carries = { $0.to != 3 }
    for number in UInt64(1)...3 {
      try stage.submit(stage.request(number))
      stage.run()
    }
    let body = StatusBody(isChangingView: false, stable: 0, held: 0)
    stage.give(.status(stage.seal(.status, body, by: 3)), to: 0)
    var decided: [SequenceNumber] = []
    var voted: [SequenceNumber] = []
    for case .sendDurably(let message, _) in stage.players[0].latest {
      if case .decision(let sealed) = message {
        decided.append(sealed.body.sequence)
      } else if let sequence = message.signed?.statement.sequence {
        voted.append(sequence)
      }
    }
    #expect(decided == [1, 2, 3] && voted.isEmpty)
  }

  // Red if checkpoint votes, or one's own view-change, are repeated for nothing.
  @Test("F46: what a status is answered with is paid for, checkpoints and view-changes included")
  func f46EverythingIsPaidFor() throws {
    var stage = try Stage(hostile: [2, 3]) {
      $0.checkpointInterval = 1
      $0.window = 64
    }
    for block in stage.blocks(1...48) {
      let decision = stage.decision(block, by: [1, 2, 3])
      stage.give(.decision(stage.seal(.decision, decision, by: 2)), to: 0)
    }
    #expect(stage[0].executed == 48)
    var body = StatusBody(isChangingView: false, stable: 0, held: 0)
    var sent = 0
    for _ in 0..<200 {
      stage.give(.status(stage.seal(.status, body, by: 3, at: 48)), to: 0)
      sent += stage.players[0].latest.count { if case .sendDurably = $0 { true } else { false } }
    }
    #expect(sent <= Int(PeerAllowances.capacity) && sent > 0)
    for index in [1, 2] { stage.give(.viewChange(stage.viewChange(to: 1, by: index)), to: 0) }
    #expect(stage[0].phase == .changingView)
    body = StatusBody(isChangingView: true, stable: 0, held: 0)
    stage.now = stage.now + .seconds(2)
    sent = 0
    for _ in 0..<200 {
      stage.give(.status(stage.seal(.status, body, by: 3, view: 1, at: 48)), to: 0)
      sent += stage.players[0].latest.count { if case .sendDurably = $0 { true } else { false } }
    }
    #expect((1...30).contains(sent))
  }

  // Red if `helpIntoView` doesn't look at what the status says that its sender has.
  @Test("F46: whoever changes views isn't sent again the view-changes that it has")
  func f46ViewChangesAreSentOnce() throws {
    var stage = try Stage(hostile: [1, 2, 3])
    for index in [1, 2] { stage.give(.viewChange(stage.viewChange(to: 1, by: index)), to: 0) }
    #expect(stage[0].view == 1 && stage[0].phase == .changingView)
    for (view, held, isSent) in [
      (1, 0b0000, true), (1, 0b1110, true), (1, 0b0001, false), (1, 0b1111, false),
      (0, 0b0000, true), (2, 0b0000, false),
    ] as [(View, UInt64, Bool)] {
      let body = StatusBody(isChangingView: true, stable: 0, held: held)
      stage.give(.status(stage.seal(.status, body, by: 3, view: view, at: 0)), to: 0)
      let sent = stage.players[0].latest.count {
        if case .sendDurably(.viewChange, to: 3) = $0 { true } else { false }
      }
      #expect(sent == (isSent ? 1 : 0), "to one in view \(view) that has \(held)")
    }
    stage.fire(.status, at: 0)
    guard case .status(let own)? = stage.last(.status, by: 0) else {
      Issue.record("it doesn't say where it stands")
      return
    }
    #expect(own.body.isChangingView && own.body.held == 0b0111)
  }

  // Red if manifests that lead nowhere are answered with questions.
  @Test("F46: a manifest that says nothing new has nobody ask for more")
  func f46EmptyManifests() throws {
    var stage = try Stage(hostile: [3])
    let empty = Message.manifest(
      stage.seal(.manifest, Manifest(lineage: [], certificate: nil), by: 3))
    #expect(stage.give(empty, to: 0) == .duplicate)
    #expect(!stage.players[0].latest.contains { if case .sendDurably = $0 { true } else { false } })
  }

  // Red if the tree is built anew for each piece.
  @Test("F46: the sessions are hashed once for all that fetch them")
  func f46SessionsAreHashedOnce() throws {
    var book = CheckpointBook(peers: 4)
    let summary = CheckpointSummary(
      sequence: 4, lastBlock: .zero, timestamp: 0, applicationRoot: .zero, applicationChunks: 1,
      sessionsRoot: .zero, sessionChunks: 64, epoch: 0, members: .zero)
    let sessions = [UInt8](repeating: 7, count: 64 * ChunkTree.chunkSize)
    book.setFoundation(CheckpointImage(summary: summary, sessions: sessions, nextMembers: nil))
    let clock = ContinuousClock()
    let first = clock.measure { _ = book.sessionTree(at: 4) }
    let others = clock.measure {
      for _ in 0..<100 { _ = book.sessionTree(at: 4)?.root }
    }
    #expect(others < first * 10, "a hundred pieces cost less than ten trees")
    #expect(book.sessionTree(at: 4)?.root == ChunkTree(sessions).root)
    #expect(book.sessionTree(at: 5) == nil)
  }

  // Red if what was kept early is refused in silence.
  @Test("F43: what was kept and found wrong later is counted and charged like anything else")
  func f43RefusedLater() throws {
    var stage = try Stage(hostile: [0, 1, 2])
    let blocks = stage.blocks(1...2)
    let wrong = stage.block(2, after: .zero, [stage.request(2)])
    let tokens = stage.players[3].replica.allowances
    stage.give(stage.propose(wrong, by: 0), to: 3)
    #expect(stage.rejections(at: 3).isEmpty, "what comes before it isn't here yet")
    stage.give(stage.propose(blocks[0], by: 0), to: 3)
    #expect(stage.rejections(at: 3) == [.unlinkedBlock])
    var before = tokens
    var after = stage.players[3].replica.allowances
    let couldPay = before.spend(PeerAllowances.capacity, by: Seat(0), at: stage.now)
    let canPay = after.spend(PeerAllowances.capacity, by: Seat(0), at: stage.now)
    #expect(couldPay && !canPay)
    // The same for votes of a view that hadn't opened.
    var next = try Stage(hostile: [0, 1, 2])
    let block = next.blocks(1...1, by: 1)[0]
    next.give(next.prepare(block, by: 1, view: 1), to: 3)
    #expect(next.rejections(at: 3).isEmpty)
    let changes = [0, 1, 2].map { next.viewChange(to: 1, by: $0) }
    _ = next.open(next.newView(1, from: changes, by: 1), of: changes, at: 3)
    #expect(next[3].view == 1)
    #expect(next.rejections(at: 3) == [.improper("a prepare for its own proposal")])
  }

  // Red if claims beyond the window are taken by their sequence alone.
  @Test("F43: two checkpoints beyond the window that contradict each other are evidence")
  func f43ClaimsBeyondTheWindow() throws {
    var stage = try Stage(hostile: [3])
    let first = stage.say(.checkpoint, by: 3, at: 100, SHA256.hash([1]))
    let second = stage.say(.checkpoint, by: 3, at: 100, SHA256.hash([2]))
    let lower = stage.say(.checkpoint, by: 3, at: 96, SHA256.hash([2]))
    #expect(stage.give(.checkpoint(first), to: 0) == nil)
    #expect(stage.give(.checkpoint(first), to: 0) == .duplicate)
    #expect(stage.give(.checkpoint(lower), to: 0) == .duplicate)
    #expect(stage.give(.checkpoint(second), to: 0) == .equivocation)
    let proof = try #require(stage[0].gatheredEvidence.first)
    #expect(proof.culprit == 3)
    #expect(throws: Never.self) { try proof.verify(stage.genesis, scheme: stage.scheme) }
  }

  // Red if a member pays for whatever bears its name, whichever key signed it.
  @Test("F46: a key that was rotated away can't use up its member's allowance")
  func f46OldKeys() throws {
    var stage = try Stage { $0.epochLength = 4 }
    let fresh = stage.authority.signer(500)
    var members = stage.genesis.members.members
    members[3] = Member(id: 3, key: fresh.publicKey, power: 1)
    stage.players[3].replica.add(fresh)
    try stage.submit(stage.request(1, .reconfigure(members)))
    for number in UInt64(2)...6 {
      stage.run()
      try stage.submit(stage.request(number))
    }
    stage.run()
    #expect(stage[0].epoch == 1 && stage[0].executed == 6)
    let body = StatusBody(isChangingView: false, stable: 0, held: 0)
    for _ in 0..<1_000 { stage.give(.status(stage.seal(.status, body, by: 3)), to: 0) }
    #expect(stage.rejections(at: 0).contains(.overQuota))
    // The member itself, at the beginning of this epoch and still in the one before.
    for epoch: Epoch in [0, 1] {
      let mine = Sealed(
        .status, body, epoch: epoch, sequence: 4, by: 3, with: fresh, chain: stage.chain)
      #expect(stage.give(.status(mine), to: 0) == nil)
      #expect(stage.answers(by: 0) > 0)
    }
  }
}

extension StateMachineHost {
  /// What it answers now.
  fileprivate func answer(to ticket: QueryTicket, _ content: [UInt8]) -> Input? {
    var host = self
    return host.answer(.query(ticket, content, at: nil), clock: 0)
  }
}
