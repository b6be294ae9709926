import Witan
import WitanCrypto

/// Ghosts: members of a ring who act without saying which of them they are.
extension Draft {
  /// Makes a ring known. Anybody may: being named in one binds nobody to anything.
  mutating func formRing(_ keys: [PublicKey]) throws(LedgerRefusal) {
    guard RingSignature.ringSizes.contains(keys.count),
      zip(keys, keys.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw .badRing }
    try set(.ring(LedgerOperation.ringDigest(keys)), .ring(keys))
  }

  /// Attributes a claim to a member of a ring. Its tag in this ring is spent by it.
  mutating func attribute(
    _ claim: Digest, to ring: Digest, _ signature: RingSignature, in context: Context
  ) throws(LedgerRefusal) {
    let network = try context.known()
    guard case .ring(let keys)? = try record(.ring(ring)) else { throw .unknownRing }
    guard case .claim(var settled)? = try record(.claim(claim)) else { throw .unknownClaim }
    guard settled.ghost == nil else { throw .attributed }
    let spent = StateKey.ringTag(ring: ring, tag: signature.tag)
    guard try record(spent) == nil else { throw .acted }
    let message = LedgerOperation.attribution(
      claim: claim, ring: ring, chain: network.genesis.digest)
    guard signature.verifies(message, in: keys, scope: ring) else { throw .badSignature }
    settled.ghost = .init(ring: ring, tag: signature.tag)
    try set(.claim(claim), .claim(settled))
    try set(spent, .mark(context.height))
  }
}
