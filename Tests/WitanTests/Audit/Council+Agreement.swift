import WitanCrypto

@testable import Witan

/// What members say in agreement and in view changes, true or false.
extension Council {
  func leader(of view: View) -> ReplicaID { members[members.leader(of: view, in: 0)].id }

  func isQuorum(_ ids: [ReplicaID]) -> Bool {
    members.quorum.isReached(by: power(of: ids))
  }

  func power(of ids: [ReplicaID]) -> VotingPower {
    ids.reduce(0) { sum, id in members.seat(of: id).map { sum + members[$0].power } ?? sum }
  }

  /// The proof that these prepared a block in a view, its leader among them.
  func lock(_ header: BlockHeader, view: View, by ids: [ReplicaID]) -> Lock {
    let leader = leader(of: view)
    return .prepared(
      PreparedCertificate(
        header: header, epoch: 0, view: view,
        proposal: say(
          .prePrepare, by: leader, view: view, sequence: header.height, digest: header.digest
        ).signature,
        prepares: signatures(
          .prepare, by: ids.filter { $0 != leader }, view: view, sequence: header.height,
          digest: header.digest)))
  }

  func viewChange(
    to view: View, by id: ReplicaID, stable: CheckpointCertificate? = nil, locks: [Lock]
  ) -> ViewChange {
    ViewChange(
      .viewChange, ViewChangeBody(stable: stable, locks: locks), epoch: 0, view: view,
      sequence: stable?.sequence ?? 0, by: id, with: signer(id), chain: chain)
  }

  /// The new-view that follows from these view-changes.
  func newView(_ view: View, from viewChanges: [ViewChange]) -> NewView {
    let leader = leader(of: view)
    let selection = Selection(of: viewChanges, chain: chain)
    let proposals = selection.headers.map {
      say(.prePrepare, by: leader, view: view, sequence: $0.height, digest: $0.digest).signature
    }
    return NewView(
      .newView, NewViewBody(viewChanges: viewChanges.map(\.signed), proposals: proposals),
      epoch: 0, view: view, sequence: selection.base, by: leader, with: signer(leader), chain: chain
    )
  }

  /// The new-view that follows from these view-changes, and they: what a witness has who entered the view.
  func opened(_ view: View, from viewChanges: [ViewChange], in audit: inout Audit) {
    audit.add(newView(view, from: viewChanges))
    for viewChange in viewChanges { audit.add(viewChange) }
  }

  /// A chain of blocks of this length, told from others by `salt`.
  func chain(of length: Int, after parent: BlockHeader? = nil, salt: UInt8 = 0) -> [BlockHeader] {
    var headers: [BlockHeader] = []
    for _ in 0..<length { headers.append(header(after: headers.last ?? parent, salt: salt)) }
    return headers
  }
}
