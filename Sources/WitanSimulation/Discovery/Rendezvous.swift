import Witan
import WitanCrypto
import WitanDraw

/// Nodes that get to know each other over a network: a ``Discovery`` each, and what they say to each other.
///
/// Whoever owns it gives it the network and the queue, hands it the events of its kinds, and asks whom a node knows.
/// Only those are asked that can be dialled, so that whoever asks reaches them; the answer comes back by the same way.
struct Rendezvous: Sendable {
  private struct Node: Sendable {
    var discovery: Discovery
    var isUp = false
    /// How often it went down; what was to happen in an earlier life means nothing.
    var life: UInt32 = 0
    /// Lies about where others are.
    var mischief: Mischief?
  }

  /// How often a node looks for others.
  let interval: Micros
  /// What is on its way.
  var post = Post<Discovery.Message>(.acquaintance)
  /// By node; nil for those who take no part.
  private var nodes: [Node?]
  private let draw: Draw

  /// Room for so many nodes, of which none takes part.
  init(nodes count: Int, every interval: Micros, draw: Draw) {
    self.interval = interval
    self.draw = draw.split("rendezvous")
    nodes = Array(repeating: nil, count: count)
  }

  /// A node takes part, once it enters.
  mutating func add(_ discovery: Discovery, at node: Int) {
    nodes[node] = Node(discovery: discovery)
  }

  /// Has a node lie.
  mutating func corrupt(_ node: Int, _ mischief: Mischief) { nodes[node]?.mischief = mischief }

  /// How often a node lied.
  func lies(of node: Int) -> UInt64 { nodes[node]?.mischief?.lies ?? 0 }

  /// Whom a node knows.
  func known(to node: Int) -> [PeerRecord] { nodes[node]?.discovery.known ?? [] }

  // MARK: Coming and going

  /// A node is up, and looks for others from now on.
  mutating func enter(_ node: Int, at now: Micros, into queue: inout EventQueue) {
    guard let life = nodes[node]?.life, nodes[node]?.isUp == false else { return }
    nodes[node]?.isUp = true
    var phase = draw.split("phase", UInt64(node) << 32 | UInt64(life))
    let wait = Micros(phase.integer(in: 0...max(1, interval.rawValue) - 1))
    queue.schedule(Agenda(.discovery, node: node, number: life).ticket, at: now + wait)
  }

  /// A node goes down. Whom it knows it will know when it is back.
  mutating func leave(_ node: Int) {
    guard nodes[node]?.isUp == true else { return }
    nodes[node]?.isUp = false
    nodes[node]?.life &+= 1
  }

  // MARK: Events

  /// A node looks for others, if it still lives that life.
  mutating func tick(
    _ agenda: Agenda, at now: Micros, over network: inout Network, into queue: inout EventQueue
  ) {
    guard nodes[agenda.node]?.life == agenda.number, nodes[agenda.node]?.isUp == true else {
      return
    }
    queue.schedule(agenda.ticket, at: now + interval)
    give(.tick, to: agenda.node, at: now, over: &network, into: &queue)
  }

  /// A node looks for others at once.
  mutating func ask(
    _ node: Int, at now: Micros, over network: inout Network, into queue: inout EventQueue
  ) {
    guard nodes[node]?.isUp == true else { return }
    give(.tick, to: node, at: now, over: &network, into: &queue)
  }

  /// What one node said to another arrives.
  mutating func arrive(
    _ place: UInt32, at now: Micros, over network: inout Network, into queue: inout EventQueue
  ) {
    guard let letter = post.take(place, over: network), nodes[letter.receiver]?.isUp == true
    else { return }
    give(
      .received(letter.content, from: NodeIndex(letter.sender)), to: letter.receiver, at: now,
      over: &network, into: &queue)
  }

  private mutating func give(
    _ input: Discovery.Input, to node: Int, at now: Micros, over network: inout Network,
    into queue: inout EventQueue
  ) {
    var effects: [Discovery.Effect] = []
    nodes[node]?.discovery.handle(input, at: now, into: &effects)
    for case .send(let message, let machine) in effects {
      let message = falsified(message, by: node, at: now)
      post.send(
        .init(
          content: message, sender: node, receiver: machine.offset, size: message.size,
          service: .datagram), at: now, over: &network, into: &queue)
    }
  }

  /// A liar would draw everybody to itself: it says that all it knows of are where it is.
  private mutating func falsified(
    _ message: Discovery.Message, by node: Int, at now: Micros
  ) -> Discovery.Message {
    guard case .found(let records, let answerer) = message,
      nodes[node]?.mischief?.strike(at: now) != nil
    else { return message }
    let forged = records.map { record in
      PeerRecord(
        subject: record.subject, address: NodeIndex(node), sequence: record.sequence &+ 1,
        isDialable: true, signature: record.signature)
    }
    return .found(forged, answerer: answerer)
  }
}

extension Discovery.Message {
  /// About as many bytes as it has on the wire.
  fileprivate var size: Int {
    switch self {
    case .find: PublicKey.byteCount + PeerRecord.byteCount
    case .found(let records, _): PeerRecord.byteCount * (records.count + 1)
    }
  }
}
