import Testing
import WitanCrypto

@testable import Witan

/// Kinds of which a correct replica makes one statement a place, or one a view.
private enum Exclusive {
  static let perPlace: [StatementKind] = [.prePrepare, .prepare, .commit, .checkpoint]
  static let perView: [StatementKind] = [.viewChange, .newView]
}

/// Two signed statements of which a correct replica makes one: proof for anyone who has the genesis.
@Suite struct ConflictTests {
  let network: Network
  let first: Digest
  let second: Digest

  init() throws {
    network = try Network()
    first = SHA256.hash([1])
    second = SHA256.hash([2])
  }

  private func fault(
    _ one: SignedStatement, _ other: SignedStatement, lineage: [EpochChange] = []
  ) -> EvidenceFault? {
    do throws(EvidenceFault) {
      let evidence = Evidence.conflict(one, other)
      try evidence.verify(network.genesis, lineage: lineage, scheme: network.scheme)
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "Two different proposals, votes or claims for one place convict", arguments: Exclusive.perPlace)
  func onePerPlace(_ kind: StatementKind) {
    let mine = network.vote(kind, for: first, at: 3, view: 2, by: 2)
    #expect(fault(mine, network.vote(kind, for: second, at: 3, view: 2, by: 2)) == nil)
    #expect(Evidence.conflict(mine, mine).culprit == 2)
    #expect(
      fault(mine, network.vote(kind, for: second, at: 4, view: 2, by: 2)) == .unrelated)
    #expect(
      fault(mine, network.vote(kind, for: second, at: 3, view: 3, by: 2)) == .unrelated)
  }

  @Test(
    "Two ways to leave or open one view convict, wherever they begin", arguments: Exclusive.perView)
  func onePerView(_ kind: StatementKind) {
    let mine = network.vote(kind, for: first, at: 3, view: 2, by: 2)
    #expect(fault(mine, network.vote(kind, for: second, at: 3, view: 2, by: 2)) == nil)
    #expect(fault(mine, network.vote(kind, for: second, at: 4, view: 2, by: 2)) == nil)
    #expect(fault(mine, network.vote(kind, for: first, at: 4, view: 2, by: 2)) == nil)
    #expect(
      fault(mine, network.vote(kind, for: second, at: 3, view: 3, by: 2)) == .unrelated)
  }

  @Test("What a correct replica may say in several ways convicts nobody")
  func notExclusive() {
    let kinds = StatementKind.allCases.filter {
      !Exclusive.perPlace.contains($0) && !Exclusive.perView.contains($0)
    }
    #expect(kinds.count == 10)
    for kind in kinds {
      #expect(
        fault(network.vote(kind, for: first, by: 2), network.vote(kind, for: second, by: 2))
          == .notExclusive(kind))
    }
  }

  @Test("Saying the same twice convicts nobody, even with two signatures")
  func repetition() {
    for kind in Exclusive.perPlace + Exclusive.perView {
      let mine = network.vote(kind, for: first, by: 2)
      let again = SignedStatement(
        statement: mine.statement, signer: 2, signature: Signature())
      #expect(fault(mine, mine) == .noConflict)
      #expect(fault(mine, again) == .noConflict)
    }
  }

  @Test("Two replicas, two kinds or two epochs don't conflict")
  func unrelated() {
    let mine = network.vote(.commit, for: first, by: 2)
    #expect(fault(mine, network.vote(.commit, for: second, by: 3)) == .unrelated)
    #expect(fault(mine, network.vote(.prepare, for: second, by: 2)) == .unrelated)
    #expect(fault(mine, network.vote(.commit, for: second, epoch: 1, by: 2)) == .unrelated)
  }

  @Test("Nobody is convicted of what it didn't sign")
  func forged() throws {
    let mine = network.vote(.commit, for: first, by: 2)
    let others = network.vote(.commit, for: second, by: 3)
    let forged = SignedStatement(
      statement: others.statement, signer: 2, signature: others.signature)
    #expect(fault(mine, forged) == .badSignature)
    #expect(fault(forged, mine) == .badSignature)
    let elsewhere = try Network(name: "other").vote(.commit, for: second, by: 2)
    #expect(fault(mine, elsewhere) == .badSignature)
  }

  @Test("Only members are convicted, by the members of their own epoch")
  func members() throws {
    #expect(
      fault(network.vote(.commit, for: first, by: 4), network.vote(.commit, for: second, by: 4))
        == .notMember(4))
    let later = [first, second].map { network.vote(.commit, for: $0, epoch: 1, by: 4) }
    #expect(fault(later[0], later[1]) == .unknownEpoch(1))
    let next = try Membership(network.members.members + [network.member(4)])
    #expect(fault(later[0], later[1], lineage: [network.change(to: next)]) == nil)
    let weak = EpochChange(
      certificate: network.certificate(network.change(to: next).certificate.summary, by: [0]),
      members: next)
    #expect(fault(later[0], later[1], lineage: [weak]) == .unknownEpoch(1))
  }

  @Test("An old fault stays proved, however many epochs followed")
  func longLineage() {
    let lineage = (UInt64(0)..<40).map {
      network.change(from: Epoch($0), to: network.members, at: SequenceNumber(64 * ($0 + 1)))
    }
    for epoch in [0, 1, 3, 20, 40] as [Epoch] {
      let statements = [first, second].map {
        network.vote(.commit, for: $0, epoch: epoch, by: 1)
      }
      #expect(fault(statements[0], statements[1], lineage: lineage) == nil)
    }
  }

  @Test("The largest numbers convict like any other")
  func largestNumbers() {
    let statements = [first, second].map {
      network.vote(.commit, for: $0, at: SequenceNumber(.max), view: View(.max), by: 1)
    }
    #expect(fault(statements[0], statements[1]) == nil)
  }

  @Test("Of each kind against each culprit, the first is kept")
  func keeper() {
    var keeper = EvidenceKeeper()
    func conflict(_ kind: StatementKind, by id: ReplicaID, at sequence: SequenceNumber = 1)
      -> Evidence
    {
      .conflict(
        network.vote(kind, for: first, at: sequence, by: id),
        network.vote(kind, for: second, at: sequence, by: id))
    }
    let new = [
      conflict(.commit, by: 1), conflict(.prepare, by: 1), conflict(.commit, by: 2),
      Evidence.omission(
        commit: network.vote(.commit, for: first, by: 1),
        viewChange: network.viewChange(to: 1, by: 1)),
      conflict(.viewChange, by: 1),
    ]
    let kept = (new + new + [conflict(.commit, by: 1, at: 9)]).map { keeper.keep($0) }
    #expect(kept == new.map { _ in true } + new.map { _ in false } + [false])
    #expect(keeper.evidence == new)
  }

  @Test("Every fault says what is wrong")
  func descriptions() {
    let faults: [EvidenceFault: String] = [
      .unrelated: "the statements aren't by one signer about one thing",
      .noConflict: "the statements say the same",
      .notExclusive(.status): "a correct replica may say several things of kind status",
      .unknownEpoch(3): "the members of epoch 3 aren't known",
      .notMember(4): "r4 wasn't a member of that epoch",
      .badSignature: "a signature isn't the signer's",
      .nothingHidden("why"): "the view-change hides nothing: why",
    ]
    for (fault, text) in faults { #expect(fault.description == text) }
  }
}
