import WitanCrypto

/// What becomes of proposals: they are tied to what they follow, placed, checked by the application, and fetched
/// when only their digest came.
extension Replica {
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
      // What a later view decided says nothing of this view's leader, who needn't have heard of it.
      guard parent.bindsLeader else { return .staleView }
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
    // A quorum's commits may have been here before their block (F9).
    decideIfCommitted(at: header.height, into: &effects)
    advancePrepared(from: header.height, into: &effects)
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
        reject(waiting.signed, rejection, into: &effects)
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
    window[sequence].prepares.count(header.digest, members: office.members)
    window[sequence].commits.count(header.digest, members: office.members)
    effects.report(.accepted(sequence, header.digest, view))
  }

  /// What a block at a sequence must follow; nil while that isn't known in this view. A decided block is the
  /// parent in every view.
  mutating func parent(of sequence: SequenceNumber) -> Parent? {
    let before = sequence.previous
    if before == window.low {
      guard let stable else {
        return Parent(digest: chain, timestamp: genesis.timestamp, bindsLeader: true)
      }
      return Parent(
        digest: stable.summary.lastBlock, timestamp: stable.summary.timestamp,
        bindsLeader: isKnownToLeader(stable))
    }
    guard window.contains(before) else { return nil }
    if let header = window[before].proposedHeader {
      return Parent(digest: header.digest, timestamp: header.timestamp, bindsLeader: true)
    }
    guard let decision = decisions[before] else { return nil }
    let header = decision.block.header
    return Parent(
      digest: header.digest, timestamp: header.timestamp,
      bindsLeader: decision.certificate.view <= view)
  }

  /// What a block must follow.
  struct Parent: Sendable {
    let digest: Digest
    let timestamp: Micros
    /// Whether only a faulty leader of this view proposes a block that doesn't follow it: it is the genesis, the leader's
    /// own proposal, what its view began from, or was decided in this view or before, so that the view proposed it too.
    let bindsLeader: Bool
  }

  /// Whether the leader of this view can't but know the last block of a certified state. Its certificate says nothing of
  /// views: what it certifies may have been decided in a later one.
  private mutating func isKnownToLeader(_ stable: CheckpointCertificate) -> Bool {
    if stable.endsEpoch, stable.summary.epoch == office.epoch { return true }
    if openedBy?.newView.statement.sequence == stable.sequence { return true }
    guard let decision = decisions[stable.sequence] else { return false }
    return decision.certificate.view <= view && decision.certificate.epoch == office.epoch
      && decision.block.digest == stable.summary.lastBlock
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
    switch verdict {
    case .valid:
      window[sequence].proposal?.verdict = .valid
      vote(at: sequence, into: &effects)
    case .invalid(let reason):
      window[sequence].proposal?.verdict = .invalid
      effects.report(.refusedBlock(sequence, digest, reason))
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
