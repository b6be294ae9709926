import Witan
import WitanDraw

/// What can be gossiped: it is told from everything else by what it says, and by nothing that its sender could choose.
protocol Gossipable: Sendable {
  /// The first bits of a digest of all that it says.
  var messageID: MessageID { get }
  /// How many bytes it has.
  var size: Int { get }
  /// The same with something changed, as a liar could change it that has nobody's keys.
  func altered(by word: UInt64) -> Self
}

/// Nodes that gossip: a ``GossipRouter`` each, the links between them, and what they send each other over a network.
///
/// Whoever owns it gives it the network and the queue, hands it the events of its kinds, and takes what is to be delivered:
///
/// ```
///            publish                      nextDelivery      judge
///  owner ───────────────▶ router ─ RPC ─▶ Post ─▶ router ───────────▶ owner ─────▶ router ─▶ …
/// ```
///
/// A link stands as soon as it is dialled; how long a handshake takes isn't modelled. It is closed when one of both goes
/// down, or when what must not be lost can't get through, and dialled again at a heartbeat once it can.
struct Overlay<Payload: Gossipable>: Sendable {
  typealias Router = GossipRouter<Payload>

  /// Something new for a node's application.
  struct Delivery: Sendable {
    let node: Int
    let message: GossipMessage<Payload>
  }

  struct Node: Sendable {
    /// Nil while it is down, or for good if it doesn't gossip.
    var router: Router?
    /// What it subscribes to when it comes up.
    var topics: [Topic] = []
    /// Whom it dials, again and again.
    var dials: [Int] = []
    /// Whom it was told to let go of.
    var shunned: [Int] = []
    /// How often it went down; a heartbeat of an earlier life means nothing.
    var life: UInt32 = 0
    /// Lies about what it passes on.
    var mischief: Mischief?
  }

  /// How many messages and how many words on the mesh were sent.
  struct Traffic: Hashable, Sendable {
    var messages: UInt64 = 0
    var controls: UInt64 = 0
  }

  let parameters: GossipParameters
  var nodes: [Node]
  var reachability: Reachability
  private(set) var traffic = Traffic()
  var post: Post<Router.RPC>
  private let draw: Draw
  private var deliveries: [Delivery] = []
  private var nextUp = 0
  private var effects: [Router.Effect] = []
  /// What is said while the overlay is made arrives at once; nil afterwards.
  private var prelude: [(rpc: Router.RPC, from: Int, to: Int)]?
  /// A few nodes that anybody can dial, to pass words between those who can't dial each other.
  let relays: [NodeIndex]
  private static var relayLimit: Int { 4 }
  /// The most neighbours that a node has when another dials it: three times as many as it has on average, so that
  /// those whom everybody knows aren't everybody's neighbours.
  private var neighbourLimit: Int { 6 * parameters.degree }

  /// Nodes that are all down; refuses parameters that can't work.
  init(_ reachability: Reachability, parameters: GossipParameters, draw: Draw) throws {
    var parameters = parameters
    // Whether something is valid is for the application to say, before it goes on.
    parameters.awaitsJudgement = true
    try parameters.check()
    self.parameters = parameters
    self.reachability = reachability
    self.draw = draw.split("overlay")
    nodes = Array(repeating: Node(), count: reachability.classes.count)
    post = Post(.gossip)
    relays = reachability.classes.indices.lazy.filter { reachability.classes[$0] == .open }
      .prefix(Self.relayLimit).map { NodeIndex($0) }
  }

  /// The neighbours of a node.
  func neighbours(of node: Int) -> [Int] { nodes[node].router?.neighbours.map(\.offset) ?? [] }

  /// What is to be delivered next. The owner judges it.
  mutating func nextDelivery() -> Delivery? {
    guard nextUp < deliveries.count else {
      deliveries.removeAll(keepingCapacity: true)
      nextUp = 0
      return nil
    }
    nextUp += 1
    return deliveries[nextUp - 1]
  }

  // MARK: Coming and going

  /// Some nodes come up together, as though they had been up for a while: they know their neighbours' topics, and have
  /// built their meshes.
  mutating func begin(
    with members: some Sequence<Int>, over network: inout Network, into queue: inout EventQueue
  ) {
    prelude = []
    for node in members { enter(node, at: 0, over: &network, into: &queue) }
    for node in members { redial(node, at: 0, over: &network, into: &queue) }
    arriveAtOnce(over: &network, into: &queue)
    // A graft may be refused by a mesh that is full; a second look finds others.
    for _ in 0..<2 {
      for node in members {
        give(.heartbeat, to: node, at: 0, over: &network, into: &queue)
        arriveAtOnce(over: &network, into: &queue)
      }
    }
    prelude = nil
  }

