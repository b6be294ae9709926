import WitanCrypto

/// Opening and entering a view: OSDI '99 §4.4. A new-view names the view-changes that it rests on (TOCS '02 §4.5): it is
/// kept until all of them are here, and then judged.
///
/// A leader may name what nobody has, as its own view-change that it sent to nobody. So the wait is for the view-change
/// timer to end, which runs from the first new-view on at the latest and isn't set again.
extension Replica {
  /// How many are asked at once for what a new-view names: its leader, and some others that change.
  private static let peersAsked = 3

  // MARK: Opening

  mutating func openView(into effects: inout Effects) {
    let gathered = viewChanges.viewChanges(for: view)
    let selection = Selection(of: gathered, chain: chain)
    let proposals = selection.headers.map { header in
      selection.proposal(of: header, epoch: office.epoch, view: view)
        .signed(by: id, with: signer, chain: chain).signature
    }
    let newView = seal(
      .newView, NewViewBody(viewChanges: gathered.map(\.signed), proposals: proposals), view: view,
      sequence: selection.base)
    let opened = OpenedView(newView: newView, viewChanges: gathered)
    persist(opened, into: &effects)
    effects.append(.broadcastDurably(.newView(newView)))
    enter(opened, into: &effects)
  }

  /// The view-changes first: where the journal ends, what it says opened a view is whole, or isn't said.
  private func persist(_ opened: OpenedView, into effects: inout Effects) {
    for viewChange in opened.viewChanges { effects.append(.persist(.viewChange(viewChange))) }
    effects.append(.persist(.opened(opened.newView)))
  }

  // MARK: Being shown what opened a view

  mutating func receive(_ newView: NewView, into effects: inout Effects) -> Rejection? {
    let statement = newView.statement
    guard statement.epoch == office.epoch else {
      return statement.epoch < office.epoch ? .staleEpoch : .futureView
    }
    guard statement.view >= view else { return .staleView }
    if statement.view == view, phase == .active || awaited != nil {
      guard let known = phase == .active ? openedBy?.newView : awaited?.newView,
        known.statement != statement
      else { return .duplicate }
      convict(.conflict(known.signed, newView.signed), into: &effects)
      giveUpView(.equivocated, into: &effects)
      return .equivocation
    }
    for named in newView.body.viewChanges { checkForConflict(named, into: &effects) }
    var opening = Opening(newView)
    for viewChange in viewChanges.viewChanges(for: statement.view) { _ = opening.take(viewChange) }
    if let opened = opening.whole { return enterIfSound(opened, into: &effects) }
    waitFor(view: statement.view, into: &effects)
    awaited = opening
    // Its view-changes show that a quorum left the views before, though this replica may have heard of none.
    if !timers.isRunning(.viewChange) {
      timers.set(.viewChange, after: pacemaker.patience, into: &effects)
    }
    // Whoever was left behind asks at once, and the leader has all that it named. To who left the views before with the
    // others what is missing is on its way, as a rule: it asks when it says where it stands.
    if ownViewChange == nil { ask(newView.signer, part: 0, into: &effects) }
    return nil
  }

  /// The last of the view-changes may have come that a new-view names.
  mutating func enterIfWhole(into effects: inout Effects) {
    guard let opened = awaited?.whole else { return }
    awaited = nil
    guard let rejection = enterIfSound(opened, into: &effects) else { return }
    let leader = opened.newView.signer
    if let seat = members.seat(of: leader) { allowances.charge(seat, for: rejection, at: now) }
    effects.report(.rejected(rejection, kind: .newView, from: leader))
  }

  /// Enters the view if what opens it follows from the view-changes; else its leader is faulty, and given up.
  private mutating func enterIfSound(
    _ opened: OpenedView, into effects: inout Effects
  ) -> Rejection? {
    if let fault = verifier.fault(of: opened.newView, restingOn: opened.viewChanges) {
      waitFor(view: opened.newView.statement.view, into: &effects)
      giveUpView(.broke(fault), into: &effects)
      return fault
    }
    for viewChange in opened.viewChanges {
      guard let seat = members.seat(of: viewChange.signer) else { continue }
      checkForOmission(viewChange, seat: seat, into: &effects)
    }
    persist(opened, into: &effects)
    enter(opened, into: &effects)
    return nil
  }

  /// The leader of the view that is open, or waited for, is faulty.
  private mutating func giveUpView(_ suspicion: Suspicion, into effects: inout Effects) {
    awaited = nil
    monitor.demote(currentLeader)
    leave(for: view.next, because: suspicion, into: &effects)
  }

  /// Two different view-changes of a member for one view are proof, though only the statement of one be here.
  mutating func checkForConflict(_ signed: SignedStatement, into effects: inout Effects) {
    guard let seat = members.seat(of: signed.signer) else { return }
    var known = [viewChanges[seat]?.signed]
    for newView in [awaited?.newView, openedBy?.newView]
    where newView?.statement.view == signed.statement.view {
      known.append(newView?.viewChange(of: signed.signer))
    }
    for case let other? in known
    where other.statement.view == signed.statement.view && other.statement != signed.statement {
      convict(.conflict(other, signed), into: &effects)
    }
  }

