import WitanCrypto

@testable import Witan

/// A small network with simulated signers, and builders for whatever its replicas and clients say.
///
/// Replica `rN` signs with the authority's N-th signer, client N with the (1000 + N)-th. Everything a
/// builder makes is valid unless the test says otherwise, and the same each time.
struct Network: Sendable {
  let authority: SimulatedAuthority
  let genesis: Genesis

  /// Replicas r0, r1, … of these weights; all weigh 1 unless told.
  init(
    _ count: Int = 4, powers: [UInt64]? = nil, parameters: Parameters = Parameters(),
    name: String = "fixture", seed: UInt64 = 1
  ) throws {
    let authority = SimulatedAuthority(seed: seed)
    self.authority = authority
    let powers = powers ?? Array(repeating: 1, count: count)
    genesis = try Genesis(
      name: name,
      members: powers.enumerated().map { index, power in
        Member(
          id: ReplicaID(UInt32(index)), key: authority.signer(UInt64(index)).publicKey,
          power: VotingPower(power))
      }, parameters: parameters, application: [7, 7], timestamp: 500)
  }

  var scheme: SignatureScheme { .simulated(authority) }
  var chain: Digest { genesis.digest }
  var members: Membership { genesis.members }
  var verifier: Verifier { Verifier(genesis: genesis, scheme: scheme) }
  var ids: [ReplicaID] { members.members.map(\.id) }

  func signer(_ id: ReplicaID) -> Signer { authority.signer(UInt64(id.rawValue)) }
  func client(_ index: UInt64) -> Signer { authority.signer(1_000 + index) }

  /// A member with the key that `signer` signs with.
  func member(_ id: ReplicaID, power: VotingPower = 1) -> Member {
    Member(id: id, key: signer(id).publicKey, power: power)
  }

  func leader(of view: View, in epoch: Epoch = 0, members: Membership? = nil) -> ReplicaID {
    let members = members ?? self.members
    return members[members.leader(of: view, in: epoch)].id
  }
}

// MARK: - Requests and blocks

extension Network {
  func request(
    _ number: UInt64 = 1, client index: UInt64 = 0, expiry: SequenceNumber = 100,
    operations: [[UInt8]] = [[1, 2, 3], [4]]
  ) -> Request {
    Request(
      number: number, expiry: expiry, operations: operations, signer: client(index), chain: chain)
  }

  /// A block of view 0's leader; it follows the genesis unless told.
  func block(
    _ height: SequenceNumber = 1, after previous: Digest? = nil, proposer: ReplicaID? = nil,
    epoch: Epoch = 0, requests: [Request]? = nil
  ) -> Block {
    Block(
      height: height, previous: previous ?? chain, proposer: proposer ?? leader(of: 0, in: epoch),
      timestamp: Micros(1_000) * height.rawValue, epoch: epoch,
      requests: requests ?? [request(height.rawValue)])
  }

  /// Blocks that follow each other from height 1 on. Another `fork` gives other blocks.
  func blocks(_ count: Int, fork: UInt64 = 0) -> [Block] {
    var blocks: [Block] = []
    for height in 1...UInt64(count) {
      blocks.append(
        block(
          SequenceNumber(height), after: blocks.last?.digest,
          requests: [request(height, client: fork)]))
    }
    return blocks
  }
}

// MARK: - Statements

extension Network {
  func sign(_ statement: Statement, by id: ReplicaID) -> SignedStatement {
    statement.signed(by: id, with: signer(id), chain: chain)
  }

  func vote(
    _ kind: StatementKind, for digest: Digest, at sequence: SequenceNumber = 1, view: View = 0,
    epoch: Epoch = 0, by id: ReplicaID
  ) -> SignedStatement {
    sign(
      Statement(kind, epoch: epoch, view: view, sequence: sequence, digest: digest), by: id)
  }

  func seal<Body: StatementBody>(
    _ kind: StatementKind, _ body: Body, epoch: Epoch = 0, view: View = 0,
    sequence: SequenceNumber = 0, by id: ReplicaID
  ) -> Sealed<Body> {
    Sealed(
      kind, body, epoch: epoch, view: view, sequence: sequence, by: id, with: signer(id),
      chain: chain)
  }

  func proposal(_ block: Block, view: View = 0, by id: ReplicaID? = nil) -> Sealed<Block> {
    seal(
      .prePrepare, block, epoch: block.header.epoch, view: view, sequence: block.header.height,
      by: id ?? leader(of: view, in: block.header.epoch))
  }
}

// MARK: - Certificates

extension Network {
  /// What these replicas say, by their seats.
  func signatures(
    _ statement: Statement, by ids: [ReplicaID], members: Membership? = nil
  ) -> SignatureSet {
    let members = members ?? self.members
    var seats = SeatSet(capacity: members.count)
    for id in ids {
      if let seat = members.seat(of: id) { seats.insert(seat) }
    }
    return SignatureSet(
      seats: seats, signatures: seats.map { sign(statement, by: members[$0].id).signature })
  }

