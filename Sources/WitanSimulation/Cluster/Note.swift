import Witan
import WitanCrypto

/// What a node tells others besides what its replica says: to all who subscribed to a topic, or to one. Its author signed
/// it, and whoever passes it on can't change it.
public struct Note: Hashable, Sendable, Canonical {
  /// The most bytes that it holds.
  public static let contentLimit = 1 << 20

  /// The machine that wrote it.
  public let author: Int
  /// How many its author wrote before, and one: what is said twice is two notes.
  public let number: UInt64
  /// The topic; nil when it is meant for one node.
  public let topic: Topic?
  /// What it says.
  public let content: [UInt8]
  private let signature: Signature

  /// "witan/1n", little-endian: keeps notes apart from all else that is signed.
  private static let domain: UInt64 = 0x6e31_2f6e_6174_6977

  init(
    author: Int, number: UInt64, topic: Topic?, content: [UInt8], signedBy signer: Signer,
    network: Digest
  ) {
    self.author = author
    self.number = number
    self.topic = topic
    self.content = content
    signature = Self.statement(author, number, topic, content, network).withBytes(signer.sign)
  }

  /// Whether the holder of a key said this, and on the network of this digest.
  func isAuthentic(_ scheme: SignatureScheme, by key: PublicKey, network: Digest) -> Bool {
    Self.statement(author, number, topic, content, network).withBytes {
      scheme.verifies(signature, of: $0, by: key)
    }
  }

  private static func statement(
    _ author: Int, _ number: UInt64, _ topic: Topic?, _ content: [UInt8], _ network: Digest
  ) -> ByteWriter {
    var writer = ByteWriter()
    writer.write(domain)
    writer.write(network)
    encode(author, number, topic, content, to: &writer)
    return writer
  }

  private static func encode(
    _ author: Int, _ number: UInt64, _ topic: Topic?, _ content: [UInt8],
    to writer: inout ByteWriter
  ) {
    writer.write(UInt32(truncatingIfNeeded: author))
    writer.write(number)
    writer.write(topic != nil)
    writer.write(topic?.rawValue ?? 0)
    writer.write(bytes: content)
  }

  /// Writes the note's bytes.
  public func encode(to writer: inout ByteWriter) {
    Self.encode(author, number, topic, content, to: &writer)
    writer.write(signature)
  }

  /// Reads a note, which may be anybody's.
  public init(from reader: inout ByteReader) throws(Malformed) {
    author = Int(try reader.readUInt32())
    number = try reader.readUInt64()
    let hasTopic = try reader.readFlag("topic")
    let raw = try reader.readUInt16()
    guard hasTopic || raw == 0 else { throw .invalid("topic") }
    topic = hasTopic ? Topic(raw) : nil
    content = try reader.readBytes("note", limit: Self.contentLimit)
    signature = try reader.readFixed()
  }
}
