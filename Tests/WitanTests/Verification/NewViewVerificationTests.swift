import Testing
import WitanCrypto

@testable import Witan

/// A new-view is the leader's, names a quorum's view-changes, and proposes what follows from them, which every backup
/// computes itself once they are here (OSDI '99 §4.4, TOCS '02 §4.5; F16, F17, F30).
@Suite struct NewViewVerificationTests {
  let network: Network
  let blocks: [Block]
  /// View-changes to view 1, which r1 leads: r0 is locked on two blocks, r2 on the first.
  let changes: [ViewChange]

  init() throws {
    let network = try Network()
    let blocks = network.blocks(3)
    self.network = network
    self.blocks = blocks
    changes = [
      network.viewChange(
        to: 1, by: 0, locks: [network.lock(blocks[0]), network.lock(blocks[1])]),
      network.viewChange(to: 1, by: 1),
      network.viewChange(to: 1, by: 2, locks: [network.lock(blocks[0])]),
    ]
  }

  /// What is wrong with a new-view by itself.
  private func rejection(of newView: NewView) -> Rejection? {
    do throws(Rejection) {
      _ = try network.verifier.verify(.newView(newView))
      return nil
    } catch {
      return error
    }
  }

  private func rejection(_ viewChanges: [ViewChange]) -> Rejection? {
    rejection(of: network.newView(1, viewChanges))
  }

  /// What is wrong with a new-view by itself, or once the view-changes are here that it names.
  private func rejection(of newView: NewView, restingOn viewChanges: [ViewChange]) -> Rejection? {
    rejection(of: newView) ?? network.verifier.fault(of: newView, restingOn: viewChanges)
  }

  /// r1 opens view 1 with these proposals, in its own name unless told.
  private func rejection(
    proposing blocks: [Block], view: View = 1, signed id: ReplicaID = 1,
    kind: StatementKind = .prePrepare
  ) -> Rejection? {
    let proposals = blocks.map {
      network.vote(kind, for: $0.digest, at: $0.header.height, view: view, by: id).signature
    }
    return rejection(
      of: network.newView(1, changes, proposals: proposals, sequence: 0, by: 1),
      restingOn: changes)
  }

  // MARK: The view-changes

  @Test("A quorum's view-changes open the view, in any order")
  func right() {
    #expect(rejection(changes) == nil)
    #expect(rejection(changes.reversed()) == nil)
    #expect(rejection(changes + [network.viewChange(to: 1, by: 3)]) == nil)
  }

  @Test("Too few don't (F17)")
  func tooFew() {
    #expect(rejection([]) == .badNewView("too few view-changes"))
    #expect(rejection(Array(changes.dropLast())) == .badNewView("too few view-changes"))
  }

