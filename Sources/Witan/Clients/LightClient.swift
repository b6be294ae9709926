import WitanCrypto

/// Checks what a network decided with nothing but its genesis: no replica is trusted, and any may be asked.
///
/// ```swift
/// var client = LightClient(genesis: genesis)
/// try client.follow(manifest.lineage)              // who serves in later epochs
/// try client.verify(certificate, of: header)       // a block was decided
/// try client.verify(headers, endingIn: header)     // and so were those before it
/// ```
///
/// What it relies on is that the faulty members of each epoch weighed at most the fault bound while they
/// served. Members that left long ago and lost their keys since could make up another history for whoever
/// knows the genesis only; a client that comes back should start from the latest epoch it knew.
public struct LightClient: Sendable {
  /// Checks that a state which a checkpoint certifies gives this answer to this question, by a proof of the
  /// application's own: that bytes are part of the state isn't enough, for they may be other bytes than were asked
  /// for. A ``StateMachine``'s `check` is one.
  public typealias ProofCheck =
    @Sendable (
      _ question: [UInt8], _ answer: [UInt8], _ proof: [UInt8], _ state: CheckpointSummary
    ) throws(Unproved) -> Void

  /// Knows the members of the epochs followed so far.
  public private(set) var verifier: Verifier
  /// The latest certified state that was shown; nil is the genesis.
  public private(set) var latest: CheckpointCertificate?

  /// A client that knows the genesis.
  public init(genesis: Genesis, scheme: SignatureScheme = .ed25519) {
    verifier = Verifier(genesis: genesis, scheme: scheme)
  }

  /// The latest epoch whose members are known.
  public var epoch: Epoch { verifier.latestEpoch }

  /// Follows the succession of epochs. Steps that were taken already are skipped; after a fault, nothing of
  /// this lineage was taken.
  public mutating func follow(_ lineage: [EpochChange]) throws(Fault) {
    var scout = self
    for change in lineage where change.certificate.summary.epoch > scout.epoch {
      guard change.certificate.epoch == scout.epoch else {
        throw .gap(from: scout.epoch, to: change.certificate.epoch)
      }
      if let fault = scout.verifier.fault(of: change) { throw .certificate(fault) }
      try scout.note(change.certificate)
      scout.verifier.learn(change)
    }
    self = scout
  }

  /// Checks that a block was decided: its header's digest and place are what a quorum committed.
  public func verify(_ certificate: CommitCertificate, of header: BlockHeader) throws(Fault) {
    guard certificate.digest == header.digest, certificate.sequence == header.height else {
      throw .otherBlock(certified: certificate.sequence, shown: header.height)
    }
    try checkEpoch(certificate.epoch)
    if let fault = verifier.fault(of: certificate) { throw .certificate(fault) }
  }

  /// Checks that a block with all its requests was decided.
  public func verify(_ decision: Decision) throws(Fault) {
    try verify(decision.certificate, of: decision.block.header)
  }

  /// Checks that blocks were decided because a later one was: `headers` lead without gaps, in the order of
  /// their heights, to the parent of `last`.
  public func verify(_ headers: [BlockHeader], endingIn last: BlockHeader) throws(Fault) {
    var child = last
    for header in headers.reversed() {
      guard child.previous == header.digest, child.height == header.height.next else {
        throw .brokenChain(below: child.height)
      }
      child = header
    }
  }

  /// Checks a state, and remembers it if it is the latest.
  public mutating func verify(_ certificate: CheckpointCertificate) throws(Fault) {
    try checkEpoch(certificate.epoch)
    if let fault = verifier.fault(of: certificate) { throw .certificate(fault) }
    try note(certificate)
  }

