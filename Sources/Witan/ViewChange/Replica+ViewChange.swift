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
    effects.report(
      .suspected(leader: currentLeader, asks: next, because: suspicion))
    view = next
    phase = .changingView
    awaited = nil
    proposer = Proposer()
    if suspicion != .demoted { pacemaker.noteFailedView() }
    timers.cancel(.progress, into: &effects)
    timers.cancel(.viewChange, into: &effects)
    timers.cancel(.propose, into: &effects)
    pacemaker.noteTurn()
    let viewChange = seal(
      .viewChange, ViewChangeBody(stable: stable, locks: locks), view: next,
      sequence: stable?.sequence ?? 0)
    viewChanges.keep(viewChange, from: seat)
    effects.append(.persist(.leftView(viewChange)))
    effects.append(.broadcastDurably(.viewChange(viewChange)))
    viewChangesGathered(into: &effects)
  }

  /// A decision, or a new-view that isn't whole, proves that a quorum has left the views before: waits to be shown what
  /// opened this one. Nothing is said in an earlier view any more, for a decision's lock is of the later view, and no
  /// quorum agrees in an earlier one.
  mutating func waitFor(view later: View, into effects: inout Effects) {
    guard later > view else { return }
    view = later
    phase = .changingView
    awaited = nil
    proposer = Proposer()
    timers.cancel(.progress, into: &effects)
    timers.cancel(.propose, into: &effects)
    timers.set(.viewChange, after: pacemaker.patience, into: &effects)
  }

  /// The view-change that this replica sent for the view it waits for.
  @inline(__always)
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
    // Its signer may have gone on to a later view, or said something else here: a new-view that names it needs it.
    let isAwaited = awaited?.take(viewChange) ?? false
    let rejection = gather(viewChange, seat: seat, into: &effects)
    guard isAwaited else { return rejection }
    enterIfWhole(into: &effects)
    return rejection == .equivocation ? rejection : nil
  }

  private mutating func gather(
    _ viewChange: ViewChange, seat: Seat, into effects: inout Effects
  ) -> Rejection? {
    let statement = viewChange.statement
    checkForConflict(viewChange.signed, into: &effects)
    if let known = viewChanges[seat], known.statement.view >= statement.view {
      guard known.statement.view == statement.view else { return .staleView }
      guard known.statement.digest != statement.digest else {
        showNewView(to: seat, into: &effects)
        return .duplicate
      }
      return .equivocation
    }
    checkForOmission(viewChange, seat: seat, into: &effects)
    checkForSecondProposal(viewChange, into: &effects)
    guard statement.view > view || (statement.view == view && phase == .changingView) else {
      showNewView(to: seat, into: &effects)
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

  /// A view-change for a view that is open: it is merely late, or the new-view was lost. The leader shows it again, others
  /// when they are asked, for what comes to them may be what they asked for themselves.
  private mutating func showNewView(to seat: Seat, into effects: inout Effects) {
    if phase == .active, isLeader { repeatNewView(to: seat, into: &effects) }
  }

  /// With a quorum's view-changes, the new leader opens the view.
  ///
  /// All others begin to wait for it to when a quorum has left the views before: not earlier, or slow ones would be
  /// left behind (OSDI '99 §4.5.2, F22). Who went on to a later view counts: its view-change for this one may be
  /// lost for good, and those that wait for it would wait for ever.
  mutating func viewChangesGathered(into effects: inout Effects) {
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
}
