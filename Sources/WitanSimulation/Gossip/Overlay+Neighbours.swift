import Witan
import WitanDraw

extension Overlay {
  /// Has each of some nodes dial D others of them that it can reach without a relay, chosen by lot: each has then about
  /// twice as many neighbours. Where there are no more than that, everybody dials everybody.
  mutating func acquaint(_ members: [Int], draw: Draw) {
    let relays = relays
    let isSmall = members.count <= 2 * parameters.degree + 1
    for (place, node) in members.enumerated() {
      var draw = draw.split("neighbours", UInt64(node))
      var chosen = NodeSet(nodes[node].dials)
      chosen.insert(node)
      func take(_ other: Int) {
        guard !chosen.contains(other),
          reachability.isLinkable(NodeIndex(node), NodeIndex(other), relays: relays)
        else { return }
        chosen.insert(other)
        nodes[node].dials.append(other)
      }
      if isSmall {
        // One of two dials: both ends of a link count.
        for other in members[(place + 1)...] { take(other) }
        continue
      }
      let target = nodes[node].dials.count + parameters.degree
      // Most picks are new and can be reached; where few can, it isn't looked for them for ever.
      for _ in 0..<16 * parameters.degree where nodes[node].dials.count < target {
        take(members[draw.integer(in: 0...members.count - 1)])
      }
    }
  }

  /// Gives up those of a node's links that it dialled in vain.
  mutating func giveUpDialling(_ node: Int) {
    guard let router = nodes[node].router else { return }
    nodes[node].dials.removeAll { !router.isNeighbour(NodeIndex($0)) }
  }

  /// Has a node dial so many of those it knows of.
  mutating func befriend(_ node: Int, _ others: [Int], upTo count: Int, draw: inout Draw) {
    guard let router = nodes[node].router else { return }
    let wanted = NodeSet(others)
    var room = count - nodes[node].dials.count { wanted.contains($0) }
    guard room > 0 else { return }
    for other in draw.shuffled(others) where room > 0 && other != node {
      guard !router.isNeighbour(NodeIndex(other)), !nodes[node].dials.contains(other),
        reachability.isLinkable(NodeIndex(node), NodeIndex(other), relays: relays)
      else { continue }
      nodes[node].dials.append(other)
      room -= 1
    }
  }
}

extension Reachability {
  /// Whether one node can be linked to another without everything going through a relay.
  func isLinkable(_ near: NodeIndex, _ far: NodeIndex, relays: [NodeIndex]) -> Bool {
    switch path(from: near, to: far, relays: relays) {
    case .direct, .reversed, .punched: true
    case .relayed, .none: false
    }
  }
}
