import Witan
import WitanCrypto

/// A network all of whose keys are here: whoever forges its messages makes them as they would be made.
struct Town: Sendable {
  let authority: SimulatedAuthority
  let genesis: Genesis
  let signers: [Signer]
  /// Checks messages as any of its replicas does in the first epoch.
  let verifier: Verifier

  /// A network of members with these weights; nil when no network can be so.
  init?(weights: [UInt64], parameters: Parameters, applicationRoot: Digest = .zero) {
    let authority = SimulatedAuthority(seed: 0xf022)
    let signers = weights.indices.map { authority.signer(UInt64($0)) }
    let members = zip(signers, weights).enumerated().map { index, member in
      Member(
        id: ReplicaID(UInt32(index)), key: member.0.publicKey, power: VotingPower(member.1))
    }
    guard
      let genesis = try? Genesis(
        name: "town", members: members, parameters: parameters, applicationRoot: applicationRoot)
    else { return nil }
    self.authority = authority
    self.signers = signers
    self.genesis = genesis
    verifier = Verifier(genesis: genesis, scheme: .simulated(authority))
  }

  /// Four equals, with the parameters that are usual.
  static let four: Town = {
    guard let town = Town(weights: [1, 1, 1, 1], parameters: Parameters()) else {
      preconditionFailure("four equals are a network")
    }
    return town
  }()

  var chain: Digest { genesis.digest }
  var members: Membership { genesis.members }
  var scheme: SignatureScheme { .simulated(authority) }

  /// The signer of a client, none of which is a replica.
  func client(_ index: UInt64) -> Signer { authority.signer(1_000 + index) }

  /// What a fuzzer can't guess: names, keys, digests.
  var words: [[UInt8]] {
    signers.map { Array($0.publicKey.bytes) } + [Array(chain.bytes), Array(members.digest.bytes)]
  }

  // MARK: Signing

  /// A statement in the name of a member.
  func sign(_ statement: Statement, by seat: Int) -> SignedStatement {
    statement.signed(by: ReplicaID(UInt32(seat)), with: signers[seat], chain: chain)
  }

  /// A body in the name of a member.
  func seal<Body>(
    _ kind: StatementKind, _ body: Body, epoch: Epoch = 0, view: View = 0,
    sequence: SequenceNumber = 0, by seat: Int
  ) -> Sealed<Body> {
    Sealed(
      kind, body, epoch: epoch, view: view, sequence: sequence, by: ReplicaID(UInt32(seat)),
      with: signers[seat], chain: chain)
  }

  /// The signatures of some members over one statement.
  func signatures(_ statement: Statement, by seats: [Int]) -> SignatureSet {
    var set = SeatSet()
    for seat in seats { set.insert(Seat(seat)) }
    return SignatureSet(
      seats: set, signatures: set.map { sign(statement, by: $0.index).signature })
  }

  // MARK: Certificates

  /// That these members prepared a block which the view's leader proposed.
  func prepared(_ header: BlockHeader, view: View, by seats: [Int]) -> PreparedCertificate {
    let leader = members.leader(of: view, in: header.epoch).index
    func statement(_ kind: StatementKind) -> Statement {
      Statement(
        kind, epoch: header.epoch, view: view, sequence: header.height, digest: header.digest)
    }
    return PreparedCertificate(
      header: header, epoch: header.epoch, view: view,
      proposal: sign(statement(.prePrepare), by: leader).signature,
      prepares: signatures(statement(.prepare), by: seats.filter { $0 != leader }))
  }

  /// That these members committed to a block.
  func committed(_ header: BlockHeader, view: View, by seats: [Int]) -> CommitCertificate {
    let statement = Statement(
      .commit, epoch: header.epoch, view: view, sequence: header.height, digest: header.digest)
    return CommitCertificate(
      epoch: header.epoch, view: view, sequence: header.height, digest: header.digest,
      commits: signatures(statement, by: seats))
  }

  /// That these members vouch for a state.
  func certificate(_ summary: CheckpointSummary, by seats: [Int]) -> CheckpointCertificate {
    let statement = Statement(
      .checkpoint, epoch: summary.epoch, sequence: summary.sequence, digest: summary.digest)
    return CheckpointCertificate(
      summary: summary, epoch: summary.epoch, signatures: signatures(statement, by: seats))
  }
}