  private mutating func arriveAtOnce(over network: inout Network, into queue: inout EventQueue) {
    while let said = prelude, !said.isEmpty {
      prelude = []
      for word in said {
        give(
          .received(word.rpc, from: NodeIndex(word.from)), to: word.to, at: 0, over: &network,
          into: &queue)
      }
    }
  }

  /// A node comes up, dials, and subscribes to its topics.
  mutating func enter(
    _ node: Int, at now: Micros, over network: inout Network, into queue: inout EventQueue
  ) {
    guard nodes[node].router == nil else { return }
    let life = nodes[node].life
    let draw = draw.split("router", UInt64(node) << 32 | UInt64(life))
    // The parameters were checked when the overlay was made.
    nodes[node].router = try? Router(node: NodeIndex(node), parameters: parameters, draw: draw)
    var phase = draw.split("phase")
    let wait = Micros(phase.integer(in: 0...parameters.heartbeat.rawValue - 1))
    queue.schedule(Agenda(.heartbeat, node: node, number: life).ticket, at: now + wait)
    for topic in nodes[node].topics {
      give(.subscribe(topic), to: node, at: now, over: &network, into: &queue)
    }
    if prelude == nil { redial(node, at: now, over: &network, into: &queue) }
  }

  /// A node goes down: its neighbours find their links closed.
  mutating func leave(
    _ node: Int, at now: Micros, over network: inout Network, into queue: inout EventQueue
  ) {
    guard nodes[node].router != nil else { return }
    for peer in neighbours(of: node) {
      close(node, peer, at: now, over: &network, into: &queue)
    }
    nodes[node].router = nil
    nodes[node].shunned = []
    nodes[node].life &+= 1
    reachability.restarted(NodeIndex(node))
  }

  // MARK: Events

  /// A heartbeat is due: links that broke are dialled again, then the router does its part.
  mutating func beat(
    _ agenda: Agenda, at now: Micros, over network: inout Network, into queue: inout EventQueue
  ) {
    let node = agenda.node
    guard nodes[node].router != nil, nodes[node].life == agenda.number else { return }
    queue.schedule(agenda.ticket, at: now + parameters.heartbeat)
    if !network.cuts.isEmpty {
      for peer in neighbours(of: node)
      where network.isCut(from: node, to: peer) || network.isCut(from: peer, to: node) {
        close(node, peer, at: now, over: &network, into: &queue)
      }
    }
    redial(node, at: now, over: &network, into: &queue)
    give(.heartbeat, to: node, at: now, over: &network, into: &queue)
  }

  /// A neighbour's word arrives.
  mutating func arrive(
    _ place: UInt32, at now: Micros, over network: inout Network, into queue: inout EventQueue
  ) {
    guard let letter = post.take(place, over: network) else { return }
    give(
      .received(letter.content, from: NodeIndex(letter.sender)), to: letter.receiver, at: now,
      over: &network, into: &queue)
  }

  // MARK: What a node does

  /// A node tells all who want the topic.
  mutating func publish(
    _ payload: Payload, on topic: Topic, from node: Int, at now: Micros,
    over network: inout Network, into queue: inout EventQueue
  ) {
    give(
      .publish(topic, payload.messageID, payload), to: node, at: now, over: &network, into: &queue)
  }

  mutating func judge(
    _ delivery: Delivery, _ judgement: Router.Judgement, at now: Micros,
    over network: inout Network, into queue: inout EventQueue
  ) {
    give(
      .judged(delivery.message.id, judgement), to: delivery.node, at: now, over: &network,
      into: &queue)
  }

  mutating func give(
    _ input: Router.Input, to node: Int, at now: Micros, over network: inout Network,
    into queue: inout EventQueue
  ) {
    var list: [Router.Effect] = []
    swap(&list, &effects)
    nodes[node].router?.handle(input, at: now, into: &list)
    for effect in list { perform(effect, of: node, at: now, over: &network, into: &queue) }
    list.removeAll(keepingCapacity: true)
    swap(&list, &effects)
  }