  /// Checks one replica's certified answer to a query, and returns the result that it proves.
  ///
  /// Any state is good that is certified after the sequence that was asked for, or a later one, by the members of
  /// an epoch that is kept: a replica may answer from an older one than the latest. To read nothing older than was
  /// read before, ask since ``latest``.
  ///
  /// The epoch changes that come with it are kept even if the rest is faulty, or leads further than they
  /// do: in that case, asking again with the epoch that is now known gets further.
  public mutating func verify(
    _ answer: Answer, to query: Query, proving check: ProofCheck
  ) throws(Fault) -> [UInt8] {
    guard answer.body.client == query.client, answer.body.number == query.number else {
      throw .otherQuestion
    }
    try follow(answer.body.lineage)
    try checkEpoch(answer.statement.epoch)
    if let certification = answer.body.certification {
      try checkEpoch(certification.certificate.epoch)
    }
    do { _ = try verifier.verify(answer) } catch { throw .answer(error) }
    switch (answer.body.outcome, answer.body.certification) {
    case (.refused(let refusal), _): throw .refused(refusal)
    case (.result, nil): throw .unproved(.noProof)
    case (.result(let bytes), let certification?):
      let state = certification.certificate.summary
      if case .certified(let since) = query.mode, state.sequence < since {
        throw .tooOld(certified: state.sequence, asked: since)
      }
      guard !certification.proof.isEmpty else { throw .unproved(.noProof) }
      do { try check(query.content, bytes, certification.proof, state) } catch {
        throw .unproved(error)
      }
      try note(certification.certificate)
      return bytes
    }
  }

  private func checkEpoch(_ epoch: Epoch) throws(Fault) {
    guard verifier.members(of: epoch) == nil else { return }
    throw epoch > self.epoch ? .ahead(of: self.epoch, epoch) : .forgotten(epoch)
  }

  /// Two certified states after one sequence can't both be: more than the fault bound lied.
  private mutating func note(_ certificate: CheckpointCertificate) throws(Fault) {
    if let latest, latest.sequence == certificate.sequence,
      latest.summary.digest != certificate.summary.digest
    {
      throw .split(latest, certificate)
    }
    if certificate.sequence > latest?.sequence ?? 0 { latest = certificate }
  }
}

extension LightClient {
  /// Why something proves nothing to a light client.
  public enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is of an epoch whose members aren't known yet.
    case ahead(of: Epoch, Epoch)
    /// It is of an epoch so long ago that its members aren't kept.
    case forgotten(Epoch)
    /// The lineage lacks the steps between these epochs.
    case gap(from: Epoch, to: Epoch)
    /// A certificate certifies nothing.
    case certificate(CertificateFault)
    /// The certificate is for another block than the one shown.
    case otherBlock(certified: SequenceNumber, shown: SequenceNumber)
    /// The header shown below this height isn't the one that it follows.
    case brokenChain(below: SequenceNumber)
    /// The answer is to another question.
    case otherQuestion
    /// The answer isn't its signer's, or contradicts itself.
    case answer(Rejection)
    /// The replica didn't answer.
    case refused(Refusal)
    /// It isn't proved that the certified state gives this result.
    case unproved(Unproved)
    /// The certified state is older than what was asked for.
    case tooOld(certified: SequenceNumber, asked: SequenceNumber)
    /// Two certified states after one sequence: the network is broken, and these convict who broke it.
    case split(CheckpointCertificate, CheckpointCertificate)

    /// What is wrong and what to do, for people.
    public var description: String {
      switch self {
      case .ahead(let known, let epoch):
        "it is of epoch \(epoch), and members are known up to epoch \(known); follow the epoch"
          + " changes from there first"
      case .forgotten(let epoch):
        "the members of epoch \(epoch) aren't kept; only the latest \(Verifier.termLimit) epochs'"
          + " are; check it with a client that hasn't gone on so far"
      case .gap(let from, let to):
        "the lineage goes on at epoch \(to), but epoch \(from) is the last known; ask for the"
          + " steps between"
      case .certificate(let fault): "a certificate proves nothing: \(fault); ask another replica"
      case .otherBlock(let certified, let shown):
        "the certificate at \(certified) is for another block than the one shown at \(shown)"
      case .brokenChain(let height):
        "the header shown below \(height) isn't the one it follows; ask another replica"
      case .otherQuestion: "the answer is to another question"
      case .answer(let rejection): "\(rejection); ask another replica"
      case .refused(let refusal): "the replica refused: \(refusal); ask another, or later"
      case .unproved(let reason):
        "it isn't proved that the certified state gives this result: \(reason); ask another replica"
      case .tooOld(let certified, let asked):
        "the latest certified state there is after \(certified), and \(asked) was asked for;"
          + " ask another replica, or later"
      case .split(let first, _):
        "two different states are certified after \(first.sequence): more members were faulty"
          + " than the network bears; audit the two certificates"
      }
    }
  }
}
