import Witan
import WitanCrypto

/// Part of a tree, with digests in place of the rest: what shows that keys have values, or that they have none.
///
/// It needs nothing but a root to be checked. What comes out is a tree like any other, which answers what the
/// proof shows and refuses the rest; it can even be changed, so that whoever knows a root and the proof of what a
/// transition touches finds the next root without the state.
public struct TreeProof: Equatable, Sendable {
  /// A node in the order in which a tree is written: each fork before its left and its right side.
  enum Part: Equatable, Sendable {
    case leaf(key: Digest, value: [UInt8])
    case fork(depth: UInt8)
    case stub(Digest, weight: UInt64)
  }

  /// The most nodes that a proof may have: what a chunk has at the most.
  static let partLimit = 1 << 16

  var parts: [Part] = []

  init(_ parts: [Part]) { self.parts = parts }

  /// The part of the tree that this proves to be under a root.
  public func tree(under root: Digest) throws(TreeFault) -> MerkleTree {
    let tree = MerkleTree(top: assembled)
    guard tree.root == root else { throw .otherRoot(shown: tree.root, expected: root) }
    return tree
  }

  /// The nodes, bottom up. Written backwards, both sides of a fork come before it.
  private var assembled: Node? {
    var stack: [Node] = []
    for part in parts.reversed() {
      switch part {
      case .leaf(let key, let value): stack.append(.leaf(Leaf(key: key, value: value)))
      case .stub(let digest, let weight):
        stack.append(.stub(Stub(digest: digest, weight: weight)))
      case .fork(let depth):
        guard let left = stack.popLast(), let right = stack.popLast() else { return nil }
        stack.append(.fork(Fork(depth: Int(depth), left: left, right: right)))
      }
    }
    return stack.last
  }
}

extension TreeProof: Canonical {
  private static let leafTag: UInt8 = 0
  private static let forkTag: UInt8 = 1
  private static let stubTag: UInt8 = 2

  /// Writes the nodes.
  public func encode(to writer: inout ByteWriter) {
    writer.writeCount(parts.count)
    for part in parts {
      switch part {
      case .leaf(let key, let value):
        writer.write(Self.leafTag)
        writer.write(key)
        writer.write(bytes: value)
      case .fork(let depth):
        writer.write(Self.forkTag)
        writer.write(depth)
      case .stub(let digest, let weight):
        writer.write(Self.stubTag)
        writer.write(digest)
        writer.write(weight)
      }
    }
  }

  /// Reads the nodes of one tree; refuses what is none, and what hides both sides of a fork instead of the fork.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let count = try reader.readCount("nodes of a proof", limit: Self.partLimit, minimumSize: 2)
    parts.reserveCapacity(count)
    for _ in 0..<count { parts.append(try Self.part(from: &reader)) }
    try checkShape()
  }

  private static func part(from reader: inout ByteReader) throws(Malformed) -> Part {
    switch try reader.readUInt8() {
    case leafTag:
      let key: Digest = try reader.readFixed()
      return .leaf(
        key: key, value: try reader.readBytes("bytes of a value", limit: MerkleTree.valueLimit))
    case forkTag: return .fork(depth: try reader.readUInt8())
    case stubTag:
      let stub = try Stub(from: &reader)
      return .stub(stub.digest, weight: stub.weight)
    case let tag: throw .unknownTag(tag, of: "node of a proof")
    }
  }

  /// Forks lie deeper than those above them: whoever walks down can't go on for ever, and no walk overruns a key.
  private func checkShape() throws(Malformed) {
    guard !parts.isEmpty else { return }
    /// The depths above what is still to come, the nearest last.
    var open: [Int] = [-1]
    var wasStub = false
    for (index, part) in parts.enumerated() {
      guard let above = open.popLast() else { throw .invalid("node after the end of a proof") }
      switch part {
      case .fork(let depth):
        guard Int(depth) > above else { throw .invalid("depth of a fork") }
        open += [Int(depth), Int(depth)]
        wasStub = false
      case .leaf: wasStub = false
      case .stub:
        if wasStub, index >= 2, case .fork = parts[index - 2] {
          throw .notCanonical("fork of which nothing is shown")
        }
        wasStub = true
      }
    }
    guard open.isEmpty else { throw .truncated }
  }
}

extension MerkleTree {
  /// Shows what these keys have, whether that is a value or none.
  public func proof(of keys: [Digest]) throws(TreeFault) -> TreeProof {
    guard let top else { return TreeProof([]) }
    let sorted = keys.count > 1 ? keys.sorted() : keys
    var parts: [TreeProof.Part] = []
    parts.reserveCapacity(keys.count * 48)
    try show(top, sorted[...], in: &parts)
    return TreeProof(parts)
  }

  private func show(
    _ node: Node, _ keys: ArraySlice<Digest>, in parts: inout [TreeProof.Part]
  ) throws(TreeFault) {
    guard !keys.isEmpty else {
      return parts.append(.stub(node.digest, weight: node.weight))
    }
    switch try resolved(node) {
    case .leaf(let leaf): parts.append(.leaf(key: leaf.key, value: leaf.value))
    case .fork(let fork):
      parts.append(.fork(depth: UInt8(truncatingIfNeeded: fork.depth)))
      // All of one fork's keys agree before its depth only if they are there; those that aren't may be anywhere.
      let left = keys.filter { !$0.bit(fork.depth) }
      let right = keys.filter { $0.bit(fork.depth) }
      try show(fork.left, left[...], in: &parts)
      try show(fork.right, right[...], in: &parts)
    case .stub(let stub): throw .notShown(stub.digest)
    }
  }
}
