import WitanCrypto

extension Replica {
  /// Keeps a proof of a fault and tells of it, the first time.
  mutating func convict(_ proof: Evidence, into effects: inout Effects) {
    if evidence.keep(proof) { effects.append(.report(.evidence(proof))) }
  }

  /// Looks for what a view-change hides although its signer's own commit, seen here, proves it.
  mutating func checkForOmission(
    _ viewChange: ViewChange, seat: Seat, into effects: inout Effects
  ) {
    for commit in commitsSeen(of: seat) where viewChange.excuse(for: commit.statement) == nil {
      convict(.omission(commit: commit, viewChange: viewChange), into: &effects)
      return
    }
  }

  /// A member's commits in this view's slots, and in the decisions that are kept.
  private func commitsSeen(of seat: Seat) -> [SignedStatement] {
    let signer = members[seat].id
    var seen: [SignedStatement] = []
    for raw in window.sequences {
      let sequence = SequenceNumber(raw)
      guard window.contains(sequence) else { break }
      if let vote = window[sequence].commits.vote(of: seat) {
        let statement = Statement(
          .commit, epoch: office.epoch, view: votedView, sequence: sequence, digest: vote.digest)
        seen.append(
          SignedStatement(statement: statement, signer: signer, signature: vote.signature))
      }
      guard let certificate = decisions[sequence]?.certificate, certificate.epoch == office.epoch,
        let signature = certificate.commits.signature(of: seat)
      else { continue }
      seen.append(
        SignedStatement(statement: certificate.statement, signer: signer, signature: signature))
    }
    return seen
  }
}
