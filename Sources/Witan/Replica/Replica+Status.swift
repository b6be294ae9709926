import WitanCrypto

/// Waiting and retransmission (TOCS §5.2): who waits says where it stands, and who is ahead sends what is
/// missing. Nothing that was lost stays lost, and nothing is sent twice unasked.
extension Replica {
  /// How many decisions a status is answered with at once.
  private static let decisionsPerAnswer: UInt64 = 8
  /// How many slots' votes a status is answered with at once.
  private static let slotsPerAnswer: UInt64 = 16
  /// How many peers a status is sent to: all of a small network, a rotating few of a large one.
  private static let peersPerStatus = 16

  /// Who waits for nothing says where it stands once in so many rounds: all it knows of may be over.
  private static let idleRounds: UInt64 = 16

  /// How many waiting requests all backups together pass on to the leader at once.
  private static let passedOnAtOnce = 64

  // MARK: Watching for progress

  /// How long the oldest thing that waits has waited in this view; nil when nothing waits.
  @inline(__always)
  private var waitingSince: Micros? {
    var since: Micros?
    if let entry = intake.oldest {
      since = max(entry.forwardedAt ?? entry.arrivedAt, viewEnteredAt)
    }
    if let proposed = oldestUndecided?.acceptedAt { since = min(since ?? proposed, proposed) }
    return since
  }

  @inline(__always)
  private var oldestUndecided: Slot.Proposal? {
    let first = max(window.low, execution.executed).next
    return window.contains(first) && !window[first].isDecided ? window[first].proposal : nil
  }

  /// Runs the timer while something waits. It fires at the earliest deadline and looks again, so that an
  /// input sets no timer. Whoever has no seat can give no leader up, and would find the deadline past for ever.
  mutating func watchProgress(into effects: inout Effects) {
    guard phase == .active, office.seat != nil, !timers.isRunning(.progress),
      let since = waitingSince
    else { return }
    let deadline = since + requestPatience
    timers.set(.progress, after: max(deadline - now, 1), into: &effects)
  }

  /// A request may wait longer when many wait before it and the leader works them off.
  @inline(__always)
  private var requestPatience: Micros {
    let blocksAhead = UInt64(intake.count) / UInt64(max(1, parameters.blockRequestLimit))
    let queueing = (pacemaker.delay ?? 0) * 3 * blocksAhead / Proposer.depth
    return min(parameters.patienceCeiling, pacemaker.patience + queueing)
  }

  mutating func progressTimerFired(into effects: inout Effects) {
    guard phase == .active, let since = waitingSince else { return }
    let waited = now - since
    if waited >= requestPatience { suspect(.noProgress(waited: waited), into: &effects) }
  }

  /// The leader may not have what waits (F49): its client tells whom it likes. The oldest requests are passed on, so
  /// few at once that all backups together send the leader no more than it can check, and their time counts from then.
  private mutating func passOnWaiting(into effects: inout Effects) {
    // Whoever came after the oldest has waited no longer.
    guard !isLeader, office.seat != nil, let oldest = intake.oldest,
      now - oldest.arrivedAt >= pacemaker.retransmission
    else { return }
    for entry in Array(intake.inOrder.prefix(max(1, Self.passedOnAtOnce / members.count)))
    where entry.proposedAt == nil && now - entry.arrivedAt >= pacemaker.retransmission {
      if intake.noteForwarded(entry.request.digest, at: now) {
        effects.append(.send(.request(entry.request), to: currentLeader))
      }
    }
  }

  // MARK: Saying where we stand

  mutating func statusTimerFired(into effects: inout Effects) {
    statusRound &+= 1
    let isStuck =
      phase == .changingView || isBehind
      || waitingSince.map { now - $0 >= pacemaker.retransmission } ?? false
    if isStuck || statusRound.isMultiple(of: Self.idleRounds) { sendStatus(into: &effects) }
    if statusRound.isMultiple(of: 4), let viewChange = ownViewChange {
      // Said again until the view opens: view-changes may be lost as anything may (F21).
      effects.append(.broadcastDurably(.viewChange(viewChange)))
    }
    if phase == .active { passOnWaiting(into: &effects) }
    fetchWhatIsVotedFor(into: &effects)
    fetchNamed(into: &effects)
    if needsTransfer || execution.executed >= window.high, !transfer.isActive {
      askForManifest(into: &effects)
    }
    var silent = SeatSet(capacity: members.count)
    silent.insert(leader)
    if let own = office.seat { silent.insert(own) }
    pacemaker.noteRound(isStuck: isStuck, among: members, besides: silent)
    timers.set(.status, after: pacemaker.repetition, into: &effects)
  }

  /// Whether others are known to be ahead.
  private var isBehind: Bool {
    (stable?.sequence ?? 0) > execution.executed || execution.isUntrusted
      || checkpoints.credibleClaim(above: execution.executed, members: members) != nil
  }

