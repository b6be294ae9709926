import WitanCrypto

/// Checkpoints and garbage collection: OSDI '99 §4.3.
extension Replica {
  /// Says what this replica's state is after a sequence.
  mutating func takeCheckpoint(
    after header: BlockHeader, state: ExecutionResult.State, into effects: inout Effects
  ) {
    // A later state may have been certified while this one was computed.
    guard header.height >= window.low else { return }
    let snapshot = sessions.snapshot()
    let tree = ChunkTree(snapshot)
    var next: Membership?
    if mayEndEpoch(at: header.height), let members = state.nextMembers {
      // Members that can't form an epoch are no change: the same on every replica (F41).
      do { next = try Membership(members) } catch {
        effects.report(.impossibleMembers(header.height, error))
      }
      if next == self.members { next = nil }
    }
    let summary = CheckpointSummary(
      sequence: header.height, lastBlock: header.digest, timestamp: header.timestamp,
      applicationRoot: state.root, applicationChunks: state.chunks, sessionsRoot: tree.root,
      sessionChunks: UInt32(tree.count), epoch: next == nil ? office.epoch : office.epoch.next,
      members: (next ?? members).digest)
    let image = CheckpointImage(summary: summary, sessions: snapshot, nextMembers: next)
    effects.append(.persist(.checkpoint(image)))
    checkpoints.note(image)
    if let seat = office.seat, header.height > window.low {
      let vote = sign(.checkpoint, view: 0, sequence: header.height, digest: summary.digest)
      _ = checkpoints.add(vote, seat: seat, members: members)
      effects.append(.broadcastDurably(.checkpoint(vote)))
    }
    if let stable, stable.sequence == header.height {
      certified(stable, into: &effects)
    } else {
      stabilise(at: header.height, into: &effects)
    }
  }

  mutating func receive(
    checkpoint vote: SignedStatement, seat: Seat, into effects: inout Effects
  ) -> Rejection? {
    let statement = vote.statement
    guard statement.epoch == office.epoch else {
      return statement.epoch < office.epoch ? .staleEpoch : .futureView
    }
    guard statement.sequence > window.low else { return .staleSequence }
    guard statement.sequence.rawValue.isMultiple(of: parameters.checkpointInterval),
      statement.view == 0
    else { return .improper("a checkpoint where none is taken") }
    let isBeyond = statement.sequence > window.high
    let outcome =
      isBeyond
      ? checkpoints.noteClaim(vote, seat: seat)
      : checkpoints.add(vote, seat: seat, members: members)
    switch outcome {
    case .counted: break
    case .duplicate: return .duplicate
    case .conflict(let digest, let signature):
      let first = Statement(
        .checkpoint, epoch: statement.epoch, sequence: statement.sequence, digest: digest)
      convict(
        .conflict(
          SignedStatement(statement: first, signer: vote.signer, signature: signature), vote),
        into: &effects)
      return .equivocation
    }
    if !isBeyond { stabilise(at: statement.sequence, into: &effects) }
    return nil
  }

  /// A checkpoint is stable when a quorum claims the state that this replica has (F33).
  private mutating func stabilise(at sequence: SequenceNumber, into effects: inout Effects) {
    guard sequence > window.low, let image = checkpoints.image(at: sequence),
      let digest = checkpoints.quorumDigest(at: sequence, members: members)
    else { return }
    guard digest == image.summary.digest else {
      diverged(at: sequence, own: image.summary.digest, certified: digest, into: &effects)
      return
    }
    guard let signatures = checkpoints.votes(for: digest, at: sequence) else { return }
    certified(
      CheckpointCertificate(
        summary: image.summary, epoch: office.epoch, signatures: signatures), into: &effects)
  }

