import WitanCrypto

/// Normal-case operation: OSDI '99 §4.2, with the validation of a block between its proposal and the prepare.
extension Replica {
  // MARK: Guards

  /// Whether an agreement message is of this epoch, this view, and the window; else what becomes of it.
  @inline(__always)
  mutating func ignore(_ statement: Statement, _ message: Verified<Message>) -> Rejection?? {
    guard statement.epoch == office.epoch else {
      return .some(statement.epoch < office.epoch ? .staleEpoch : .futureView)
    }
    guard statement.view == view, phase == .active else {
      return .some(statement.view < view ? .staleView : keepEarly(message, or: .futureView))
    }
    guard window.contains(statement.sequence) else {
      return .some(
        statement.sequence <= window.low ? .staleSequence : keepEarly(message, or: .aboveWindow))
    }
    return nil
  }

  mutating func keepEarly(
    _ message: Verified<Message>, or rejection: Rejection
  ) -> Rejection? {
    guard let seat = message.seat, let statement = message.value.signed?.statement else {
      return rejection
    }
    // Nothing correct is more than two windows ahead of us: state transfer is the remedy, not memory.
    guard statement.sequence.distance(after: window.high) <= parameters.window else {
      return rejection
    }
    return early.keep(message, from: seat) ? nil : rejection
  }

  /// Takes up what was kept: a view opened, or the window moved.
  mutating func takeUpEarly(into effects: inout Effects) {
    for message in early.drain() {
      let rejection: Rejection? =
        switch message.value {
        case .prepare(let vote): receive(prepare: vote, as: message, into: &effects)
        case .commit(let vote): receive(commit: vote, as: message, into: &effects)
        case .prePrepare(let proposal): receive(proposal, as: message, into: &effects)
        default: nil
        }
      if let rejection { reject(message.value.signed, rejection, into: &effects) }
    }
  }

  // MARK: Prepares

  /// Sends this replica's prepare for the accepted block, whose verdict is that it is valid, but for the leader, whose
  /// proposal is one.
  mutating func vote(at sequence: SequenceNumber, into effects: inout Effects) {
    guard let seat = office.seat, phase == .active,
      let digest = window[sequence].proposedDigest
    else { return }
    if seat != leader {
      let prepare = sign(.prepare, view: view, sequence: sequence, digest: digest)
      _ = window[sequence].prepares.add(
        digest, prepare.signature, seat: seat, members: office.members)
      effects.append(.broadcastDurably(.prepare(prepare)))
    }
    advancePrepared(from: sequence, into: &effects)
  }

  @inline(__always)
  mutating func receive(
    prepare vote: SignedStatement, as message: Verified<Message>, into effects: inout Effects
  ) -> Rejection? {
    if let ignored = ignore(vote.statement, message) { return ignored }
    guard let seat = message.seat, seat != leader else {
      return .improper("a prepare for its own proposal")
    }
    let sequence = vote.statement.sequence
    let outcome = window[sequence].prepares.add(
      vote.statement.digest, vote.signature, seat: seat, members: office.members)
    guard outcome == .counted else { return refuse(vote, outcome, into: &effects) }
    // The answers to every fourth proposal tell as much as all would.
    if sequence.rawValue & 3 == 0, let proposedAt = window[sequence].proposedAt {
      pacemaker.note(answer: now - proposedAt, of: seat, among: office.members.count)
    }
    if canPrepare(sequence) {
      advancePrepared(from: sequence, into: &effects)
      settle(into: &effects)
    }
    return nil
  }

  private mutating func refuse(
    _ vote: SignedStatement, _ outcome: VoteTally.Outcome, into effects: inout Effects
  ) -> Rejection {
    guard case .conflict(let digest, let signature) = outcome else { return .duplicate }
    let statement = vote.statement
    let first = SignedStatement(
      statement: Statement(
        statement.kind, epoch: statement.epoch, view: statement.view,
        sequence: statement.sequence, digest: digest),
      signer: vote.signer, signature: signature)
    convict(.conflict(first, vote), into: &effects)
    return .equivocation
  }

  /// Whether this replica becomes prepared: a valid block, a quorum's prepares with the leader's proposal as its
  /// own, and every slot before prepared or decided here too. The order makes every decided block and each of its
  /// ancestors part of each of a quorum's view-changes, so that a new view never has a gap to fill.
  @inline(__always)
  private mutating func canPrepare(_ sequence: SequenceNumber) -> Bool {
    guard !window[sequence].isPrepared,
      quorum.isReached(by: window[sequence].prepares.power + members.members[leader.index].power),
      window[sequence].isValid, let header = window[sequence].proposedHeader
    else { return false }
    return followsAnchored(header)
  }

  /// Whether a block follows the stable checkpoint, or an anchored slot's lock.
  @inline(__always)
  private mutating func followsAnchored(_ header: BlockHeader) -> Bool {
    let previous = header.height.previous
    return (previous == window.low || window[previous].isAnchored)
      && header.previous == lockBelow(header.height)
  }

  /// Whether a slot's lock is on a decided block that follows the stable checkpoint, or an anchored slot's lock.
  @inline(__always)
  mutating func isDecidedAndAnchored(_ sequence: SequenceNumber) -> Bool {
    guard window[sequence].isDecided, let lock = window[sequence].lock,
      lock.header.digest == decisions.block(at: sequence)?.digest
    else { return false }
    return followsAnchored(lock.header)
  }

