import Witan
import WitanCrypto
import WitanProofs

/// Claims that every replica judged before it voted for the block, and replicas that voted without.
///
/// What needs a solver is settled before the vote; what runs afterwards doesn't, and so it is the same on a replica
/// that judged and on one that fetched the block later.
extension Draft {
  /// Notes that a claim is proved, and what it spends is spent. A theorem is proved once, whoever says it.
  mutating func prove(_ signed: SignedClaim, in context: Context) throws(LedgerRefusal) {
    let claim = signed.claim
    guard try record(.proof(claim.digest)) == nil else { throw .proved }
    try set(.proof(claim.digest), .mark(context.height))
    for spend in claim.spends {
      let digest = spend.encodedDigest
      guard try record(.spend(digest)) == nil else { throw .spent }
      try set(.spend(digest), .mark(context.height))
    }
  }

  /// Punishes who vouched for an invalid block. That it is invalid was found before the vote.
  mutating func denounce(
    _ vote: FalseVote, _ lineage: [EpochChange], _ progress: inout BlockProgress,
    in context: Context
  ) throws(LedgerRefusal) {
    let network = try context.known()
    do throws(FalseVote.Fault) {
      try vote.verifyVote(network.genesis, lineage: lineage, scheme: network.scheme)
    } catch { throw .noOffence }
    try punish(Offence(vote), &progress, in: context)
  }
}

extension LedgerOperation {
  /// The claim that it says is proved, if it does.
  var claim: SignedClaim? { if case .prove(let claim) = self { claim } else { nil } }

  /// Whether a replica may have it proposed: a claim must be proved, and who is denounced must be guilty.
  func isAdmitted(by network: Ledger.Network?) -> Bool {
    switch self {
    case .denounce(let vote, let lineage):
      guard let network, let examiner = network.examiner else { return false }
      return (try? vote.verify(network.genesis, lineage: lineage, examiner)) != nil
    default: return true
    }
  }

  /// The claim in an operation's bytes, if it is of the kind that carries one.
  static func claim(in bytes: [UInt8]) throws(Malformed) -> SignedClaim? {
    guard carriesClaim(bytes) else { return nil }
    return try LedgerOperation(decoding: bytes).claim
  }
}
