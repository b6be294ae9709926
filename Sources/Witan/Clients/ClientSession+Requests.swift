import WitanCrypto

extension ClientSession {
  /// What a member says of the request under way.
  enum Claim: Hashable, Sendable {
    /// It ran at this sequence, with the result in a body of this digest.
    case ran(SequenceNumber, Digest)
    /// It has expired without having run.
    case expired
    /// It has expired; whether it ran before would no longer be remembered.
    case forgotten
    /// Turned away for this reason.
    case refused(Refusal)
  }

  /// The request under way.
  struct Outstanding: Sendable {
    let bundle: Bundle
    let request: Request
    /// Nothing that is signed under this number can have run at or before this sequence, unless it is known
    /// not to have run at all: it had been executed when the request was signed.
    let signedAfter: SequenceNumber
    var tally: ClaimTally<Claim>
  }

  // MARK: Taking bundles in

  mutating func submit(_ tag: UInt64, _ operations: [[UInt8]], into effects: inout [Effect]) {
    let bundle = Bundle(tag: tag, operations: operations, isRead: false)
    var objection = objection(to: operations)
    if waiting.count >= options.waitingLimit
      || waitingBytes + bundle.bytes > options.waitingByteLimit
    {
      objection = objection ?? .queueFull
    }
    if let objection {
      effects.append(.finished(tag: tag, .notTaken(objection)))
      return
    }
    waiting.append(bundle)
    waitingBytes += bundle.bytes
  }

  func objection(to operations: [[UInt8]]) -> Objection? {
    guard !operations.isEmpty, operations.allSatisfy({ !$0.isEmpty }) else { return .empty }
    let bytes = operations.reduce(0) { $0 + $1.count }
    guard operations.count <= Bounds.operations, bytes <= Int(parameters.requestByteLimit) else {
      return .tooLarge
    }
    return number == .max ? .exhausted : nil
  }

  mutating func abandon(_ tag: UInt64, into effects: inout [Effect]) {
    switch phase {
    case .sounding(let bundle) where bundle.tag == tag:
      finish(bundle, bundle.isRead ? .unanswered(nil) : .notTaken(.abandoned), into: &effects)
    case .asking(let outstanding) where outstanding.bundle.tag == tag:
      finish(
        outstanding.bundle, outstanding.bundle.isRead ? .unanswered(nil) : .unknown,
        into: &effects)
    default: break
    }
    for bundle in waiting where bundle.tag == tag {
      waitingBytes -= bundle.bytes
      effects.append(.finished(tag: tag, .notTaken(.abandoned)))
    }
    waiting.removeAll { $0.tag == tag }
    for _ in orderedReads where orderedReads.contains(where: { $0.tag == tag }) {
      orderedReads.removeAll { $0.tag == tag }
      effects.append(.finished(tag: tag, .unanswered(nil)))
    }
    abandonReads(tag, into: &effects)
  }

  // MARK: Asking

  /// Takes up what waits, if nothing is under way.
  mutating func proceed(into effects: inout [Effect]) {
    guard case .idle = phase, let bundle = nextBundle() else { return }
    repetitions = 0
    if let confirmedAt, now - confirmedAt <= options.soundingInterval {
      sign(bundle, into: &effects)
    } else {
      executed.forget()
      phase = .sounding(bundle)
      sayRequest(into: &effects)
    }
  }

  private mutating func nextBundle() -> Bundle? {
    let takesRead = !orderedReads.isEmpty && (waiting.isEmpty || !lastWasRead)
    lastWasRead = takesRead
    if takesRead { return orderedReads.removeFirst() }
    guard !waiting.isEmpty else { return nil }
    let bundle = waiting.removeFirst()
    waitingBytes -= bundle.bytes
    return bundle
  }

  /// Signs the bundle for a quarter of the horizon: three quarters are left to learn that it expired, while
  /// the network still remembers whether it ran.
  private mutating func sign(_ bundle: Bundle, into effects: inout [Effect]) {
    let position = executed.credible(members)
    let request = Request(
      number: number, expiry: position.advanced(by: max(1, parameters.sessionHorizon / 4)),
      operations: bundle.operations, signer: signer, chain: light.verifier.chain)
    phase = .asking(
      Outstanding(
        bundle: bundle, request: request, signedAfter: position,
        tally: ClaimTally(peers: members.count)))
    repetitions = 0
    sayRequest(into: &effects)
  }

  /// Sends what is under way to all members: the first time, or again.
  mutating func sayRequest(into effects: inout [Effect]) {
    switch phase {
    case .idle: return
    case .sounding: effects.append(.broadcast(sounding))
    case .asking(let outstanding): effects.append(.broadcast(outstanding.request))
    }
    if repetitions == 0 { sentAt = now }
    let timer = Timer(purpose: .request, generation: nextGeneration())
    requestTimer = timer.generation
    effects.append(.setTimer(timer, after: waitForAnswers()))
  }

  /// A request that is void from the beginning, because no sequence is that low. Every replica refuses it and
  /// says in doing so how far it has executed.
  private var sounding: Request {
    Request(
      number: 0, expiry: 0, operations: [[0]], signer: signer, chain: light.verifier.chain)
  }

