import WitanCrypto

/// What a quorum's view-changes demand of the next view: where it begins and which blocks it must propose
/// again (the set O of OSDI '99 §4.4). A pure function, computed by the leader and by every backup.
///
/// From the highest certified checkpoint on, each next block is the lock of the highest view among those that
/// follow the block selected before; the first sequence without one ends the selection. A block that was
/// decided in view v is locked by a quorum, and so is each of its ancestors (replicas commit in order), hence
/// every quorum of view-changes brings it, and no lock of a later view can contradict it. What isn't
/// selected was not decided; so there are no gaps and no null requests.
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
