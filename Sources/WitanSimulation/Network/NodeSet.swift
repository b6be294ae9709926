/// Some of a simulation's nodes, as bits.
public struct NodeSet: Hashable, Sendable, Sequence {
  private var words: [UInt64] = []

  /// No nodes.
  public init() {}

  /// These nodes.
  public init(_ nodes: some Sequence<Int>) {
    for node in nodes { insert(node) }
  }

  /// Whether there are none.
  public var isEmpty: Bool { words.isEmpty }

  /// How many there are.
  public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Whether a node is among them.
  @inline(__always)
  public func contains(_ node: Int) -> Bool {
    let word = node >> 6
    return word < words.count && words[word] & (1 << UInt64(node & 63)) != 0
  }

  /// Adds a node.
  public mutating func insert(_ node: Int) {
    precondition(node >= 0, "nodes are counted from 0")
    while words.count <= node >> 6 { words.append(0) }
    words[node >> 6] |= 1 << UInt64(node & 63)
  }

  /// Takes a node out.
  public mutating func remove(_ node: Int) {
    guard contains(node) else { return }
    words[node >> 6] &= ~(1 << UInt64(node & 63))
    while words.last == 0 { words.removeLast() }
  }

  /// Those among both.
  public func intersection(_ other: NodeSet) -> NodeSet { NodeSet(filter(other.contains)) }

  /// The nodes in order.
  public func makeIterator() -> AnyIterator<Int> {
    var (word, left) = (0, words.first ?? 0)
    return AnyIterator {
      while left == 0 {
        word += 1
        guard word < words.count else { return nil }
        left = words[word]
      }
      defer { left &= left - 1 }
      return word << 6 + left.trailingZeroBitCount
    }
  }
}

extension NodeSet: CustomStringConvertible, ExpressibleByArrayLiteral {
  /// The nodes, separated by commas; three and more in a row as a range.
  public var description: String {
    var parts: [String] = []
    var run: ClosedRange<Int>?
    func close() {
      guard let run else { return }
      switch run.count {
      case 1: parts.append("\(run.lowerBound)")
      case 2: parts += ["\(run.lowerBound)", "\(run.upperBound)"]
      default: parts.append("\(run.lowerBound)-\(run.upperBound)")
      }
    }
    for node in self {
      if let open = run, open.upperBound + 1 == node {
        run = open.lowerBound...node
      } else {
        close()
        run = node...node
      }
    }
    close()
    return parts.joined(separator: ",")
  }

  /// These nodes.
  public init(arrayLiteral nodes: Int...) { self.init(nodes) }
}