  /// A checkpoint's certificate is here, from this replica's own votes or from others.
  mutating func certified(_ certificate: CheckpointCertificate, into effects: inout Effects) {
    leaveIfSuperseded(by: certificate, into: &effects)
    let sequence = certificate.sequence
    guard sequence >= window.low else { return }
    let image = checkpoints.image(at: sequence)
    if let image, image.summary.digest != certificate.summary.digest {
      diverged(
        at: sequence, own: image.summary.digest, certified: certificate.summary.digest,
        into: &effects)
      return
    }
    let isNew = sequence > (stable?.sequence ?? 0)
    guard isNew || image != nil else { return }
    // Whoever ends an epoch enters the next one with its own state in hand, or by state transfer.
    guard !certificate.endsEpoch || certificate.epoch != office.epoch || image != nil else {
      return
    }
    if isNew {
      stable = certificate
      effects.append(.persist(.stable(certificate)))
      effects.report(.stable(certificate))
      window.advance(to: sequence)
      dropStaleDrafts()
    }
    if image != nil {
      let previous = checkpoints.foundation?.summary.sequence ?? 0
      checkpoints.becomeStable(sequence)
      effects.append(.releaseStates(before: previous))
      if certificate.endsEpoch, certificate.epoch == office.epoch {
        beginEpoch(after: certificate, members: image?.nextMembers, into: &effects)
      }
    } else {
      checkpoints.leave(sequence)
    }
    if isNew { takeUpWindow(into: &effects) }
  }

  /// Another block than this view proposed was certified: a later view decided it, or the leader proposed two. Nothing
  /// can be agreed on here any more. A leader that stayed would propose on top of a block that isn't its view's, which
  /// no backup could tell from a lie; so it leaves before the journal says that the certificate is known.
  private mutating func leaveIfSuperseded(
    by certificate: CheckpointCertificate, into effects: inout Effects
  ) {
    guard phase == .active, certificate.epoch == office.epoch,
      window.contains(certificate.sequence),
      let proposal = window[certificate.sequence].proposal,
      proposal.header.digest != certificate.summary.lastBlock
    else { return }
    leave(for: view.next, because: .superseded, into: &effects)
  }

  /// The window has moved: what waited for its beginning can go on.
  mutating func takeUpWindow(into effects: inout Effects) {
    linkWaiting(from: window.low.next, into: &effects)
    advancePrepared(from: window.low.next, into: &effects)
    takeUpEarly(into: &effects)
  }

  private mutating func dropStaleDrafts() {
    if let draft = proposer.drafts.first, draft.block.header.height <= window.low {
      proposer.drafts.removeAll()
    }
  }

  /// This replica's state isn't what a quorum certified. Nothing is executed or answered from it any more; the
  /// certified state is fetched in its place.
  private mutating func diverged(
    at sequence: SequenceNumber, own: Digest, certified: Digest, into effects: inout Effects
  ) {
    guard !execution.isUntrusted else { return }
    execution.isUntrusted = true
    effects.report(.diverged(sequence, own: own, certified: certified))
    askForManifest(into: &effects)
  }

  /// The members change: a new instance of agreement begins on the state they inherit.
  mutating func beginEpoch(
    after certificate: CheckpointCertificate, members: Membership?, into effects: inout Effects
  ) {
    let next = certificate.summary.epoch
    guard next > office.epoch, let members = members ?? verifier.members(of: next) else { return }
    let change = EpochChange(certificate: certificate, members: members)
    verifier.learn(change)
    if lineage.last.map({ $0.certificate.summary.epoch < next }) ?? true {
      lineage.append(change)
      effects.append(.persist(.epoch(change)))
    }
    enter(office(of: next, members: members), into: &effects)
  }

  /// Takes up an office: view 0, no votes, no locks, other peers.
  mutating func enter(_ office: Office, into effects: inout Effects) {
    self.office = office
    view = 0
    votedView = 0
    phase = .active
    awaited = nil
    openedBy = nil
    viewEnteredAt = now
    window = SlotWindow(low: stable?.sequence ?? 0, size: parameters.window)
    proposer = Proposer()
    awaitedVerdicts = []
    viewChanges = ViewChangeBook(peers: office.members.count)
    checkpoints.beginEpoch(peers: office.members.count)
    early = EarlyMessages(peers: office.members.count, parameters: parameters)
    allowances = PeerAllowances(peers: office.members.count + 1)
    transfer.forgetPeers()
    intake.beginView()
    monitor.beginTerm()
    pacemaker.beginEpoch()
    timers.cancel(.viewChange, into: &effects)
    timers.cancel(.progress, into: &effects)
    offerWaiting(into: &effects)
    effects.report(.enteredEpoch(office.epoch, office.members))
    effects.report(.enteredView(office.epoch, view, leader: currentLeader))
  }
}