  // MARK: Hearing

  mutating func receive(_ reply: Reply, into effects: inout [Effect]) {
    // First what is cheap: most replies that change nothing needn't be verified.
    guard reply.body.client == signer.publicKey, reply.body.number == awaitedNumber else { return }
    guard reply.statement.epoch == light.epoch else {
      if reply.statement.epoch > light.epoch {
        followEpochs(asking: reply.signer, into: &effects)
      }
      return
    }
    switch checked(reply) {
    case .failure(let fault): effects.append(.report(reply.signer, .answer(fault)))
    case .success(let verified): take(verified, into: &effects)
    }
  }

  private func checked(_ reply: Reply) -> Result<Verified<Reply>, Rejection> {
    do throws(Rejection) { return .success(try light.verifier.verify(reply)) } catch {
      return .failure(error)
    }
  }

  private mutating func take(_ reply: Verified<Reply>, into effects: inout [Effect]) {
    guard let seat = reply.seat else { return }
    executed.note(reply.value.statement.sequence, of: seat, members: members)
    switch phase {
    case .idle: return
    case .sounding(let bundle):
      guard members.quorum.isReached(by: executed.heard) else { return }
      if repetitions == 0 { pacing.note(now - sentAt) }
      confirmedAt = now
      sign(bundle, into: &effects)
    case .asking(let outstanding):
      count(reply.value, of: seat, for: outstanding, into: &effects)
    }
  }

  // Inlined into `receive`, it trips the optimiser of Swift 6.3.
  @inline(never)
  private var awaitedNumber: UInt64? {
    switch phase {
    case .idle: nil
    case .sounding: 0
    case .asking(let outstanding): outstanding.request.number
    }
  }

  private mutating func count(
    _ reply: Reply, of seat: Seat, for outstanding: Outstanding, into effects: inout [Effect]
  ) {
    guard let claim = claim(of: reply, on: outstanding) else { return }
    var outstanding = outstanding
    if case .ran? = outstanding.tally.claim(of: seat), case .refused = claim {
      return  // Said before it ran, and late.
    }
    let power = outstanding.tally.note(claim, of: seat, members: members)
    phase = .asking(outstanding)
    let isQuorum = members.quorum.isReached(by: power)
    let includesCorrect = members.quorum.includesCorrect(power)
    switch claim {
    case .ran(let sequence, _) where isQuorum:
      ran(outstanding.bundle, reply.body.outcome, at: sequence, into: &effects)
    case .expired where includesCorrect:
      // It never ran and never will: it may be signed anew under its number.
      confirmedAt = now
      sign(outstanding.bundle, into: &effects)
    case .forgotten where includesCorrect: finish(outstanding.bundle, .unknown, into: &effects)
    case .refused(.stale) where includesCorrect:
      finish(outstanding.bundle, .superseded, into: &effects)
    case .refused(.declined) where isQuorum:
      finish(outstanding.bundle, .declined, into: &effects)
    case .refused(let refusal) where includesCorrect && refusal.isTransient && !isCongested:
      isCongested = true
      effects.append(.congested(refusal))
    default: return
    }
  }

  /// What a reply says of the request; nil when it says nothing of it.
  private func claim(of reply: Reply, on outstanding: Outstanding) -> Claim? {
    let sequence = reply.statement.sequence
    switch reply.body.outcome {
    case .result, .refused(.resultTooLong): return .ran(sequence, reply.statement.digest)
    case .refused(.expired):
      // A replica that is behind refuses what expires too far ahead of it: that isn't for ever.
      guard sequence >= outstanding.request.expiry else { return nil }
      // A replica that ran it would remember at least up to here: a session lasts a horizon.
      let remembered = outstanding.signedAfter.advanced(by: parameters.sessionHorizon)
      return sequence <= remembered ? .expired : .forgotten
    case .refused(let refusal): return .refused(refusal)
    }
  }

  private mutating func ran(
    _ bundle: Bundle, _ outcome: Outcome, at sequence: SequenceNumber,
    into effects: inout [Effect]
  ) {
    executed.raise(to: sequence)
    confirmedAt = now
    if repetitions == 0 { pacing.note(now - sentAt) }
    switch outcome {
    case .result(let bytes):
      finish(
        bundle,
        bundle.isRead ? .answered(bytes, at: sequence) : .executed(bytes, at: sequence),
        into: &effects)
    case .refused:
      finish(
        bundle, bundle.isRead ? .unanswered(.resultTooLong) : .executedSilently(at: sequence),
        into: &effects)
    }
  }

  /// The request under way, or the sounding before it, is over.
  private mutating func finish(
    _ bundle: Bundle, _ completion: Completion, into effects: inout [Effect]
  ) {
    // A number that was signed is never used again, whatever became of it.
    if case .asking = phase { number += 1 }
    phase = .idle
    requestTimer = nil
    effects.append(.cancelTimer(.request))
    if isCongested {
      isCongested = false
      effects.append(.relieved)
    }
    effects.append(.finished(tag: bundle.tag, completion))
  }
}

extension Refusal {
  /// Whether the same request may be taken a little later.
  var isTransient: Bool { self == .busy || self == .sessionsFull }
}
