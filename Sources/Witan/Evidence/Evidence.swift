import WitanCrypto

/// Portable proof that a replica is faulty. Whoever has the genesis can check it; none can be made against
/// a correct replica, because a correct replica persists what binds it before it speaks.
public enum Evidence: Equatable, Sendable {
  /// Two signed statements of which a correct replica makes one at most.
  case conflict(SignedStatement, SignedStatement)
  /// A commit, and a later view-change by the same signer that hides the lock the commit proves. The headers
  /// lead from the committed block down to the block where the view-change's chain ends.
  case omission(commit: SignedStatement, viewChange: ViewChange, headers: [BlockHeader])

  /// The epoch it speaks of.
  var epoch: Epoch {
    switch self {
    case .conflict(let statement, _): statement.statement.epoch
    case .omission(let commit, _, _): commit.statement.epoch
    }
  }

  /// Who is convicted.
  public var culprit: ReplicaID {
    switch self {
    case .conflict(let statement, _): statement.signer
    case .omission(let commit, _, _): commit.signer
    }
  }
}
