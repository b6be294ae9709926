import Witan

/// A node's neighbours. Each keeps its place, its *slot*, as long as it stays, so that sets of neighbours are
/// bits; places are found by a binary search through the numbers alone.
struct PeerTable: Sendable {
  /// A neighbour.
  struct Peer: Sendable {
    let node: NodeIndex
    let isOutbound: Bool
    let address: UInt32
    /// How many neighbours have this address, this one among them.
    var sharing = 1
    /// The rating as of the last heartbeat or offence.
    var score = 0.0
    /// Misbehaviour (P7).
    var misbehaviour = 0.0
    /// The application's rating (P5).
    var applicationRating = 0.0
    /// Announcements heard since the last heartbeat.
    var haves = 0
    /// Messages asked of it since the last heartbeat.
    var asked = 0
    /// Messages it asked for since the last heartbeat.
    var wants = 0
    /// Whether it was already said that it is to go.
    var isGraylisted = false
  }

  private var peers: [Peer] = []
  private var taken = SlotSet()
  private var free: [Int] = []
  /// The numbers of all neighbours, ascending, and the place of each.
  private var order: [Int32] = []
  private var places: [Int32] = []

  /// The places that are taken, ascending.
  var slots: SlotSet { taken }

  /// The place of a neighbour.
  func slot(of node: NodeIndex) -> Int? {
    let position = position(of: node.rawValue)
    guard position < order.count, order[position] == node.rawValue else { return nil }
    return Int(places[position])
  }

  subscript(slot: Int) -> Peer {
    get { peers[slot] }
    set { peers[slot] = newValue }
  }

  /// Takes in one who isn't there; its place.
  mutating func insert(_ node: NodeIndex, isOutbound: Bool, address: UInt32) -> Int {
    var peer = Peer(node: node, isOutbound: isOutbound, address: address)
    for other in taken where peers[other].address == address {
      peers[other].sharing += 1
      peer.sharing += 1
    }
    let slot = free.popLast() ?? peers.count
    if slot == peers.count { peers.append(peer) } else { peers[slot] = peer }
    taken.insert(slot)
    let position = position(of: node.rawValue)
    order.insert(node.rawValue, at: position)
    places.insert(Int32(slot), at: position)
    return slot
  }

  mutating func remove(_ slot: Int) {
    let position = position(of: peers[slot].node.rawValue)
    order.remove(at: position)
    places.remove(at: position)
    taken.remove(slot)
    free.append(slot)
    for other in taken where peers[other].address == peers[slot].address {
      peers[other].sharing -= 1
    }
  }

  /// How many of the numbers are smaller.
  private func position(of number: Int32) -> Int {
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if order[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// What a node knows of a topic.
struct TopicState: Sendable {
  /// What a neighbour did in a topic: the counters of P1 to P4.
  struct Standing: Sendable {
    /// When it came into the mesh, while it is there.
    var meshSince: Micros?
    var firstDeliveries = 0.0
    var meshDeliveries = 0.0
    var failures = 0.0
    var invalid = 0.0
  }

  /// When a neighbour may be grafted again; kept by number, so that leaving doesn't end it.
  struct Backoff: Sendable {
    let peer: NodeIndex
    var until: Micros
  }

  /// The most backoffs that are kept: those of a mesh of D_high that is exchanged every second for a minute,
  /// and some. Beyond it the oldest is forgotten.
  static let backoffLimit = 1_024

  let topic: Topic
  /// Whether this node is in the topic.
  var isJoined = false
  /// Neighbours that say they are in it.
  var subscribers = SlotSet()
  /// Those that messages are exchanged with eagerly.
  var mesh = SlotSet()
  /// Those that get this node's own messages while it isn't in the topic.
  var fanout = SlotSet()
  var lastPublished: Micros = 0
  /// By slot.
  var standings: [Standing] = []
  var backoffs: [Backoff] = []

  init(_ topic: Topic) { self.topic = topic }

  /// Makes room for a newcomer.
  mutating func admit(_ slot: Int) {
    while standings.count <= slot { standings.append(Standing()) }
    standings[slot] = Standing()
  }

  /// Forgets one who left.
  mutating func dismiss(_ slot: Int) {
    subscribers.remove(slot)
    mesh.remove(slot)
    fanout.remove(slot)
    standings[slot] = Standing()
  }

  func backoff(of peer: NodeIndex) -> Micros? { backoffs.first { $0.peer == peer }?.until }
}
