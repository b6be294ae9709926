import Witan
import WitanCrypto

/// Somebody said something, and signed it.
struct Fact: Hashable {
  /// What was said.
  let statement: Statement
  /// By whom.
  let signer: ReplicaID

  init(statement: Statement, signer: ReplicaID) {
    self.statement = statement
    self.signer = signer
  }

  init(_ signed: SignedStatement) {
    self.init(statement: signed.statement, signer: signed.signer)
  }
}

/// All that one machine can know of what others said: the set of statements that reached it or left it, over all its
/// lives, alone or inside of certificates. Nothing is indexed, and nothing is ever forgotten.
struct Knowledge {
  /// The network.
  let genesis: Genesis
  /// How signatures are checked. The model checks them itself.
  let scheme: SignatureScheme
  /// The members of each epoch that has begun anywhere.
  var terms: [Epoch: Membership]
  /// What was said.
  private(set) var facts: Set<Fact> = []
  /// The blocks of which the header is known.
  private(set) var headers: [Digest: BlockHeader] = [:]
  /// The states that checkpoints' digests stand for.
  private(set) var summaries: [Digest: CheckpointSummary] = [:]
  /// The whole view-changes; two may have the same body.
  private(set) var viewChanges: [Fact: ViewChange] = [:]
  /// The new-views, which imply proposals.
  private var newViews: [NewView] = []
  /// The new-views whose proposals are among the facts.
  private var unfolded: Set<Digest> = []

  init(genesis: Genesis, scheme: SignatureScheme) {
    self.genesis = genesis
    self.scheme = scheme
    terms = [0: genesis.members]
  }

  // MARK: What is said in a message

  mutating func learn(_ message: Message) {
    if let signed = message.signed { learn(signed) }
    switch message {
    case .prePrepare(let sealed), .block(let sealed): learn(sealed.body.header)
    case .decision(let decision):
      learn(decision.body.block.header)
      learn(decision.body.certificate)
    case .viewChange(let viewChange):
      viewChanges[Fact(viewChange.signed)] = viewChange
      if let stable = viewChange.body.stable { learn(stable) }
      for lock in viewChange.body.locks { learn(lock) }
      unfoldNewViews()
    case .newView(let newView):
      for named in newView.body.viewChanges { learn(named) }
      newViews.append(newView)
      unfoldNewViews()
    case .manifest(let manifest):
      for change in manifest.body.lineage { learn(change.certificate) }
      if let certificate = manifest.body.certificate { learn(certificate) }
    case .prepare, .commit, .checkpoint, .status, .fetchBlock, .fetchViewChanges, .fetchState,
      .chunk, .request:
      break
    }
  }

  mutating func learn(_ header: BlockHeader) { headers[header.digest] = header }

  private mutating func learn(_ signed: SignedStatement) {
    learn(signed.statement, by: signed.signer, signed.signature)
  }

  private mutating func learn(_ statement: Statement, by id: ReplicaID, _ signature: Signature) {
    guard let members = terms[statement.epoch], let seat = members.seat(of: id),
      statement.isSigned(
        signature, by: members[seat].key, chain: genesis.digest, scheme: scheme)
    else { return }
    facts.insert(Fact(statement: statement, signer: id))
  }

  private mutating func learn(_ statement: Statement, by signers: SignatureSet) {
    guard let members = terms[statement.epoch] else { return }
    for (seat, signature) in zip(signers.seats, signers.signatures)
    where seat.index < members.count {
      learn(statement, by: members[seat].id, signature)
    }
  }

  private mutating func learn(_ certificate: CommitCertificate) {
    learn(
      Statement(
        .commit, epoch: certificate.epoch, view: certificate.view, sequence: certificate.sequence,
        digest: certificate.digest), by: certificate.commits)
  }

  private mutating func learn(_ certificate: CheckpointCertificate) {
    summaries[certificate.summary.digest] = certificate.summary
    learn(
      Statement(
        .checkpoint, epoch: certificate.epoch, sequence: certificate.sequence,
        digest: certificate.summary.digest), by: certificate.signatures)
  }

  mutating func learn(_ lock: Lock) {
    learn(lock.header)
    switch lock {
    case .committed(let certificate, _): learn(certificate)
    case .prepared(let certificate):
      guard let members = terms[certificate.epoch] else { return }
      let leader = members[members.leader(of: certificate.view, in: certificate.epoch)].id
      learn(
        proposal(of: lock.header, certificate.epoch, certificate.view), by: leader,
        certificate.proposal)
      learn(
        Statement(
          .prepare, epoch: certificate.epoch, view: certificate.view,
          sequence: lock.header.height, digest: lock.header.digest), by: certificate.prepares)
    }
  }

  private func proposal(of header: BlockHeader, _ epoch: Epoch, _ view: View) -> Statement {
    Statement(
      .prePrepare, epoch: epoch, view: view, sequence: header.height, digest: header.digest)
  }

  // MARK: New views

  /// A new-view says what its leader proposes again, to whoever has the view-changes that it names.
  private mutating func unfoldNewViews() {
    for newView in newViews where !unfolded.contains(newView.statement.digest) {
      guard let rests = rests(of: newView) else { continue }
      unfolded.insert(newView.statement.digest)
      let headers = demanded(by: rests).headers
      for (header, signature) in zip(headers, newView.body.proposals) {
        learn(header)
        learn(
          proposal(of: header, newView.statement.epoch, newView.statement.view),
          by: newView.signer, signature)
      }
    }
  }

