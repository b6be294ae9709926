import Witan
import WitanCrypto
import WitanProofs

/// What a request may ask of the ledger. Who asks is the request's client, whose account pays.
public enum LedgerOperation: Equatable, Sendable {
  /// Gives an amount to another account; `nonce` is the number of this spending.
  case transfer(to: PublicKey, amount: Amount, nonce: UInt64)
  /// Becomes a validator's owner. The signature shows that the key is the asker's to use.
  case register(ReplicaID, key: PublicKey, signature: Signature)
  /// Puts an amount at stake; `nonce` is the number of this spending.
  case stake(ReplicaID, amount: Amount, nonce: UInt64)
  /// Takes stake out of the vote; it can be withdrawn after the delay.
  case unstake(ReplicaID, amount: Amount)
  /// Pays out what is due of stake on its way back.
  case withdraw(ReplicaID)
  /// Settles a claim by what a quorum found about it.
  case settle(VerdictCertificate)
  /// Brings evidence against a replica.
  case convict(Evidence)
  /// Brings a validator's own word against it, where a quorum found something else.
  case refute(SignedOutcome)
  /// Makes a ring of keys known.
  case formRing([PublicKey])
  /// Says for a member of a ring that a claim is its own.
  case attribute(claim: Digest, ring: Digest, signature: RingSignature)
  /// Says that a claim is proved; every replica judges it before it votes for the block.
  indirect case prove(SignedClaim)
  /// Brings a vote for an invalid block against who cast it, and how the epochs led to the one it speaks of.
  indirect case denounce(FalseVote, lineage: [EpochChange])

  /// The first byte of an operation that carries a claim.
  static let provingTag: UInt8 = 11

  /// Whether an operation of these bytes carries a claim.
  public static func carriesClaim(_ bytes: [UInt8]) -> Bool { bytes.first == provingTag }

  /// What an owner has its validator's key sign.
  public static func registration(
    _ id: ReplicaID, owner: PublicKey, chain: Digest
  ) -> [UInt8] {
    Array("witan/1v".utf8) + chain.bytes + owner.bytes + id.encoded
  }

  /// What a member of a ring signs to say that a claim is its own.
  public static func attribution(claim: Digest, ring: Digest, chain: Digest) -> [UInt8] {
    Array("witan/1a".utf8) + chain.bytes + claim.bytes + ring.bytes
  }

  /// Names a ring by its members.
  public static func ringDigest(_ keys: [PublicKey]) -> Digest {
    var hash = SHA256()
    for key in keys { hash.update(key) }
    return hash.finish()
  }

  /// Whether it attributes a claim.
  var isAttribution: Bool {
    if case .attribute = self { true } else { false }
  }

  /// The number of the spending that this is, if it is one.
  var spends: UInt64? {
    switch self {
    case .transfer(_, _, let nonce), .stake(_, _, let nonce): nonce
    default: nil
    }
  }
}

extension LedgerOperation: Canonical {
  /// Writes which it is, and what it needs.
  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .transfer(let receiver, let amount, let nonce):
      writer.write(UInt8(1))
      writer.write(receiver)
      writer.write(amount)
      writer.write(nonce)
    case .register(let id, let key, let signature):
      writer.write(UInt8(2))
      writer.write(id)
      writer.write(key)
      writer.write(signature)
    case .stake(let id, let amount, let nonce):
      writer.write(UInt8(3))
      writer.write(id)
      writer.write(amount)
      writer.write(nonce)
    case .unstake(let id, let amount):
      writer.write(UInt8(4))
      writer.write(id)
      writer.write(amount)
    case .withdraw(let id):
      writer.write(UInt8(5))
      writer.write(id)
    case .settle(let certificate):
      writer.write(UInt8(6))
      writer.write(certificate)
    case .convict(let evidence):
      writer.write(UInt8(7))
      writer.write(evidence)
    case .refute(let verdict):
      writer.write(UInt8(8))
      writer.write(verdict)
    case .formRing(let keys):
      writer.write(UInt8(9))
      writer.writeCount(keys.count)
      for key in keys { writer.write(key) }
    case .attribute(let claim, let ring, let signature):
      writer.write(UInt8(10))
      writer.write(claim)
      writer.write(ring)
      writer.write(signature.tag)
      writer.write(signature.challenge)
      writer.writeCount(signature.responses.count)
      for response in signature.responses { writer.write(response) }
    case .prove(let claim):
      writer.write(Self.provingTag)
      writer.write(claim)
    case .denounce(let vote, let lineage):
      writer.write(UInt8(12))
      writer.write(vote)
      writer.write(lineage)
    }
  }

  /// Reads which it is, and what it needs.
  public init(from reader: inout ByteReader) throws(Malformed) {
    switch try reader.readUInt8() {
    case 1:
      let receiver: PublicKey = try reader.readFixed()
      let amount = try Amount(from: &reader)
      self = .transfer(to: receiver, amount: amount, nonce: try reader.readUInt64())
    case 2:
      let id = try ReplicaID(from: &reader)
      let key: PublicKey = try reader.readFixed()
      self = .register(id, key: key, signature: try reader.readFixed())
    case 3:
      let id = try ReplicaID(from: &reader)
      let amount = try Amount(from: &reader)
      self = .stake(id, amount: amount, nonce: try reader.readUInt64())
    case 4:
      let id = try ReplicaID(from: &reader)
      self = .unstake(id, amount: try Amount(from: &reader))
    case 5: self = .withdraw(try ReplicaID(from: &reader))
    case 6: self = .settle(try VerdictCertificate(from: &reader))
    case 7: self = .convict(try Evidence(from: &reader))
    case 8: self = .refute(try SignedOutcome(from: &reader))
    case 9: self = .formRing(try reader.readKeys())
    case 10: self = try Self.attribution(from: &reader)
    case Self.provingTag: self = .prove(try SignedClaim(from: &reader))
    case 12:
      let vote = try FalseVote(from: &reader)
      self = .denounce(
        vote,
        lineage: try reader.readArray("epoch changes", limit: Bounds.lineage, minimumSize: 100))
    case let tag: throw .unknownTag(tag, of: "ledger operation")
    }
  }

  private static func attribution(from reader: inout ByteReader) throws(Malformed) -> Self {
    let claim: Digest = try reader.readFixed()
    let ring: Digest = try reader.readFixed()
    let tag: PublicKey = try reader.readFixed()
    let challenge: Scalar = try reader.readFixed()
    let limit = RingSignature.ringSizes.upperBound
    let count = try reader.readCount("answers of a ring", limit: limit, minimumSize: 32)
    var responses: [Scalar] = []
    for _ in 0..<count { responses.append(try reader.readFixed()) }
    return .attribute(
      claim: claim, ring: ring,
      signature: RingSignature(tag: tag, challenge: challenge, responses: responses))
  }
}
