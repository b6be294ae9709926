import WitanCrypto

/// Everything that is replicated after a sequence, as digests: what a checkpoint certifies.
public struct CheckpointSummary: Hashable, Sendable, Canonical {
  /// The sequence after whose execution this is the state.
  public let sequence: SequenceNumber
  /// The digest of the block at that sequence.
  public let lastBlock: Digest
  /// That block's timestamp.
  public let timestamp: Micros
  /// The root of the application's state.
  public let applicationRoot: Digest
  /// In how many chunks the application's state is transferred.
  public let applicationChunks: UInt32
  /// The root of the clients' sessions.
  public let sessionsRoot: Digest
  /// In how many chunks the sessions are transferred.
  public let sessionChunks: UInt32
  /// The epoch in office from the next sequence on.
  public let epoch: Epoch
  /// The members in office from the next sequence on.
  public let members: Digest
  /// Commits to all of the above.
  public let digest: Digest

  /// A summary.
  public init(
    sequence: SequenceNumber, lastBlock: Digest, timestamp: Micros, applicationRoot: Digest,
    applicationChunks: UInt32, sessionsRoot: Digest, sessionChunks: UInt32, epoch: Epoch,
    members: Digest
  ) {
    self.sequence = sequence
    self.lastBlock = lastBlock
    self.timestamp = timestamp
    self.applicationRoot = applicationRoot
    self.applicationChunks = applicationChunks
    self.sessionsRoot = sessionsRoot
    self.sessionChunks = sessionChunks
    self.epoch = epoch
    self.members = members
    var writer = ByteWriter()
    writer.write(raw: "witan/1c")
    writer.write(sequence)
    writer.write(lastBlock)
    writer.write(timestamp)
    writer.write(applicationRoot)
    writer.write(applicationChunks)
    writer.write(sessionsRoot)
    writer.write(sessionChunks)
    writer.write(epoch)
    writer.write(members)
    digest = writer.withBytes { SHA256.hash($0) }
  }

  /// Writes every field but the digest, which follows from them.
  public func encode(to writer: inout ByteWriter) {
    writer.write(sequence)
    writer.write(lastBlock)
    writer.write(timestamp)
    writer.write(applicationRoot)
    writer.write(applicationChunks)
    writer.write(sessionsRoot)
    writer.write(sessionChunks)
    writer.write(epoch)
    writer.write(members)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let sequence = try SequenceNumber(from: &reader)
    let lastBlock: Digest = try reader.readFixed()
    let timestamp = try Micros(from: &reader)
    let applicationRoot: Digest = try reader.readFixed()
    let applicationChunks = try reader.readUInt32()
    let sessionsRoot: Digest = try reader.readFixed()
    let sessionChunks = try reader.readUInt32()
    guard applicationChunks <= Bounds.chunks, sessionChunks <= Bounds.chunks else {
      throw .invalid("number of chunks")
    }
    let epoch = try Epoch(from: &reader)
    self.init(
      sequence: sequence, lastBlock: lastBlock, timestamp: timestamp,
      applicationRoot: applicationRoot, applicationChunks: applicationChunks,
      sessionsRoot: sessionsRoot, sessionChunks: sessionChunks, epoch: epoch,
      members: try reader.readFixed())
  }
}

/// Proof that a quorum reached a state: no correct replica's state after that sequence is another.
public struct CheckpointCertificate: Equatable, Sendable, Canonical {
  /// The state.
  public let summary: CheckpointSummary
  /// The epoch whose members signed: the one in office up to the sequence.
  public let epoch: Epoch
  /// The checkpoint messages' signatures.
  public let signatures: SignatureSet

  /// A certificate, unchecked.
  public init(summary: CheckpointSummary, epoch: Epoch, signatures: SignatureSet) {
    self.summary = summary
    self.epoch = epoch
    self.signatures = signatures
  }

  /// The sequence after whose execution this is the state.
  public var sequence: SequenceNumber { summary.sequence }

  /// What each of the signers said.
  var statement: Statement {
    Statement(.checkpoint, epoch: epoch, sequence: summary.sequence, digest: summary.digest)
  }

  /// Whether the members change right after it.
  public var endsEpoch: Bool { summary.epoch != epoch }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(summary)
    writer.write(epoch)
    writer.write(signatures)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    summary = try CheckpointSummary(from: &reader)
    epoch = try Epoch(from: &reader)
    signatures = try SignatureSet(from: &reader)
    guard summary.epoch == epoch || (epoch.rawValue < .max && summary.epoch == epoch.next) else {
      throw .invalid("checkpoint's epoch")
    }
  }

  /// Why this proves nothing; nil when it does.
  func fault(members: Membership, chain: Digest, scheme: SignatureScheme) -> CertificateFault? {
    guard !endsEpoch || (epoch < summary.epoch && summary.epoch == epoch.next) else {
      return .mismatch("the next epoch")
    }
    if !endsEpoch, summary.members != members.digest { return .mismatch("the members' digest") }
    return signatures.fault(of: statement, by: members, chain: chain, scheme: scheme)
  }
}

/// One step of the succession of epochs: the last checkpoint of one, and who serves in the next.
public struct EpochChange: Equatable, Sendable, Canonical {
  /// The certified last state of the epoch before.
  public let certificate: CheckpointCertificate
  /// The members of the next epoch, to whom the certified state commits.
  public let members: Membership

  /// A step.
  public init(certificate: CheckpointCertificate, members: Membership) {
    self.certificate = certificate
    self.members = members
  }

  /// Writes certificate and members.
  public func encode(to writer: inout ByteWriter) {
    writer.write(certificate)
    writer.write(members)
  }

  /// Reads certificate and members; refuses members to whom the certificate doesn't commit.
  public init(from reader: inout ByteReader) throws(Malformed) {
    certificate = try CheckpointCertificate(from: &reader)
    members = try Membership(from: &reader)
    guard certificate.endsEpoch, certificate.summary.members == members.digest else {
      throw .invalid("epoch change")
    }
  }
}
