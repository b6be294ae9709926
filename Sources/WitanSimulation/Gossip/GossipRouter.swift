import Witan
import WitanDraw

/// One node's part in GossipSub v1.1: a value that takes inputs and gives effects, and knows no network.
///
/// A message goes eagerly to the *mesh* of its topic, a few neighbours that agreed to exchange all of it,
/// and lazily to some others, who hear only that it is there and may ask. What a neighbour is worth is rated
/// by what this node sees of it itself.
///
/// | input | what it does |
/// |---|---|
/// | `connected`, `disconnected` | a neighbour comes with what is still known of it, or leaves every mesh |
/// | `subscribe`, `unsubscribe` | a mesh is built from those who are known to be in the topic, or dissolved |
/// | `publish` | to all of the topic, or to the mesh, or to the topic's fanout when this node isn't in it |
/// | `received` message | new: delivered, and passed on to the mesh once judged; else counted for its bringer |
/// | `received` control | grafts and prunes, announcements and wants, each bounded between two heartbeats |
/// | `heartbeat` | ratings decay, meshes are mended and shed, and what there is is announced |
/// | `judged`, `rated` | the application's word on a message, or on a neighbour |
///
/// The specification takes links between neighbours to be streams: what is lost must be sent again below,
/// or be as good as lost with its link. Messages may be lost; announcements bring them.
public struct GossipRouter<Payload: Sendable>: Sendable {
  /// What a node sends to a neighbour.
  public enum RPC: Sendable {
    /// A message.
    case message(GossipMessage<Payload>)
    /// News of the mesh.
    indirect case control(GossipControl)
  }

  /// The application's word on a message.
  public enum Judgement: Hashable, Sendable {
    /// It is valid and goes on.
    case accept
    /// It goes no further, and nobody is blamed.
    case ignore
    /// It is invalid, and whoever passed it on should have known.
    case reject
  }

  /// What happens to a node.
  public enum Input: Sendable {
    /// A neighbour came; who dialled, and an address that neighbours of one origin share.
    case connected(NodeIndex, isOutbound: Bool, address: UInt32)
    /// A neighbour left.
    case disconnected(NodeIndex)
    /// The application wants a topic.
    case subscribe(Topic)
    /// It wants it no longer.
    case unsubscribe(Topic)
    /// It has something to say.
    case publish(Topic, MessageID, Payload)
    /// A neighbour sent this.
    case received(RPC, from: NodeIndex)
    /// Time to look after the mesh.
    case heartbeat
    /// The application judged a message.
    case judged(MessageID, Judgement)
    /// The application rates a neighbour (P5).
    case rated(NodeIndex, Double)
  }

  /// What a node wants done.
  public enum Effect: Sendable {
    /// Send this to a neighbour.
    case send(RPC, to: NodeIndex)
    /// Give a message, which is new, to the application.
    case deliver(GossipMessage<Payload>, from: NodeIndex)
    /// Others whom a well-rated neighbour tells of. Whoever dials them must find out for itself who they are.
    case exchange([NodeIndex], from: NodeIndex)
    /// Close the link to a neighbour.
    case disconnect(NodeIndex, Reason)
  }

  /// Why a link should be closed.
  public enum Reason: Hashable, Sendable {
    /// The neighbour is rated so low that nothing of it is heard.
    case graylisted
  }

  /// The most topics that neighbours can name besides those that this node is in: more than any network
  /// here has, and so few that naming others costs little memory.
  static var foreignTopicLimit: Int { 64 }
  /// The most messages that wait for the application's judgement; more are ignored, as the specification's
  /// validation queue does.
  static var pendingLimit: Int { 1_024 }
  /// The most neighbours that left in debt and are remembered; the oldest is forgotten first.
  static var debtorLimit: Int { 256 }

  /// Whose router it is.
  public let node: NodeIndex
  /// How it gossips.
  public let parameters: GossipParameters

  var draw: Draw
  var peers = PeerTable()
  var topics: [TopicState] = []
  var seen: SeenMessages
  var history: MessageHistory<Payload>
  var pending: [Pending] = []
  var promises: [Promise] = []
  var debtors: [Debtor] = []
  var ticks: UInt64 = 0

  /// A message that the application is to judge.
  struct Pending: Sendable {
    let message: GossipMessage<Payload>
    let from: NodeIndex
    /// Who brought it too.
    var others: [NodeIndex] = []
  }

  /// A neighbour that announced a message was asked for it.
  struct Promise: Sendable {
    let id: MessageID
    let peer: NodeIndex
    let due: Micros
  }

  /// A node that is in no topic and has no neighbours; refuses parameters that can't work.
  public init(
    node: NodeIndex, parameters: GossipParameters, draw: Draw
  ) throws(ImpossibleGossip) {
    try parameters.check()
    var salt = draw.split("gossip salt")
    self.node = node
    self.parameters = parameters
    self.draw = draw.split("gossip")
    seen = SeenMessages(salt: salt.next())
    history = MessageHistory(length: parameters.historyLength, limit: parameters.maxHaveLength)
  }

