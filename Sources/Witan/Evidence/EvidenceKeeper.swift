/// The evidence a replica has gathered: the first of each kind against each culprit, since one convicts.
struct EvidenceKeeper: Sendable {
  private struct Charge: Hashable {
    let culprit: ReplicaID
    let kind: StatementKind
    let isOmission: Bool
  }

  private var charges: Set<Charge> = []
  private(set) var evidence: [Evidence] = []

  /// Keeps a proof; false when its culprit stands convicted of the same already.
  mutating func keep(_ proof: Evidence) -> Bool {
    let charge: Charge
    switch proof {
    case .conflict(let statement, _):
      charge = Charge(
        culprit: statement.signer, kind: statement.statement.kind, isOmission: false)
    case .omission(let commit, _):
      charge = Charge(culprit: commit.signer, kind: .viewChange, isOmission: true)
    }
    guard charges.insert(charge).inserted else { return false }
    evidence.append(proof)
    return true
  }
}
