import WitanCrypto

/// What a quorum's view-changes demand of the next view: where it begins and which blocks it must propose
/// again (the set O of OSDI '99 §4.4). A pure function, computed by the leader and by every backup.
///
/// From the highest certified checkpoint on, each next block is the lock of the highest view among those that
/// follow the block selected before; the first sequence without one ends the selection. What isn't selected was not
/// decided; so there are no gaps and no null requests. For let block b be decided at sequence s in view v, and take
/// the new-views of later views in the order in which they were made. Each selects b and all its ancestors, as far as
/// they lie above its checkpoint:
///
/// * A quorum was prepared on b in v, and on each of b's ancestors in v too, unless it was decided by then (replicas
///   prepare in order). Whoever was replaces a lock by one of a later view or by the block's decision only, until
///   a checkpoint covers it, and shows its locks without gaps.
/// * So among any quorum's view-changes is one of a correct member that shows, up to s, for every sequence above its
///   checkpoint, a decision, or a lock of view v or later.
/// * Those locks of view v or later are on b and its ancestors: in v itself no other block can have been prepared
///   there, and in later views, by the new-views made before, none was proposed. And where an ancestor was decided
///   earlier, in u, the same holds of it and the views after u.
/// * Hence at each sequence up to s, b or its ancestor follows the block selected before, and nothing else that
///   follows it is of a higher view.
///
/// A block may be locked above one that it doesn't follow: its own ancestor was superseded, so it wasn't decided,
/// and it isn't selected.
public struct Selection: Equatable, Sendable {
  /// The sequence of the checkpoint that the view begins from.
  public let base: SequenceNumber
  /// That checkpoint's certificate; nil is the genesis.
  public let certificate: CheckpointCertificate?
  /// The blocks to propose again, from the sequence after the checkpoint on, without gaps.
  public let headers: [BlockHeader]

  /// What these view-changes demand.
  public init(of viewChanges: [ViewChange], chain: Digest) {
    var best: CheckpointCertificate?
    for case let stable? in viewChanges.map(\.body.stable)
    where stable.sequence > best?.sequence ?? 0 {
      best = stable
    }
    certificate = best
    base = best?.sequence ?? 0
    var previous = best?.summary.lastBlock ?? chain
    var height = base.next
    var headers: [BlockHeader] = []
    while let lock = Self.lock(at: height, after: previous, among: viewChanges) {
      headers.append(lock.header)
      previous = lock.header.digest
      height = height.next
    }
    self.headers = headers
  }

  private static func lock(
    at height: SequenceNumber, after previous: Digest, among viewChanges: [ViewChange]
  ) -> Lock? {
    var best: Lock?
    for viewChange in viewChanges {
      let first = (viewChange.body.stable?.sequence ?? 0).next
      guard height >= first else { continue }
      let index = height.distance(after: first)
      guard index < viewChange.body.locks.count else { continue }
      let lock = viewChange.body.locks[Int(index)]
      guard lock.header.previous == previous else { continue }
      if let best, best.view >= lock.view { continue }
      best = lock
    }
    return best
  }

  /// What the new leader signs for one of the blocks.
  func proposal(of header: BlockHeader, epoch: Epoch, view: View) -> Statement {
    Statement(
      .prePrepare, epoch: epoch, view: view, sequence: header.height, digest: header.digest)
  }

  /// The last sequence that a new-view proposes again; further ones are its leader's own.
  static func end(of newView: NewView) -> SequenceNumber {
    newView.statement.sequence.advanced(by: UInt64(newView.body.proposals.count))
  }
}
