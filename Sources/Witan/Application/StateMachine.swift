import WitanCrypto

/// A simple application: everything it does follows from the requests it is given, in their order.
///
/// `StateMachineHost` answers all of a replica's effects for it: it orders the mempool, keeps the states of
/// checkpoints, and cuts them into chunks. An application that wants to do any of this itself answers the
/// effects instead.
public protocol StateMachine: Sendable {
  /// Runs a request's operations and returns its result.
  mutating func apply(_ request: Request, in header: BlockHeader) -> [UInt8]

  /// Whether a request may be proposed at all. It must follow from the request and from what never changes, so that
  /// every replica says the same: one that only leaders refuse would have all others suspect each of them.
  func admits(_ request: Request) -> Bool

  /// Whether a block may be agreed on. Checked before the replica votes for it. A block of admitted requests may be
  /// refused only for what its proposer chose: their company, their order, the time.
  func validate(_ block: Block) -> Verdict

  /// Answers a query from the present state.
  func answer(_ query: [UInt8]) -> [UInt8]

  /// Where in the snapshot the answer to a query stands, for reads that one replica can prove; nil where
  /// there is no such answer.
  func locate(_ query: [UInt8]) -> Range<Int>?

  /// The whole state as bytes: the same for the same state, on every replica.
  var snapshot: [UInt8] { get }

  /// Takes the state of a snapshot in place of the present one; throws when the bytes are no state.
  mutating func restore(_ snapshot: [UInt8]) throws

  /// Who is to serve in the next epoch, asked where an epoch may end; nil when the members stay.
  var nextMembers: [Member]? { get }
}

extension StateMachine {
  /// Every request is fine.
  public func admits(_ request: Request) -> Bool { true }

  /// Every block is fine.
  public func validate(_ block: Block) -> Verdict { .valid }

  /// Nothing can be asked.
  public func answer(_ query: [UInt8]) -> [UInt8] { [] }

  /// Nothing can be proved.
  public func locate(_ query: [UInt8]) -> Range<Int>? { nil }

  /// The members stay.
  public var nextMembers: [Member]? { nil }
}

/// Ties bytes of a snapshot to its root: the chunks in which they stand, each with its path.
public struct SnapshotProof: Equatable, Sendable, Canonical {
  /// Where in the snapshot the bytes stand.
  public let range: Range<Int>
  /// The chunks that cover the range, from the first on, each with its path to the root.
  public let chunks: [StateChunk]

  init(range: Range<Int>, chunks: [StateChunk]) {
    self.range = range
    self.chunks = chunks
  }

  /// Writes the range and the chunks.
  public func encode(to writer: inout ByteWriter) {
    writer.write(UInt64(range.lowerBound))
    writer.write(UInt64(range.upperBound))
    writer.write(chunks)
  }

  /// Reads the range and the chunks; refuses a range that no snapshot has.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let lower = try reader.readUInt64()
    let upper = try reader.readUInt64()
    let limit = UInt64(Bounds.chunks) * UInt64(ChunkTree.chunkSize)
    guard lower <= upper, upper <= limit else { throw .invalid("range of a snapshot") }
    range = Int(lower)..<Int(upper)
    chunks = try reader.readArray("chunks", limit: Bounds.chunks, minimumSize: 13)
  }

  /// The proved bytes, if the chunks belong to the state that a checkpoint certifies; nil otherwise.
  public func bytes(under summary: CheckpointSummary) -> [UInt8]? {
    let first = range.lowerBound / ChunkTree.chunkSize
    var covered: [UInt8] = []
    for (offset, chunk) in chunks.enumerated() {
      guard chunk.address == .application(UInt32(truncatingIfNeeded: first + offset)),
        ChunkTree.verifies(
          chunk.bytes, proof: chunk.proof, at: first + offset,
          of: Int(summary.applicationChunks), root: summary.applicationRoot)
      else { return nil }
      covered += chunk.bytes
    }
    let start = range.lowerBound - first * ChunkTree.chunkSize
    guard start + range.count <= covered.count else { return nil }
    return Array(covered[start..<start + range.count])
  }
}
