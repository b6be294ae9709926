import WitanCrypto

/// Finds out who broke a network, from what its honest members hold.
///
/// ```swift
/// var audit = Audit(verifier)
/// for replica in witnesses {                    // as many as will speak; none is believed
///   for decision in replica.decisions { audit.add(decision.certificate) }
///   for viewChange in replica.viewChanges { audit.add(viewChange) }
///   for newView in replica.newViews { audit.add(newView) }
/// }
/// audit.verdict().culprits
/// ```
///
/// When two blocks were decided at one sequence while the faulty weighed at most twice the fault bound,
/// members weighing more than the fault bound are convicted (Sheng et al., *BFT Protocol Forensics*, CCS '21):
///
/// * **In one view**, two quorums of commits share more than the fault bound, and each of those signed both.
/// * **In two views** v < w, somebody opened a view after v that doesn't propose the first block again. In
///   the first such view, the view-changes' quorum shares more than the fault bound with the quorum that
///   committed in v, and its commit and view-change convict each of those that didn't show, for the block and
///   all its ancestors, locks of v or later or decisions. Had one shown them, the view would have proposed the
///   block (see `Selection`). (Locks that outdo them are of v itself, and then a quorum prepared twice in v; or of
///   a view between, and then that wasn't the first. A decision of another block than the ancestor is a
///   violation itself, in earlier views.)
///
/// Every signature is checked as it comes in and every proof before it goes out, so that whatever a witness
/// makes up convicts nobody. In which order things are put in makes no difference. What is kept grows with it.
public struct Audit: Sendable {
  /// Where a correct replica says one thing at most.
  private struct Place: Hashable {
    let signer: ReplicaID
    let kind: StatementKind
    let epoch: Epoch
    let view: View
    let sequence: SequenceNumber

    init(_ signed: SignedStatement) {
      signer = signed.signer
      kind = signed.statement.kind
      epoch = signed.statement.epoch
      view = signed.statement.view
      sequence = kind.isOnePerView ? 0 : signed.statement.sequence
    }
  }

  /// What somebody said: names a view-change.
  private struct Saying: Hashable {
    let signer: ReplicaID
    let statement: Statement

    init(_ signed: SignedStatement) {
      signer = signed.signer
      statement = signed.statement
    }
  }

  private let verifier: Verifier
  private var said: [Place: SignedStatement] = [:]
  private var commits: [ReplicaID: [SignedStatement]] = [:]
  private var viewChanges: [ViewChange] = []
  /// Where a view-change is among them.
  private var placeOfViewChange: [Saying: Int] = [:]
  private var newViews: [NewView] = []
  private var decisions: [CommitCertificate] = []
  private var conflicts: [Evidence] = []

  /// An audit by somebody who knows the members of these epochs.
  public init(_ verifier: Verifier) { self.verifier = verifier }

  // MARK: What is put in

  /// Adds a decision.
  public mutating func add(_ certificate: CommitCertificate) {
    add(certificate.commits, to: certificate.statement)
    if !decisions.contains(certificate), verifier.fault(of: certificate) == nil {
      decisions.append(certificate)
    }
  }

  /// Adds a certified state.
  public mutating func add(_ certificate: CheckpointCertificate) {
    add(certificate.signatures, to: certificate.statement)
  }

  /// Adds a lock: the votes that prove it.
  public mutating func add(_ lock: Lock) {
    switch lock {
    case .committed(let certificate, _): add(certificate)
    case .prepared(let certificate):
      guard let members = verifier.members(of: certificate.epoch) else { return }
      let place = certificate.header
      func statement(_ kind: StatementKind) -> Statement {
        Statement(
          kind, epoch: certificate.epoch, view: certificate.view, sequence: place.height,
          digest: place.digest)
      }
      let leader = members.leader(of: certificate.view, in: certificate.epoch)
      add(
        SignedStatement(
          statement: statement(.prePrepare), signer: members[leader].id,
          signature: certificate.proposal))
      add(certificate.prepares, to: statement(.prepare))
    }
  }

  /// Adds a view-change and all that it shows.
  public mutating func add(_ viewChange: ViewChange) {
    let saying = Saying(viewChange.signed)
    guard viewChange.statement.kind == .viewChange, placeOfViewChange[saying] == nil,
      add(viewChange.signed)
    else { return }
    placeOfViewChange[saying] = viewChanges.count
    viewChanges.append(viewChange)
    if let stable = viewChange.body.stable { add(stable) }
    for lock in viewChange.body.locks { add(lock) }
  }

  /// Adds a new-view and what it names. Which proposals it makes is known with the view-changes that it names: add
  /// those as well.
  public mutating func add(_ newView: NewView) {
    guard newView.statement.kind == .newView, !newViews.contains(newView), add(newView.signed)
    else { return }
    newViews.append(newView)
    for named in newView.body.viewChanges where named.statement.kind == .viewChange { add(named) }
  }

