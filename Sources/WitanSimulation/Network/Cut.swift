import Witan

/// What some nodes send some others doesn't get through.
struct Cut: Sendable {
  /// What the cut belongs to, so that it can be mended.
  let cause: Int
  let senders: NodeSet
  let receivers: NodeSet

  func severs(_ from: Int, _ to: Int) -> Bool { senders.contains(from) && receivers.contains(to) }

  /// The cuts that keep groups apart. Whoever is in no group hears nobody and is heard by nobody.
  static func between(_ groups: [NodeSet], of nodes: Int, cause: Int) -> [Cut] {
    let all = NodeSet(0..<nodes)
    let alone = all.filter { node in !groups.contains { $0.contains(node) } }
    return (groups + alone.map { NodeSet([$0]) }).map { group in
      Cut(cause: cause, senders: group, receivers: NodeSet(all.filter { !group.contains($0) }))
    }
  }
}

/// What some nodes send some others waits until it is released.
struct Clog: Sendable {
  /// What the clog belongs to, so that it can be released.
  let cause: Int
  let senders: NodeSet
  let receivers: NodeSet
  /// What waits, in the order in which it was sent.
  var held: [(parcel: UInt32, receiver: Int)] = []

  func holds(_ from: Int, _ to: Int) -> Bool { senders.contains(from) && receivers.contains(to) }
}
