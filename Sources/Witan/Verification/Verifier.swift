import WitanCrypto

/// The one maker of verified messages. It is a value: it can be copied to any thread and used in parallel,
/// and it changes only when an epoch begins.
public struct Verifier: Sendable {
  /// What only the verifier can make, and what a `Verified` can't be made without.
  struct Authority: ~Copyable {
    fileprivate init() {}
  }

  /// An epoch's members.
  struct Term: Sendable {
    let epoch: Epoch
    let members: Membership
  }

  /// How many past epochs' members are kept, for certificates that reach us late.
  static let termLimit = 16

  let scheme: SignatureScheme
  let parameters: Parameters
  /// The network's identity, part of all that is signed.
  public let chain: Digest
  private(set) var terms: [Term]
  /// What this verifier knows. It is asked for with every message, and so kept.
  public private(set) var horizon: Horizon

  /// The verifier of a network that begins with this genesis.
  public init(genesis: Genesis, scheme: SignatureScheme) {
    self.scheme = scheme
    parameters = genesis.parameters
    chain = genesis.digest
    terms = [Term(epoch: 0, members: genesis.members)]
    horizon = Self.horizon(of: terms)
  }

  /// The latest epoch whose members are known.
  public var latestEpoch: Epoch { terms.last?.epoch ?? 0 }

  /// The members of an epoch, if they are still, or already, known.
  public func members(of epoch: Epoch) -> Membership? {
    if let last = terms.last, last.epoch == epoch { return last.members }
    return terms.first { $0.epoch == epoch }?.members
  }

  /// Learns who serves in the epoch after the latest known. The change must have been checked.
  @discardableResult
  mutating func learn(_ change: EpochChange) -> Bool {
    guard change.certificate.summary.epoch == latestEpoch.next else { return false }
    terms.append(Term(epoch: change.certificate.summary.epoch, members: change.members))
    if terms.count > Self.termLimit { terms.removeFirst(terms.count - Self.termLimit) }
    horizon = Self.horizon(of: terms)
    return true
  }

  /// Checks an epoch change against the members it ends the term of.
  public func fault(of change: EpochChange) -> CertificateFault? {
    guard let members = members(of: change.certificate.epoch) else {
      return .unknownEpoch(change.certificate.epoch)
    }
    guard change.certificate.endsEpoch, change.certificate.summary.members == change.members.digest
    else { return .mismatch("the next members") }
    return change.certificate.fault(members: members, chain: chain, scheme: scheme)
  }

  /// Checks a checkpoint's certificate against its own epoch's members.
  public func fault(of certificate: CheckpointCertificate) -> CertificateFault? {
    guard let members = members(of: certificate.epoch) else {
      return .unknownEpoch(certificate.epoch)
    }
    return certificate.fault(members: members, chain: chain, scheme: scheme)
  }

  /// Checks a decision's certificate against its own epoch's members.
  public func fault(of certificate: CommitCertificate) -> CertificateFault? {
    guard let members = members(of: certificate.epoch) else {
      return .unknownEpoch(certificate.epoch)
    }
    return certificate.fault(members: members, chain: chain, scheme: scheme)
  }

  /// Reads a frame and checks everything in it.
  public func verify(frame bytes: [UInt8]) throws(Rejection) -> Verified<Message> {
    let message: Message
    do { message = try Message(decoding: bytes) } catch { throw .malformed(error) }
    return try verify(message)
  }

  /// Checks a message: its signer's membership and signature, and every certificate nested inside.
  public func verify(_ message: Message) throws(Rejection) -> Verified<Message> {
    guard let signed = message.signed else {
      if case .request(let request) = message { try check(request) }
      return Verified(checked: message, seat: nil, by: Authority())
    }
    // What was read can't differ here; what was made in memory may (F38).
    guard signed.statement.kind == message.kind else {
      throw .contradictory("the kind of the statement")
    }
    if case .manifest(let manifest) = message {
      return Verified(checked: message, seat: try check(manifest), by: Authority())
    }
    if signed.statement.epoch < latestEpoch, message.asksForHelp, let seat = latestSeat(of: signed)
    {
      return Verified(checked: message, seat: seat, by: Authority())
    }
    let (members, seat) = try seat(of: signed)
    try checkContent(of: message, seat: seat, members: members)
    return Verified(checked: message, seat: seat, by: Authority())
  }

  /// The seat that an asker has by now: newcomers, and members that were away for long, speak of an epoch in which
  /// they weren't members, had another key, or that isn't remembered here. They can be helped all the same.
  private func latestSeat(of signed: SignedStatement) -> Seat? {
    guard let members = terms.last?.members, let seat = members.seat(of: signed.signer),
      signed.statement.isSigned(
        signed.signature, by: members[seat].key, chain: chain, scheme: scheme)
    else { return nil }
    return seat
  }

  /// The signer's seat among its epoch's members, if the signature is its own.
  func seat(of signed: SignedStatement) throws(Rejection) -> (Membership, Seat) {
    let statement = signed.statement
    guard let members = members(of: statement.epoch) else { throw .unknownEpoch(statement.epoch) }
    guard let seat = members.seat(of: signed.signer) else { throw .notMember(signed.signer) }
    guard
      statement.isSigned(
        signed.signature, by: members[seat].key, chain: chain, scheme: scheme)
    else { throw .badSignature }
    return (members, seat)
  }

  /// A value whose signer's seat and signature are checked here; the caller has checked the rest.
  func vouch<Value>(
    for value: Value, signed: SignedStatement
  ) throws(Rejection) -> Verified<Value> {
    Verified(checked: value, seat: try seat(of: signed).1, by: Authority())
  }

  private func checkContent(
    of message: Message, seat: Seat, members: Membership
  ) throws(Rejection) {
    switch message {
    case .prepare, .commit, .checkpoint, .fetchBlock, .status, .fetchState, .chunk: break
    case .manifest, .request: break  // Checked by their own paths above.
    case .prePrepare(let proposal): try check(proposal, seat: seat, members: members)
    case .block(let sealed): try checkContent(sealed.body)
    case .viewChange(let viewChange): try check(viewChange, members: members)
    case .newView(let newView): try check(newView, seat: seat, members: members)
    case .fetchViewChanges(let query):
      guard query.body.wanted.count <= Bounds.wantedViewChanges else {
        throw .overLimit("wanted view-changes")
      }
    case .decision(let decision): try check(decision.body)
    }
  }

  /// Checks a client's request.
  public func verify(_ request: Request) throws(Rejection) -> Verified<Request> {
    try check(request)
    return Verified(checked: request, seat: nil, by: Authority())
  }

  /// Checks a client's query.
  public func verify(_ query: Query) throws(Rejection) -> Verified<Query> {
    guard query.content.count <= Bounds.queryBytes else { throw .overLimit("bytes of a query") }
    guard query.isSigned(chain: chain, scheme: scheme) else { throw .badClientSignature }
    return Verified(checked: query, seat: nil, by: Authority())
  }
}
