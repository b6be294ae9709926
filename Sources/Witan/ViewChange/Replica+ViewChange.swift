import WitanCrypto

/// View changes: OSDI '99 §4.4 and §4.5.2, with a lock for every sequence (see `Selection`).
extension Replica {
  // MARK: Giving a leader up

  /// Gives the present leader up, unless a view change is on its way already.
  mutating func suspect(_ suspicion: Suspicion, into effects: inout Effects) {
    guard phase == .active, office.seat != nil else { return }
    monitor.demote(currentLeader)
    leave(for: view.next, because: suspicion, into: &effects)
  }

  /// Leaves every view before `next`: from now on no vote in them is given or counted (F25), and this replica's
  /// locks are told to all.
  mutating func leave(for next: View, because suspicion: Suspicion, into effects: inout Effects) {
    guard next > view, let seat = office.seat else { return }
    effects.append(
      .report(.suspected(leader: currentLeader, asks: next, because: suspicion)))
    view = next
    phase = .changingView
    proposer = Proposer()
    if suspicion != .demoted { pacemaker.noteFailedView() }
    timers.cancel(.progress, into: &effects)
    timers.cancel(.viewChange, into: &effects)
    timers.cancel(.propose, into: &effects)
    let viewChange = seal(
      .viewChange, ViewChangeBody(stable: stable, locks: locks), view: next,
      sequence: stable?.sequence ?? 0)
    viewChanges.keep(viewChange, from: seat)
    effects.append(.persist(.leftView(viewChange)))
    effects.append(.broadcastDurably(.viewChange(viewChange)))
    viewChangesGathered(into: &effects)
  }

  /// A decision proves that a later view is open elsewhere: waits to be shown what opened it. Nothing is said in an
  /// earlier view any more, for the decision's lock is of that later view.
  mutating func waitFor(view later: View, into effects: inout Effects) {
    guard later > view else { return }
    view = later
    phase = .changingView
    proposer = Proposer()
    timers.cancel(.progress, into: &effects)
    timers.cancel(.propose, into: &effects)
    timers.set(.viewChange, after: pacemaker.patience, into: &effects)
  }

  /// The view-change that this replica sent for the view it waits for.
  var ownViewChange: ViewChange? {
    guard phase == .changingView, let seat = office.seat, let sent = viewChanges[seat],
      sent.statement.view == view
    else { return nil }
    return sent
  }

  /// This replica's locks above the stable checkpoint, up to the first slot without one. Replicas prepare in order, so
  /// that every slot up to one where this replica committed has its lock. One needn't follow the one below, which
  /// a later view may have superseded: what can be proposed again is for `Selection` to say.
  var locks: [Lock] {
    var locks: [Lock] = []
    for raw in window.sequences {
      let sequence = SequenceNumber(raw)
      guard window.contains(sequence), let lock = window[sequence].lock else { break }
      locks.append(lock)
    }
    return locks
  }

  // MARK: Gathering view-changes

  mutating func receive(
    _ viewChange: ViewChange, seat: Seat, into effects: inout Effects
  ) -> Rejection? {
    let statement = viewChange.statement
    guard statement.epoch == office.epoch else {
      return statement.epoch < office.epoch ? .staleEpoch : .futureView
    }
    if let known = viewChanges[seat], known.statement.view >= statement.view {
      guard known.statement.view == statement.view else { return .staleView }
      guard known.statement.digest != statement.digest else {
        if phase == .active, statement.view <= view { repeatNewView(to: seat, into: &effects) }
        return .duplicate
      }
      convict(.conflict(known.signed, viewChange.signed), into: &effects)
      return .equivocation
    }
    checkForOmission(viewChange, seat: seat, into: &effects)
    guard statement.view > view || (statement.view == view && phase == .changingView) else {
      // It is merely late, or the new-view was lost: the leader shows it once, others when they are asked.
      if phase == .active, isLeader { repeatNewView(to: seat, into: &effects) }
      return .staleView
    }
    viewChanges.keep(viewChange, from: seat)
    if let certificate = viewChange.body.stable { learn(certificate, into: &effects) }
    // Looked at now, not on one's own timeout (F26).
    if let supported = viewChanges.supportedView(above: view, members: members) {
      if phase == .active { monitor.demote(currentLeader) }
      leave(for: supported, because: .joined, into: &effects)
    } else {
      viewChangesGathered(into: &effects)
    }
    return nil
  }

  /// With a quorum's view-changes, the new leader opens the view.
  ///
  /// All others begin to wait for it to when a quorum has left the views before: not earlier, or slow ones would be
  /// left behind (OSDI '99 §4.5.2, F22). Who went on to a later view counts: its view-change for this one may be
  /// lost for good, and those that wait for it would wait for ever.
  private mutating func viewChangesGathered(into effects: inout Effects) {
    guard phase == .changingView else { return }
    if isLeader, quorum.isReached(by: viewChanges.power(for: view, members: members)) {
      openView(into: &effects)
    } else if !timers.isRunning(.viewChange),
      quorum.isReached(by: viewChanges.power(from: view, members: members))
    {
      timers.set(.viewChange, after: pacemaker.patience, into: &effects)
    }
  }