  /// Takes an input at a time, which never goes back, and appends what is to be done.
  public mutating func handle(_ input: Input, at now: Micros, into effects: inout [Effect]) {
    switch input {
    case .received(let rpc, let peer): receive(rpc, from: peer, at: now, into: &effects)
    case .publish(let topic, let id, let payload):
      publish(GossipMessage(topic: topic, id: id, payload: payload), at: now, into: &effects)
    case .judged(let id, let judgement): judge(id, judgement, at: now, into: &effects)
    case .heartbeat: heartbeat(at: now, into: &effects)
    case .connected(let peer, let isOutbound, let address):
      connect(peer, isOutbound: isOutbound, address: address, at: now, into: &effects)
    case .disconnected(let peer): disconnect(peer, at: now)
    case .subscribe(let topic): subscribe(topic, at: now, into: &effects)
    case .unsubscribe(let topic): unsubscribe(topic, at: now, into: &effects)
    case .rated(let peer, let rating):
      guard let slot = peers.slot(of: peer), rating.isFinite else { return }
      peers[slot].applicationRating = max(-1e6, min(1e6, rating))
      refreshScore(of: slot, at: now, into: &effects)
    }
  }
}

// MARK: - What can be asked

extension GossipRouter {
  /// The neighbours.
  public var neighbours: [NodeIndex] { peers.slots.map { peers[$0].node }.sorted() }

  /// The neighbours in the mesh of a topic.
  public func mesh(of topic: Topic) -> [NodeIndex] {
    guard let index = index(of: topic) else { return [] }
    return topics[index].mesh.map { peers[$0].node }.sorted()
  }

  /// The neighbours that are known to be in a topic.
  public func subscribers(of topic: Topic) -> [NodeIndex] {
    guard let index = index(of: topic) else { return [] }
    return topics[index].subscribers.map { peers[$0].node }.sorted()
  }

  /// What a neighbour is worth, as of the last heartbeat or offence; nil for others.
  public func score(of peer: NodeIndex) -> Double? {
    peers.slot(of: peer).map { peers[$0].score }
  }

  /// Whether a message was seen lately.
  public func hasSeen(_ id: MessageID) -> Bool { seen.find(id) != nil }
}

// MARK: - Neighbours and topics

extension GossipRouter {
  private mutating func connect(
    _ peer: NodeIndex, isOutbound: Bool, address: UInt32, at now: Micros,
    into effects: inout [Effect]
  ) {
    guard peer != node, peers.slot(of: peer) == nil else { return }
    let slot = peers.insert(peer, isOutbound: isOutbound, address: address)
    for index in topics.indices { topics[index].admit(slot) }
    recall(slot)
    refreshScore(of: slot, at: now, into: &effects)
    var control = GossipControl()
    for topic in topics where topic.isJoined {
      control.subscriptions.append(.init(topic.topic, isSubscribed: true))
    }
    send(control, to: slot, into: &effects)
  }

  private mutating func disconnect(_ peer: NodeIndex, at now: Micros) {
    guard let slot = peers.slot(of: peer) else { return }
    for index in topics.indices where topics[index].mesh.contains(slot) {
      leaveMesh(slot, topic: index, at: now)
    }
    remember(slot, at: now)
    for index in topics.indices { topics[index].dismiss(slot) }
    peers.remove(slot)
  }

  private mutating func subscribe(_ topic: Topic, at now: Micros, into effects: inout [Effect]) {
    let index = index(adding: topic)
    guard !topics[index].isJoined else { return }
    topics[index].isJoined = true
    announce(topic, isSubscribed: true, into: &effects)
    // Those this node has published to know it already.
    for slot in topics[index].fanout where mayGraft(slot, topic: index, at: now) {
      graft(slot, topic: index, at: now)
    }
    topics[index].fanout.removeAll()
    let room = max(0, parameters.degree - topics[index].mesh.count)
    for slot in candidates(topic: index, at: now).prefix(room) {
      graft(slot, topic: index, at: now)
    }
    var control = GossipControl()
    control.graft = [topic]
    for slot in topics[index].mesh { send(control, to: slot, into: &effects) }
  }

  private mutating func unsubscribe(_ topic: Topic, at now: Micros, into effects: inout [Effect]) {
    guard let index = index(of: topic), topics[index].isJoined else { return }
    topics[index].isJoined = false
    announce(topic, isSubscribed: false, into: &effects)
    for slot in topics[index].mesh {
      let prune = prune(
        slot, topic: index, backoff: parameters.unsubscribeBackoff, exchanging: true, at: now)
      var control = GossipControl()
      control.prune = [prune]
      send(control, to: slot, into: &effects)
    }
  }

  private func announce(_ topic: Topic, isSubscribed: Bool, into effects: inout [Effect]) {
    var control = GossipControl()
    control.subscriptions = [.init(topic, isSubscribed: isSubscribed)]
    for slot in peers.slots { send(control, to: slot, into: &effects) }
  }

  func send(_ control: GossipControl, to slot: Int, into effects: inout [Effect]) {
    guard !control.isEmpty else { return }
    effects.append(.send(.control(control), to: peers[slot].node))
  }

  /// Where a topic stands in the list. There are few, so looking at each is quickest.
  func index(of topic: Topic) -> Int? { topics.firstIndex { $0.topic == topic } }

  mutating func index(adding topic: Topic) -> Int {
    if let index = index(of: topic) { return index }
    topics.append(TopicState(topic))
    for slot in peers.slots { topics[topics.count - 1].admit(slot) }
    return topics.count - 1
  }
}
