import WitanCrypto

/// What clients meet: requests in, replies out, with back-pressure, and reads.
extension Replica {
  /// Takes a request, from its client or passed on by another replica.
  mutating func take(
    _ request: Request, isForwarded: Bool, into effects: inout Effects
  ) -> Rejection? {
    guard office.seat != nil, !execution.isUntrusted else {
      return refuse(request, .notServing, isForwarded: isForwarded, into: &effects)
    }
    switch sessions.judge(request, at: execution.executed.next) {
    case .repeated(let outcome, let sequence):
      // Said again at the client's own asking only: its first reply may be lost (OSDI '99 §4.1).
      if !isForwarded { reply(request, outcome, at: sequence, into: &effects) }
      return .duplicate
    case .refused(let refusal):
      return refuse(request, refusal, isForwarded: isForwarded, into: &effects)
    case .run: break
    }
    if let rejection = intake.admit(request, at: now) {
      if case .refused(let refusal) = rejection {
        return refuse(request, refusal, isForwarded: isForwarded, into: &effects)
      }
      return rejection
    }
    effects.append(.offer(request))
    return nil
  }

  private func refuse(
    _ request: Request, _ refusal: Refusal, isForwarded: Bool, into effects: inout Effects
  ) -> Rejection {
    if !isForwarded {
      reply(request, .refused(refusal), at: execution.executed, into: &effects)
    }
    return .refused(refusal)
  }

  /// The application doesn't want requests that it was offered.
  mutating func decline(_ digests: [Digest], into effects: inout Effects) {
    for digest in digests {
      guard let entry = intake[digest], entry.proposedAt == nil else { continue }
      intake.remove(digest)
      reply(entry.request, .refused(.declined), at: execution.executed, into: &effects)
    }
  }

  func reply(
    _ request: Request, _ outcome: Outcome, at sequence: SequenceNumber,
    into effects: inout Effects
  ) {
    guard office.seat != nil else { return }
    let body = ReplyBody(client: request.client, number: request.number, outcome: outcome)
    effects.append(.reply(seal(.reply, body, view: view, sequence: sequence)))
  }

  /// What the samples say of the leader, when there are enough of them.
  mutating func judgeLeader(into effects: inout Effects) {
    guard phase == .active, !isLeader else { return }
    let suspicion = monitor.judge(
      delay: pacemaker.delay, deviation: pacemaker.deviation, batchDelay: parameters.batchDelay)
    if let suspicion { suspect(suspicion, into: &effects) }
  }

  // MARK: Reads

  /// Asks the application. A fast read is answered from executed state, never from what is only proposed
  /// (F48); a certified one from the latest state that is certified.
  mutating func take(_ query: Query, into effects: inout Effects) -> Rejection? {
    guard office.seat != nil, !execution.isUntrusted, !transfer.isInstalling else {
      return refuse(query, .notServing, into: &effects)
    }
    var basis = OpenQueries.Basis.executed
    var sequence: SequenceNumber?
    if case .certified(let since) = query.mode {
      guard let foundation = checkpoints.foundation, let stable,
        foundation.summary.sequence == stable.sequence, stable.sequence >= since
      else { return refuse(query, .notYetCertified, into: &effects) }
      basis = .certified(stable, knownEpoch: query.knownEpoch)
      sequence = stable.sequence
    }
    guard let ticket = queries.open(query, on: basis, at: now) else {
      return refuse(query, .busy, into: &effects)
    }
    effects.append(.query(ticket, query.content, at: sequence))
    return nil
  }

  private func refuse(
    _ query: Query, _ refusal: Refusal, into effects: inout Effects
  ) -> Rejection {
    var steps: [EpochChange] = []
    if case .certified = query.mode { steps = self.steps(after: query.knownEpoch) }
    let body = AnswerBody(
      client: query.client, number: query.number, outcome: .refused(refusal), lineage: steps)
    answer(body, at: execution.executed, into: &effects)
    return .refused(refusal)
  }

  /// Nobody could check the word of a replica that isn't a member, so that it says nothing to clients.
  private func answer(
    _ body: AnswerBody, at sequence: SequenceNumber, into effects: inout Effects
  ) {
    guard office.seat != nil else { return }
    effects.append(.answer(seal(.answer, body, view: view, sequence: sequence)))
  }

  /// The way from an epoch to the one whose key signs the answer, or a client couldn't tell that we may.
  private func steps(after epoch: Epoch) -> [EpochChange] {
    Array(lineage.filter { $0.certificate.summary.epoch > epoch }.prefix(Bounds.lineage))
  }

  /// The application's answer goes to the client, with the proof when the read was certified. What has no proof
  /// isn't passed off as certified: it is refused.
  mutating func answered(
    _ ticket: QueryTicket, _ result: QueryResult, into effects: inout Effects
  ) -> Rejection? {
    guard let basis = queries.close(ticket) else { return .unexpectedAnswer }
    var outcome = result.outcome
    if execution.isUntrusted {
      // The state was found to be broken since the question was asked.
      outcome = .refused(.notServing)
    } else if case .result(let bytes) = outcome, bytes.count > Bounds.replyBytes {
      outcome = .refused(.resultTooLong)
    }
    var certification: AnswerBody.Certification?
    var lineage: [EpochChange] = []
    var sequence = result.sequence
    if case .certified(let certificate, let knownEpoch) = basis {
      lineage = steps(after: knownEpoch)
      switch outcome {
      case .refused: sequence = execution.executed
      case .result where result.proof.isEmpty: outcome = .refused(.unprovable)
      case .result where result.proof.count > Bounds.queryBytes:
        // No client could read it.
        outcome = .refused(.resultTooLong)
      case .result:
        certification = AnswerBody.Certification(certificate: certificate, proof: result.proof)
        sequence = certificate.sequence
      }
    }
    let body = AnswerBody(
      client: ticket.client, number: ticket.number, outcome: outcome, lineage: lineage,
      certification: certification)
    answer(body, at: sequence, into: &effects)
    return nil
  }
}