  /// The proposals that a new-view makes, if all that it names is here.
  private mutating func addProposals(of newView: NewView) {
    let named = newView.body.viewChanges.compactMap { placeOfViewChange[Saying($0)] }
    guard named.count == newView.body.viewChanges.count else { return }
    let selection = Selection(of: named.map { viewChanges[$0] }, chain: verifier.chain)
    for (header, signature) in zip(selection.headers, newView.body.proposals) {
      let statement = selection.proposal(
        of: header, epoch: newView.statement.epoch, view: newView.statement.view)
      add(SignedStatement(statement: statement, signer: newView.signer, signature: signature))
    }
  }

  /// Adds a vote, or the statement of any other message. False when its signer didn't say it.
  @discardableResult
  public mutating func add(_ signed: SignedStatement) -> Bool {
    guard signed.statement.kind.isExclusive else { return false }
    let place = Place(signed)
    if let first = said[place] {
      if first.statement == signed.statement { return true }
      guard isSigned(signed) else { return false }
      conflicts.append(.conflict(first, signed))
      keepCommit(signed)
      return true
    }
    guard isSigned(signed) else { return false }
    said[place] = signed
    keepCommit(signed)
    return true
  }

  private mutating func add(_ set: SignatureSet, to statement: Statement) {
    guard let members = verifier.members(of: statement.epoch) else { return }
    for (seat, signature) in zip(set.seats, set.signatures) where seat.index < members.count {
      add(
        SignedStatement(
          statement: statement, signer: members[seat].id, signature: signature))
    }
  }

  private mutating func keepCommit(_ signed: SignedStatement) {
    guard signed.statement.kind == .commit else { return }
    commits[signed.signer, default: []].append(signed)
  }

  private func isSigned(_ signed: SignedStatement) -> Bool {
    let statement = signed.statement
    guard let members = verifier.members(of: statement.epoch),
      let seat = members.seat(of: signed.signer)
    else { return false }
    return statement.isSigned(
      signed.signature, by: members[seat].key, chain: verifier.chain, scheme: verifier.scheme)
  }

  // MARK: What comes out

  /// What an audit finds.
  public struct Verdict: Equatable, Sendable {
    /// Two different blocks that were decided at one sequence.
    public struct Violation: Equatable, Sendable {
      /// The decision in the earlier view.
      public let first: CommitCertificate
      /// The decision in the later view, or in the same.
      public let second: CommitCertificate
    }

    /// Where the network broke, by sequence.
    public let violations: [Violation]
    /// One proof against each culprit, by name.
    public let evidence: [Evidence]

    /// Who is convicted, by name.
    public var culprits: [ReplicaID] { evidence.map(\.culprit) }

    /// What the culprits among these members weigh.
    public func power(among members: Membership) -> VotingPower {
      culprits.reduce(0) { sum, culprit in
        members.seat(of: culprit).map { sum + members[$0].power } ?? sum
      }
    }
  }

  /// Everything that can be proved from what was put in so far.
  public func verdict() -> Verdict {
    var whole = self
    for newView in newViews { whole.addProposals(of: newView) }
    return whole.judge()
  }

  private func judge() -> Verdict {
    var proofs: [ReplicaID: Evidence] = [:]
    for proof in conflicts where proofs[proof.culprit] == nil {
      if isProof(proof) { proofs[proof.culprit] = proof }
    }
    for viewChange in viewChanges where proofs[viewChange.signer] == nil {
      proofs[viewChange.signer] = omission(in: viewChange)
    }
    return Verdict(
      violations: violations, evidence: proofs.values.sorted { $0.culprit < $1.culprit })
  }

  private var violations: [Verdict.Violation] {
    let ordered = decisions.sorted { ($0.sequence, $0.view) < ($1.sequence, $1.view) }
    var violations: [Verdict.Violation] = []
    for (first, second) in zip(ordered, ordered.dropFirst())
    where first.sequence == second.sequence && first.digest != second.digest {
      violations.append(Verdict.Violation(first: first, second: second))
    }
    return violations
  }

  /// A proof that a view-change hides what one of its signer's commits binds it to.
  private func omission(in viewChange: ViewChange) -> Evidence? {
    for commit in commits[viewChange.signer] ?? []
    where commit.statement.epoch == viewChange.statement.epoch
      && commit.statement.view < viewChange.statement.view
    {
      guard viewChange.excuse(for: commit.statement) == nil else { continue }
      let proof = Evidence.omission(commit: commit, viewChange: viewChange)
      if isProof(proof) { return proof }
    }
    return nil
  }

  private func isProof(_ evidence: Evidence) -> Bool {
    (try? evidence.verify(by: verifier)) != nil
  }
}
