import WitanCrypto

/// Which piece of a checkpoint's state is meant.
public enum ChunkAddress: Hashable, Sendable, Canonical {
  /// A piece of the clients' sessions.
  case sessions(UInt32)
  /// A piece of the application's state.
  case application(UInt32)

  /// Writes which part, and the index.
  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .sessions(let index):
      writer.write(UInt8(0))
      writer.write(index)
    case .application(let index):
      writer.write(UInt8(1))
      writer.write(index)
    }
  }

  /// Reads which part, and the index.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let tag = try reader.readUInt8()
    let index = try reader.readUInt32()
    guard index < Bounds.chunks else { throw .invalid("index of a chunk") }
    switch tag {
    case 0: self = .sessions(index)
    case 1: self = .application(index)
    default: throw .unknownTag(tag, of: "part of the state")
    }
  }
}

/// Asks for a checkpoint. The statement names the sequence; zero asks for the latest stable one.
public struct StateQuery: StatementBody {
  /// The piece wanted; nil asks for the manifest.
  public let chunk: ChunkAddress?
  /// The epoch whose members the asker knows last: the manifest's lineage begins after it.
  public let knownEpoch: Epoch

  /// A query.
  public init(chunk: ChunkAddress?, knownEpoch: Epoch) {
    self.chunk = chunk
    self.knownEpoch = knownEpoch
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(chunk)
    writer.write(knownEpoch)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    chunk = try reader.readOptional("chunk")
    knownEpoch = try Epoch(from: &reader)
  }
}

/// A certified checkpoint and the succession of epochs that leads to its members.
public struct Manifest: StatementBody {
  /// The steps from an epoch that the asker knows; at most `Bounds.lineage`, and then it asks again.
  public let lineage: [EpochChange]
  /// The checkpoint; nil when the lineage must be followed further first.
  public let certificate: CheckpointCertificate?

  /// A manifest.
  public init(lineage: [EpochChange], certificate: CheckpointCertificate?) {
    self.lineage = lineage
    self.certificate = certificate
  }

  /// Writes lineage and certificate.
  public func encode(to writer: inout ByteWriter) {
    writer.write(lineage)
    writer.write(certificate)
  }

  /// Reads lineage and certificate.
  public init(from reader: inout ByteReader) throws(Malformed) {
    lineage = try reader.readArray("epoch changes", limit: Bounds.lineage, minimumSize: 200)
    certificate = try reader.readOptional("checkpoint")
  }
}

/// A piece of a checkpoint's state with the path that ties it to the certified root.
public struct StateChunk: StatementBody {
  /// Which piece.
  public let address: ChunkAddress
  /// The piece.
  public let bytes: [UInt8]
  /// What the application, or the sessions' tree, needs to tie the piece to the root.
  public let proof: [Digest]

  /// A piece.
  public init(address: ChunkAddress, bytes: [UInt8], proof: [Digest]) {
    self.address = address
    self.bytes = bytes
    self.proof = proof
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(address)
    writer.write(bytes: bytes)
    writer.writeCount(proof.count)
    for digest in proof { writer.write(digest) }
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    address = try ChunkAddress(from: &reader)
    bytes = try reader.readBytes("bytes of a chunk", limit: Bounds.chunkBytes)
    let count = try reader.readCount(
      "digests of a chunk's proof", limit: Bounds.chunkProof, minimumSize: Digest.byteCount)
    var proof: [Digest] = []
    for _ in 0..<count { proof.append(try reader.readFixed()) }
    self.proof = proof
  }
}
