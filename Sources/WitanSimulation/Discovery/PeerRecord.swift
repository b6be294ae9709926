import Witan
import WitanCrypto

/// Where a node can be found, said and signed by itself. Anyone may pass it on; nobody else can make it.
public struct PeerRecord: Hashable, Sendable, Canonical {
  /// Whose it is.
  public let subject: PublicKey
  /// The machine that it runs on.
  public let address: NodeIndex
  /// A newer record of the same subject has a larger number.
  public let sequence: UInt64
  /// Whether it can be dialled; else it is met where it dials.
  public let isDialable: Bool
  /// The subject's signature.
  public let signature: Signature

  /// How many bytes a record has.
  public static let byteCount = 32 + 4 + 8 + 1 + 64

  /// "witan/1a", little-endian: keeps these statements apart from all others that are signed.
  private static let domain: UInt64 = 0x6131_2f6e_6174_6977

  /// A record as it came, checked by nobody.
  public init(
    subject: PublicKey, address: NodeIndex, sequence: UInt64, isDialable: Bool, signature: Signature
  ) {
    self.subject = subject
    self.address = address
    self.sequence = sequence
    self.isDialable = isDialable
    self.signature = signature
  }

  /// Signs a record for the network of this digest.
  public init(
    signedBy signer: Signer, network: Digest, address: NodeIndex, sequence: UInt64,
    isDialable: Bool
  ) {
    let unsigned = PeerRecord(
      subject: signer.publicKey, address: address, sequence: sequence, isDialable: isDialable,
      signature: Signature())
    self.init(
      subject: unsigned.subject, address: address, sequence: sequence, isDialable: isDialable,
      signature: unsigned.statement(network).withBytes(signer.sign))
  }

  /// Whether the subject said this, and said it for the network of this digest.
  public func isAuthentic(_ scheme: SignatureScheme, network: Digest) -> Bool {
    statement(network).withBytes { scheme.verifies(signature, of: $0, by: subject) }
  }

  /// What is signed. It names the network, so that it says nothing on another.
  private func statement(_ network: Digest) -> ByteWriter {
    var writer = ByteWriter()
    writer.reserve(8 + Digest.byteCount + Self.byteCount)
    writer.write(Self.domain)
    writer.write(network)
    encodeClaims(to: &writer)
    return writer
  }

  private func encodeClaims(to writer: inout ByteWriter) {
    writer.write(subject)
    writer.write(UInt32(bitPattern: address.rawValue))
    writer.write(sequence)
    writer.write(isDialable)
  }

  /// Writes the record's bytes.
  public func encode(to writer: inout ByteWriter) {
    encodeClaims(to: &writer)
    writer.write(signature)
  }

  /// Reads a record, which may be anybody's.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let subject = try reader.readFixed(PublicKey.self)
    let address = Int32(bitPattern: try reader.readUInt32())
    guard address >= 0 else { throw .invalid("machine") }
    self.init(
      subject: subject, address: NodeIndex(address), sequence: try reader.readUInt64(),
      isDialable: try reader.readFlag("dialable"), signature: try reader.readFixed())
  }
}