  private func status() -> Status {
    var held: UInt64 = phase == .changingView ? viewChanges.heard(from: view) : 0
    for offset in 0..<UInt64(64) where phase == .active {
      let sequence = execution.executed.advanced(by: offset + 1)
      guard window.contains(sequence) else { continue }
      if window[sequence].hasProposedBlock { held |= 1 << offset }
    }
    return seal(
      .status,
      StatusBody(
        isChangingView: phase == .changingView, stable: stable?.sequence ?? 0,
        held: held), view: view, sequence: execution.executed)
  }

  private mutating func sendStatus(into effects: inout Effects) {
    let message = Message.status(status())
    guard members.count > Self.peersPerStatus else {
      effects.append(.broadcast(message))
      return
    }
    for step in 0..<Self.peersPerStatus {
      let turn = Int(truncatingIfNeeded: statusRound) &* Self.peersPerStatus &+ step
      let seat = Seat(Int(UInt(bitPattern: turn) % UInt(members.count)))
      if seat != office.seat { effects.append(.send(message, to: members[seat].id)) }
    }
  }

  /// Commits of a quorum for a block that was never accepted here: asks for the block.
  private mutating func fetchWhatIsVotedFor(into effects: inout Effects) {
    let next = execution.executed.next
    guard !decisions.contains(next), window.contains(next) else { return }
    if let digest = window[next].proposedDigest {
      if !window[next].hasProposedBlock { want(digest, at: next, into: &effects) }
    } else if phase == .active, !window[next].commits.seats.isEmpty,
      let digest = window[next].commits.digest(reaching: quorum, members: members)
    {
      want(digest, at: next, into: &effects)
    }
  }

  // MARK: Answering

  mutating func receive(
    _ status: Status, seat: Seat, into effects: inout Effects
  ) -> Rejection? {
    let statement = status.statement
    guard statement.epoch <= office.epoch else { return .futureView }
    guard statement.epoch == office.epoch else {
      let payer = payer(for: status.signed)
      guard allowances.spend(PeerAllowances.manifestCost, by: payer, at: now) else {
        return .overQuota
      }
      helpAcrossEpochs(status, payer: payer, into: &effects)
      return nil
    }
    let peer = status.signer
    guard members.seat(of: peer) == seat else { return .futureView }
    guard allowances.spend(1, by: seat, at: now) else { return .overQuota }
    var served = statement.sequence
    if served < execution.executed {
      served = sendDecisions(after: served, to: peer, seat: seat, into: &effects)
    }
    if statement.view < view || status.body.isChangingView {
      helpIntoView(of: status, seat: seat, into: &effects)
    } else if statement.view == view, phase == .active {
      repeatVotes(missingFrom: status, above: served, to: peer, seat: seat, into: &effects)
    }
    return nil
  }

  /// Whose allowance pays for what was signed: those who aren't members now share one seat's, after all others. So does
  /// what a member's key of another epoch signed, for it may be in other hands by now.
  func payer(for signed: SignedStatement) -> Seat {
    let strangers = Seat(members.count)
    guard let seat = members.seat(of: signed.signer) else { return strangers }
    let key = members[seat].key
    if signed.statement.epoch == office.epoch { return seat }
    if let then = verifier.members(of: signed.statement.epoch),
      let seatThen = then.seat(of: signed.signer), then[seatThen].key == key
    {
      return seat
    }
    // Whoever asks for help may speak of an epoch in which it had another key, and sign with the present one.
    let isPresent = signed.statement.isSigned(
      signed.signature, by: key, chain: chain, scheme: verifier.scheme)
    return isPresent ? seat : strangers
  }

  private mutating func helpAcrossEpochs(
    _ status: Status, payer: Seat, into effects: inout Effects
  ) {
    let change = lineage.first { $0.certificate.epoch == status.statement.epoch }
    let executed = status.statement.sequence
    // The members first: what they forward in this epoch's name can't be checked without them.
    sendManifest(to: status.signer, knownEpoch: status.statement.epoch, into: &effects)
    if let change, change.certificate.sequence > executed, decisions.contains(executed.next) {
      for offset in 1...Self.decisionsPerAnswer {
        let sequence = executed.advanced(by: offset)
        guard sequence <= change.certificate.sequence, let decision = decisions[sequence],
          allowances.spend(PeerAllowances.decisionCost, by: payer, at: now)
        else { break }
        forward(decision, to: status.signer, into: &effects)
      }
    }
  }

