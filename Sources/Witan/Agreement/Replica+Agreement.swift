import WitanCrypto

/// Normal-case operation: OSDI '99 §4.2, with the validation of a block between its proposal and the prepare.
extension Replica {
  // MARK: Guards

  /// Whether an agreement message is of this epoch, this view, and the window; else what becomes of it.
  @inline(__always)
  private mutating func ignore(_ statement: Statement, _ message: Verified<Message>) -> Rejection??
  {
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

  private mutating func keepEarly(
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
      switch message.value {
      case .prepare(let vote): _ = receive(prepare: vote, as: message, into: &effects)
      case .commit(let vote): _ = receive(commit: vote, as: message, into: &effects)
      case .prePrepare(let proposal): _ = receive(proposal, as: message, into: &effects)
      default: break
      }
    }
  }

  // MARK: Proposals

  mutating func receive(
    _ proposal: Sealed<Block>, as message: Verified<Message>, into effects: inout Effects
  ) -> Rejection? {
    if let ignored = ignore(proposal.statement, message) { return ignored }
    let sequence = proposal.statement.sequence
    if endsEpoch(before: sequence) { return keepEarly(message, or: .aboveWindow) }
    if let fault = conflict(of: proposal, into: &effects) { return fault }
    guard let parent = parent(of: sequence) else {
      window[sequence].unlinked = proposal
      return nil
    }
    let rejection = accept(proposal, after: parent, into: &effects)
    if rejection == nil { linkWaiting(from: sequence.next, into: &effects) }
    return rejection
  }

  /// A second proposal for a slot is a repetition, or proof that the leader is faulty (F5).
  private mutating func conflict(
    of proposal: Sealed<Block>, into effects: inout Effects
  ) -> Rejection? {
    let sequence = proposal.statement.sequence
    let first: SignedStatement
    if let accepted = window[sequence].proposal {
      first = SignedStatement(
        statement: Statement(
          .prePrepare, epoch: office.epoch, view: view, sequence: sequence,
          digest: accepted.header.digest),
        signer: proposal.signer, signature: accepted.signature)
    } else if let waiting = window[sequence].unlinked {
      first = waiting.signed
    } else {
      return nil
    }
    guard first.statement.digest != proposal.body.digest else {
      return adopt(proposal.body, at: sequence, into: &effects) ? nil : .duplicate
    }
    convict(.conflict(first, proposal.signed), into: &effects)
    suspect(.equivocated, into: &effects)
    return .equivocation
  }

  private mutating func accept(
    _ proposal: Sealed<Block>, after parent: Parent, into effects: inout Effects
  ) -> Rejection? {
    let header = proposal.body.header
    guard header.previous == parent.digest else {
      suspect(.broke(.unlinkedBlock), into: &effects)
      return .unlinkedBlock
    }
    guard header.timestamp >= parent.timestamp else {
      suspect(.broke(.timestampWentBack), into: &effects)
      return .timestampWentBack
    }
    effects.append(.persist(.accepted(proposal)))
    place(header, signature: proposal.signed.signature, into: &effects)
    window[header.height].proposedBlock = proposal.body
    noteProposed(proposal.body)
    askVerdict(at: header.height, into: &effects)
    return nil
  }

  /// Proposals that came before what they follow was known can now be tied to it: the block before was proposed,
  /// decided elsewhere, or certified with a checkpoint.
  mutating func linkWaiting(from first: SequenceNumber, into effects: inout Effects) {
    var sequence = first
    while phase == .active, window.contains(sequence), let waiting = window[sequence].unlinked,
      let parent = parent(of: sequence)
    {
      window[sequence].unlinked = nil
      if let rejection = accept(waiting, after: parent, into: &effects) {
        effects.append(.report(.rejected(rejection, kind: .prePrepare, from: waiting.signer)))
        return
      }
      sequence = sequence.next
    }
  }

  /// Gives a block its place in this view: from now on, only votes for it count.
  mutating func place(
    _ header: BlockHeader, signature: Signature, into effects: inout Effects
  ) {
    let sequence = header.height
    window[sequence].proposal = Slot.Proposal(
      header: header, signature: signature, acceptedAt: now, verdict: nil)
    window[sequence].unlinked = nil
    window[sequence].prepares.count(header.digest, members: members)
    window[sequence].commits.count(header.digest, members: members)
    effects.append(.report(.accepted(sequence, header.digest, view)))
  }

