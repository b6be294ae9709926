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

  /// The most nodes that a proof may have: those of a block that changes 200,000 places are fewer.
  static let partLimit = 1 << 22
  /// A fork takes two bytes, but for each there is one more of what takes 37 at least.
  private static let meanSize = 19

  var parts: [Part] = []

  init(_ parts: [Part]) { self.parts = parts }

  /// The part of the tree that this proves to be under a root.
  public func tree(under root: Digest) throws(TreeFault) -> MerkleTree {
    let tree = MerkleTree(top: assembled)
    guard tree.root == root else { throw .otherRoot(shown: tree.root, expected: root) }
    return tree
  }

  /// The value of a key under a root; nil when it has none there. The same as by way of the tree, which isn't made.
  public func value(of key: Digest, under root: Digest) throws(TreeFault) -> [UInt8]? {
    let shown = folded
    guard shown == root else { throw .otherRoot(shown: shown, expected: root) }
    var place = 0
    while parts.indices.contains(place) {
      switch parts[place] {
      case .leaf(let other, let value): return other == key ? value : nil
      case .stub(let digest, _): throw .notShown(digest)
      case .fork(let depth):
        place += 1
        if key.bit(Int(depth)) { place = end(ofPartAt: place) }
      }
    }
    return nil
  }

  /// Where what follows a node and all below it begins.
  private func end(ofPartAt place: Int) -> Int {
    var (place, awaited) = (place, 1)
    while awaited > 0, place < parts.count {
      if case .fork = parts[place] { awaited += 1 } else { awaited -= 1 }
      place += 1
    }
    return place
  }

  /// The root, by digests alone.
  private var folded: Digest {
    var stack: [(digest: Digest, weight: UInt64)] = []
    stack.reserveCapacity(32)
    for part in parts.reversed() {
      switch part {
      case .leaf(let key, let value):
        stack.append(
          (Leaf.digest(key: key, value: value), UInt64(Leaf.overhead + value.count)))
      case .stub(let digest, let weight): stack.append((digest, weight))
      case .fork(let depth):
        guard let left = stack.popLast(), let right = stack.popLast() else { return .zero }
        let digest = Fork.digest(
          depth: depth, weights: (left.weight, right.weight),
          digests: (left.digest, right.digest))
        stack.append((digest, left.weight &+ right.weight))
      }
    }
    return stack.last?.digest ?? .zero
  }

  /// The nodes, bottom up. Written backwards, both sides of a fork come before it.
  private var assembled: Node? {
    var stack: [Node] = []
    stack.reserveCapacity(32)
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
    writer.reserve(4 + parts.count * 42)
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

  /// Reads the nodes of one tree; refuses what is none, and what hides both sides of a fork instead of the fork, or all.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let count = try reader.readCount(
      "nodes of a proof", limit: Self.partLimit, minimumSize: Self.meanSize)
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
    if parts.count == 1, case .stub = parts[0] { throw .notCanonical("proof of nothing") }
    /// The depths above what is still to come, the nearest last.
    var open: [Int] = []
    open.reserveCapacity(32)
    open.append(-1)
    var wasStub = false
    for (index, part) in parts.enumerated() {
      guard let above = open.popLast() else { throw .invalid("node after the end of a proof") }
      switch part {
      case .fork(let depth):
        guard Int(depth) > above else { throw .invalid("depth of a fork") }
        open.append(Int(depth))
        open.append(Int(depth))
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
    guard let top, !keys.isEmpty else { return TreeProof([]) }
    let sorted = keys.count > 1 ? keys.sorted() : keys
    var parts: [TreeProof.Part] = []
    parts.reserveCapacity(keys.count * 24)
    if sorted.count == 1 {
      try show(top, sorted[0], in: &parts)
    } else {
      try show(top, sorted[...], in: &parts)
    }
    return TreeProof(parts)
  }

  /// Shows the path of one key. What lies to its right comes after it: it is gone through once more, from below.
  private func show(
    _ top: Node, _ key: Digest, in parts: inout [TreeProof.Part]
  ) throws(TreeFault) {
    var node = top
    var right: [TreeProof.Part] = []
    right.reserveCapacity(24)
    while true {
      switch node {
      case .leaf(let leaf):
        parts.append(.leaf(key: leaf.key, value: leaf.value))
        parts.append(contentsOf: right.reversed())
        return
      case .fork(let fork):
        parts.append(.fork(depth: UInt8(truncatingIfNeeded: fork.depth)))
        if key.bit(fork.depth) {
          parts.append(.stub(fork.left.digest, weight: fork.left.weight))
          node = fork.right
        } else {
          right.append(.stub(fork.right.digest, weight: fork.right.weight))
          node = fork.left
        }
      case .stub(let stub): node = try resolve(stub)
      }
    }
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