  @Test("It is weight that opens a view, not heads")
  func weights() throws {
    let network = try Network(powers: [1, 1, 1, 7])
    let verifier = network.verifier
    let light = [0, 1, 2].map { network.viewChange(to: 1, by: $0) }
    #expect(throws: Rejection.badNewView("too few view-changes")) {
      try verifier.verify(.newView(network.newView(1, light)))
    }
    _ = try verifier.verify(
      .newView(network.newView(1, light + [network.viewChange(to: 1, by: 3)])))
  }

  @Test("Nobody's view-change counts twice, whether it says the same or not (F17)")
  func duplicates() {
    let twice = Rejection.badNewView("a view-change counted twice")
    #expect(rejection([changes[0], changes[1], changes[1]]) == twice)
    #expect(rejection([changes[0], changes[2], network.viewChange(to: 1, by: 2)]) == twice)
    #expect(rejection(changes + [changes[0]]) == twice)
  }

  @Test("View-changes for another view or epoch don't count (F17)")
  func otherViews() {
    let other = Rejection.badNewView("a view-change for another view")
    for view in [0, 2, View(.max)] {
      #expect(rejection([changes[0], changes[1], network.viewChange(to: view, by: 3)]) == other)
    }
    let later = network.viewChange(to: 1, by: 3, epoch: 1)
    #expect(rejection([changes[0], changes[1], later]) == other)
    let status = network.seal(.status, changes[2].body, view: 1, by: 2)
    #expect(rejection([changes[0], changes[1], status]) == other)
  }

  @Test("View-changes of strangers, and forged ones, don't count (F2, F3, F31)")
  func strangers() {
    #expect(
      rejection([changes[0], changes[1], network.viewChange(to: 1, by: 9)])
        == .badNewView("a view-change by a stranger"))
    let signed = network.viewChange(to: 1, by: 9).signed
    let forged = ViewChange(
      signed: SignedStatement(
        statement: signed.statement, signer: 3, signature: signed.signature),
      body: ViewChangeBody(stable: nil, locks: []))
    #expect(
      rejection([changes[0], changes[1], forged])
        == .badNewView("a view-change that its signer didn't sign"))
  }

  @Test(
    "What a new-view doesn't repeat is no part of it: its view-changes are checked on their own")
  func bodies() {
    let weak = Lock.prepared(network.prepared(blocks[0].header, by: [3]))
    let unproved = network.viewChange(to: 1, by: 3, locks: [weak])
    #expect(rejection([changes[0], changes[1], unproved]) == nil)
    #expect(throws: Rejection.badCertificate(.noQuorum(2, needed: 3))) {
      try network.verifier.verify(.viewChange(unproved))
    }
  }

  @Test("More proposals than a window holds are refused before any view-change is here")
  func tooManyProposals() {
    let limit = Int(network.genesis.parameters.window)
    for (count, expected) in [(limit, nil), (limit + 1, Rejection.overLimit("proposals"))] {
      let newView = network.newView(
        1, changes, proposals: Array(repeating: Signature(), count: count), sequence: 0, by: 1)
      #expect(rejection(of: newView) == expected)
    }
  }

  @Test("A query names no more view-changes than may be asked for at once")
  func queries() throws {
    let name = ViewChangeQuery.Name(signer: 1, digest: changes[1].statement.digest)
    func query(_ count: Int) -> Message {
      .fetchViewChanges(
        network.seal(
          .fetchViewChanges, ViewChangeQuery(wanted: Array(repeating: name, count: count)), view: 1,
          by: 2))
    }
    _ = try network.verifier.verify(query(Bounds.wantedViewChanges))
    #expect(throws: Rejection.overLimit("wanted view-changes")) {
      try network.verifier.verify(query(Bounds.wantedViewChanges + 1))
    }
    #expect(throws: Malformed.self) {
      try Message(decoding: query(Bounds.wantedViewChanges + 1).encoded)
    }
  }

  @Test("Only the view's leader opens it, and the first view is open from the start (F17)")
  func leaders() {
    for id in [0, 2, 3] as [ReplicaID] {
      let usurped = network.newView(1, changes, proposals: [], sequence: 0, by: id)
      #expect(rejection(of: usurped) == .notLeader(id))
    }
    let first = network.newView(
      0, [0, 1, 2].map { network.viewChange(to: 0, by: $0) })
    #expect(rejection(of: first) == .badNewView("the first view needs none"))
  }

  @Test("The last view can be opened, and traps nobody")
  func lastView() {
    let view = View(.max)
    let changes = [0, 1, 2].map {
      network.viewChange(to: view, by: $0, locks: [network.lock(blocks[0], view: view.previous)])
    }
    #expect(rejection(of: network.newView(view, changes), restingOn: changes) == nil)
  }

  // MARK: What follows from them

  @Test("Every selected block is proposed again, and in its order")
  func proposals() {
    #expect(rejection(proposing: [blocks[0], blocks[1]]) == nil)
  }

  @Test("None is dropped and none added (F16)")
  func droppedOrAdded() {
    let wrong = Rejection.badNewView("the number of proposals")
    #expect(rejection(proposing: []) == wrong)
    #expect(rejection(proposing: [blocks[0]]) == wrong)
    #expect(rejection(proposing: blocks) == wrong)
  }

  @Test("None is substituted or moved (F16)")
  func substituted() {
    let wrong = Rejection.badNewView("a proposal of another block than the one selected")
    let fork = network.blocks(2, fork: 1)
    #expect(rejection(proposing: [fork[0], blocks[1]]) == wrong)
    #expect(rejection(proposing: [blocks[0], fork[1]]) == wrong)
    #expect(rejection(proposing: [blocks[1], blocks[0]]) == wrong)
    #expect(rejection(proposing: [blocks[0], network.block(2, requests: [])]) == wrong)
  }

  @Test("The proposals are the new leader's, of the new view (F30)")
  func signedByAnother() {
    let wrong = Rejection.badNewView("a proposal of another block than the one selected")
    #expect(rejection(proposing: [blocks[0], blocks[1]], signed: 0) == wrong)
    #expect(rejection(proposing: [blocks[0], blocks[1]], view: 0) == wrong)
    #expect(rejection(proposing: [blocks[0], blocks[1]], kind: .prepare) == wrong)
  }

  @Test("The highest view's lock wins over an older one at the same place")
  func highestView() {
    let fork = network.blocks(1, fork: 1)
    let changes = [
      network.viewChange(to: 3, by: 0, locks: [network.lock(blocks[0], view: 0)]),
      network.viewChange(to: 3, by: 1, locks: [network.lock(fork[0], view: 2)]),
      network.viewChange(to: 3, by: 2, locks: [network.lock(blocks[0], view: 1)]),
    ]
    func rejection(_ block: Block) -> Rejection? {
      let proposal = network.vote(.prePrepare, for: block.digest, view: 3, by: 3).signature
      return self.rejection(
        of: network.newView(3, changes, proposals: [proposal], sequence: 0, by: 3),
        restingOn: changes)
    }
    #expect(rejection(fork[0]) == nil)
    #expect(
      rejection(blocks[0])
        == .badNewView("a proposal of another block than the one selected"))
  }

  @Test("The view begins at the highest checkpoint that any of the view-changes proves (F20)")
  func highestCheckpoint() {
    let stable = network.certificate(network.summary(after: blocks[1].header))
    let change = network.viewChange(
      to: 1, by: 3, stable: stable, locks: [network.lock(blocks[2])])
    let all = [changes[0], changes[1], change]
    #expect(rejection(of: network.newView(1, all), restingOn: all) == nil)
    let selection = Selection(of: all, chain: network.chain)
    #expect(selection.base == 2 && selection.headers == [blocks[2].header])
    let proposal = network.vote(.prePrepare, for: blocks[2].digest, at: 3, view: 1, by: 1)
    for sequence in [0, 1, 3] as [SequenceNumber] {
      #expect(
        rejection(
          of: network.newView(
            1, all, proposals: [proposal.signature], sequence: sequence, by: 1))
          == .badNewView("the checkpoint"))
    }
  }
}
