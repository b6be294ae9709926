import Witan
import WitanCrypto
import WitanProofs

/// Accountability: evidence that correct replicas report proves something, and names only those that lie. And when
/// correct machines executed different blocks though at most twice the fault bound lied, what correct machines hold convicts
/// more than the fault bound.
public struct AccountabilityChecker: Checker {
  /// What it knows beforehand.
  public var vantage: Vantage
  /// What it found.
  public private(set) var findings = Findings()
  /// The proofs that correct replicas reported, one of each.
  public private(set) var evidence: [Evidence] = []
  /// When the first proof against each culprit was reported.
  public private(set) var convictions: [ReplicaID: Micros] = [:]
  /// The votes for invalid blocks that correct machines have proof of, one of each replica for each block.
  public private(set) var falseVotes: [FalseVote] = []
  /// What an audit after a fork found.
  public private(set) var verdict: Audit.Verdict?
  private var newViews: [NewView] = []
  private var decisions: [SequenceNumber: [CommitCertificate]] = [:]
  private var latest: SequenceNumber = 0

  /// How many of the latest new-views and decisions are kept for an audit.
  static let memory = 4_096

  /// A checker that has seen nothing yet.
  public init(_ vantage: Vantage) { self.vantage = vantage }

  /// Whoever knows an epoch's members; set by the watcher of certificates as epochs begin.
  var verifiers: [Epoch: Verifier] = [:]

  private func verifier(for epoch: Epoch) -> Verifier? {
    epoch == 0
      ? Verifier(genesis: vantage.genesis, scheme: vantage.scheme) : verifiers[epoch]
  }

  /// Sees what happened.
  public mutating func observe(_ happening: Happening) {
    switch happening.event {
    case .report(.evidence(let proof)):
      if vantage.isCorrect(happening.node) { check(proof, happening) }
    case .denounced(let proof):
      if vantage.isCorrect(happening.node) { check(proof, happening) }
    case .report(.decided(let certificate, _)):
      if vantage.isCorrect(happening.node) { keep(certificate) }
    case .report(.rejected(let rejection, let kind, let sender?)) where rejection.provesFault:
      complain(of: sender, "\(kind.map { "\($0)" } ?? "message"): \(rejection)", happening)
    case .report(.liar(let sender)): complain(of: sender, "piece of state", happening)
    case .sent(.newView(let newView), let receiver):
      if isHeld(by: receiver) { keep(newView) }
    default: break
    }
  }

  /// What no correct replica sends is refused; nobody correct may be found to have sent it.
  private mutating func complain(
    of sender: ReplicaID, _ what: @autoclosure () -> String, _ happening: Happening
  ) {
    guard vantage.isCorrect(happening.node), vantage.isKnown(sender), !vantage.isFaulty(sender)
    else { return }
    findings.add(
      .falseEvidence, at: happening,
      detail: "it blames \(sender), who is correct, for its \(what())")
  }

  /// Whether a correct machine gets what is sent so.
  private func isHeld(by receiver: ReplicaID?) -> Bool {
    receiver.map { !vantage.isFaulty($0) } ?? true
  }

  private mutating func keep(_ certificate: CommitCertificate) {
    let sequence = certificate.sequence
    let isKnown = decisions[sequence]?.contains {
      $0.digest == certificate.digest && $0.view == certificate.view
    }
    guard isKnown != true else { return }
    decisions[sequence, default: []].append(certificate)
    latest = max(latest, sequence)
    guard decisions.count >= 2 * Self.memory else { return }
    let latest = latest
    decisions = decisions.filter { latest.distance(after: $0.key) < UInt64(Self.memory) }
  }

  private mutating func keep(_ newView: NewView) {
    guard !newViews.suffix(64).contains(where: { $0.signed == newView.signed }) else { return }
    if newViews.count >= 2 * Self.memory { newViews.removeFirst(Self.memory) }
    newViews.append(newView)
  }

  private mutating func check(_ proof: Evidence, _ happening: Happening) {
    guard !evidence.contains(proof) else { return }
    evidence.append(proof)
    let culprit = proof.culprit
    if convictions[culprit] == nil { convictions[culprit] = happening.time }
    if !vantage.isFaulty(culprit) {
      findings.add(.falseEvidence, at: happening, detail: "it convicts \(culprit), who is correct")
    }
    guard let verifier = verifier(for: proof.epochOfProof) else { return }
    do throws(EvidenceFault) {
      try proof.verify(by: verifier)
    } catch {
      findings.add(
        .falseEvidence, at: happening,
        detail: "what it offers against \(culprit) proves nothing: \(error)")
    }
  }

  private mutating func check(_ proof: FalseVote, _ happening: Happening) {
    let culprit = proof.culprit
    let isKnown = falseVotes.contains {
      $0.culprit == culprit && $0.block.header.digest == proof.block.header.digest
    }
    guard !isKnown, falseVotes.count < Self.memory else { return }
    falseVotes.append(proof)
    if convictions[culprit] == nil { convictions[culprit] = happening.time }
    if !vantage.isFaulty(culprit) {
      findings.add(.falseEvidence, at: happening, detail: "it denounces \(culprit), who is correct")
    }
    guard proof.vote.statement.epoch == 0,
      let examiner = vantage.application.ledger?.network?.examiner
    else { return }
    do throws(FalseVote.Fault) {
      _ = try proof.verify(vantage.genesis, examiner)
    } catch {
      findings.add(
        .falseEvidence, at: happening,
        detail: "that \(culprit) vouched for an invalid block isn't proved: \(error)")
    }
  }

  /// Audits what correct machines hold, after they executed different blocks.
  mutating func audit(forks: [SequenceNumber], at time: Micros) {
    guard let fork = forks.first, verdict == nil else { return }
    let epoch = decisions[fork]?.first?.epoch ?? 0
    guard let verifier = verifier(for: epoch), let members = verifier.members(of: epoch) else {
      return
    }
    var audit = Audit(verifier)
    for (_, held) in decisions.sorted(by: { $0.key < $1.key }) {
      for decision in held { audit.add(decision) }
    }
    for newView in newViews { audit.add(newView) }
    let verdict = audit.verdict()
    self.verdict = verdict
    for culprit in verdict.culprits where !vantage.isFaulty(culprit) {
      findings.add(
        .falseEvidence, node: 0, time: time, fork,
        detail: "an audit convicts \(culprit), who is correct")
    }
    let faulty = vantage.faultyPower(among: members)
    let bound = members.quorum.faultBound
    guard faulty.rawValue <= 2 * bound.rawValue else { return }
    let convicted = verdict.power(among: members)
    if convicted <= bound {
      findings.add(
        .unaccountable, node: 0, time: time, fork,
        detail:
          "members weighing \(faulty) lied and the order broke, but an audit convicts only \(convicted)"
      )
    }
  }
}

extension Evidence {
  /// The epoch whose members it is checked against.
  fileprivate var epochOfProof: Epoch {
    switch self {
    case .conflict(let first, _): first.statement.epoch
    case .omission(let commit, _): commit.statement.epoch
    }
  }
}
