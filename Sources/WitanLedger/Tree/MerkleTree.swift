import Witan
import WitanCrypto

/// A sparse Merkle tree over 256-bit keys: a value whose copies are free and stay as they are.
///
/// ```swift
/// var tree = MerkleTree()
/// try tree.apply([.put(key, value)])
/// let before = tree                       // costs nothing, whatever the size
/// try tree.apply([.delete(key)])
/// let proof = try before.proof(of: [key])
/// try proof.tree(under: before.root).value(of: key) == value
/// ```
///
/// It is compact: there is a fork only where keys part (D. Bernstein's crit-bit tree), so `n` entries have `n - 1` forks,
/// and its depth grows with the logarithm of their number. Its shape, and so its root, follows from the entries alone.
/// Each fork commits to its place among the key's bits; so the path that a key takes ends at the one entry that can be
/// its own, and showing another entry there proves that the key has none.
///
/// A part of a tree may be missing: it is read where it is needed, if there is a source to read it from.
public struct MerkleTree: Sendable {
  /// A change of one entry.
  public enum Change: Equatable, Sendable {
    /// The key gets this value, whether or not it had one.
    case put(Digest, [UInt8])
    /// The key has no value any more, whether or not it had one.
    case delete(Digest)

    /// Whose entry changes.
    public var key: Digest {
      switch self {
      case .put(let key, _), .delete(let key): key
      }
    }

    /// The value that the key has afterwards.
    public var value: [UInt8]? {
      switch self {
      case .put(_, let value): value
      case .delete: nil
      }
    }
  }

  /// The most bytes of a value: a chunk must have room for one that begins before it and one that ends after it.
  public static let valueLimit = 1 << 16

  var top: Node?
  /// What missing parts are read from.
  var source: NodeSource?

  /// A tree without entries.
  public init() {}

  init(top: Node?, source: NodeSource? = nil) {
    self.top = top
    self.source = source
  }

  /// A tree of which no more is known than its root.
  init(hiddenUnder root: Digest) {
    if root != .zero { top = .stub(Stub(digest: root, weight: 0)) }
  }

  /// Commits to every entry; all zeroes when there is none.
  public var root: Digest { top?.digest ?? .zero }

  /// Whether there is no entry.
  public var isEmpty: Bool { top == nil }

  /// How many bytes the entries take when they are written one after the other.
  public var weight: UInt64 { top?.weight ?? 0 }

  /// The value of a key; nil when it has none.
  public func value(of key: Digest) throws(TreeFault) -> [UInt8]? {
    guard let leaf = try leaf(nearest: key), leaf.key == key else { return nil }
    return leaf.value
  }

  /// The entry at the end of the path that a key takes: its own, or the one that agrees with it longest.
  func leaf(nearest key: Digest) throws(TreeFault) -> Leaf? {
    guard let top else { return nil }
    return try leaf(nearest: key, below: top)
  }

  /// Down by calls instead of a loop: a node is then borrowed from the one above it, and none is retained on the way.
  private func leaf(nearest key: Digest, below node: Node) throws(TreeFault) -> Leaf {
    switch node {
    case .leaf(let leaf): return leaf
    case .fork(let fork):
      if key.bit(fork.depth) { return try leaf(nearest: key, below: fork.right) }
      return try leaf(nearest: key, below: fork.left)
    case .stub(let stub): return try leaf(nearest: key, below: try resolve(stub))
    }
  }

  /// A missing part, with its own parts missing in turn.
  func resolve(_ stub: Stub) throws(TreeFault) -> Node {
    guard let source else { throw .notShown(stub.digest) }
    return try source.node(stub)
  }

  func resolved(_ node: Node) throws(TreeFault) -> Node {
    guard case .stub(let stub) = node else { return node }
    return try resolve(stub)
  }
}

extension MerkleTree: Equatable {
  /// Whether both have the same entries.
  public static func == (one: MerkleTree, other: MerkleTree) -> Bool { one.root == other.root }
}

