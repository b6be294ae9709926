import WitanCrypto

/// Proof that a block was decided: commits of a quorum. Whoever knows the epoch's members can check it,
/// with nothing else from anybody.
public struct CommitCertificate: Equatable, Sendable, Canonical {
  /// The epoch whose members signed.
  public let epoch: Epoch
  /// The view it was committed in.
  public let view: View
  /// The block's place.
  public let sequence: SequenceNumber
  /// The block.
  public let digest: Digest
  /// The commits.
  public let commits: SignatureSet

  /// A certificate, unchecked.
  public init(
    epoch: Epoch, view: View, sequence: SequenceNumber, digest: Digest, commits: SignatureSet
  ) {
    self.epoch = epoch
    self.view = view
    self.sequence = sequence
    self.digest = digest
    self.commits = commits
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(epoch)
    writer.write(view)
    writer.write(sequence)
    writer.write(digest)
    writer.write(commits)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    epoch = try Epoch(from: &reader)
    view = try View(from: &reader)
    sequence = try SequenceNumber(from: &reader)
    digest = try reader.readFixed()
    commits = try SignatureSet(from: &reader)
  }

  /// What each of the signers said.
  var statement: Statement {
    Statement(.commit, epoch: epoch, view: view, sequence: sequence, digest: digest)
  }

  /// Why this proves nothing; nil when it does.
  func fault(members: Membership, chain: Digest, scheme: SignatureScheme) -> CertificateFault? {
    commits.fault(of: statement, by: members, chain: chain, scheme: scheme)
  }
}
