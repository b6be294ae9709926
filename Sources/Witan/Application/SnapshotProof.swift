import WitanCrypto

/// Chunks of a snapshot, each with its path to the root.
///
/// It doesn't say where in them an answer stands. Whoever checks it reads the places that the question leads to, so
/// that no prover chooses which bytes are looked at: true bytes from elsewhere prove nothing.
public struct SnapshotProof: Equatable, Sendable, Canonical {
  /// The chunks by ascending index, none of them twice.
  public let chunks: [StateChunk]

  /// Chunks as somebody claims them to be.
  public init(chunks: [StateChunk]) { self.chunks = chunks }

  /// The chunks in which these ranges of a snapshot stand; nil if one of them is empty, or goes beyond it.
  public init?(of ranges: [Range<Int>], in tree: ChunkTree) {
    var indices: Set<Int> = []
    for range in ranges {
      guard !range.isEmpty, tree.bytes(range) != nil else { return nil }
      indices.formUnion(ChunkTree.indices(of: range))
    }
    chunks = indices.sorted().compactMap { index in
      tree.chunk(index).map {
        StateChunk(address: .application(UInt32(index)), bytes: $0.bytes, proof: $0.proof)
      }
    }
  }

  /// Writes the chunks.
  public func encode(to writer: inout ByteWriter) { writer.write(chunks) }

  /// Reads the chunks.
  public init(from reader: inout ByteReader) throws(Malformed) {
    chunks = try reader.readArray("chunks", limit: Bounds.chunks, minimumSize: 13)
  }

  /// The snapshot as far as it is shown, if every chunk belongs to the state that a checkpoint certifies.
  public func opened(under state: CheckpointSummary) throws(Unproved) -> ShownBytes {
    var shown: [Int: [UInt8]] = [:]
    var last: UInt32?
    for chunk in chunks {
      guard case .application(let index) = chunk.address else {
        throw .malformed(.invalid("part of the state"))
      }
      guard last.map({ index > $0 }) ?? true else { throw .misplacedChunk(index) }
      guard
        ChunkTree.verifies(
          chunk.bytes, proof: chunk.proof, at: Int(index), of: Int(state.applicationChunks),
          root: state.applicationRoot)
      else { throw .foreignChunk(index) }
      shown[Int(index)] = chunk.bytes
      last = index
    }
    return ShownBytes(byIndex: shown)
  }
}

/// Those bytes of a certified snapshot that a proof shows.
public struct ShownBytes: Sendable {
  fileprivate let byIndex: [Int: [UInt8]]

  /// The bytes of a range. Fails when they aren't all shown, or none are asked for.
  public func bytes(_ range: Range<Int>) throws(Unproved) -> [UInt8] {
    guard !range.isEmpty, range.lowerBound >= 0 else { throw .missing(range) }
    var bytes: [UInt8] = []
    for index in ChunkTree.indices(of: range) {
      // Looked up one by one, so that a range that nothing can hold ends at the first chunk that isn't there.
      guard let chunk = byIndex[index] else { throw .missing(range) }
      let start = index * ChunkTree.chunkSize
      let part = range.clamped(to: start..<start + chunk.count)
      bytes += chunk[part.lowerBound - start..<part.upperBound - start]
    }
    guard bytes.count == range.count else { throw .missing(range) }
    return bytes
  }
}