/// Why a tree can't answer, or can't be changed.
public enum TreeFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// A part is needed that a proof doesn't show.
  case notShown(Digest)
  /// A part isn't where it was kept.
  case missing(Digest)
  /// A part isn't what it was when it was kept.
  case damaged(Digest)
  /// What was shown belongs to another root than the one it should.
  case otherRoot(shown: Digest, expected: Digest)
  /// A value is longer than any may be.
  case longValue(Digest, count: Int)
  /// The place where the parts are kept fails.
  case unreadable(String)

  /// What is wrong and what to do, for people.
  public var description: String {
    switch self {
    case .notShown(let digest):
      "part \(digest.short) of the state is needed, and the proof hides it"
    case .missing(let digest):
      "part \(digest.short) of the state is missing from the store; repair it from a peer"
    case .damaged(let digest):
      "part \(digest.short) of the state is damaged in the store; repair it from a peer"
    case .otherRoot(let shown, let expected):
      "it belongs to the state \(shown.short), not to \(expected.short)"
    case .longValue(let key, let count):
      "the value of \(key.short) has \(count) bytes; at most \(MerkleTree.valueLimit) are allowed"
    case .unreadable(let reason): "the store can't be used: \(reason)"
    }
  }
}

/// Where the parts of a tree are read that aren't in memory.
public struct NodeSource: Sendable {
  /// The bytes kept under a digest; nil where there are none.
  let read: @Sendable (Digest) throws(TreeFault) -> [UInt8]?

  /// A source that reads so.
  public init(_ read: @escaping @Sendable (Digest) throws(TreeFault) -> [UInt8]?) {
    self.read = read
  }

  /// A part, checked against the digest under which it was kept: a wrong value is never returned.
  func node(_ stub: Stub) throws(TreeFault) -> Node {
    guard let bytes = try read(stub.digest) else { throw .missing(stub.digest) }
    guard let node = Node(stored: bytes), node.digest == stub.digest else {
      throw .damaged(stub.digest)
    }
    return node
  }
}

extension Node {
  /// What is kept of a node: an entry whole, a fork with its sides' digests and weights.
  var stored: [UInt8] {
    var writer = ByteWriter()
    switch self {
    case .leaf(let leaf):
      writer.write(Leaf.tag)
      writer.write(leaf.key)
      writer.write(bytes: leaf.value)
    case .fork(let fork):
      writer.write(Fork.tag)
      writer.write(UInt8(truncatingIfNeeded: fork.depth))
      for side in [fork.left, fork.right] {
        writer.write(side.digest)
        writer.write(side.weight)
      }
    case .stub: break
    }
    return writer.finish()
  }

  /// A node as it was kept; nil for what none is.
  init?(stored bytes: [UInt8]) {
    let node = bytes.withUnsafeBytes { bytes -> Node? in
      var reader = ByteReader(bytes)
      do throws(Malformed) {
        let node: Node
        switch try reader.readUInt8() {
        case Leaf.tag:
          let key: Digest = try reader.readFixed()
          let value = try reader.readBytes("bytes of a value", limit: MerkleTree.valueLimit)
          node = .leaf(Leaf(key: key, value: value))
        case Fork.tag:
          let depth = Int(try reader.readUInt8())
          let left = try Stub(from: &reader)
          node = .fork(Fork(depth: depth, left: .stub(left), right: .stub(try Stub(from: &reader))))
        default: return nil
        }
        try reader.finish()
        return node
      } catch { return nil }
    }
    guard let node else { return nil }
    self = node
  }
}

extension Stub {
  convenience init(from reader: inout ByteReader) throws(Malformed) {
    let digest: Digest = try reader.readFixed()
    let weight = try reader.readUInt64()
    // Sums of weights then fit into a fork's 56 bits however many there are on a path.
    guard weight < 1 << 47 else { throw .invalid("weight of a part") }
    self.init(digest: digest, weight: weight)
  }
}
