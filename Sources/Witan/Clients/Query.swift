import WitanCrypto

/// A client's question about the state, which changes nothing.
public struct Query: Equatable, Sendable, Canonical {
  /// How the answer is made trustworthy.
  public enum Mode: Hashable, Sendable {
    /// From the latest executed state; the client takes the same answer from a quorum.
    case fast
    /// From a stable checkpoint at this sequence or later, with a proof that one replica's word suffices.
    case certified(since: SequenceNumber)
  }

  /// Who asks.
  public let client: PublicKey
  /// The client's own count, which ties answers to questions.
  public let number: UInt64
  /// How the answer is made trustworthy.
  public let mode: Mode
  /// The last epoch whose members the client knows.
  public let knownEpoch: Epoch
  /// The question, opaque to the core.
  public let content: [UInt8]
  /// The client's signature over all of the above and the network.
  public let signature: Signature

  /// A query signed by the client.
  public init(
    number: UInt64, mode: Mode, knownEpoch: Epoch = 0, content: [UInt8], signer: Signer,
    chain: Digest
  ) {
    client = signer.publicKey
    self.number = number
    self.mode = mode
    self.knownEpoch = knownEpoch
    self.content = content
    var writer = ByteWriter()
    Self.encode(
      client: client, number: number, mode: mode, knownEpoch: knownEpoch, content: content,
      chain: chain, to: &writer)
    signature = writer.withBytes { signer.sign($0) }
  }

  /// Whether the signature is the client's, on this network.
  func isSigned(chain: Digest, scheme: SignatureScheme) -> Bool {
    var writer = ByteWriter()
    Self.encode(
      client: client, number: number, mode: mode, knownEpoch: knownEpoch, content: content,
      chain: chain, to: &writer)
    return writer.withBytes { scheme.verifies(signature, of: $0, by: client) }
  }

  private static func encode(
    client: PublicKey, number: UInt64, mode: Mode, knownEpoch: Epoch, content: [UInt8],
    chain: Digest?, to writer: inout ByteWriter
  ) {
    if let chain {
      writer.write(raw: "witan/1q")
      writer.write(chain)
    }
    writer.write(client)
    writer.write(number)
    switch mode {
    case .fast:
      writer.write(UInt8(0))
      writer.write(SequenceNumber(0))
    case .certified(let since):
      writer.write(UInt8(1))
      writer.write(since)
    }
    writer.write(knownEpoch)
    writer.write(bytes: content)
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    Self.encode(
      client: client, number: number, mode: mode, knownEpoch: knownEpoch, content: content,
      chain: nil, to: &writer)
    writer.write(signature)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    client = try reader.readFixed()
    number = try reader.readUInt64()
    let tag = try reader.readUInt8()
    let since = try SequenceNumber(from: &reader)
    switch tag {
    case 0:
      guard since == 0 else { throw .notCanonical("query's mode") }
      mode = .fast
    case 1: mode = .certified(since: since)
    default: throw .unknownTag(tag, of: "query")
    }
    knownEpoch = try Epoch(from: &reader)
    content = try reader.readBytes("bytes of a query", limit: Bounds.queryBytes)
    signature = try reader.readFixed()
  }
}
