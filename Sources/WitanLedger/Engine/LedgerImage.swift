import Witan
import WitanCrypto

/// A state that is kept in a tree as checkpoints certify it: by the root of its own tree, in pieces of that tree.
public struct LedgerImage: StateImage {
  let tree: MerkleTree

  /// The state in a tree.
  public init(_ tree: MerkleTree) { self.tree = tree }

  /// The root of the tree.
  public var root: Digest { tree.root }

  /// In how many pieces the tree is cut.
  public var count: Int { TreeChunk.count(of: tree) }

  /// A piece; what ties it to the root is part of it.
  public func chunk(_ index: Int) -> (bytes: [UInt8], proof: [Digest])? {
    guard let piece = try? TreeChunk.piece(index, of: tree) else { return nil }
    return (piece.encoded, [])
  }

  /// Whether a piece is the one of this index.
  public static func verifies(
    _ bytes: [UInt8], proof: [Digest], at index: Int, of count: Int, root: Digest
  ) -> Bool {
    guard proof.isEmpty, let piece = try? TreeProof(decoding: bytes) else { return false }
    return TreeChunk.entries(of: piece, at: index, of: count, under: root) != nil
  }
}

extension MerkleTree {
  /// The tree whose pieces these are, all of them, each of which was checked.
  public init(pieces: [[UInt8]]) throws {
    self.init()
    var changes: [Change] = []
    for bytes in pieces {
      for part in try TreeProof(decoding: bytes).parts {
        if case .leaf(let key, let value) = part { changes.append(.put(key, value)) }
      }
    }
    try apply(changes)
  }

  /// The tree with all its entries in one piece, by key.
  public func flattened() throws(TreeFault) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(ByteWriter.formatVersion)
    var cursor = try cursor()
    while let entry = try cursor.next() {
      writer.write(entry.key)
      writer.write(bytes: entry.value)
    }
    return writer.finish()
  }

  /// The tree whose entries these are; throws when they aren't in order.
  public init(flattened bytes: [UInt8]) throws {
    self.init()
    let changes = try bytes.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      let version = try reader.readUInt8()
      guard version == ByteWriter.formatVersion else { throw Malformed.unknownVersion(version) }
      var changes: [Change] = []
      while reader.remaining > 0 {
        let key: Digest = try reader.readFixed()
        if let last = changes.last, last.key >= key {
          throw Malformed.notCanonical("order of keys")
        }
        let value = try reader.readBytes("bytes of a value", limit: MerkleTree.valueLimit)
        changes.append(.put(key, value))
      }
      return changes
    }
    try apply(changes)
  }
}
