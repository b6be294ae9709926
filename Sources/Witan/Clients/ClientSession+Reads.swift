import WitanCrypto

/// Reads that aren't requests, and following the epochs, which is one of them.
extension ClientSession {
  /// What a member answered to a fast read.
  enum AnswerClaim: Hashable, Sendable {
    /// A result; after which sequence, where that counts too.
    case result(Digest, after: SequenceNumber?)
    /// Nothing that counts, and nothing that agrees with what others say.
    case nothing(Seat)
  }

  /// A read under way.
  struct PendingRead: Sendable {
    enum Kind: Sendable {
      case fast(operation: [UInt8], Agreement, ClaimTally<AnswerClaim>)
      case certified
      /// The session's own: the answer's lineage is all that counts.
      case lineage
    }

    /// Zero for the session's own.
    let tag: UInt64
    var query: Query
    var kind: Kind
    var generation: UInt64 = 0
    var asked: ReplicaID?
    var attempts: UInt64 = 0
    var refusal: Refusal?

    var isFast: Bool {
      if case .fast = kind { true } else { false }
    }

    var isLineage: Bool {
      if case .lineage = kind { true } else { false }
    }
  }

  // MARK: Beginning

  mutating func begin(
    _ read: Read, tag: UInt64, question: [UInt8], into effects: inout [Effect]
  ) {
    if let objection = objection(to: read, question: question) {
      effects.append(.finished(tag: tag, .notTaken(objection)))
      return
    }
    switch read {
    case .ordered(let operation):
      orderedReads.append(Bundle(tag: tag, operations: [operation], isRead: true))
    case .fast(let operation, let agreement):
      let pending = PendingRead(
        tag: tag, query: query(.fast, question),
        kind: .fast(operation: operation, agreement, ClaimTally(peers: members.count)))
      effects.append(.askAll(pending.query))
      reads.append(pending)
      setReadTimer(at: reads.count - 1, into: &effects)
    case .certified(let since):
      // Never from before what was shown already: certified reads don't go back in time.
      let since = max(since, light.latest?.sequence ?? 0)
      reads.append(
        PendingRead(tag: tag, query: query(.certified(since: since), question), kind: .certified))
      askNext(at: reads.count - 1, into: &effects)
    }
  }

  private func objection(to read: Read, question: [UInt8]) -> Objection? {
    guard question.count <= Bounds.queryBytes else { return .tooLarge }
    switch read {
    case .fast(let operation, _), .ordered(let operation):
      if let objection = objection(to: [operation]) { return objection }
    case .certified: break
    }
    // A fast read may become an ordered one, and must find room there.
    let own = reads.contains { $0.isLineage } ? 1 : 0
    return reads.count - own + orderedReads.count < options.readLimit ? nil : .queueFull
  }

  private mutating func query(_ mode: Query.Mode, _ question: [UInt8]) -> Query {
    queryNumber &+= 1
    return Query(
      number: queryNumber, mode: mode, knownEpoch: light.epoch, content: question,
      signer: signer, chain: light.verifier.chain)
  }

  private mutating func setReadTimer(at index: Int, into effects: inout [Effect]) {
    let timer = Timer(purpose: .read(reads[index].query.number), generation: nextGeneration())
    reads[index].generation = timer.generation
    let rounds = reads[index].attempts / UInt64(max(1, members.count))
    effects.append(.setTimer(timer, after: pacing.wait(after: rounds)))
  }

  mutating func readTimerFired(at index: Int, into effects: inout [Effect]) {
    if reads[index].isFast {
      order(readAt: index, into: &effects)
    } else {
      askNext(at: index, into: &effects)
    }
  }

  private mutating func finish(
    readAt index: Int, _ completion: Completion, into effects: inout [Effect]
  ) {
    let read = reads.remove(at: index)
    effects.append(.cancelTimer(.read(read.query.number)))
    if !read.isLineage { effects.append(.finished(tag: read.tag, completion)) }
  }