  /// The first replicas that are a quorum, with `first` among them if it is given.
  func quorum(with first: ReplicaID? = nil, members: Membership? = nil) -> [ReplicaID] {
    let members = members ?? self.members
    var chosen: [ReplicaID] = first.map { [$0] } ?? []
    var power = chosen.compactMap { members.seat(of: $0) }.reduce(VotingPower(0)) {
      $0 + members[$1].power
    }
    for member in members.members where !members.quorum.isReached(by: power) {
      if chosen.contains(member.id) { continue }
      chosen.append(member.id)
      power += member.power
    }
    return chosen
  }

  func prepared(
    _ header: BlockHeader, view: View = 0, by ids: [ReplicaID]? = nil
  ) -> PreparedCertificate {
    let leader = leader(of: view, in: header.epoch)
    let place = (epoch: header.epoch, sequence: header.height, digest: header.digest)
    let prepare = Statement(
      .prepare, epoch: place.epoch, view: view, sequence: place.sequence, digest: place.digest)
    return PreparedCertificate(
      header: header, epoch: place.epoch, view: view,
      proposal: vote(
        .prePrepare, for: place.digest, at: place.sequence, view: view, epoch: place.epoch,
        by: leader
      ).signature,
      prepares: signatures(prepare, by: ids ?? quorum(with: leader).filter { $0 != leader }))
  }

  func committed(
    _ header: BlockHeader, view: View = 0, by ids: [ReplicaID]? = nil
  ) -> CommitCertificate {
    let statement = Statement(
      .commit, epoch: header.epoch, view: view, sequence: header.height, digest: header.digest)
    return CommitCertificate(
      epoch: header.epoch, view: view, sequence: header.height, digest: header.digest,
      commits: signatures(statement, by: ids ?? quorum()))
  }

  func lock(_ block: Block, view: View = 0) -> Lock {
    .prepared(prepared(block.header, view: view))
  }

  /// The state after a block. `next` are the members that take office after it, when they change.
  func summary(
    after header: BlockHeader, epoch: Epoch = 0, members: Membership? = nil,
    next: Membership? = nil
  ) -> CheckpointSummary {
    CheckpointSummary(
      sequence: header.height, lastBlock: header.digest, timestamp: header.timestamp,
      applicationRoot: SHA256.hash([9]), applicationChunks: 3,
      sessionsRoot: ChunkTree([1, 2, 3]).root, sessionChunks: 1,
      epoch: next == nil ? epoch : epoch.next, members: (next ?? members ?? self.members).digest)
  }

  func certificate(
    _ summary: CheckpointSummary, epoch: Epoch = 0, by ids: [ReplicaID]? = nil,
    members: Membership? = nil
  ) -> CheckpointCertificate {
    let statement = Statement(
      .checkpoint, epoch: epoch, sequence: summary.sequence, digest: summary.digest)
    return CheckpointCertificate(
      summary: summary, epoch: epoch,
      signatures: signatures(statement, by: ids ?? quorum(members: members), members: members))
  }

  /// The end of `epoch`, in which `members` serve, with the members of the next.
  func change(
    from epoch: Epoch = 0, members: Membership? = nil, to next: Membership,
    at height: SequenceNumber = 64
  ) -> EpochChange {
    let members = members ?? self.members
    let summary = summary(
      after: block(height, epoch: epoch).header, epoch: epoch, members: members, next: next)
    return EpochChange(
      certificate: certificate(summary, epoch: epoch, members: members), members: next)
  }
}

// MARK: - View changes

extension Network {
  func viewChange(
    to view: View, by id: ReplicaID, stable: CheckpointCertificate? = nil, locks: [Lock] = [],
    epoch: Epoch = 0
  ) -> ViewChange {
    seal(
      .viewChange, ViewChangeBody(stable: stable, locks: locks), epoch: epoch, view: view,
      sequence: stable?.sequence ?? 0, by: id)
  }

  /// What the leader of a view makes of these view-changes.
  func newView(_ view: View, _ viewChanges: [ViewChange], epoch: Epoch = 0) -> NewView {
    let leader = leader(of: view, in: epoch)
    let selection = Selection(of: viewChanges, chain: chain)
    let proposals = selection.headers.map {
      sign(selection.proposal(of: $0, epoch: epoch, view: view), by: leader).signature
    }
    return newView(
      view, viewChanges, proposals: proposals, sequence: selection.base, epoch: epoch, by: leader)
  }

  /// A new-view that says whatever it is told to.
  func newView(
    _ view: View, _ viewChanges: [ViewChange], proposals: [Signature], sequence: SequenceNumber,
    epoch: Epoch = 0, by id: ReplicaID
  ) -> NewView {
    seal(
      .newView, NewViewBody(viewChanges: viewChanges.map(\.signed), proposals: proposals),
      epoch: epoch,
      view: view, sequence: sequence, by: id)
  }
}
