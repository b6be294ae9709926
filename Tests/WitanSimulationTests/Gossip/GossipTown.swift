import Witan
import WitanDraw
import WitanSimulation

/// Routers that are linked at random, and a loop that carries what they send: time passes in milliseconds.
struct GossipTown {
  typealias Router = GossipRouter<Bool>

  enum Event {
    case carry(Router.RPC, from: NodeIndex, to: NodeIndex)
    case heartbeat(NodeIndex)
  }

  var routers: [Router]
  /// How likely a message is lost. The news of the mesh isn't: neighbours are linked by streams.
  var loss = 0.0
  private(set) var delivered: [MessageID: Int] = [:]
  /// How many messages were carried, copies among them.
  private(set) var carried = 0
  /// Whether an event's effects go on, for those who misbehave.
  private(set) var digest: UInt64 = 0

  private var draw: Draw
  private var millisecond = 0
  /// Events of the next milliseconds, in a ring.
  private var calendar = [[Event]](repeating: [], count: 2_048)
  private var effects: [Router.Effect] = []
  static let topic: Topic = 7

  init(
    _ count: Int, dials: Int = 10, seed: UInt64 = 1, parameters: GossipParameters = .init()
  ) throws {
    let seeds = Draw(seed: seed)
    routers = try (0..<count).map {
      try Router(
        node: NodeIndex($0), parameters: parameters, draw: seeds.split("router", UInt64($0)))
    }
    draw = seeds.split("town")
    for node in 0..<count {
      for _ in 0..<dials {
        link(NodeIndex(node), to: NodeIndex(draw.integer(in: 0...count - 1)))
      }
      calendar[node * 7 % 1_000].append(.heartbeat(NodeIndex(node)))
    }
    for node in 0..<count { give(.subscribe(Self.topic), to: NodeIndex(node)) }
  }

  var now: Micros { .milliseconds(UInt64(millisecond)) }

  mutating func link(_ a: NodeIndex, to b: NodeIndex) {
    guard a != b, !routers[a.offset].neighbours.contains(b) else { return }
    give(.connected(b, isOutbound: true, address: UInt32(b.offset)), to: a)
    give(.connected(a, isOutbound: false, address: UInt32(a.offset)), to: b)
  }

  mutating func publish(_ id: MessageID, by node: NodeIndex, isValid: Bool = true) {
    give(.publish(Self.topic, id, isValid), to: node)
  }

  mutating func run(seconds: Int) {
    for _ in 0..<seconds * 1_000 {
      let place = millisecond % calendar.count
      let events = calendar[place]
      calendar[place].removeAll(keepingCapacity: true)
      for event in events {
        switch event {
        case .carry(let rpc, let sender, let receiver):
          if case .message = rpc { carried += 1 }
          give(.received(rpc, from: sender), to: receiver)
        case .heartbeat(let node):
          calendar[(millisecond + 1_000) % calendar.count].append(.heartbeat(node))
          give(.heartbeat, to: node)
        }
      }
      millisecond += 1
    }
  }

  mutating func give(_ input: Router.Input, to node: NodeIndex) {
    var effects = effects
    self.effects = []
    effects.removeAll(keepingCapacity: true)
    routers[node.offset].handle(input, at: now, into: &effects)
    for effect in effects { perform(effect, of: node) }
    self.effects = effects
  }

  private mutating func perform(_ effect: Router.Effect, of node: NodeIndex) {
    switch effect {
    case .send(let rpc, let peer):
      note(UInt64(millisecond) << 32 | UInt64(node.offset) << 16 | UInt64(peer.offset))
      if case .message = rpc, draw.chance(loss) { return }
      // A link's delay is always the same, from 20 to 100 ms: streams don't overtake themselves.
      let delay = 20 + (node.offset &* 31 ^ peer.offset &* 17) % 81
      calendar[(millisecond + delay) % calendar.count].append(.carry(rpc, from: node, to: peer))
    case .deliver(let message, _):
      delivered[message.id, default: 0] += 1
      give(.judged(message.id, message.payload ? .accept : .reject), to: node)
    case .disconnect(let peer, _):
      give(.disconnected(peer), to: node)
      give(.disconnected(node), to: peer)
    case .exchange: break
    }
  }

  private mutating func note(_ word: UInt64) {
    digest = (digest ^ word) &* 0x100_0000_01b3
  }
}