  mutating func abandonReads(_ tag: UInt64, into effects: inout [Effect]) {
    for index in reads.indices.reversed() where reads[index].tag == tag && !reads[index].isLineage {
      finish(readAt: index, .unanswered(reads[index].refusal), into: &effects)
    }
  }

  // MARK: Hearing

  mutating func receive(_ answer: Answer, into effects: inout [Effect]) {
    guard answer.body.client == signer.publicKey,
      let index = reads.firstIndex(where: { $0.query.number == answer.body.number })
    else { return }
    switch reads[index].kind {
    case .fast(let operation, let agreement, let tally):
      count(answer, readAt: index, operation, agreement, tally, into: &effects)
    case .certified: takeCertified(answer, readAt: index, into: &effects)
    case .lineage: takeLineage(answer, readAt: index, into: &effects)
    }
  }

  // MARK: Fast reads

  /// Counts an answer from executed state.
  ///
  /// A quorum that tells the same of the same state shares a correct member with the quorum of every write
  /// that was finished before, and with that of every read: what it tells is no older. The same answer from
  /// different states isn't enough: with A, B, A written in turn, one replica from after the first and one
  /// from after the third write would make the third seen, and the next read could be answered from after
  /// the second.
  ///
  /// After the last sequence of an epoch, members who don't know yet that others took office may answer in
  /// good faith from a state that is old by then; so an answer from there counts as none.
  private mutating func count(
    _ answer: Answer, readAt index: Int, _ operation: [UInt8], _ agreement: Agreement,
    _ tally: ClaimTally<AnswerClaim>, into effects: inout [Effect]
  ) {
    let statement = answer.statement
    // Steps would have to be followed before the signature is checked, and nobody correct adds any.
    guard answer.body.certification == nil, answer.body.lineage.isEmpty else { return }
    guard statement.epoch == light.epoch else {
      if statement.epoch > light.epoch { followEpochs(asking: answer.signer, into: &effects) }
      return
    }
    let verified: Verified<Answer>
    do { verified = try light.verifier.verify(answer) } catch {
      effects.append(.report(answer.signer, .answer(error)))
      return
    }
    guard let seat = verified.seat else { return }
    executed.note(statement.sequence, of: seat, members: members)
    let claim = claim(of: answer, by: seat, agreement)
    if case .refused(let refusal) = answer.body.outcome { reads[index].refusal = refusal }
    var tally = tally
    let power = tally.note(claim, of: seat, members: members)
    reads[index].kind = .fast(operation: operation, agreement, tally)
    if case .result = claim, members.quorum.isReached(by: power),
      case .result(let bytes) = answer.body.outcome
    {
      if agreement == .sameState {
        executed.raise(to: statement.sequence)
        confirmedAt = now
      }
      finish(readAt: index, .answered(bytes, at: statement.sequence), into: &effects)
    } else if !tally.canAgree(members.quorum) {
      order(readAt: index, into: &effects)
    }
  }

  private func claim(of answer: Answer, by seat: Seat, _ agreement: Agreement) -> AnswerClaim {
    let sequence = answer.statement.sequence
    guard case .result = answer.body.outcome, !mayEndEpoch(at: sequence) else {
      return .nothing(seat)
    }
    return .result(
      answer.statement.digest, after: agreement == .sameState ? sequence : nil)
  }

  private func mayEndEpoch(at sequence: SequenceNumber) -> Bool {
    parameters.epochLength > 0 && sequence > 0
      && sequence.rawValue.isMultiple(of: parameters.epochLength)
  }

  /// A fast read that isn't answered alike in time becomes a request, which no leader can hold up for long
  /// (F47): one correct replica kept behind is enough to spoil fast reads, but not agreement.
  mutating func order(readAt index: Int, into effects: inout [Effect]) {
    guard case .fast(let operation, _, _) = reads[index].kind else { return }
    let read = reads.remove(at: index)
    effects.append(.cancelTimer(.read(read.query.number)))
    orderedReads.append(Bundle(tag: read.tag, operations: [operation], isRead: true))
  }

