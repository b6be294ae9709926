import WitanCrypto

extension Verifier {
  func check(_ request: Request) throws(Rejection) {
    // A request in memory may have what none that was read has; no peer could read the block it is in.
    guard !request.operations.isEmpty, request.operations.allSatisfy({ !$0.isEmpty }) else {
      throw .malformed(.invalid("request without operations"))
    }
    guard request.operations.count <= Bounds.operations else {
      throw .overLimit("operations of a request")
    }
    guard request.operationBytes <= Int(parameters.requestByteLimit) else {
      throw .overLimit("bytes of a request")
    }
    guard request.isSigned(chain: chain, scheme: scheme) else { throw .badClientSignature }
  }

  /// What makes a block impossible whoever proposes it: size, and requests that no client signed.
  func checkContent(_ block: Block) throws(Rejection) {
    guard !block.requests.isEmpty else { throw .emptyBlock }
    guard block.requests.count <= Int(parameters.blockRequestLimit) else {
      throw .overLimit("requests of a block")
    }
    let bytes = block.requests.reduce(0) { $0 + $1.operationBytes }
    guard bytes <= Int(parameters.blockByteLimit) else { throw .overLimit("bytes of a block") }
    var digests: Set<Digest> = []
    for request in block.requests {
      // The second would be refused as stale, and so contradict the reply to the first.
      guard block.requests.count == 1 || digests.insert(request.digest).inserted else {
        throw .improper("a block with one request twice")
      }
      try check(request)
    }
  }

  func check(
    _ proposal: Sealed<Block>, seat: Seat, members: Membership
  ) throws(Rejection) {
    let statement = proposal.statement
    let header = proposal.body.header
    guard seat == members.leader(of: statement.view, in: statement.epoch) else {
      throw .notLeader(proposal.signer)
    }
    guard header.height == statement.sequence else { throw .contradictory("the block's height") }
    guard header.proposer == proposal.signer else { throw .contradictory("the block's proposer") }
    guard header.epoch == statement.epoch else { throw .contradictory("the block's epoch") }
    try checkContent(proposal.body)
  }

  func check(_ decision: Decision) throws(Rejection) {
    guard decision.certificate.digest == decision.block.digest,
      decision.certificate.sequence == decision.block.header.height
    else { throw .contradictory("the decided block") }
    if let fault = fault(of: decision.certificate) { throw .badCertificate(fault) }
    // The block was prepared by correct replicas, which checked its requests; the commits are proof.
  }

  /// A manifest brings the members of epochs that we don't know yet, its sender's among them. No fault
  /// in it is its sender's until the signature was checked, or anybody could put lies in its mouth.
  func check(_ manifest: Sealed<Manifest>) throws(Rejection) -> Seat {
    let epoch = manifest.statement.epoch
    let isSenderKnown = members(of: epoch) != nil
    if isSenderKnown { _ = try seat(of: manifest.signed) }
    let scout: Verifier
    do throws(CertificateFault) {
      scout = try successor(by: manifest.body.lineage)
    } catch {
      throw isSenderKnown ? .badCertificate(error) : .unknownEpoch(epoch)
    }
    let seat = try scout.seat(of: manifest.signed).1
    if let certificate = manifest.body.certificate, let fault = scout.fault(of: certificate) {
      throw .badCertificate(fault)
    }
    return seat
  }

  /// What the verifier will be after a manifest's steps. They must lead from an epoch we know, one by
  /// one. Steps to epochs that we know already must agree with what we know.
  private func successor(by lineage: [EpochChange]) throws(CertificateFault) -> Verifier {
    var scout = self
    for change in lineage {
      if let fault = scout.fault(of: change) { throw fault }
      if let known = scout.members(of: change.certificate.summary.epoch) {
        guard known == change.members else { throw .mismatch("the next members") }
      }
      scout.learn(change)
    }
    return scout
  }

