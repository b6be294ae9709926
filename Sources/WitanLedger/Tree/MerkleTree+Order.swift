import WitanCrypto

/// An entry of a tree.
public struct TreeEntry: Equatable, Sendable {
  /// The key.
  public let key: Digest
  /// Its value.
  public let value: [UInt8]
}

extension MerkleTree {
  /// Walks over the entries by ascending key, reading no more of the tree than it passes.
  public struct Cursor: Sendable {
    fileprivate let tree: MerkleTree
    fileprivate var ahead: [Node] = []

    /// The next entry; nil at the end.
    public mutating func next() throws(TreeFault) -> TreeEntry? {
      while let node = ahead.popLast() {
        switch try tree.resolved(node) {
        case .leaf(let leaf): return TreeEntry(key: leaf.key, value: leaf.value)
        case .fork(let fork): ahead += [fork.right, fork.left]
        case .stub(let stub): throw .notShown(stub.digest)
        }
      }
      return nil
    }
  }

  /// A cursor before the first entry whose key isn't below this one.
  public func cursor(from key: Digest = .zero) throws(TreeFault) -> Cursor {
    var cursor = Cursor(tree: self)
    guard var node = top, let nearest = try leaf(nearest: key) else { return cursor }
    // Down to this place the key goes the tree's way; all below lie on one side of it.
    let parting = key.parting(from: nearest.key)
    while true {
      node = try resolved(node)
      guard case .fork(let fork) = node, fork.depth < parting else { break }
      if key.bit(fork.depth) {
        node = fork.right
      } else {
        cursor.ahead.append(fork.right)
        node = fork.left
      }
    }
    if parting == 256 || !key.bit(parting) { cursor.ahead.append(node) }
    return cursor
  }

  /// The entries of a range of keys, the first ones if there are more than a limit.
  public func entries(
    in range: ClosedRange<Digest>, limit: Int = .max
  ) throws(TreeFault) -> [TreeEntry] {
    var cursor = try cursor(from: range.lowerBound)
    var entries: [TreeEntry] = []
    while entries.count < limit, let entry = try cursor.next(), entry.key <= range.upperBound {
      entries.append(entry)
    }
    return entries
  }
}