  /// The view-changes that a new-view names, if all are here.
  func rests(of newView: NewView) -> [ViewChange]? {
    var found: [ViewChange] = []
    for named in newView.body.viewChanges {
      guard let viewChange = viewChanges[Fact(named)] else { return nil }
      found.append(viewChange)
    }
    return found
  }

  /// The checkpoint where a view begins, and what must be proposed again in it (OSDI '99 §4.4, the set O): of the
  /// locks on what follows the block before, the one of the highest view.
  func demanded(by viewChanges: [ViewChange]) -> (base: SequenceNumber, headers: [BlockHeader]) {
    let base = viewChanges.map { $0.body.stable?.sequence ?? 0 }.max() ?? 0
    let start = viewChanges.compactMap(\.body.stable).first { $0.sequence == base }
    var headers: [BlockHeader] = []
    while true {
      let previous = headers.last?.digest ?? start?.summary.lastBlock ?? genesis.digest
      let height = base.advanced(by: UInt64(headers.count) + 1)
      let locks = viewChanges.flatMap(\.body.locks).filter {
        $0.header.height == height && $0.header.previous == previous
      }
      guard let highest = locks.map(\.view).max(),
        let lock = locks.first(where: { $0.view == highest })
      else { return (base, headers) }
      headers.append(lock.header)
    }
  }

  // MARK: What follows from what was said

  /// What those weigh that said this.
  func power(of statement: Statement, besides own: ReplicaID? = nil) -> VotingPower {
    guard let members = terms[statement.epoch] else { return 0 }
    return members.members.reduce(0) { sum, member in
      let spoke = facts.contains(Fact(statement: statement, signer: member.id)) || member.id == own
      return spoke ? sum + member.power : sum
    }
  }

  /// Whether a quorum said this; `own` counts as though it had.
  func isQuorum(_ statement: Statement, with own: ReplicaID? = nil) -> Bool {
    terms[statement.epoch]?.quorum.isReached(by: power(of: statement, besides: own)) ?? false
  }

  /// OSDI '99 §4.2, *prepared*: the leader's proposal, and prepares for it which together with it weigh a quorum.
  func isPrepared(
    _ digest: Digest, at sequence: SequenceNumber, epoch: Epoch, view: View,
    with own: ReplicaID? = nil
  ) -> Bool {
    guard let members = terms[epoch] else { return false }
    let leader = members[members.leader(of: view, in: epoch)]
    func statement(_ kind: StatementKind) -> Statement {
      Statement(kind, epoch: epoch, view: view, sequence: sequence, digest: digest)
    }
    let proposed =
      facts.contains(Fact(statement: statement(.prePrepare), signer: leader.id)) || own == leader.id
    guard proposed else { return false }
    let prepares = members.members.reduce(leader.power) { sum, member in
      let fact = Fact(statement: statement(.prepare), signer: member.id)
      guard member.id != leader.id, facts.contains(fact) || member.id == own else { return sum }
      return sum + member.power
    }
    return members.quorum.isReached(by: prepares)
  }

  /// Whether a block was prepared in some view, or a quorum committed to it.
  func isLocked(_ digest: Digest, at sequence: SequenceNumber, with own: ReplicaID) -> Bool {
    places(of: digest, at: sequence).contains { place in
      isPrepared(digest, at: sequence, epoch: place.epoch, view: place.view, with: own)
    } || isDecided(digest, at: sequence)
  }

  /// OSDI '99 §4.2, *committed-local*, without the part that says prepared: a quorum's commits imply it.
  func isDecided(
    _ digest: Digest, at sequence: SequenceNumber, with own: ReplicaID? = nil
  ) -> Bool {
    places(of: digest, at: sequence).contains { place in
      isQuorum(
        Statement(
          .commit, epoch: place.epoch, view: place.view, sequence: sequence, digest: digest),
        with: own)
    }
  }

  /// The views in which anybody spoke of a block.
  private func places(
    of digest: Digest, at sequence: SequenceNumber
  ) -> Set<Place> {
    var places: Set<Place> = []
    for fact in facts where fact.statement.digest == digest && fact.statement.sequence == sequence {
      places.insert(Place(epoch: fact.statement.epoch, view: fact.statement.view))
    }
    return places
  }

  private struct Place: Hashable {
    let epoch: Epoch
    let view: View
  }

  /// Whether a state was certified whose last block this is.
  func isCertified(_ block: Digest, at sequence: SequenceNumber, with own: ReplicaID) -> Bool {
    stable(with: own).contains { statement in
      statement.sequence == sequence && summaries[statement.digest]?.lastBlock ?? block == block
    }
  }

  /// The checkpoints of a quorum (OSDI '99 §4.3, *stable*).
  func stable(with own: ReplicaID) -> Set<Statement> {
    Set(facts.map(\.statement).filter { $0.kind == .checkpoint }).filter { isQuorum($0, with: own) }
  }

  /// The sequence of the last checkpoint of a quorum.
  func low(with own: ReplicaID) -> SequenceNumber { stable(with: own).map(\.sequence).max() ?? 0 }
}