  // MARK: Certified reads

  /// Asks the next member, or gives up when all were asked often enough.
  private mutating func askNext(at index: Int, into effects: inout [Effect]) {
    let count = UInt64(members.count)
    let rounds = reads[index].isLineage ? 1 : options.readRounds
    guard reads[index].attempts < rounds.multipliedClamped(by: count) else {
      finish(readAt: index, .unanswered(reads[index].refusal), into: &effects)
      return
    }
    // Each read begins with another member, so that the load is shared.
    let turn = (reads[index].query.number &+ reads[index].attempts) % count
    reads[index].attempts += 1
    ask(members.members[Int(turn)].id, at: index, into: &effects)
  }

  private mutating func ask(_ replica: ReplicaID, at index: Int, into effects: inout [Effect]) {
    reads[index].asked = replica
    effects.append(.ask(reads[index].query, replica))
    setReadTimer(at: index, into: &effects)
  }

  private mutating func takeCertified(
    _ answer: Answer, readAt index: Int, into effects: inout [Effect]
  ) {
    let known = light.epoch
    let query = reads[index].query
    let fault: LightClient.Fault
    do {
      let bytes = try light.verify(answer, to: query, proving: checkProof)
      executed.raise(to: answer.statement.sequence)
      finish(readAt: index, .answered(bytes, at: answer.statement.sequence), into: &effects)
      if light.epoch > known { enteredEpoch(into: &effects) }
      return
    } catch { fault = error }
    if light.epoch > known { enteredEpoch(into: &effects) }
    guard let index = reads.firstIndex(where: { $0.query.number == query.number }) else { return }
    if case .ahead = fault, light.epoch > known {
      askFurther(answer.signer, at: index, into: &effects)
      return
    }
    switch fault {
    case .refused(let refusal): reads[index].refusal = refusal
    case .tooOld: break
    default: effects.append(.report(answer.signer, fault))
    }
    // Anybody may send us nonsense; only the one who was asked makes us ask another by it.
    if answer.signer == reads[index].asked { askNext(at: index, into: &effects) }
  }

  /// Asks the same replica again, from the epoch that its answer led to.
  private mutating func askFurther(
    _ replica: ReplicaID, at index: Int, into effects: inout [Effect]
  ) {
    effects.append(.cancelTimer(.read(reads[index].query.number)))
    reads[index].query = query(reads[index].query.mode, reads[index].query.content)
    ask(replica, at: index, into: &effects)
  }

  // MARK: Following the epochs

  /// Somebody speaks of an epoch that we don't know. It may be a lie, so it costs no more than a question
  /// now and then.
  mutating func followEpochs(asking replica: ReplicaID, into effects: inout [Effect]) {
    guard now >= followsAgainAt, !reads.contains(where: { $0.isLineage }) else { return }
    followsAgainAt = now + pacing.wait(after: 0)
    reads.append(
      PendingRead(tag: 0, query: query(.certified(since: 0), []), kind: .lineage))
    ask(replica, at: reads.count - 1, into: &effects)
  }

  private mutating func takeLineage(
    _ answer: Answer, readAt index: Int, into effects: inout [Effect]
  ) {
    let known = light.epoch
    do throws(LightClient.Fault) {
      try light.follow(answer.body.lineage)
    } catch {
      effects.append(.report(answer.signer, error))
    }
    guard light.epoch > known else {
      if answer.signer == reads[index].asked { askNext(at: index, into: &effects) }
      return
    }
    // There may be more; the next reply of an epoch that isn't known makes us go on.
    followsAgainAt = now
    finish(readAt: index, .unanswered(nil), into: &effects)
    enteredEpoch(into: &effects)
  }
}
