import WitanCrypto

/// Bytes cut into chunks of equal size under a Merkle root, so that each chunk can be checked alone.
///
/// A leaf commits to its index and the chunk, an inner node to its two children, the root to the number of chunks
/// and the topmost node; all are hashed with different tags, so that none passes for another. An odd node is
/// carried up as it is.
public struct ChunkTree: Sendable {
  /// How large a chunk is: small enough to lose one to a liar, large enough that proofs don't matter.
  public static let chunkSize = 1 << 16

  private let bytes: [UInt8]
  private let levels: [[Digest]]
  /// The root that commits to all chunks and their number.
  public let root: Digest

  /// The tree over these bytes. No bytes are one empty chunk.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    let count = max(1, (bytes.count + Self.chunkSize - 1) / Self.chunkSize)
    var level = (0..<count).map { Self.leaf(bytes[Self.range($0, of: bytes.count)], at: $0) }
    var levels = [level]
    while level.count > 1 {
      level = stride(from: 0, to: level.count, by: 2).map { index in
        index + 1 < level.count ? Self.node(level[index], level[index + 1]) : level[index]
      }
      levels.append(level)
    }
    self.levels = levels
    root = Self.root(over: level[0], count: count)
  }

  /// How many chunks there are; at least one.
  public var count: Int { levels[0].count }

  /// Bytes of what was cut; nil where the range goes beyond them.
  public func bytes(_ range: Range<Int>) -> [UInt8]? {
    range.lowerBound >= 0 && range.upperBound <= bytes.count ? Array(bytes[range]) : nil
  }

  /// In which chunks the bytes of a range stand that isn't empty.
  static func indices(of range: Range<Int>) -> ClosedRange<Int> {
    range.lowerBound / chunkSize...max(range.lowerBound, range.upperBound - 1) / chunkSize
  }

  /// A chunk with the path that ties it to the root; nil when there is none of this index.
  public func chunk(_ index: Int) -> (bytes: [UInt8], proof: [Digest])? {
    guard levels[0].indices.contains(index) else { return nil }
    var proof: [Digest] = []
    var position = index
    for level in levels.dropLast() {
      if level.indices.contains(position ^ 1) { proof.append(level[position ^ 1]) }
      position /= 2
    }
    return (Array(bytes[Self.range(index, of: bytes.count)]), proof)
  }

  /// Whether a chunk is the one of this index under a root over `count` chunks.
  public static func verifies(
    _ bytes: [UInt8], proof: [Digest], at index: Int, of count: Int, root: Digest
  ) -> Bool {
    guard (1...Bounds.chunks).contains(count), (0..<count).contains(index),
      bytes.count <= chunkSize
    else { return false }
    guard bytes.count == chunkSize || index == count - 1 else { return false }
    var digest = leaf(bytes[...], at: index)
    var position = index
    var width = count
    var used = 0
    while width > 1 {
      if position ^ 1 < width {
        guard used < proof.count else { return false }
        digest =
          position.isMultiple(of: 2) ? node(digest, proof[used]) : node(proof[used], digest)
        used += 1
      }
      position /= 2
      width = (width + 1) / 2
    }
    return used == proof.count && Self.root(over: digest, count: count) == root
  }

  private static func range(_ index: Int, of total: Int) -> Range<Int> {
    index * chunkSize..<min(total, (index + 1) * chunkSize)
  }

  private static func leaf(_ chunk: ArraySlice<UInt8>, at index: Int) -> Digest {
    var hash = hash(tagged: 0, index)
    chunk.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }

  private static func root(over top: Digest, count: Int) -> Digest {
    var hash = hash(tagged: 2, count)
    hash.update(top)
    return hash.finish()
  }

  private static func hash(tagged tag: UInt8, _ number: Int) -> SHA256 {
    var hash = SHA256()
    withUnsafeBytes(of: tag) { hash.update($0) }
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).littleEndian) { hash.update($0) }
    return hash
  }

  private static func node(_ left: Digest, _ right: Digest) -> Digest {
    var hash = SHA256()
    withUnsafeBytes(of: UInt8(1)) { hash.update($0) }
    hash.update(left)
    hash.update(right)
    return hash.finish()
  }
}
