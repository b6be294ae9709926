import Witan
import WitanDraw
import WitanSimulation

/// One router, poked by hand, and what it wants done.
struct LoneRouter {
  typealias Router = GossipRouter<Int>

  var router: Router
  var now: Micros = .seconds(1_000)
  private(set) var effects: [Router.Effect] = []
  static let topic: Topic = 7

  /// A router in the topic with this many neighbours in it; the first `outbound` it dialled itself.
  init(
    neighbours: Int, outbound: Int = 0, joined: Bool = true, seed: UInt64 = 1,
    _ adjust: (inout GossipParameters) -> Void = { _ in }
  ) throws {
    var parameters = GossipParameters()
    adjust(&parameters)
    router = try Router(node: 0, parameters: parameters, draw: Draw(seed: seed))
    for number in 1..<neighbours + 1 {
      connect(NodeIndex(number), isOutbound: number <= outbound)
    }
    if joined { give(.subscribe(Self.topic)) }
    clear()
  }

  mutating func connect(_ peer: NodeIndex, isOutbound: Bool = false, address: UInt32? = nil) {
    give(
      .connected(
        peer, isOutbound: isOutbound, address: address ?? UInt32(truncatingIfNeeded: peer.rawValue))
    )
    control(from: peer) { $0.subscriptions = [.init(Self.topic, isSubscribed: true)] }
  }

  mutating func give(_ input: Router.Input) { router.handle(input, at: now, into: &effects) }

  mutating func control(from peer: NodeIndex, _ fill: (inout GossipControl) -> Void) {
    var control = GossipControl()
    fill(&control)
    give(.received(.control(control), from: peer))
  }

  mutating func message(_ id: MessageID, from peer: NodeIndex) {
    give(
      .received(.message(.init(topic: Self.topic, id: id, payload: 0)), from: peer))
  }

  mutating func heartbeats(_ count: Int) {
    for _ in 0..<count {
      now = now + .seconds(1)
      give(.heartbeat)
    }
  }

  mutating func clear() { effects = [] }

  var mesh: [NodeIndex] { router.mesh(of: Self.topic) }

  /// What was told to each neighbour.
  var told: [(peer: NodeIndex, control: GossipControl)] {
    effects.compactMap {
      if case .send(.control(let control), let peer) = $0 { (peer, control) } else { nil }
    }
  }

  /// The messages sent, and to whom.
  var sent: [(peer: NodeIndex, id: MessageID)] {
    effects.compactMap {
      if case .send(.message(let message), let peer) = $0 { (peer, message.id) } else { nil }
    }
  }

  var delivered: [MessageID] {
    effects.compactMap { if case .deliver(let message, _) = $0 { message.id } else { nil } }
  }

  var closed: [NodeIndex] {
    effects.compactMap { if case .disconnect(let peer, .graylisted) = $0 { peer } else { nil } }
  }

  var offered: [[NodeIndex]] {
    effects.compactMap { if case .exchange(let peers, _) = $0 { peers } else { nil } }
  }
}
