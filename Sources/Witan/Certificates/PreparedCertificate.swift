import WitanCrypto

/// Proof that a block was prepared: its leader's proposal and prepares of a quorum together
/// (OSDI '99 §4.2). No other block can be prepared in that view at that sequence.
public struct PreparedCertificate: Equatable, Sendable, Canonical {
  /// The block's header: its place, its digest, and the block it follows.
  public let header: BlockHeader
  /// The epoch whose members signed.
  public let epoch: Epoch
  /// The view it was prepared in.
  public let view: View
  /// The signature of that view's leader over its proposal.
  public let proposal: Signature
  /// The prepares of others.
  public let prepares: SignatureSet

  /// A certificate, unchecked.
  public init(
    header: BlockHeader, epoch: Epoch, view: View, proposal: Signature, prepares: SignatureSet
  ) {
    self.header = header
    self.epoch = epoch
    self.view = view
    self.proposal = proposal
    self.prepares = prepares
  }

  static let minimumSize =
    BlockHeader.encodedSize + 8 + 8 + Signature.byteCount + SignatureSet.minimumSize

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(header)
    writer.write(epoch)
    writer.write(view)
    writer.write(proposal)
    writer.write(prepares)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    header = try BlockHeader(from: &reader)
    epoch = try Epoch(from: &reader)
    view = try View(from: &reader)
    proposal = try reader.readFixed()
    prepares = try SignatureSet(from: &reader)
  }

  /// Why this proves nothing; nil when it does.
  func fault(members: Membership, chain: Digest, scheme: SignatureScheme) -> CertificateFault? {
    let leader = members.leader(of: view, in: epoch)
    let proposed = Statement(
      .prePrepare, epoch: epoch, view: view, sequence: header.height, digest: header.digest)
    guard proposed.isSigned(proposal, by: members[leader].key, chain: chain, scheme: scheme)
    else { return .badSignature(members[leader].id) }
    let prepared = Statement(
      .prepare, epoch: epoch, view: view, sequence: header.height, digest: header.digest)
    return prepares.fault(
      of: prepared, by: members, chain: chain, scheme: scheme, counting: leader)
  }
}
