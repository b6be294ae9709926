import WitanCrypto

/// Portable proof that a replica is faulty. Whoever has the genesis can check it; none can be made against
/// a correct replica, because a correct replica persists what binds it before it speaks. It is kept in a box: it is
/// rare and large, and effects are as large as the largest of them.
public indirect enum Evidence: Equatable, Sendable {
  /// Two signed statements of which a correct replica makes one at most.
  case conflict(SignedStatement, SignedStatement)
  /// A commit, and a later view-change by the same signer that doesn't show what the commit proves.
  ///
  /// Who commits to block d at sequence s in view v is prepared on d in v, and below s every block is prepared in
  /// v or decided (replicas prepare in order). A lock gives way to one of a later view, to the block's decision, or
  /// to a checkpoint. So a later view-change whose checkpoint is below s must show, at every sequence up to
  /// s, a decision or a lock of view v or later; and at s, if it is of v itself, d.
  case omission(commit: SignedStatement, viewChange: ViewChange)

  /// The epoch it speaks of.
  var epoch: Epoch {
    switch self {
    case .conflict(let statement, _): statement.statement.epoch
    case .omission(let commit, _): commit.statement.epoch
    }
  }

  /// Who is convicted.
  public var culprit: ReplicaID {
    switch self {
    case .conflict(let statement, _): statement.signer
    case .omission(let commit, _): commit.signer
    }
  }
}