  /// What a block at a sequence must follow; nil while that isn't known in this view. A decided block is the
  /// parent in every view.
  func parent(of sequence: SequenceNumber) -> Parent? {
    let before = sequence.previous
    if before == window.low {
      guard let stable else { return Parent(digest: chain, timestamp: genesis.timestamp) }
      return Parent(digest: stable.summary.lastBlock, timestamp: stable.summary.timestamp)
    }
    guard window.contains(before),
      let header = window[before].proposal?.header ?? decisions[before]?.block.header
    else { return nil }
    return Parent(digest: header.digest, timestamp: header.timestamp)
  }

  /// What a block must follow.
  struct Parent: Sendable {
    let digest: Digest
    let timestamp: Micros
  }

  // MARK: Verdicts

  /// Phase 0: the application checks the block before the prepare is sent, so that what is agreed on can
  /// be executed (F14).
  mutating func askVerdict(at sequence: SequenceNumber, into effects: inout Effects) {
    guard let proposal = window[sequence].proposal, proposal.verdict == nil else { return }
    let digest = proposal.header.digest
    if window[sequence].lock?.header.digest == digest {
      window[sequence].proposal?.verdict = .valid
      vote(at: sequence, into: &effects)
    } else if let block = window[sequence].block(digest) {
      if awaitedVerdicts.count >= Int(parameters.window) { awaitedVerdicts.removeFirst() }
      awaitedVerdicts.append((digest, sequence))
      effects.append(.validate(block, parent: proposal.header.previous))
    } else {
      want(digest, at: sequence, into: &effects)
    }
  }

  mutating func validated(
    _ digest: Digest, _ verdict: Verdict, into effects: inout Effects
  ) -> Rejection? {
    if draftValidated(digest, verdict, into: &effects) { return nil }
    guard let sequence = sequenceAwaitingVerdict(on: digest) else { return .unexpectedAnswer }
    window[sequence].proposal?.verdict = verdict
    switch verdict {
    case .valid: vote(at: sequence, into: &effects)
    case .invalid(let reason):
      effects.append(.report(.refusedBlock(sequence, digest, reason)))
      suspect(.refusedBlock(reason), into: &effects)
    }
    return nil
  }

  /// The slot whose block the application was asked about, once.
  private mutating func sequenceAwaitingVerdict(on digest: Digest) -> SequenceNumber? {
    guard let index = awaitedVerdicts.firstIndex(where: { $0.digest == digest }) else { return nil }
    let sequence = awaitedVerdicts.remove(at: index).sequence
    guard window.contains(sequence), let proposal = window[sequence].proposal,
      proposal.verdict == nil, proposal.header.digest == digest
    else { return nil }
    return sequence
  }

  // MARK: Prepares

