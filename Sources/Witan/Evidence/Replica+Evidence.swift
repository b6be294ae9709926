import WitanCrypto

extension Replica {
  /// Keeps a proof of a fault and tells of it, the first time.
  mutating func convict(_ proof: Evidence, into effects: inout Effects) {
    if evidence.keep(proof) { effects.report(.evidence(proof)) }
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

  /// Looks for signers of a decision who told this replica that they commit to another block there.
  mutating func checkForConflict(
    _ certificate: CommitCertificate, into effects: inout Effects
  ) {
    let sequence = certificate.sequence
    guard certificate.epoch == office.epoch, certificate.view == votedView,
      window.contains(sequence)
    else { return }
    for (seat, signature) in zip(certificate.commits.seats, certificate.commits.signatures) {
      guard let vote = window[sequence].commits.vote(of: seat), vote.digest != certificate.digest
      else { continue }
      let statement = Statement(
        .commit, epoch: office.epoch, view: votedView, sequence: sequence, digest: vote.digest)
      let signer = members[seat].id
      convict(
        .conflict(
          SignedStatement(statement: statement, signer: signer, signature: vote.signature),
          SignedStatement(
            statement: certificate.statement, signer: signer, signature: signature)),
        into: &effects)
    }
  }

  /// Looks for blocks in a view-change's locks that the leader proposed where it proposed others to this replica.
  mutating func checkForSecondProposal(
    _ viewChange: ViewChange, into effects: inout Effects
  ) {
    for case .prepared(let certificate) in viewChange.body.locks
    where certificate.epoch == office.epoch && certificate.view == votedView {
      let header = certificate.header
      guard window.contains(header.height), let accepted = window[header.height].proposal,
        accepted.header.digest != header.digest
      else { continue }
      let signer = members[members.leader(of: votedView, in: office.epoch)].id
      func proposal(_ digest: Digest, _ signature: Signature) -> SignedStatement {
        SignedStatement(
          statement: Statement(
            .prePrepare, epoch: office.epoch, view: votedView, sequence: header.height,
            digest: digest),
          signer: signer, signature: signature)
      }
      convict(
        .conflict(
          proposal(accepted.header.digest, accepted.signature),
          proposal(header.digest, certificate.proposal)), into: &effects)
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
