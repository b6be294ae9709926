import Witan
import WitanCrypto

/// A tree cut into pieces, each of which is checked alone against the root.
///
/// The entries, written one after the other by key, are cut every `size` bytes. A piece is a proof that shows every entry
/// of which any byte lies in its stretch, and hides the rest. Since forks commit to what their sides weigh, the root
/// alone says where each stretch begins: a true piece of another place is refused like a false one.
public enum TreeChunk {
  /// How much of the entries one piece shows.
  public static let size: UInt64 = 1 << 16

  /// In how many pieces a tree is cut; at least one.
  public static func count(of tree: MerkleTree) -> Int {
    max(1, Int((tree.weight + size - 1) / size))
  }

  /// A piece of a tree; nil when there is none of this index.
  public static func piece(_ index: Int, of tree: MerkleTree) throws(TreeFault) -> TreeProof? {
    guard (0..<count(of: tree)).contains(index) else { return nil }
    guard let top = tree.top else { return TreeProof([]) }
    var parts: [TreeProof.Part] = []
    let stretch = UInt64(index) * size..<UInt64(index + 1) * size
    try show(top, at: 0, stretch, of: tree, in: &parts)
    return TreeProof(parts)
  }

  private static func show(
    _ node: Node, at offset: UInt64, _ stretch: Range<UInt64>, of tree: MerkleTree,
    in parts: inout [TreeProof.Part]
  ) throws(TreeFault) {
    guard stretch.overlaps(offset..<offset + node.weight) else {
      return parts.append(.stub(node.digest, weight: node.weight))
    }
    switch try tree.resolved(node) {
    case .leaf(let leaf): parts.append(.leaf(key: leaf.key, value: leaf.value))
    case .fork(let fork):
      parts.append(.fork(depth: UInt8(truncatingIfNeeded: fork.depth)))
      try show(fork.left, at: offset, stretch, of: tree, in: &parts)
      try show(fork.right, at: offset + fork.left.weight, stretch, of: tree, in: &parts)
    case .stub(let stub): throw .notShown(stub.digest)
    }
  }

  /// The entries of a piece, if it is the one of this index under a root over `count` pieces; nil when it isn't.
  public static func entries(
    of piece: TreeProof, at index: Int, of count: Int, under root: Digest
  ) -> [TreeEntry]? {
    guard (0..<min(count, Bounds.chunks)).contains(index),
      let tree = try? piece.tree(under: root), Self.count(of: tree) == count
    else { return nil }
    guard let top = tree.top else { return [] }
    // What hides the whole tree may claim any weight for it: no fork above commits to that.
    guard !top.isStub else { return nil }
    let stretch = UInt64(index) * size..<UInt64(index + 1) * size
    var entries: [TreeEntry] = []
    var ahead: [(node: Node, offset: UInt64)] = [(top, 0)]
    while let (node, offset) = ahead.popLast() {
      let isInside = stretch.overlaps(offset..<offset + node.weight)
      switch node {
      case .stub: if isInside { return nil }
      case .leaf(let leaf):
        guard isInside else { return nil }
        entries.append(TreeEntry(key: leaf.key, value: leaf.value))
      case .fork(let fork):
        guard isInside else { return nil }
        ahead.append((fork.right, offset + fork.left.weight))
        ahead.append((fork.left, offset))
      }
    }
    return entries
  }
}
