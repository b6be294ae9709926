import Testing
import WitanCrypto

@testable import Witan
@testable import WitanSimulation

/// What the checkers of what replicas say, and of what is said against them, see.
@Suite struct SpeechTests {
  private let recording: Recording

  init() throws { recording = try #require(Recording.usual) }

  private func sent(_ signed: SignedStatement) -> Happening.Event {
    switch signed.statement.kind {
    case .prepare: .sent(.prepare(signed), to: nil)
    case .checkpoint: .sent(.checkpoint(signed), to: nil)
    default: .sent(.commit(signed), to: nil)
    }
  }

  @Test(arguments: [StatementKind.prepare, .commit])
  func aVoteThatContradictsAnEarlierOneIsSeen(kind: StatementKind) throws {
    let said = try #require(recording.lastSaid(kind, by: 2))
    let other = Statement(
      kind, epoch: 0, view: said.statement.view, sequence: said.statement.sequence, digest: .zero)
    let again = (node: 2, event: sent(said))
    #expect(recording.findings(after: [again]) == [])
    let lie = (node: 2, event: sent(recording.sign(other, by: 2)))
    let found = recording.findings(after: [lie])
    #expect(found.map(\.kind) == [.contradiction])
    #expect(found.first?.sequence == said.statement.sequence)
    #expect(recording.findings(faulty: [2], after: [lie]) == [])
  }

  @Test func aRestartForgivesNothing() throws {
    // Machine 3 was started again long after it said this.
    var first: SignedStatement?
    for happening in recording.happenings where happening.node == 3 {
      if first == nil, case .sent(.commit(let signed), _) = happening.event { first = signed }
    }
    let said = try #require(first)
    let other = Statement(
      .commit, epoch: 0, view: said.statement.view, sequence: said.statement.sequence, digest: .zero
    )
    let found = recording.findings(after: [(3, sent(recording.sign(other, by: 3)))])
    #expect(found.map(\.kind) == [.contradiction])
  }

  @Test func aVoteInAViewThatWasLeftIsSeen() {
    let chain = recording.vantage.genesis.digest
    let viewChange = ViewChange(
      .viewChange, ViewChangeBody(stable: nil, locks: []), epoch: 0, view: 3, by: 1,
      with: recording.members[1], chain: chain)
    func vote(in view: View) -> SignedStatement {
      recording.sign(
        Statement(.prepare, epoch: 0, view: view, sequence: 90, digest: .zero), by: 1)
    }
    var checker = DurabilityChecker(recording.vantage)
    func tell(_ event: Happening.Event) {
      checker.observe(Happening(time: 1, node: 1, event: event))
    }
    tell(sent(vote(in: 2)))
    tell(.sent(.viewChange(viewChange), to: nil))
    tell(sent(vote(in: 2)))
    tell(sent(vote(in: 3)))
    #expect(checker.violations == [], "what was said before may be said again")
    tell(sent(vote(in: 1)))
    #expect(checker.violations.map(\.kind) == [.contradiction])
  }

  @Test func aViewChangeThatHidesACommitIsSeen() throws {
    let chain = recording.vantage.genesis.digest
    func viewChange(_ body: ViewChangeBody) -> ViewChange {
      ViewChange(
        .viewChange, body, epoch: 0, view: 1, sequence: body.stable?.sequence ?? 0, by: 1,
        with: recording.members[1], chain: chain)
    }
    let hiding = viewChange(ViewChangeBody(stable: nil, locks: []))
    let found = recording.findings(after: [(1, .sent(.viewChange(hiding), to: nil))])
    #expect(found.map(\.kind) == [.contradiction])
    // With a checkpoint that covers all it committed to, there is nothing to hide.
    let last = try #require(recording.lastSaid(.commit, by: 1)).statement.sequence
    var stable: CheckpointCertificate?
    for happening in recording.happenings {
      if case .report(.stable(let certificate)) = happening.event { stable = certificate }
    }
    try #require(stable?.sequence == last, "the recording should end at a checkpoint")
    let open = viewChange(ViewChangeBody(stable: stable, locks: []))
    #expect(recording.findings(after: [(1, .sent(.viewChange(open), to: nil))]) == [])
  }

  @Test func speakingInAnothersNameIsSeen() throws {
    let said = try #require(recording.lastSaid(.commit, by: 2))
    #expect(recording.findings(after: [(1, sent(said))]).map(\.kind) == [.contradiction])
  }

  // MARK: Evidence

  private func conflict(of node: Int, forged: Bool = false) -> Evidence {
    func vote(_ digest: Digest) -> SignedStatement {
      recording.sign(
        Statement(.commit, epoch: 0, view: 9, sequence: 9, digest: digest), by: node)
    }
    let first = vote(.zero)
    let second = vote(SHA256.hash([1]))
    guard forged else { return .conflict(first, second) }
    return .conflict(
      first,
      SignedStatement(
        statement: second.statement, signer: second.signer, signature: Signature()))
  }

  @Test func evidenceAgainstACorrectReplicaIsSeen() {
    let event = Happening.Event.report(.evidence(conflict(of: 2)))
    #expect(recording.findings(after: [(0, event)]).map(\.kind) == [.falseEvidence])
    #expect(recording.findings(faulty: [2], after: [(0, event)]) == [])
    #expect(
      recording.findings(faulty: [2, 0], after: [(0, event)]) == [], "what liars report counts not")
  }

  @Test func evidenceThatProvesNothingIsSeen() {
    let event = Happening.Event.report(.evidence(conflict(of: 2, forged: true)))
    #expect(
      recording.findings(faulty: [2], after: [(0, event)]).map(\.kind) == [.falseEvidence])
  }

  @Test func aCorrectReplicaThatIsBlamedForWhatItSentIsSeen() {
    let event = Happening.Event.report(.rejected(.equivocation, kind: .prepare, from: 2))
    #expect(recording.findings(after: [(0, event)]).map(\.kind) == [.falseEvidence])
    #expect(recording.findings(faulty: [2], after: [(0, event)]) == [])
    let harmless = Happening.Event.report(.rejected(.duplicate, kind: .prepare, from: 2))
    #expect(recording.findings(after: [(0, harmless)]) == [])
  }

  // MARK: Memory

  @Test func aReplicaThatHoldsTooMuchIsSeen() throws {
    let cluster = try Cluster(.init(replicas: 4, seed: 1))
    var checker = MemoryChecker()
    checker.look(at: cluster.replica(at: 0), of: 0, at: 1)
    #expect(checker.findings.violations == [])
    let counts = cluster.replica(at: 0).holdings.counts
    #expect(counts.count > 6 && counts.allSatisfy { $0.bound > 0 })
    let tooMuch = Holdings.Count(name: "drafts", held: 17, bound: 16)
    #expect(Holdings(counts: counts + [tooMuch]).exceeded == [tooMuch])
    checker.note(tooMuch, of: 2, at: 7)
    #expect(checker.findings.violations.map(\.kind) == [.memory])
  }
}
