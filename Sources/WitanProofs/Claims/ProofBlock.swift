import Witan
import WitanCrypto

/// A batch of claims with its place in a chain: what stands in a `.block` file.
///
/// In the engine the same claims travel as operations of requests, and the engine's own block is what is agreed on; see
/// ``ProofRules/claims(of:)``.
public struct ProofBlock: Hashable, Sendable, Canonical {
  /// The digest of the block before.
  public let previous: Digest
  /// Who made the block.
  public let proposer: PublicKey
  /// The proposer's clock.
  public let timestamp: Micros
  /// The claims in order.
  public let claims: [SignedClaim]
  /// The proposer's signature over the digest.
  public let signature: Signature
  /// Commits to every field but the signature: the block's identity.
  public let digest: Digest

  /// The most claims of a block.
  public static let claimLimit = 4_096

  /// A block signed by its proposer.
  public init(
    previous: Digest = .zero, timestamp: Micros, claims: [SignedClaim], proposer: Signer,
    chain: Digest = .zero
  ) {
    let digest = Self.digest(
      previous: previous, proposer: proposer.publicKey, timestamp: timestamp, claims: claims)
    self.init(
      previous: previous, proposer: proposer.publicKey, timestamp: timestamp, claims: claims,
      signature: Self.signedBytes(digest, chain: chain).withUnsafeBytes { proposer.sign($0) },
      digest: digest)
  }

  private init(
    previous: Digest, proposer: PublicKey, timestamp: Micros, claims: [SignedClaim],
    signature: Signature, digest: Digest
  ) {
    self.previous = previous
    self.proposer = proposer
    self.timestamp = timestamp
    self.claims = claims
    self.signature = signature
    self.digest = digest
  }

  /// Whether the signature is the proposer's, on this network.
  public func isSigned(chain: Digest, scheme: SignatureScheme) -> Bool {
    Self.signedBytes(digest, chain: chain).withUnsafeBytes {
      scheme.verifies(signature, of: $0, by: proposer)
    }
  }

  private static func signedBytes(_ digest: Digest, chain: Digest) -> [UInt8] {
    Array("witan/1q".utf8) + chain.bytes + digest.bytes
  }

  private static func digest(
    previous: Digest, proposer: PublicKey, timestamp: Micros, claims: [SignedClaim]
  ) -> Digest {
    var writer = ByteWriter()
    writer.write(bytes: Array("witan/1p".utf8))
    writer.write(previous)
    writer.write(proposer)
    writer.write(timestamp)
    writer.writeCount(claims.count)
    for claim in claims { writer.write(claim.digest) }
    return SHA256.hash(writer.bytes)
  }

  /// Writes every field but the digest, which follows from them.
  public func encode(to writer: inout ByteWriter) {
    writer.write(previous)
    writer.write(proposer)
    writer.write(timestamp)
    writer.write(claims)
    writer.write(signature)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let previous: Digest = try reader.readFixed()
    let proposer: PublicKey = try reader.readFixed()
    let timestamp = try Micros(from: &reader)
    let claims: [SignedClaim] = try reader.readArray(
      "claims of a block", limit: Self.claimLimit, minimumSize: SignedClaim.minimumSize)
    self.init(
      previous: previous, proposer: proposer, timestamp: timestamp, claims: claims,
      signature: try reader.readFixed(),
      digest: Self.digest(
        previous: previous, proposer: proposer, timestamp: timestamp, claims: claims))
  }
}

extension ProofBlock {
  private static let mark = Array("witan block 1\n".utf8)

  /// The bytes of a `.block` file: a line that says what it is, then the canonical form.
  public var file: [UInt8] { Self.mark + encoded }

  /// Reads a `.block` file.
  public init(file bytes: [UInt8]) throws(Malformed) {
    guard bytes.starts(with: Self.mark) else { throw .invalid("first line of a block's file") }
    try self.init(decoding: Array(bytes.dropFirst(Self.mark.count)))
  }
}
