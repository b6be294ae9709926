import WitanCrypto

/// The leader's part: what to propose, when, and where.
extension Replica {
  /// Whether a sequence lies beyond a place where the epoch may end that isn't stable yet. Who serves there
  /// isn't known, so nothing is proposed there.
  func endsEpoch(before sequence: SequenceNumber) -> Bool {
    guard parameters.epochLength > 0 else { return false }
    let next = SequenceNumber(
      (window.low.rawValue / parameters.epochLength).multipliedClamped(by: parameters.epochLength)
    ).advanced(by: parameters.epochLength)
    return sequence > next
  }

  /// The first sequence without a proposal or draft.
  private mutating func nextSequence() -> SequenceNumber {
    if let draft = proposer.drafts.last { return draft.block.header.height.next }
    var sequence = max(window.low, execution.executed).next
    if sequence <= window.low { sequence = window.low.next }
    while window.contains(sequence),
      window[sequence].proposal != nil || window[sequence].isDecided
    {
      sequence = sequence.next
    }
    return sequence
  }

  /// How far above the last decided sequence that is.
  private mutating func distanceAhead() -> UInt64 {
    var decided = max(window.low, execution.executed)
    while window.contains(decided.next), window[decided.next].isDecided { decided = decided.next }
    return nextSequence().distance(after: decided.next)
  }

  /// Asks the application what to propose, if this replica leads, there is room, and something waits.
  mutating func propose(into effects: inout Effects) {
    let isFull = intake.unproposed >= Int(parameters.blockRequestLimit)
    guard isLeader, phase == .active, !execution.isUntrusted, intake.unproposed > 0,
      !proposer.isAssembling, !proposer.waitsForMore || (proposer.hasWaited && isFull),
      distanceAhead() < Proposer.depth
    else { return }
    let sequence = nextSequence()
    guard window.contains(sequence), !endsEpoch(before: sequence) else { return }
    if parameters.batchDelay > 0, !proposer.hasWaited, !isFull {
      proposer.hasWaited = true
      proposer.waitsForMore = true
      timers.set(.propose, after: parameters.batchDelay, into: &effects)
      return
    }
    if proposer.waitsForMore {
      proposer.waitsForMore = false
      timers.cancel(.propose, into: &effects)
    }
    proposer.hasWaited = false
    proposer.isAssembling = true
    effects.append(
      .assemble(
        count: Int(parameters.blockRequestLimit), bytes: Int(parameters.blockByteLimit)))
  }

  /// The application said what to propose: makes the block and has it checked as any other.
  mutating func assembled(
    _ digests: [Digest], timestamp: Micros, into effects: inout Effects
  ) -> Rejection? {
    guard proposer.isAssembling else { return .unexpectedAnswer }
    proposer.isAssembling = false
    let sequence = nextSequence()
    guard isLeader, phase == .active, window.contains(sequence), !endsEpoch(before: sequence),
      let parent = draftParent(of: sequence)
    else {
      for digest in digests {
        if let entry = intake[digest] { effects.append(.offer(entry.request)) }
      }
      if isLeader { waitForMore(into: &effects) }
      return nil
    }
    let requests = proposable(digests, into: &effects)
    guard !requests.isEmpty else {
      // What the application keeps back is asked for again in a while.
      waitForMore(into: &effects)
      return nil
    }
    for request in requests { _ = intake.noteProposed(request.digest, at: now) }
    let block = Block(
      height: sequence, previous: parent.digest, proposer: id,
      timestamp: max(timestamp, parent.timestamp), epoch: office.epoch, requests: requests)
    proposer.drafts.append(Proposer.Draft(block: block))
    effects.append(.validate(block, parent: parent.digest))
    return nil
  }

  private mutating func waitForMore(into effects: inout Effects) {
    proposer.waitsForMore = true
    timers.set(.propose, after: parameters.patienceFloor / 4, into: &effects)
  }

  private mutating func draftParent(of sequence: SequenceNumber) -> Parent? {
    if let header = proposer.drafts.last?.block.header {
      return Parent(digest: header.digest, timestamp: header.timestamp, bindsLeader: true)
    }
    return parent(of: sequence)
  }

  /// Those of the named requests that wait, aren't proposed yet, and fit.
  private mutating func proposable(
    _ digests: [Digest], into effects: inout Effects
  ) -> [Request] {
    var requests: [Request] = []
    var bytes = 0
    var void: [Digest] = []
    var taken: Set<Digest> = []
    for digest in digests where requests.count < Int(parameters.blockRequestLimit) {
      guard let entry = intake[digest], entry.proposedAt == nil,
        digests.count == 1 || taken.insert(digest).inserted
      else { continue }
      guard case .run = sessions.judge(entry.request, at: execution.executed.next) else {
        void.append(digest)
        continue
      }
      let size = entry.request.operationBytes
      guard bytes + size <= Int(parameters.blockByteLimit) else {
        effects.append(.offer(entry.request))
        continue
      }
      bytes += size
      requests.append(entry.request)
    }
    drop(void, into: &effects)
    return requests
  }

  /// A view begins: what waits and isn't proposed again is the new leader's to propose.
  mutating func offerWaiting(into effects: inout Effects) {
    guard isLeader else { return }
    for entry in intake.inOrder where entry.proposedAt == nil {
      effects.append(.offer(entry.request))
    }
  }

  /// A verdict on one of the leader's own drafts; false when it is on none.
  mutating func draftValidated(
    _ digest: Digest, _ verdict: Verdict, into effects: inout Effects
  ) -> Bool {
    guard let index = proposer.drafts.firstIndex(where: { $0.block.digest == digest }) else {
      return false
    }
    switch verdict {
    case .valid:
      proposer.drafts[index].isValid = true
      flushDrafts(into: &effects)
    case .invalid(let reason):
      let height = proposer.drafts[index].block.header.height
      effects.report(.refusedBlock(height, digest, reason))
      // What was built on it falls with it.
      for draft in proposer.drafts[index...] {
        for request in draft.block.requests {
          intake.noteUnproposed(request.digest)
          if intake[request.digest] != nil { effects.append(.offer(request)) }
        }
      }
      proposer.drafts.removeSubrange(index...)
      waitForMore(into: &effects)
    }
    return true
  }

  /// Proposes the drafts that were found valid, in the order of their places.
  private mutating func flushDrafts(into effects: inout Effects) {
    while let draft = proposer.drafts.first, draft.isValid {
      let header = draft.block.header
      guard phase == .active, window.contains(header.height) else { return }
      proposer.drafts.removeFirst()
      let proposal = Sealed(
        .prePrepare, draft.block, epoch: office.epoch, view: view, sequence: header.height, by: id,
        with: signer, chain: chain)
      effects.append(.persist(.accepted(proposal)))
      place(header, signature: proposal.signed.signature, into: &effects)
      window[header.height].proposedBlock = draft.block
      window[header.height].proposal?.verdict = .valid
      effects.append(.broadcastDurably(.prePrepare(proposal)))
      decideIfCommitted(at: header.height, into: &effects)
      advancePrepared(from: header.height, into: &effects)
    }
  }

  /// A proposal names requests: what waits is on its way, and the leader's speed is measured.
  mutating func noteProposed(_ block: Block) {
    for request in block.requests {
      guard let waited = intake.noteProposed(request.digest, at: now) else { continue }
      let wait = now - max(waited.since, viewEnteredAt)
      // Until it was passed on, its client may have kept it from the leader, which nobody else must pay for.
      let counts = waited.isForwarded ? wait : min(wait, (pacemaker.delay ?? 0) * 2)
      monitor.noteProposed(client: request.client, wait: counts)
    }
  }
}
