import WitanCrypto

/// Restart: the replica stands where its journal ends, bound by everything it may have said (F19, F29).
extension Replica {
  mutating func restore(_ recovery: Journal.Recovery) {
    lineage += recovery.lineage.filter { verifier.learn($0) }
    if let image = recovery.foundation { restore(image) }
    stable = recovery.foundationCertificate
    if let latest = recovery.stable, latest.summary.epoch == office.epoch,
      latest.sequence >= stable?.sequence ?? 0
    {
      stable = latest
    }
    window = SlotWindow(low: stable?.sequence ?? 0, size: parameters.window)
    restoreView(recovery)
    for place in recovery.inOrder { restore(place) }
  }

  private mutating func restore(_ image: CheckpointImage) {
    let summary = image.summary
    if let table = try? SessionTable(parameters: parameters, snapshot: image.sessions) {
      sessions = table
    }
    execution.executed = summary.sequence
    execution.lastBlock = summary.lastBlock
    execution.timestamp = summary.timestamp
    checkpoints.setFoundation(image)
    if summary.epoch > 0, let members = verifier.members(of: summary.epoch) {
      office = office(of: summary.epoch, members: members)
      let count = members.count
      viewChanges = ViewChangeBook(peers: count)
      checkpoints.beginEpoch(peers: count)
      early = EarlyMessages(peers: count, parameters: parameters)
      allowances = PeerAllowances(peers: count + 1)
    }
  }

  private mutating func restoreView(_ recovery: Journal.Recovery) {
    if let opening = recovery.opened, opening.newView.statement.epoch == office.epoch {
      view = opening.view
      if let opened = opening.whole {
        votedView = view
        openedBy = opened
        let selection = Selection(of: opened.viewChanges, chain: chain)
        for (header, signature) in zip(selection.headers, opened.newView.body.proposals) {
          place(recovered: header, signature: signature)
        }
      } else {
        // No journal of ours lacks them. What may have been said in the view isn't known then: nothing more is.
        phase = .changingView
      }
    }
    if let left = recovery.left, left.statement.epoch == office.epoch,
      left.statement.view > view, let seat = office.seat
    {
      view = left.statement.view
      phase = .changingView
      viewChanges.keep(left, from: seat)
    }
  }

  private mutating func place(recovered header: BlockHeader, signature: Signature) {
    guard window.contains(header.height) else { return }
    window[header.height].proposal = Slot.Proposal(
      header: header, signature: signature, acceptedAt: now, verdict: nil)
    window[header.height].prepares.count(header.digest, members: members)
    window[header.height].commits.count(header.digest, members: members)
  }

  private mutating func restore(_ place: Journal.Recovery.Place) {
    let decision = place.decision(in: office.epoch)
    if let decision {
      _ = decisions.insert(decision, executed: execution.executed)
      // A decision of a later view: see `waitFor(view:into:)`.
      if decision.certificate.view > view {
        view = decision.certificate.view
        phase = .changingView
      }
    }
    guard window.contains(place.sequence) else { return }
    if let proposal = place.proposal, proposal.statement.epoch == office.epoch,
      proposal.statement.view == votedView
    {
      self.place(recovered: proposal.body.header, signature: proposal.signed.signature)
    }
    if let digest = window[place.sequence].proposal?.header.digest {
      window[place.sequence].proposedBlock = place.block(digest)
    }
    if let lock = place.lock, lock.epoch == office.epoch {
      window[place.sequence].lock = lock
      window[place.sequence].lockedBlock = place.block(lock.header.digest)
    }
    // Though it be too far ahead to be kept with the decisions, it binds: what stands above it may be locked.
    if let decision { window[place.sequence].bind(decision) }
    window[place.sequence].isDecided = decisions.contains(place.sequence)
  }

  /// After a restart, says again what the journal proves was, or may have been, said: the same statements with
  /// the same signatures.
  mutating func resume(into effects: inout Effects) {
    guard phase == .active else {
      if let viewChange = ownViewChange {
        effects.append(.broadcastDurably(.viewChange(viewChange)))
        // Who weighs a quorum alone waits for nobody's answer.
        viewChangesGathered(into: &effects)
      } else {
        timers.set(.viewChange, after: pacemaker.patience, into: &effects)
      }
      return
    }
    for raw in window.sequences {
      let sequence = SequenceNumber(raw)
      guard window.contains(sequence) else { break }
      if isDecidedAndAnchored(sequence) { anchorDecided(at: sequence, into: &effects) }
      if window[sequence].proposal != nil { resumeVotes(at: sequence, into: &effects) }
    }
  }

  private mutating func resumeVotes(at sequence: SequenceNumber, into effects: inout Effects) {
    guard let proposal = window[sequence].proposal else { return }
    let digest = proposal.header.digest
    guard case .prepared(let certificate)? = window[sequence].lock,
      certificate.view == view, certificate.header.digest == digest, let seat = office.seat
    else {
      askVerdict(at: sequence, into: &effects)
      return
    }
    window[sequence].proposal?.verdict = .valid
    window[sequence].isPrepared = true
    window[sequence].isAnchored = true
    if seat != leader { vote(at: sequence, into: &effects) }
    let commit = sign(.commit, view: view, sequence: sequence, digest: digest)
    _ = window[sequence].commits.add(digest, commit.signature, seat: seat, members: members)
    effects.append(.broadcastDurably(.commit(commit)))
    decideIfCommitted(at: sequence, into: &effects)
  }
}
