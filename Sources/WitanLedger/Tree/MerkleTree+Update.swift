import WitanCrypto

extension MerkleTree {
  /// A change with what the tree says to it.
  private struct Edit {
    let key: Digest
    let value: [UInt8]?
    /// Where the key parts from all that are there; 256 when it is there itself.
    let parting: Int
  }

  /// Applies changes, all of them or none, in one pass: every part is hashed once at the most. Of several changes of one
  /// key the last one counts.
  public mutating func apply(_ changes: [Change]) throws(TreeFault) {
    let edits = try edits(changes)
    guard !edits.isEmpty else { return }
    let update = Update(tree: self, edits: edits)
    if let top {
      self.top = try update.merged(top, with: edits.indices)
    } else {
      self.top = update.built(of: edits.indices)
    }
  }

  /// The changes that change anything, by key.
  private func edits(_ changes: [Change]) throws(TreeFault) -> [Edit] {
    let order = changes.indices.sorted {
      changes[$0].key == changes[$1].key ? $0 < $1 : changes[$0].key < changes[$1].key
    }
    var edits: [Edit] = []
    edits.reserveCapacity(changes.count)
    for (place, index) in order.enumerated() {
      let change = changes[index]
      let next = place + 1
      if next < order.count, changes[order[next]].key == change.key { continue }
      if let value = change.value, value.count > Self.valueLimit {
        throw .longValue(change.key, count: value.count)
      }
      let nearest = try leaf(nearest: change.key)
      let parting = nearest.map { $0.key.parting(from: change.key) } ?? 0
      let isThere = nearest != nil && parting == 256
      if let value = change.value {
        if isThere, nearest?.hasValue(value) == true { continue }
      } else if !isThere {
        continue
      }
      edits.append(Edit(key: change.key, value: change.value, parting: parting))
    }
    return edits
  }

  /// One pass over the parts of a tree that changes touch.
  private struct Update {
    let tree: MerkleTree
    let edits: [Edit]

    /// Forks lie deeper than those above them, so this recurs at most 256 times.
    func merged(_ node: Node, with range: Range<Int>) throws(TreeFault) -> Node? {
      guard !range.isEmpty else { return node }
      switch node {
      case .leaf:
        if let first = firstParting(in: range) {
          return try grown(node, with: range, parting: first)
        }
        return edits[range.lowerBound].value.map { leaf(range.lowerBound, $0) }
      case .fork(let fork):
        let depth = fork.depth
        if let first = firstParting(in: range), edits[first].parting < depth {
          return try grown(node, with: range, parting: first)
        }
        let middle = split(range, at: depth)
        let left = try merged(fork.left, with: range.lowerBound..<middle)
        let right = try merged(fork.right, with: middle..<range.upperBound)
        return Self.joined(at: depth, left, right)
      case .stub(let stub): return try merged(try tree.resolve(stub), with: range)
      }
    }

    /// Puts a fork above a node, where the first of the new keys parts from all below it.
    private func grown(
      _ node: Node, with range: Range<Int>, parting first: Int
    ) throws(TreeFault) -> Node? {
      let depth = edits[first].parting
      let middle = split(range, at: depth)
      if edits[first].key.bit(depth) {
        let kept = try merged(node, with: range.lowerBound..<middle)
        return Self.joined(at: depth, kept, built(of: middle..<range.upperBound))
      }
      let kept = try merged(node, with: middle..<range.upperBound)
      return Self.joined(at: depth, built(of: range.lowerBound..<middle), kept)
    }

    /// A part of new entries alone.
    func built(of range: Range<Int>) -> Node? {
      guard let last = range.last else { return nil }
      let first = range.lowerBound
      if first == last { return edits[first].value.map { leaf(first, $0) } }
      let depth = edits[first].key.parting(from: edits[last].key)
      let middle = split(range, at: depth)
      return Self.joined(
        at: depth, built(of: first..<middle), built(of: middle..<range.upperBound))
    }

    private func leaf(_ index: Int, _ value: [UInt8]) -> Node {
      .leaf(Leaf(key: edits[index].key, value: value))
    }

    private static func joined(at depth: Int, _ left: Node?, _ right: Node?) -> Node? {
      guard let left else { return right }
      guard let right else { return left }
      return .fork(Fork(depth: depth, left: left, right: right))
    }

    private func firstParting(in range: Range<Int>) -> Int? {
      var first: Int?
      for index in range where edits[index].parting < first.map({ edits[$0].parting }) ?? 256 {
        first = index
      }
      return first
    }

    /// Where the keys with a 1 at a place begin.
    private func split(_ range: Range<Int>, at depth: Int) -> Int {
      var (low, high) = (range.lowerBound, range.upperBound)
      while low < high {
        let middle = (low + high) / 2
        if edits[middle].key.bit(depth) { high = middle } else { low = middle + 1 }
      }
      return low
    }
  }
}

extension MerkleTree {
  /// How many nodes this tree has that another, of which it was made, hasn't: as many hashes can't be avoided.
  public func newNodes(since old: MerkleTree) -> Int {
    var ahead: [(old: Node?, new: Node)] = top.map { [(old.top, $0)] } ?? []
    var fresh = 0
    while let (old, new) = ahead.popLast() {
      if let old, old.isSame(as: new) { continue }
      fresh += 1
      guard case .fork(let fork) = new else { continue }
      // Where the old tree forks elsewhere, its part goes on beside whichever side it still is.
      if case .fork(let other)? = old, other.depth == fork.depth {
        ahead += [(other.left, fork.left), (other.right, fork.right)]
      } else {
        ahead += [(old, fork.left), (old, fork.right)]
      }
    }
    return fresh
  }
}
