import Witan
import WitanCrypto

/// A claim with the signatures of all whom it involves.
public struct SignedClaim: Hashable, Sendable, Canonical {
  /// What is claimed.
  public let claim: Claim
  /// Who claims it.
  public let author: PublicKey
  /// The author's signature.
  public let signature: Signature
  /// The signatures of the claim's parties, in the parties' order.
  public let countersignatures: [Signature]
  /// Commits to every field, the signatures included.
  public let digest: Digest

  /// A claim signed by its author and its parties; parties without a signer are left to others and their places zero.
  ///
  /// `chain` is the digest of the network's genesis, so that nothing signed for one network spends anything on
  /// another; a claim that belongs to no network has zero.
  public init(
    _ claim: Claim, author: Signer, parties: [Signer] = [], chain: Digest = .zero
  ) {
    let bytes = Self.signedBytes(of: claim, author: author.publicKey, chain: chain)
    self.init(
      claim, author: author.publicKey, signature: bytes.withUnsafeBytes { author.sign($0) },
      countersignatures: claim.parties.map { party in
        let signer = parties.first { $0.publicKey == party }
        return signer.map { signer in bytes.withUnsafeBytes { signer.sign($0) } } ?? Signature()
      })
  }

  /// A claim with signatures that weren't checked.
  public init(
    _ claim: Claim, author: PublicKey, signature: Signature, countersignatures: [Signature]
  ) {
    self.claim = claim
    self.author = author
    self.signature = signature
    self.countersignatures = countersignatures
    var writer = ByteWriter()
    Self.encode(claim, author, signature, countersignatures, to: &writer)
    digest = SHA256.hash(writer.bytes)
  }

  /// What author and parties sign.
  static func signedBytes(of claim: Claim, author: PublicKey, chain: Digest) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(bytes: Array("witan/1c".utf8))
    writer.write(chain)
    writer.write(author)
    writer.write(claim)
    return writer.bytes
  }

  /// What is wrong with the signatures; nil when all are there and right. Nothing here costs a solver's time.
  public func signatureFault(chain: Digest, scheme: SignatureScheme) -> ClaimFault? {
    let bytes = Self.signedBytes(of: claim, author: author, chain: chain)
    let isRight = { (signature: Signature, key: PublicKey) in
      bytes.withUnsafeBytes { scheme.verifies(signature, of: $0, by: key) }
    }
    guard isRight(signature, author) else { return .unsigned(author) }
    guard countersignatures.count == claim.parties.count else {
      return .unsigned(claim.parties.last ?? author)
    }
    for (party, signature) in zip(claim.parties, countersignatures)
    where !isRight(signature, party) {
      return .unsigned(party)
    }
    let identities = Set(claim.parties + [author])
    for spend in claim.spends where !identities.contains(spend.owner) {
      return .unsigned(spend.owner)
    }
    return nil
  }

  private static func encode(
    _ claim: Claim, _ author: PublicKey, _ signature: Signature,
    _ countersignatures: [Signature], to writer: inout ByteWriter
  ) {
    writer.write(claim)
    writer.write(author)
    writer.write(signature)
    writer.writeCount(countersignatures.count)
    for signature in countersignatures { writer.write(signature) }
  }

  static let minimumSize = 4 + 4 + 1 + 4 + 4 + 4 + 32 + 64 + 4

  /// Writes every field but the digest, which follows from them.
  public func encode(to writer: inout ByteWriter) {
    Self.encode(claim, author, signature, countersignatures, to: &writer)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let claim = try Claim(from: &reader)
    let author: PublicKey = try reader.readFixed()
    let signature: Signature = try reader.readFixed()
    let count = try reader.readCount(
      "countersignatures", limit: Claim.partyLimit, minimumSize: Signature.byteCount)
    var countersignatures: [Signature] = []
    for _ in 0..<count { countersignatures.append(try reader.readFixed()) }
    self.init(
      claim, author: author, signature: signature, countersignatures: countersignatures)
  }
}