  // MARK: View-changes that a new-view names

  /// Asks for what is still missing: the leader, who alone may have what a member sent to nobody else, and others each
  /// time, since the leader may have nothing, or not say.
  mutating func fetchNamed(into effects: inout Effects) {
    guard let leader = awaited?.newView.signer else { return }
    ask(leader, part: 0, into: &effects)
    let others = members.members.map(\.id).filter { $0 != id && $0 != leader }
    let first = Int(truncatingIfNeeded: statusRound) &* (Self.peersAsked - 1)
    for part in 1..<min(Self.peersAsked, others.count + 1) {
      ask(others[((first &+ part) & Int.max) % others.count], part: part, into: &effects)
    }
  }

  /// Asks a member for as much of what is missing as one query holds. When that isn't all, each is asked for another
  /// part.
  private func ask(_ peer: ReplicaID, part: Int, into effects: inout Effects) {
    guard let awaited, peer != id, office.seat != nil else { return }
    let missing = awaited.missing
    let limit = Bounds.wantedViewChanges
    let first = missing.count > limit ? part * missing.count / Self.peersAsked : 0
    let wanted = (missing[first...] + missing[..<first]).prefix(limit)
    let query = seal(
      .fetchViewChanges, ViewChangeQuery(wanted: Array(wanted)), view: awaited.view, sequence: 0)
    effects.append(.send(.fetchViewChanges(query), to: peer))
  }

  mutating func receive(
    _ query: Sealed<ViewChangeQuery>, seat: Seat, into effects: inout Effects
  ) -> Rejection? {
    let statement = query.statement
    guard statement.epoch == office.epoch else {
      return statement.epoch < office.epoch ? .staleEpoch : .futureView
    }
    guard allowances.spend(1, by: seat, at: now) else { return .overQuota }
    for name in query.body.wanted {
      guard let viewChange = viewChange(name, for: statement.view) else { continue }
      guard allowances.spend(PeerAllowances.namedViewChangeCost, by: seat, at: now) else {
        return .overQuota
      }
      let answer = Message.viewChange(viewChange)
      // This replica's own is said no sooner than it is remembered.
      effects.append(
        name.signer == id
          ? .sendDurably(answer, to: query.signer) : .send(answer, to: query.signer))
    }
    return nil
  }

  private func viewChange(_ name: ViewChangeQuery.Name, for view: View) -> ViewChange? {
    if let openedBy, openedBy.newView.statement.view == view,
      let viewChange = openedBy.viewChange(name)
    {
      return viewChange
    }
    guard let seat = members.seat(of: name.signer) else { return nil }
    let known =
      [viewChanges[seat]] + (awaited?.viewChanges.filter { $0.signer == name.signer } ?? [])
    return known.compactMap { $0 }.first {
      $0.statement.view == view && $0.statement.digest == name.digest
    }
  }

  // MARK: Entering

  /// The view begins: what its view-changes demand is proposed again, and everything waiting is timed anew.
  private mutating func enter(_ opened: OpenedView, into effects: inout Effects) {
    let selection = Selection(of: opened.viewChanges, chain: chain)
    view = opened.newView.statement.view
    votedView = view
    phase = .active
    awaited = nil
    openedBy = opened
    viewEnteredAt = now
    window.forgetView()
    proposer = Proposer()
    awaitedVerdicts = []
    intake.beginView()
    monitor.beginTerm()
    pacemaker.noteTurn()
    timers.cancel(.viewChange, into: &effects)
    timers.cancel(.progress, into: &effects)
    timers.cancel(.propose, into: &effects)
    effects.report(.enteredView(office.epoch, view, leader: currentLeader))
    if let certificate = selection.certificate { learn(certificate, into: &effects) }
    proposeAgain(selection, signatures: opened.newView.body.proposals, into: &effects)
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

  /// A peer asks for a view that is open here: shows it what opened it. What it lacks of that, it asks for.
  mutating func repeatNewView(to seat: Seat, into effects: inout Effects) {
    guard let openedBy, seat != office.seat,
      allowances.spend(PeerAllowances.newViewCost, by: seat, at: now)
    else { return }
    effects.append(.sendDurably(.newView(openedBy.newView), to: members[seat].id))
  }

  /// A certificate that came with a view-change or a manifest: the window follows it, execution catches up.
  mutating func learn(_ certificate: CheckpointCertificate, into effects: inout Effects) {
    guard certificate.sequence > window.low,
      certificate.epoch == office.epoch || certificate.summary.epoch == office.epoch
    else { return }
    certified(certificate, into: &effects)
  }
}
