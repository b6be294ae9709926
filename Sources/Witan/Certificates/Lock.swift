import WitanCrypto

/// Proof that binds its holder to a block at a sequence: it was prepared, or even decided.
///
/// A replica that learned of a decision from others has no prepares to show; the commits show more.
public indirect enum Lock: Equatable, Sendable, Canonical {
  /// The block was prepared.
  case prepared(PreparedCertificate)
  /// The block was decided.
  case committed(CommitCertificate, BlockHeader)

  static let minimumSize = 1 + min(PreparedCertificate.minimumSize, BlockHeader.encodedSize)

  /// The block.
  public var header: BlockHeader {
    switch self {
    case .prepared(let certificate): certificate.header
    case .committed(_, let header): header
    }
  }

  /// The block's digest.
  var digest: Digest {
    switch self {
    case .prepared(let certificate): certificate.header.digest
    case .committed(_, let header): header.digest
    }
  }

  /// Whether the block was decided.
  public var isDecided: Bool {
    if case .committed = self { true } else { false }
  }

  /// The view that binds.
  public var view: View {
    switch self {
    case .prepared(let certificate): certificate.view
    case .committed(let certificate, _): certificate.view
    }
  }

  /// The epoch whose members signed.
  public var epoch: Epoch {
    switch self {
    case .prepared(let certificate): certificate.epoch
    case .committed(let certificate, _): certificate.epoch
    }
  }

  /// Writes which it is, and the certificate.
  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .prepared(let certificate):
      writer.write(UInt8(0))
      writer.write(certificate)
    case .committed(let certificate, let header):
      writer.write(UInt8(1))
      writer.write(certificate)
      writer.write(header)
    }
  }

  /// Reads which it is, and the certificate.
  public init(from reader: inout ByteReader) throws(Malformed) {
    switch try reader.readUInt8() {
    case 0: self = .prepared(try PreparedCertificate(from: &reader))
    case 1:
      let certificate = try CommitCertificate(from: &reader)
      self = .committed(certificate, try BlockHeader(from: &reader))
    case let tag: throw .unknownTag(tag, of: "lock")
    }
  }

  /// Why this proves nothing; nil when it does.
  func fault(members: Membership, chain: Digest, scheme: SignatureScheme) -> CertificateFault? {
    switch self {
    case .prepared(let certificate):
      return certificate.fault(members: members, chain: chain, scheme: scheme)
    case .committed(let certificate, let header):
      guard certificate.digest == header.digest, certificate.sequence == header.height else {
        return .mismatch("the decided block's header")
      }
      return certificate.fault(members: members, chain: chain, scheme: scheme)
    }
  }
}
