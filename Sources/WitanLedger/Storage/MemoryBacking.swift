import WitanCrypto

/// Keeps nodes in memory, for tests, simulations and whoever has no disk.
public struct MemoryBacking: NodeBacking, Sendable {
  private struct Kept: Sendable {
    var bytes: [UInt8]
    var pointers = 1
  }

  private struct Contents: Sendable {
    var nodes: [Digest: Kept] = [:]
    var roots: [StoredRoot] = []
  }

  private var contents = Contents()
  private var before: Contents?

  /// A backing that keeps nothing yet.
  public init() {}

  /// How many nodes are kept.
  public var count: Int { contents.nodes.count }

  /// Reads what is kept now.
  public var source: NodeSource {
    let nodes = contents.nodes
    return NodeSource { (digest) throws(TreeFault) in nodes[digest]?.bytes }
  }

  /// Remembers what is kept.
  public mutating func begin() { before = contents }

  /// Forgets what was kept before.
  public mutating func commit() { before = nil }

  /// Keeps what was kept before.
  public mutating func rollback() {
    if let before { contents = before }
    before = nil
  }

  /// Counts one more pointer.
  public mutating func retain(_ digest: Digest) -> Bool {
    guard contents.nodes[digest] != nil else { return false }
    contents.nodes[digest]?.pointers += 1
    return true
  }

  /// Keeps a node.
  public mutating func keep(_ digest: Digest, _ bytes: [UInt8]) {
    contents.nodes[digest, default: Kept(bytes: bytes)].bytes = bytes
  }

  /// Counts one pointer less.
  public mutating func release(_ digest: Digest) throws(TreeFault) -> [UInt8]? {
    guard let kept = contents.nodes[digest] else { throw .missing(digest) }
    guard kept.pointers == 1 else {
      contents.nodes[digest]?.pointers -= 1
      return nil
    }
    contents.nodes[digest] = nil
    return kept.bytes
  }

  /// The roots.
  public func roots() -> [StoredRoot] { contents.roots }

  /// Adds a root.
  public mutating func add(_ root: StoredRoot) {
    contents.roots.removeAll { $0.height == root.height }
    contents.roots.append(root)
    contents.roots.sort { $0.height < $1.height }
  }

  /// Removes a root.
  public mutating func removeRoot(at height: UInt64) {
    contents.roots.removeAll { $0.height == height }
  }
}