  /// Sends this replica's prepare for the accepted and valid block, but for the leader, whose proposal is one.
  mutating func vote(at sequence: SequenceNumber, into effects: inout Effects) {
    guard let seat = office.seat, phase == .active, let proposal = window[sequence].proposal,
      proposal.verdict == .valid
    else { return }
    if seat != leader {
      let digest = proposal.header.digest
      let prepare = sign(.prepare, view: view, sequence: sequence, digest: digest)
      _ = window[sequence].prepares.add(
        digest, prepare.signature, seat: seat, members: members)
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
      return .contradictory("a prepare by the leader, whose proposal is its prepare")
    }
    let sequence = vote.statement.sequence
    let outcome = window[sequence].prepares.add(
      vote.statement.digest, vote.signature, seat: seat, members: office.members)
    guard outcome == .counted else { return refuse(vote, outcome, into: &effects) }
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
  private func canPrepare(_ sequence: SequenceNumber) -> Bool {
    guard !window[sequence].isPrepared,
      quorum.isReached(by: window[sequence].prepares.power + members.members[leader.index].power),
      let proposal = window[sequence].proposal, proposal.verdict == .valid
    else { return false }
    return followsAnchored(proposal.header)
  }

  /// Whether a block follows the stable checkpoint, or an anchored slot's lock.
  private func followsAnchored(_ header: BlockHeader) -> Bool {
    let previous = header.height.previous
    return (previous == window.low || window[previous].isAnchored)
      && header.previous == lockBelow(header.height)
  }

  /// Whether a slot's lock is on a decided block that follows the stable checkpoint, or an anchored slot's lock.
  func isDecidedAndAnchored(_ sequence: SequenceNumber) -> Bool {
    guard window[sequence].isDecided, let lock = window[sequence].lock,
      lock.header.digest == decisions[sequence]?.block.digest
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
    let header = proposal.header
    let lock = Lock.prepared(
      PreparedCertificate(
        header: header, epoch: office.epoch, view: view, proposal: proposal.signature,
        prepares: window[sequence].prepares.votes(for: header.digest)))
    window[sequence].isPrepared = true
    window[sequence].lockedBlock = window[sequence].block(header.digest)
    window[sequence].lock = lock
    effects.append(.persist(.locked(lock)))
    effects.append(.report(.prepared(sequence, header.digest, view)))
    if let seat = office.seat {
      let commit = sign(.commit, view: view, sequence: sequence, digest: header.digest)
      _ = window[sequence].commits.add(
        header.digest, commit.signature, seat: seat, members: members)
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
    guard !window[sequence].isDecided, let proposal = window[sequence].proposal,
      quorum.isReached(by: window[sequence].commits.power)
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
    decide(Decision(certificate: certificate, block: block), into: &effects)
  }

  /// Takes a decision, from this replica's own votes or from another's forwarding.
  mutating func decide(_ decision: Decision, into effects: inout Effects) {
    let sequence = decision.sequence
    var isBlockKept = false
    if window.contains(sequence) {
      isBlockKept = window[sequence].block(decision.block.digest) != nil
      window[sequence].isDecided = true
    }
    if decision.certificate.view > view {
      waitFor(view: decision.certificate.view, into: &effects)
    }
    if decisions.insert(decision, executed: execution.executed) {
      if !isBlockKept { effects.append(.persist(.block(decision.block))) }
      effects.append(.persist(.decided(decision.certificate)))
      effects.append(.report(.decided(decision.certificate, decision.block.header)))
    }
    bindDecided(at: sequence)
  }

  /// A decided block binds as a prepared one does, unless a later view's lock binds already.
  private mutating func bindDecided(at sequence: SequenceNumber) {
    guard window.contains(sequence), let decision = decisions[sequence] else { return }
    window[sequence].bind(decision)
  }

  /// The digest of the block that is locked, or certified with a checkpoint, before a sequence.
  private func lockBelow(_ sequence: SequenceNumber) -> Digest? {
    guard sequence.previous > window.low else { return stable?.summary.lastBlock ?? chain }
    return window[sequence.previous].lock?.header.digest
  }

  // MARK: Blocks that were proposed again, or voted for, before they came

  func want(_ digest: Digest, at sequence: SequenceNumber, into effects: inout Effects) {
    let query = sign(.fetchBlock, view: view, sequence: sequence, digest: digest)
    effects.append(.broadcast(.fetchBlock(query)))
  }

  mutating func receive(fetched block: Block, into effects: inout Effects) -> Rejection? {
    let sequence = block.header.height
    guard window.contains(sequence) else {
      return sequence <= window.low ? .staleSequence : .unsolicited
    }
    if decideUnproposed(block, into: &effects) { return nil }
    if adopt(block, at: sequence, into: &effects) { return nil }
    // All peers were asked, and answer: the first answer counts, and the others are no fault of theirs.
    let isHere = window[sequence].isDecided || window[sequence].block(block.digest) != nil
    return isHere ? .duplicate : .unsolicited
  }

  /// A quorum's commits decide a block although its proposal never came here; false when there are none.
  private mutating func decideUnproposed(_ block: Block, into effects: inout Effects) -> Bool {
    let sequence = block.header.height
    guard window[sequence].proposal == nil, !window[sequence].isDecided,
      window[sequence].commits.digest(reaching: quorum, members: members) == block.digest
    else { return false }
    let certificate = CommitCertificate(
      epoch: office.epoch, view: votedView, sequence: sequence, digest: block.digest,
      commits: window[sequence].commits.votes(for: block.digest))
    decide(Decision(certificate: certificate, block: block), into: &effects)
    linkWaiting(from: sequence.next, into: &effects)
    advancePrepared(from: sequence, into: &effects)
    return true
  }

  /// Takes a block whose digest was accepted without it; false when it isn't missing.
  private mutating func adopt(
    _ block: Block, at sequence: SequenceNumber, into effects: inout Effects
  ) -> Bool {
    guard let proposal = window[sequence].proposal, proposal.header.digest == block.digest,
      window[sequence].block(block.digest) == nil
    else { return false }
    window[sequence].proposedBlock = block
    effects.append(.persist(.block(block)))
    noteProposed(block)
    askVerdict(at: sequence, into: &effects)
    decideIfCommitted(at: sequence, into: &effects)
    advancePrepared(from: sequence, into: &effects)
    return true
  }
}
