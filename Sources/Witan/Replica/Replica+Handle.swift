import WitanCrypto

extension Replica {
  /// Begins: sets the first timers, and after a recovery says again what was said and goes on executing.
  public mutating func start(at now: Micros, into effects: inout Effects) {
    self.now = now
    viewEnteredAt = now
    resume(into: &effects)
    if phase == .active {
      effects.report(.enteredView(office.epoch, view, leader: currentLeader))
    }
    timers.set(.status, after: pacemaker.retransmission, into: &effects)
    settle(into: &effects)
  }

  /// Does what an input demands. A refused input is reported with its reason and changes nothing else.
  ///
  /// `now` is the shell's monotonic clock. It paces timers and measures delays; no safety depends on it.
  public mutating func handle(_ input: Input, at now: Micros, into effects: inout Effects) {
    self.now = max(self.now, now)
    switch input {
    case .message(let message): handle(message, into: &effects)
    case .request(let request):
      note(take(request.value, isForwarded: false, into: &effects), into: &effects)
      settle(into: &effects)
    case .query(let query):
      note(take(query.value, into: &effects), into: &effects)
    case .timer(let timer):
      if timers.fire(timer) { timerFired(timer.kind, into: &effects) }
      settle(into: &effects)
    case .assembled(let digests, let timestamp):
      note(assembled(digests, timestamp: timestamp, into: &effects), into: &effects)
      settle(into: &effects)
    case .declined(let digests):
      decline(digests, into: &effects)
      settle(into: &effects)
    case .validated(let digest, let verdict):
      note(validated(digest, verdict, into: &effects), into: &effects)
      settle(into: &effects)
    case .executed(let result):
      note(executed(result, into: &effects), into: &effects)
      settle(into: &effects)
    case .answered(let ticket, let result):
      note(answered(ticket, result, into: &effects), into: &effects)
    case .chunkOffered(let ticket, let chunk): send(chunk, for: ticket, into: &effects)
    case .chunkJudged(let address, let sequence, let isValid):
      note(chunkJudged(address, of: sequence, isValid: isValid, into: &effects), into: &effects)
      settle(into: &effects)
    case .installed(let sequence, let succeeded):
      note(installed(sequence, succeeded: succeeded, into: &effects), into: &effects)
      settle(into: &effects)
    }
    assert(invariantFault == nil, invariantFault ?? "")
  }

  /// Votes are nearly all there is: they go straight to their slot, and settle only what they completed.
  @inline(__always)
  private mutating func handle(_ message: Verified<Message>, into effects: inout Effects) {
    let rejection: Rejection?
    switch message.value {
    case .prepare(let vote):
      rejection = receive(prepare: vote, as: message, into: &effects)
    case .commit(let vote):
      rejection = receive(commit: vote, as: message, into: &effects)
    default:
      rejection = receive(message, into: &effects)
      settle(into: &effects)
    }
    if let rejection { reject(message, rejection, into: &effects) }
  }

  private mutating func receive(
    _ message: Verified<Message>, into effects: inout Effects
  ) -> Rejection? {
    guard let seat = message.seat else {
      guard case .request(let request) = message.value else { return .unsolicited }
      return take(request, isForwarded: true, into: &effects)
    }
    switch message.value {
    case .prePrepare(let proposal): return receive(proposal, as: message, into: &effects)
    case .checkpoint(let vote): return receive(checkpoint: vote, seat: seat, into: &effects)
    case .viewChange(let change): return receive(change, seat: seat, into: &effects)
    case .newView(let newView): return receive(newView, into: &effects)
    case .status(let status): return receive(status, seat: seat, into: &effects)
    case .fetchBlock(let query): return receive(fetchBlock: query, seat: seat, into: &effects)
    case .fetchViewChanges(let query): return receive(query, seat: seat, into: &effects)
    case .block(let block): return receive(fetched: block.body, into: &effects)
    case .decision(let decision): return receive(decision.body, into: &effects)
    case .fetchState(let query): return receive(query, seat: seat, into: &effects)
    case .manifest(let manifest): return receive(manifest.body, into: &effects)
    case .chunk(let chunk): return receive(chunk, seat: seat, into: &effects)
    case .prepare, .commit, .request: return .unsolicited
    }
  }

  /// What follows from any input: execution goes on, the leader proposes, waiting is watched.
  mutating func settle(into effects: inout Effects) {
    executeNext(into: &effects)
    propose(into: &effects)
    watchProgress(into: &effects)
  }

  private mutating func timerFired(_ kind: Timer.Kind, into effects: inout Effects) {
    switch kind {
    case .progress: progressTimerFired(into: &effects)
    case .viewChange: viewChangeTimerFired(into: &effects)
    case .propose: proposer.waitsForMore = false
    case .status: statusTimerFired(into: &effects)
    case .fetch: fetchTimerFired(into: &effects)
    }
  }

  private mutating func note(_ rejection: Rejection?, into effects: inout Effects) {
    guard let rejection else { return }
    effects.report(.rejected(rejection, kind: nil, from: nil))
  }

  private mutating func reject(
    _ message: Verified<Message>, _ rejection: Rejection, into effects: inout Effects
  ) {
    reject(message.value.signed, rejection, into: &effects)
  }

  /// Tells that something was refused, now or when what was kept of it was taken up, and has its signer pay.
  mutating func reject(
    _ signed: SignedStatement?, _ rejection: Rejection, into effects: inout Effects
  ) {
    if let signed, PeerAllowances.cost(of: rejection) > 0 {
      allowances.charge(payer(for: signed), for: rejection, at: now)
    }
    effects.report(
      .rejected(rejection, kind: signed?.statement.kind, from: signed?.signer))
  }
}
