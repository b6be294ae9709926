/// Where a replica stands (TOCS §5.2), sent when it waits and now and then when it doesn't. The statement
/// names its epoch, its view, and the last sequence it executed.
public typealias Status = Sealed<StatusBody>

/// The rest of where a replica stands.
public struct StatusBody: StatementBody {
  /// Whether it has left the views before and waits for this one to open.
  public let isChangingView: Bool
  /// Its last stable checkpoint.
  public let stable: SequenceNumber
  /// What it needn't be sent again, lowest bit first: those of the 64 sequences after the last executed for which it
  /// has an accepted block; while it changes views, the seats whose view-changes for this view it has, modulo 64.
  public let held: UInt64

  /// A body.
  public init(isChangingView: Bool, stable: SequenceNumber, held: UInt64) {
    self.isChangingView = isChangingView
    self.stable = stable
    self.held = held
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(isChangingView)
    writer.write(stable)
    writer.write(held)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    isChangingView = try reader.readFlag("phase")
    stable = try SequenceNumber(from: &reader)
    held = try reader.readUInt64()
  }
}

/// A decided block with the certificate that proves it: whoever knows the epoch's members can check it.
public struct Decision: StatementBody {
  /// The commits of a quorum.
  public let certificate: CommitCertificate
  /// The block.
  public let block: Block

  /// A decision, unchecked.
  public init(certificate: CommitCertificate, block: Block) {
    self.certificate = certificate
    self.block = block
  }

  /// The block's place.
  public var sequence: SequenceNumber { certificate.sequence }

  /// Writes certificate and block.
  public func encode(to writer: inout ByteWriter) {
    writer.write(certificate)
    writer.write(block)
  }

  /// Reads certificate and block; refuses a certificate for another block.
  public init(from reader: inout ByteReader) throws(Malformed) {
    certificate = try CommitCertificate(from: &reader)
    block = try Block(from: &reader)
    guard certificate.digest == block.digest, certificate.sequence == block.header.height else {
      throw .invalid("decision")
    }
  }
}