  private mutating func perform(
    _ effect: Router.Effect, of node: Int, at now: Micros, over network: inout Network,
    into queue: inout EventQueue
  ) {
    switch effect {
    case .send(let rpc, let peer):
      send(rpc, from: node, to: peer.offset, at: now, over: &network, into: &queue)
    case .deliver(let message, _): deliveries.append(Delivery(node: node, message: message))
    case .exchange(let others, _):
      for other in others where nodes.indices.contains(other.offset) {
        guard neighbours(of: node).count < 2 * parameters.degree else { return }
        link(node, other.offset, at: now, over: &network, into: &queue)
      }
    case .disconnect(let peer, _):
      if !nodes[node].shunned.contains(peer.offset) { nodes[node].shunned.append(peer.offset) }
      close(node, peer.offset, at: now, over: &network, into: &queue)
    }
  }

  private mutating func send(
    _ rpc: Router.RPC, from node: Int, to peer: Int, at now: Micros, over network: inout Network,
    into queue: inout EventQueue
  ) {
    if prelude != nil {
      prelude?.append((rpc, node, peer))
      return
    }
    let isCarried: Bool
    switch rpc {
    case .message(let message):
      guard let message = falsified(message, by: node, at: now) else { return }
      traffic.messages += 1
      isCarried = post.send(
        .init(
          content: .message(message), sender: node, receiver: peer, size: message.payload.size,
          service: .datagram), at: now, over: &network, into: &queue)
    case .control(let control):
      traffic.controls += 1
      isCarried = post.send(
        .init(
          content: rpc, sender: node, receiver: peer, size: control.size, service: .stream),
        at: now, over: &network, into: &queue)
    }
    if !isCarried { close(node, peer, at: now, over: &network, into: &queue) }
  }

  /// What a node passes on in place of a message; nil is nothing.
  private mutating func falsified(
    _ message: GossipMessage<Payload>, by node: Int, at now: Micros
  ) -> GossipMessage<Payload>? {
    guard let word = nodes[node].mischief?.strike(at: now) else { return message }
    guard word & 1 == 1 else { return nil }
    let payload = message.payload.altered(by: word >> 1)
    return GossipMessage(topic: message.topic, id: payload.messageID, payload: payload)
  }

  // MARK: Links

  /// Dials whom a node should be linked to and isn't.
  mutating func redial(
    _ node: Int, at now: Micros, over network: inout Network, into queue: inout EventQueue
  ) {
    for peer in nodes[node].dials {
      link(node, peer, at: now, over: &network, into: &queue)
    }
  }

  /// One node dials another, unless it can't, or one of both was told to let go of the other.
  mutating func link(
    _ caller: Int, _ callee: Int, at now: Micros, over network: inout Network,
    into queue: inout EventQueue
  ) {
    let (near, far) = (NodeIndex(caller), NodeIndex(callee))
    guard nodes[caller].router?.isNeighbour(far) == false,
      let guests = nodes[callee].router?.neighbourCount, guests < neighbourLimit,
      !nodes[caller].shunned.contains(callee), !nodes[callee].shunned.contains(caller),
      !network.isCut(from: caller, to: callee), !network.isCut(from: callee, to: caller)
    else { return }
    // What goes through a relay is for two who must speak. Neighbours can be chosen.
    guard reachability.isLinkable(near, far, relays: relays) else { return }
    reachability.dialled(near, far)
    reachability.dialled(far, near)
    give(
      .connected(far, isOutbound: true, address: UInt32(callee)), to: caller, at: now,
      over: &network, into: &queue)
    give(
      .connected(near, isOutbound: false, address: UInt32(caller)), to: callee, at: now,
      over: &network, into: &queue)
  }

  /// Closes the link between two nodes.
  mutating func close(
    _ a: Int, _ b: Int, at now: Micros, over network: inout Network, into queue: inout EventQueue
  ) {
    post.close(a, b)
    give(.disconnected(NodeIndex(b)), to: a, at: now, over: &network, into: &queue)
    give(.disconnected(NodeIndex(a)), to: b, at: now, over: &network, into: &queue)
  }
}

extension GossipRouter {
  /// Whether a link to a node stands.
  func isNeighbour(_ node: NodeIndex) -> Bool { peers.slot(of: node) != nil }

  /// How many links to others stand.
  var neighbourCount: Int { peers.slots.count }
}

extension GossipControl {
  /// About as many bytes as it has on the wire.
  var size: Int {
    let entries = subscriptions.count + graft.count + prune.count + have.count
    let ids = want.count + have.reduce(0) { $0 + $1.ids.count }
    return 16 + 16 * entries + 8 * ids + prune.reduce(0) { $0 + 8 * $1.exchange.count }
  }
}