  /// Sends the decisions after a sequence, or the way to a later state; returns the last sequence that was sent.
  private mutating func sendDecisions(
    after executed: SequenceNumber, to peer: ReplicaID, seat: Seat, into effects: inout Effects
  ) -> SequenceNumber {
    guard decisions.contains(executed.next) else {
      if allowances.spend(PeerAllowances.manifestCost, by: seat, at: now) {
        sendManifest(to: peer, knownEpoch: office.epoch, into: &effects)
      }
      return executed
    }
    var sent = executed
    for _ in 0..<Self.decisionsPerAnswer {
      guard let decision = decisions[sent.next],
        allowances.spend(PeerAllowances.decisionCost, by: seat, at: now)
      else { break }
      forward(decision, to: peer, into: &effects)
      sent = decision.sequence
    }
    return sent
  }

  /// Once the journal has it: this replica's own commit may be part of the decision, and mustn't be shown before the
  /// lock that it binds to is written.
  private func forward(_ decision: Decision, to peer: ReplicaID, into effects: inout Effects) {
    let sealed = seal(.decision, decision, view: view, sequence: decision.sequence)
    effects.append(.sendDurably(.decision(sealed), to: peer))
  }

  private mutating func helpIntoView(
    of status: Status, seat: Seat, into effects: inout Effects
  ) {
    if phase == .active, status.statement.view <= view {
      repeatNewView(to: seat, into: &effects)
    } else if let viewChange = ownViewChange, let own = office.seat, status.statement.view <= view,
      !status.body.isChangingView || status.body.held & ViewChangeBook.bit(of: own) == 0,
      allowances.spend(PeerAllowances.viewChangeCost, by: seat, at: now)
    {
      effects.append(.sendDurably(.viewChange(viewChange), to: members[seat].id))
    }
  }

  /// Votes of this replica, and the leader's proposals, for slots that the peer hasn't executed, but for those
  /// whose decisions it was just sent: they say more than votes.
  private mutating func repeatVotes(
    missingFrom status: Status, above served: SequenceNumber, to peer: ReplicaID, seat: Seat,
    into effects: inout Effects
  ) {
    guard let own = office.seat, own != seat else { return }
    for offset in 0..<Self.slotsPerAnswer {
      let sequence = status.statement.sequence.advanced(by: offset + 1)
      guard sequence > served, window.contains(sequence),
        let proposal = window[sequence].proposal, allowances.spend(1, by: seat, at: now)
      else { continue }
      let digest = proposal.header.digest
      if isLeader, status.body.held & (1 << offset) == 0,
        let block = window[sequence].block(digest), block.header.proposer == id,
        openedBy.map({ sequence > Selection.end(of: $0.newView) }) ?? true
      {
        let statement = Statement(
          .prePrepare, epoch: office.epoch, view: view, sequence: sequence, digest: digest)
        let signed = SignedStatement(
          statement: statement, signer: id, signature: proposal.signature)
        effects.append(.sendDurably(.prePrepare(Sealed(signed: signed, body: block)), to: peer))
      }
      for (kind, vote) in [
        (StatementKind.prepare, window[sequence].prepares.vote(of: own)),
        (.commit, window[sequence].commits.vote(of: own)),
      ] {
        guard let vote else { continue }
        let statement = Statement(
          kind, epoch: office.epoch, view: view, sequence: sequence, digest: vote.digest)
        let signed = SignedStatement(statement: statement, signer: id, signature: vote.signature)
        effects.append(
          .sendDurably(kind == .prepare ? .prepare(signed) : .commit(signed), to: peer))
      }
    }
    repeatCheckpoints(above: status.body.stable, to: peer, seat: seat, own: own, into: &effects)
  }

  private mutating func repeatCheckpoints(
    above stable: SequenceNumber, to peer: ReplicaID, seat: Seat, own: Seat,
    into effects: inout Effects
  ) {
    for (sequence, vote) in checkpoints.votes(of: own) where sequence > stable {
      guard allowances.spend(1, by: seat, at: now) else { return }
      let statement = Statement(
        .checkpoint, epoch: office.epoch, sequence: sequence, digest: vote.digest)
      effects.append(
        .sendDurably(
          .checkpoint(
            SignedStatement(statement: statement, signer: id, signature: vote.signature)),
          to: peer))
    }
  }

  mutating func receive(
    fetchBlock query: SignedStatement, seat: Seat, into effects: inout Effects
  ) -> Rejection? {
    let sequence = query.statement.sequence
    let digest = query.statement.digest
    guard query.statement.epoch == office.epoch else {
      return query.statement.epoch < office.epoch ? .staleEpoch : .futureView
    }
    var block = decisions.block(at: sequence)
    if block?.digest != digest, window.contains(sequence) { block = window[sequence].block(digest) }
    guard let block, block.digest == digest else { return nil }
    guard allowances.spend(PeerAllowances.decisionCost, by: seat, at: now) else {
      return .overQuota
    }
    effects.append(
      .send(.block(seal(.block, block, view: view, sequence: sequence)), to: members[seat].id))
    return nil
  }
}
