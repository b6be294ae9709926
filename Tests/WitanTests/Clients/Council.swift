import Witan
import WitanCrypto

/// Members with their signers in hand: says anything in anybody's name, true or false.
struct Council {
  let genesis: Genesis
  let scheme: SignatureScheme
  let authority: SimulatedAuthority

  /// Members of these weights.
  init(powers: [VotingPower], parameters: Parameters = Parameters()) throws {
    authority = SimulatedAuthority(seed: 7)
    scheme = .simulated(authority)
    genesis = try Genesis(
      name: "council", members: Self.members(powers: powers, authority: authority, keys: 0),
      parameters: parameters)
  }

  /// So many members of equal weight.
  init(_ count: Int, parameters: Parameters = Parameters()) throws {
    try self.init(powers: Array(repeating: 1, count: count), parameters: parameters)
  }

  /// Members whose keys begin at an index, so that an epoch may have others than the one before.
  static func members(
    powers: [VotingPower], authority: SimulatedAuthority, keys: UInt64
  ) -> [Member] {
    powers.enumerated().map { index, power in
      Member(
        id: ReplicaID(UInt32(index)), key: authority.signer(keys + UInt64(index)).publicKey,
        power: power)
    }
  }

  var members: Membership { genesis.members }
  var chain: Digest { genesis.digest }
  var ids: [ReplicaID] { members.members.map(\.id) }
  var verifier: Verifier { Verifier(genesis: genesis, scheme: scheme) }

  func signer(_ id: ReplicaID, keys: UInt64 = 0) -> Signer {
    authority.signer(keys + UInt64(id.rawValue))
  }

  func client(_ index: UInt64 = 0) -> Signer { authority.signer(1_000_000 + index) }

  // MARK: What members say

  func say(
    _ kind: StatementKind, by id: ReplicaID, epoch: Epoch = 0, view: View = 0,
    sequence: SequenceNumber = 0, digest: Digest, keys: UInt64 = 0
  ) -> SignedStatement {
    Statement(kind, epoch: epoch, view: view, sequence: sequence, digest: digest)
      .signed(by: id, with: signer(id, keys: keys), chain: chain)
  }

  /// The signatures of these members over one statement.
  func signatures(
    _ kind: StatementKind, by ids: [ReplicaID], epoch: Epoch = 0, view: View = 0,
    sequence: SequenceNumber, digest: Digest, keys: UInt64 = 0
  ) -> SignatureSet {
    var seats = SeatSet()
    for id in ids { seats.insert(Seat(Int(id.rawValue))) }
    return SignatureSet(
      seats: seats,
      signatures: ids.sorted().map {
        say(
          kind, by: $0, epoch: epoch, view: view, sequence: sequence, digest: digest, keys: keys
        ).signature
      })
  }

  func reply(
    to request: Request, _ outcome: Outcome, at sequence: SequenceNumber, by id: ReplicaID,
    epoch: Epoch = 0, keys: UInt64 = 0
  ) -> Reply {
    Reply(
      .reply, ReplyBody(client: request.client, number: request.number, outcome: outcome),
      epoch: epoch, sequence: sequence, by: id, with: signer(id, keys: keys), chain: chain)
  }

  func answer(
    to query: Query, _ outcome: Outcome, at sequence: SequenceNumber, by id: ReplicaID,
    lineage: [EpochChange] = [], certification: AnswerBody.Certification? = nil,
    epoch: Epoch = 0, keys: UInt64 = 0
  ) -> Answer {
    Answer(
      .answer,
      AnswerBody(
        client: query.client, number: query.number, outcome: outcome, lineage: lineage,
        certification: certification),
      epoch: epoch, sequence: sequence, by: id, with: signer(id, keys: keys), chain: chain)
  }

  // MARK: What members certify

  func summary(
    at sequence: SequenceNumber, root: Digest = .zero, lastBlock: Digest = .zero,
    epoch: Epoch = 0, members: Membership? = nil
  ) -> CheckpointSummary {
    CheckpointSummary(
      sequence: sequence, lastBlock: lastBlock, timestamp: 0, applicationRoot: root,
      applicationChunks: 1, sessionsRoot: .zero, sessionChunks: 1, epoch: epoch,
      members: (members ?? self.members).digest)
  }

  func certificate(
    of summary: CheckpointSummary, by ids: [ReplicaID]? = nil, epoch: Epoch = 0,
    keys: UInt64 = 0
  ) -> CheckpointCertificate {
    CheckpointCertificate(
      summary: summary, epoch: epoch,
      signatures: signatures(
        .checkpoint, by: ids ?? self.ids, epoch: epoch, sequence: summary.sequence,
        digest: summary.digest, keys: keys))
  }

  /// The members of an epoch in these tests: as many as at first, with keys of that epoch's own.
  func members(of epoch: Epoch) throws -> Membership {
    try Membership(
      Self.members(
        powers: members.members.map(\.power), authority: authority, keys: Self.keys(of: epoch)))
  }

  static func keys(of epoch: Epoch) -> UInt64 { epoch.rawValue * 1_000 }

  /// The end of the epoch before, signed by its members.
  func change(to epoch: Epoch, at sequence: SequenceNumber) throws -> EpochChange {
    let next = try members(of: epoch)
    return EpochChange(
      certificate: certificate(
        of: summary(at: sequence, epoch: epoch, members: next), epoch: epoch.previous,
        keys: Self.keys(of: epoch.previous)),
      members: next)
  }

  func commits(
    _ header: BlockHeader, view: View, by ids: [ReplicaID]
  ) -> CommitCertificate {
    CommitCertificate(
      epoch: 0, view: view, sequence: header.height, digest: header.digest,
      commits: signatures(
        .commit, by: ids, view: view, sequence: header.height, digest: header.digest))
  }

  /// A block that follows another, told from its siblings by `salt`.
  func header(after parent: BlockHeader?, salt: UInt8 = 0) -> BlockHeader {
    BlockHeader(
      height: parent?.height.next ?? 1, previous: parent?.digest ?? chain, proposer: 0,
      timestamp: 0, epoch: 0, payload: SHA256.hash([salt]))
  }
}