  mutating func viewChangeTimerFired(into effects: inout Effects) {
    guard phase == .changingView else { return }
    monitor.demote(currentLeader)
    leave(for: view.next, because: .viewNeverOpened, into: &effects)
  }

  // MARK: Opening and entering a view

  private mutating func openView(into effects: inout Effects) {
    let gathered = viewChanges.viewChanges(for: view)
    let selection = Selection(of: gathered, chain: chain)
    let proposals = selection.headers.map { header in
      selection.proposal(of: header, epoch: office.epoch, view: view)
        .signed(by: id, with: signer, chain: chain).signature
    }
    let newView = seal(
      .newView, NewViewBody(viewChanges: gathered, proposals: proposals), view: view,
      sequence: selection.base)
    effects.append(.persist(.opened(newView)))
    effects.append(.broadcastDurably(.newView(newView)))
    enter(newView, into: &effects)
  }

  mutating func receive(_ newView: NewView, into effects: inout Effects) -> Rejection? {
    let statement = newView.statement
    guard statement.epoch == office.epoch else {
      return statement.epoch < office.epoch ? .staleEpoch : .futureView
    }
    guard statement.view >= view else { return .staleView }
    if statement.view == view, phase == .active {
      guard let openedBy, openedBy.statement.digest != statement.digest else { return .duplicate }
      convict(.conflict(openedBy.signed, newView.signed), into: &effects)
      suspect(.equivocated, into: &effects)
      return .equivocation
    }
    for viewChange in newView.body.viewChanges {
      guard let seat = members.seat(of: viewChange.signer) else { continue }
      checkForOmission(viewChange, seat: seat, into: &effects)
    }
    effects.append(.persist(.opened(newView)))
    enter(newView, into: &effects)
    return nil
  }

  /// The view begins: what its view-changes demand is proposed again, and everything waiting is timed anew.
  private mutating func enter(_ newView: NewView, into effects: inout Effects) {
    let selection = Selection(of: newView.body.viewChanges, chain: chain)
    view = newView.statement.view
    votedView = view
    phase = .active
    openedBy = newView
    viewEnteredAt = now
    window.forgetView()
    proposer = Proposer()
    awaitedVerdicts = []
    intake.beginView()
    monitor.beginTerm()
    timers.cancel(.viewChange, into: &effects)
    timers.cancel(.progress, into: &effects)
    timers.cancel(.propose, into: &effects)
    effects.append(.report(.enteredView(office.epoch, view, leader: currentLeader)))
    if let certificate = selection.certificate { learn(certificate, into: &effects) }
    proposeAgain(selection, signatures: newView.body.proposals, into: &effects)
    advancePrepared(from: window.low.next, into: &effects)
    offerWaiting(into: &effects)
    takeUpEarly(into: &effects)
    if monitor.isOut(currentLeader, members: members), !isLeader {
      leave(for: view.next, because: .demoted, into: &effects)
    }
  }

  /// Accepts the selected blocks as this view's proposals. Their order, places and digests are computed here, not
  /// taken from the leader (F16).
  mutating func proposeAgain(
    _ selection: Selection, signatures: [Signature], into effects: inout Effects
  ) {
    for (header, signature) in zip(selection.headers, signatures)
    where window.contains(header.height) {
      if window[header.height].block(header.digest) == nil,
        let decision = decisions[header.height], decision.block.digest == header.digest
      {
        window[header.height].proposedBlock = decision.block
      }
      place(header, signature: signature, into: &effects)
      if let block = window[header.height].block(header.digest) { noteProposed(block) }
      askVerdict(at: header.height, into: &effects)
    }
  }

  /// A peer asks for a view that is open here: shows it what opened it, once the journal has it. This replica's own
  /// view-change and votes are part of it.
  mutating func repeatNewView(to seat: Seat, into effects: inout Effects) {
    guard let openedBy, seat != office.seat,
      allowances.spend(PeerAllowances.newViewCost, by: seat, at: now)
    else { return }
    effects.append(.sendDurably(.newView(openedBy), to: members[seat].id))
  }

  /// A certificate that came with a view-change or a manifest: the window follows it, execution catches up.
  mutating func learn(_ certificate: CheckpointCertificate, into effects: inout Effects) {
    guard certificate.sequence > window.low,
      certificate.epoch == office.epoch || certificate.summary.epoch == office.epoch
    else { return }
    certified(certificate, into: &effects)
  }
}
