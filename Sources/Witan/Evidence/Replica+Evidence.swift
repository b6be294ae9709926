import WitanCrypto

extension Replica {
  /// Keeps a proof of a fault and tells of it, the first time.
  mutating func convict(_ proof: Evidence, into effects: inout Effects) {
    if evidence.keep(proof) { effects.append(.report(.evidence(proof))) }
  }

  /// Looks for a lock that a view-change hides although its signer's own commit, seen here, proves it.
  mutating func checkForOmission(
    _ viewChange: ViewChange, seat: Seat, into effects: inout Effects
  ) {
    for (commit, header) in commitsSeen(of: seat, signer: viewChange.signer) {
      let headers = ancestry(of: header, downTo: viewChange)
      let proof = Evidence.omission(commit: commit, viewChange: viewChange, headers: headers)
      if proof.omissionFault(chain: chain) == nil {
        convict(proof, into: &effects)
        return
      }
    }
  }

  /// A member's commits in this view's slots, and in the decisions that are kept.
  private func commitsSeen(
    of seat: Seat, signer: ReplicaID
  ) -> [(SignedStatement, BlockHeader)] {
    var seen: [(SignedStatement, BlockHeader)] = []
    for raw in window.sequences {
      let sequence = SequenceNumber(raw)
      guard window.contains(sequence) else { break }
      let slot = window[sequence]
      if let vote = slot.commits.vote(of: seat), let block = slot.block(vote.digest) {
        let statement = Statement(
          .commit, epoch: office.epoch, view: votedView, sequence: sequence, digest: vote.digest)
        seen.append(
          (
            SignedStatement(statement: statement, signer: signer, signature: vote.signature),
            block.header
          ))
      }
      guard let decision = decisions[sequence], decision.certificate.epoch == office.epoch,
        let signature = decision.certificate.commits.signature(of: seat)
      else { continue }
      seen.append(
        (
          SignedStatement(
            statement: decision.certificate.statement, signer: signer, signature: signature),
          decision.block.header
        ))
    }
    return seen
  }

  /// The headers from a committed block down to where a view-change's chain ends.
  private func ancestry(of header: BlockHeader, downTo viewChange: ViewChange) -> [BlockHeader] {
    let end =
      viewChange.body.locks.last?.header.height ?? viewChange.body.stable?.sequence ?? 0
    var headers = [header]
    while let last = headers.last, last.height > end.next {
      let below = last.height.previous
      let block =
        decisions[below]?.block
        ?? (window.contains(below) ? window[below].block(last.previous) : nil)
      guard let block, block.digest == last.previous else { return headers }
      headers.append(block.header)
    }
    return headers
  }
}
