import Witan
import WitanCrypto

/// Where nodes are kept by digest, and roots by height.
///
/// A node is kept once however many trees have it, with a count of those that point to it. All changes between
/// `begin` and `commit` last, or none.
public protocol NodeBacking {
  /// Reads nodes, as they are now or later: what is kept under a digest never changes while it is kept.
  var source: NodeSource { get }
  /// Begins a change.
  mutating func begin() throws(TreeFault)
  /// Makes the change last.
  mutating func commit() throws(TreeFault)
  /// Leaves everything as it was before the change.
  mutating func rollback()
  /// Counts one more that points to a node; false when the node isn't kept.
  mutating func retain(_ digest: Digest) throws(TreeFault) -> Bool
  /// Keeps a node to which one points, or replaces the bytes of one that is kept already.
  mutating func keep(_ digest: Digest, _ bytes: [UInt8]) throws(TreeFault)
  /// Counts one less that points to a node; its bytes if it was the last one, and the node is gone.
  mutating func release(_ digest: Digest) throws(TreeFault) -> [UInt8]?
  /// The roots by ascending height.
  func roots() throws(TreeFault) -> [StoredRoot]
  /// Adds a root, or replaces the one of its height.
  mutating func add(_ root: StoredRoot) throws(TreeFault)
  /// Removes the root of a height.
  mutating func removeRoot(at height: UInt64) throws(TreeFault)
}

/// The root of a tree that is kept.
public struct StoredRoot: Equatable, Sendable {
  /// After which block it is the state.
  public let height: UInt64
  /// The root.
  public let root: Digest
  /// What the tree weighs.
  public let weight: UInt64

  /// The root of a tree at a height.
  public init(height: UInt64, root: Digest, weight: UInt64) {
    self.height = height
    self.root = root
    self.weight = weight
  }
}

/// Trees kept by height, in memory or on a disk: only what two of them don't share is kept twice.
///
/// Opening one reads nothing but its root; parts are read when they are needed, and each is checked against its digest.
public struct TreeStore<Backing: NodeBacking> {
  /// Where the nodes are.
  public private(set) var backing: Backing

  /// A store over a backing.
  public init(_ backing: Backing) { self.backing = backing }

  /// The roots that are kept, by ascending height.
  public func roots() throws(TreeFault) -> [StoredRoot] { try backing.roots() }

  /// The tree at a height; nil when none is kept.
  public func tree(at height: UInt64) throws(TreeFault) -> MerkleTree? {
    guard let root = try roots().first(where: { $0.height == height }) else { return nil }
    return try tree(root)
  }

  /// The tree of the greatest height; nil when none is kept.
  public func latest() throws(TreeFault) -> (height: UInt64, tree: MerkleTree)? {
    guard let root = try roots().last else { return nil }
    return (root.height, try tree(root))
  }

  /// The part at the top is read at once: nothing above it commits to what the tree weighs.
  private func tree(_ root: StoredRoot) throws(TreeFault) -> MerkleTree {
    let source = backing.source
    guard root.root != .zero else { return MerkleTree(top: nil, source: source) }
    let top = try source.node(Stub(digest: root.root, weight: root.weight))
    guard top.weight == root.weight else { throw .damaged(root.root) }
    return MerkleTree(top: top, source: source)
  }

  /// Keeps a tree. What the store has already isn't written again.
  public mutating func keep(_ tree: MerkleTree, at height: UInt64) throws(TreeFault) {
    try change { (store) throws(TreeFault) in
      let roots = try store.roots()
      let old = roots.first { $0.height == height }
      // Before the old one goes: the new one may have been read from it.
      if let top = tree.top { try store.keep(top, isFirst: roots.isEmpty) }
      if let old { try store.drop(old) }
      try store.backing.add(StoredRoot(height: height, root: tree.root, weight: tree.weight))
    }
  }

  /// Forgets the trees below a height, and every node that only they had.
  public mutating func release(below height: UInt64) throws(TreeFault) {
    try change { (store) throws(TreeFault) in
      for root in try store.roots() where root.height < height { try store.drop(root) }
    }
  }

  private mutating func drop(_ root: StoredRoot) throws(TreeFault) {
    try backing.removeRoot(at: root.height)
    guard root.root != .zero else { return }
    var gone = [root.root]
    while let digest = gone.popLast() {
      guard let bytes = try backing.release(digest) else { continue }
      guard let node = Node(stored: bytes), node.digest == digest else { throw .damaged(digest) }
      if case .fork(let fork) = node { gone += [fork.left.digest, fork.right.digest] }
    }
  }

  /// What is new is written in the order of digests, which is the order in which a backing on a disk has them: in any
  /// other, each of a million would land on another page. Where it is the first tree, all of it is new.
  private mutating func keep(_ top: Node, isFirst: Bool) throws(TreeFault) {
    var ahead = [top]
    var fresh: [Node] = []
    while let node = ahead.popLast() {
      if !isFirst, try backing.retain(node.digest) { continue }
      guard !node.isStub else { throw .missing(node.digest) }
      fresh.append(node)
      if case .fork(let fork) = node { ahead += [fork.right, fork.left] }
    }
    fresh.sort { $0.digest < $1.digest }
    for node in fresh { try backing.keep(node.digest, node.stored) }
  }

  private mutating func change(
    _ body: (inout TreeStore) throws(TreeFault) -> Void
  ) throws(TreeFault) {
    try backing.begin()
    do throws(TreeFault) {
      try body(&self)
      try backing.commit()
    } catch {
      backing.rollback()
      throw error
    }
  }
}

extension TreeStore: Sendable where Backing: Sendable {}

extension TreeStore {
  /// Reads every part of every tree, and says how many entries the latest one has. Fails at the first part that is
  /// missing or damaged.
  public func verify() throws(TreeFault) -> Int {
    var seen: Set<Digest> = []
    var entries = 0
    for (index, root) in try roots().reversed().enumerated() {
      let isLatest = index == 0
      guard try !tree(root).isEmpty else { continue }
      var ahead = [Node.stub(Stub(digest: root.root, weight: root.weight))]
      while let node = ahead.popLast() {
        guard seen.insert(node.digest).inserted else { continue }
        guard case .stub(let stub) = node else { continue }
        switch try backing.source.node(stub) {
        case .leaf: if isLatest { entries += 1 }
        case .fork(let fork): ahead += [fork.right, fork.left]
        case .stub: break
        }
      }
    }
    return entries
  }

  /// Puts parts back that a peer has shown to be under the root of a height. What is there already stays as often
  /// pointed to as it is; what is gone altogether is pointed to once, and if it was more often it may be missed again
  /// after another height is released.
  public mutating func repair(with piece: TreeProof, at height: UInt64) throws(TreeFault) {
    guard let root = try roots().first(where: { $0.height == height }) else { return }
    let shown = try piece.tree(under: root.root)
    try change { (store) throws(TreeFault) in
      guard let top = shown.top else { return }
      var ahead = [top]
      while let node = ahead.popLast() {
        guard !node.isStub else { continue }
        try store.backing.keep(node.digest, node.stored)
        if case .fork(let fork) = node { ahead += [fork.right, fork.left] }
      }
    }
  }
}

extension Node {
  var isStub: Bool {
    if case .stub = self { true } else { false }
  }
}