  /// TOCS §4.5.1: a view-change is correct if its checkpoint is certified and every lock is proved, is of
  /// an earlier view of this epoch, and lies within the window above that checkpoint, without gaps.
  func check(_ viewChange: ViewChange, members: Membership) throws(Rejection) {
    let statement = viewChange.statement
    var height: SequenceNumber = 0
    if let stable = viewChange.body.stable {
      guard stable.summary.epoch == statement.epoch else {
        throw .contradictory("the stable checkpoint's epoch")
      }
      guard stable.summary.members == members.digest else {
        throw .contradictory("the stable checkpoint's members")
      }
      if let fault = fault(of: stable) { throw .badCertificate(fault) }
      height = stable.sequence
    } else if statement.epoch != 0 {
      throw .contradictory("the stable checkpoint's absence")
    }
    guard statement.sequence == height else { throw .contradictory("the sequence") }
    guard viewChange.body.locks.count <= Int(parameters.window) else { throw .overLimit("locks") }
    for lock in viewChange.body.locks {
      guard lock.epoch == statement.epoch, lock.view < statement.view else {
        throw .contradictory("a lock's view")
      }
      guard lock.header.height > height, lock.header.height == height.next else {
        throw .contradictory("the order of locks")
      }
      if let fault = lock.fault(members: members, chain: chain, scheme: scheme) {
        throw .badCertificate(fault)
      }
      height = lock.header.height
    }
  }

  /// OSDI '99 §4.4: a backup accepts a new-view if it is the leader's, if its view-changes are correct and a
  /// quorum's for that view, and if the set O is correct, which it finds out by computing it itself. The view-changes
  /// are messages of their own and checked as such; what needs them, `fault(of:restingOn:)` says once they are here.
  func check(_ newView: NewView, seat: Seat, members: Membership) throws(Rejection) {
    let statement = newView.statement
    guard seat == members.leader(of: statement.view, in: statement.epoch) else {
      throw .notLeader(newView.signer)
    }
    guard statement.view > 0 else { throw .badNewView("the first view needs none") }
    guard newView.body.proposals.count <= Int(parameters.window) else {
      throw .overLimit("proposals")
    }
    var seats = SeatSet(capacity: members.count)
    var base: SequenceNumber = 0
    for named in newView.body.viewChanges {
      let change = named.statement
      guard change.kind == .viewChange, change.epoch == statement.epoch,
        change.view == statement.view
      else { throw .badNewView("a view-change for another view") }
      guard let seat = members.seat(of: named.signer) else {
        throw .badNewView("a view-change by a stranger")
      }
      guard seats.insert(seat) else { throw .badNewView("a view-change counted twice") }
      guard
        change.isSigned(named.signature, by: members[seat].key, chain: chain, scheme: scheme)
      else { throw .badNewView("a view-change that its signer didn't sign") }
      base = max(base, change.sequence)
    }
    guard members.quorum.isReached(by: members.power(of: seats)) else {
      throw .badNewView("too few view-changes")
    }
    guard statement.sequence == base else { throw .badNewView("the checkpoint") }
  }

  /// Why a new-view doesn't follow from the view-changes that it names, all of which were checked; nil when it does.
  package func fault(of newView: NewView, restingOn viewChanges: [ViewChange]) -> Rejection? {
    let statement = newView.statement
    guard let members = members(of: statement.epoch) else { return .unknownEpoch(statement.epoch) }
    let leader = members.leader(of: statement.view, in: statement.epoch)
    let selection = Selection(of: viewChanges, chain: chain)
    guard statement.sequence == selection.base else { return .badNewView("the checkpoint") }
    guard newView.body.proposals.count == selection.headers.count else {
      return .badNewView("the number of proposals")
    }
    for (header, signature) in zip(selection.headers, newView.body.proposals) {
      let proposed = selection.proposal(of: header, epoch: statement.epoch, view: statement.view)
      guard
        proposed.isSigned(signature, by: members[leader].key, chain: chain, scheme: scheme)
      else { return .badNewView("a proposal of another block than the one selected") }
    }
    return nil
  }
}
