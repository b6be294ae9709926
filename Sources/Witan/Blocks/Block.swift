import WitanCrypto

/// Names a block and commits to everything in it. Its digest is the block's.
public struct BlockHeader: Hashable, Sendable, Canonical {
  /// The block's place in the order.
  public let height: SequenceNumber
  /// The digest of the block before.
  public let previous: Digest
  /// Who proposed the block first; a later view may propose it again.
  public let proposer: ReplicaID
  /// The proposer's clock, never before the previous block's.
  public let timestamp: Micros
  /// The epoch it was proposed in.
  public let epoch: Epoch
  /// Commits to the requests and their order.
  public let payload: Digest
  /// Commits to all of the above.
  public let digest: Digest

  /// A header.
  public init(
    height: SequenceNumber, previous: Digest, proposer: ReplicaID, timestamp: Micros, epoch: Epoch,
    payload: Digest
  ) {
    self.height = height
    self.previous = previous
    self.proposer = proposer
    self.timestamp = timestamp
    self.epoch = epoch
    self.payload = payload
    var writer = ByteWriter()
    writer.write(raw: "witan/1b")
    Self.encode(
      height: height, previous: previous, proposer: proposer, timestamp: timestamp, epoch: epoch,
      payload: payload, to: &writer)
    digest = writer.withBytes { SHA256.hash($0) }
  }

  static let encodedSize = 8 + 32 + 4 + 8 + 8 + 32

  private static func encode(
    height: SequenceNumber, previous: Digest, proposer: ReplicaID, timestamp: Micros, epoch: Epoch,
    payload: Digest, to writer: inout ByteWriter
  ) {
    writer.write(height)
    writer.write(previous)
    writer.write(proposer)
    writer.write(timestamp)
    writer.write(epoch)
    writer.write(payload)
  }

  /// Writes every field but the digest, which follows from them.
  public func encode(to writer: inout ByteWriter) {
    Self.encode(
      height: height, previous: previous, proposer: proposer, timestamp: timestamp, epoch: epoch,
      payload: payload, to: &writer)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let height = try SequenceNumber(from: &reader)
    let previous: Digest = try reader.readFixed()
    let proposer = try ReplicaID(from: &reader)
    let timestamp = try Micros(from: &reader)
    let epoch = try Epoch(from: &reader)
    self.init(
      height: height, previous: previous, proposer: proposer, timestamp: timestamp, epoch: epoch,
      payload: try reader.readFixed())
  }
}

/// A batch of requests with its place in the chain: what replicas agree on. It is kept once, however many slots,
/// journals and messages hold it.
public struct Block: Equatable, Sendable, Canonical {
  @usableFromInline
  final class Content: Sendable {
    @usableFromInline let header: BlockHeader
    @usableFromInline let requests: [Request]

    init(header: BlockHeader, requests: [Request]) {
      self.header = header
      self.requests = requests
    }
  }

  @usableFromInline let content: Content

  /// Names the block and commits to its requests.
  @inlinable public var header: BlockHeader { content.header }
  /// What is to be executed, in this order.
  @inlinable public var requests: [Request] { content.requests }

  /// A block of these requests.
  public init(
    height: SequenceNumber, previous: Digest, proposer: ReplicaID, timestamp: Micros, epoch: Epoch,
    requests: [Request]
  ) {
    content = Content(
      header: BlockHeader(
        height: height, previous: previous, proposer: proposer, timestamp: timestamp,
        epoch: epoch, payload: Self.payload(of: requests)), requests: requests)
  }

  /// The digest that replicas vote on.
  @inlinable public var digest: Digest { content.header.digest }

  /// Whether header and requests are the same.
  public static func == (a: Block, b: Block) -> Bool {
    a.content === b.content || (a.header == b.header && a.requests == b.requests)
  }

  static let minimumSize = BlockHeader.encodedSize + 4

  /// Recomputed over the bodies whenever a block is read: a header that doesn't match its requests
  /// can't be had.
  private static func payload(of requests: [Request]) -> Digest {
    var hash = SHA256()
    for request in requests { hash.update(request.digest) }
    return hash.finish()
  }

  /// Writes header and requests.
  public func encode(to writer: inout ByteWriter) {
    writer.write(header)
    writer.write(requests)
  }

  /// Reads header and requests; refuses a header that commits to other requests.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let header = try BlockHeader(from: &reader)
    let requests: [Request] = try reader.readArray(
      "requests of a block", limit: Bounds.blockRequests, minimumSize: Request.minimumSize)
    guard header.payload == Self.payload(of: requests) else { throw .invalid("block's payload") }
    content = Content(header: header, requests: requests)
  }
}