  /// A slot may have become prepared, and with it those after it that waited for it.
  mutating func advancePrepared(from first: SequenceNumber, into effects: inout Effects) {
    // A decision may come at any time, but whoever left a view prepares nothing in it any more (F25).
    guard phase == .active else { return }
    var sequence = first
    while window.contains(sequence) {
      if canPrepare(sequence) {
        window[sequence].isAnchored = true
        becomePrepared(at: sequence, into: &effects)
      } else if !window[sequence].isAnchored {
        guard isDecidedAndAnchored(sequence) else { return }
        anchorDecided(at: sequence, into: &effects)
      }
      sequence = sequence.next
    }
  }

  /// What stands above a decided block may be prepared in a later view than the block was. Its decision is shown from
  /// now on: an older view's prepares wouldn't excuse that nothing was prepared here in this one (see `Evidence`).
  mutating func anchorDecided(at sequence: SequenceNumber, into effects: inout Effects) {
    window[sequence].isAnchored = true
    guard let decision = decisions[sequence], let old = window[sequence].lock, !old.isDecided,
      old.view < view
    else { return }
    let lock = Lock.committed(decision.certificate, decision.block.header)
    window[sequence].lock = lock
    window[sequence].lockedBlock = decision.block
    effects.append(.persist(.locked(lock)))
  }

  private mutating func becomePrepared(at sequence: SequenceNumber, into effects: inout Effects) {
    guard let proposal = window[sequence].proposal else { return }
    pacemaker.noteTurn()
    let header = proposal.header
    let lock = Lock.prepared(
      PreparedCertificate(
        header: header, epoch: office.epoch, view: view, proposal: proposal.signature,
        prepares: window[sequence].prepares.votes(for: header.digest)))
    window[sequence].isPrepared = true
    window[sequence].lockedBlock = window[sequence].block(header.digest)
    window[sequence].lock = lock
    effects.append(.persist(.locked(lock)))
    effects.report(.prepared(sequence, header.digest, view))
    if let seat = office.seat {
      let commit = sign(.commit, view: view, sequence: sequence, digest: header.digest)
      _ = window[sequence].commits.add(
        header.digest, commit.signature, seat: seat, members: office.members)
      effects.append(.broadcastDurably(.commit(commit)))
    }
    decideIfCommitted(at: sequence, into: &effects)
  }

  // MARK: Commits

  @inline(__always)
  mutating func receive(
    commit vote: SignedStatement, as message: Verified<Message>, into effects: inout Effects
  ) -> Rejection? {
    if let ignored = ignore(vote.statement, message) { return ignored }
    guard let seat = message.seat else { return .unsolicited }
    let sequence = vote.statement.sequence
    let outcome = window[sequence].commits.add(
      vote.statement.digest, vote.signature, seat: seat, members: office.members)
    guard outcome == .counted else { return refuse(vote, outcome, into: &effects) }
    if quorum.isReached(by: window[sequence].commits.power), !window[sequence].isDecided {
      decideIfCommitted(at: sequence, into: &effects)
      advancePrepared(from: sequence, into: &effects)
      settle(into: &effects)
    }
    return nil
  }

  /// A quorum of commits decides, whether or not this replica is prepared: it proves that a quorum was.
  mutating func decideIfCommitted(at sequence: SequenceNumber, into effects: inout Effects) {
    guard quorum.isReached(by: window[sequence].commits.power), !window[sequence].isDecided,
      let proposal = window[sequence].proposal
    else { return }
    let digest = proposal.header.digest
    guard let block = window[sequence].block(digest) else {
      want(digest, at: sequence, into: &effects)
      return
    }
    let certificate = CommitCertificate(
      epoch: office.epoch, view: votedView, sequence: sequence, digest: digest,
      commits: window[sequence].commits.votes(for: digest))
    pacemaker.note(delay: (now - proposal.acceptedAt) / 2)
    decide(Decision(certificate: certificate, block: block), isBlockKept: true, into: &effects)
  }

  /// Takes a decision, from this replica's own votes or from another's forwarding.
  mutating func decide(
    _ decision: Decision, isBlockKept: Bool = false, into effects: inout Effects
  ) {
    let sequence = decision.sequence
    var isBlockKept = isBlockKept
    if window.contains(sequence) {
      if !isBlockKept { isBlockKept = window[sequence].block(decision.block.digest) != nil }
      window[sequence].isDecided = true
    }
    if decision.certificate.view > view {
      waitFor(view: decision.certificate.view, into: &effects)
    }
    if decisions.insert(decision, executed: execution.executed) {
      if !isBlockKept { effects.append(.persist(.block(decision.block))) }
      effects.append(.persist(.decided(decision.certificate)))
      effects.report(.decided(decision.certificate, decision.block.header))
    }
    bindDecided(at: sequence)
  }

  /// A decided block binds as a prepared one does, unless a later view's lock binds already.
  private mutating func bindDecided(at sequence: SequenceNumber) {
    // Most often the lock is of the same view, and the decision needn't be copied.
    guard window.contains(sequence), let decided = decisions.view(at: sequence),
      window[sequence].takes(lockOf: decided), let decision = decisions[sequence]
    else { return }
    window[sequence].bind(decision)
  }

  /// The digest of the block that is locked, or certified with a checkpoint, before a sequence.
  @inline(__always)
  private mutating func lockBelow(_ sequence: SequenceNumber) -> Digest? {
    guard sequence.previous > window.low else { return stable?.summary.lastBlock ?? chain }
    return window[sequence.previous].lockDigest
  }
}
