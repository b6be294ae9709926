import Witan
import WitanCrypto
import WitanDraw

/// Replicas that tell all others over gossip, and followers that hear what was decided.
extension Cluster {
  /// How messages get from one to many.
  public enum Topology: Hashable, Sendable {
    /// Everybody sends to everybody.
    case full
    /// Everybody is linked to a few, who pass on.
    case gossip(Gossip)
  }

  /// How nodes gossip, and what stands between them.
  ///
  /// What is meant for one goes over a direct link, or through a relay where neither can dial the other. What a link
  /// damages is found out there, and is as good as lost.
  public struct Gossip: Hashable, Sendable {
    /// The meshes.
    public var parameters = GossipParameters()
    /// The share of nodes that stand behind something.
    public var nat = 0.0
    /// The share of those that nobody can dial.
    public var symmetric = 0.25
    /// How long a member waits for each member before it in line to tell the followers of a decision.
    public var turn: Micros = .milliseconds(500)

    /// The defaults, and no obstacles.
    public init() {}
  }

  /// What is told over gossip. It is kept once for all who pass it on.
  final class Bulletin: Gossipable {
    enum Content: Sendable {
      /// For the replicas. The number makes what is said again something else: it is to be passed on again.
      case message(Message, number: UInt64)
      /// For all who follow, with the last change of epochs if there was one.
      case decision(Decision, [EpochChange])
    }

    let content: Content
    let sender: Int
    let messageID: MessageID
    let size: Int

    init(_ content: Content, from sender: Int) {
      self.content = content
      self.sender = sender
      var writer = ByteWriter()
      switch content {
      case .message(let message, let number):
        writer.write(number)
        writer.write(message)
      case .decision(let decision, let lineage):
        writer.write(decision)
        for change in lineage { writer.write(change) }
      }
      size = writer.bytes.count
      messageID = MessageID(of: SHA256.hash(writer.bytes))
    }
  }

  /// What replicas tell each other.
  static let agreementTopic: Topic = 0
  /// What was decided.
  static let decisionsTopic: Topic = 1

  // MARK: What can be seen of it

  /// Those who follow: the machines first, then the followers of the configuration. Empty where there are none of those.
  public var followers: [Follower] { readers }

  /// The lowest height that the followers know, machines among them; nil without followers.
  public var followedByAll: SequenceNumber? { readers.lazy.map(\.height).min() }

  /// The neighbours that a node gossips with; none in a full mesh.
  public func neighbours(of node: Int) -> [Int] { overlay?.neighbours(of: node) ?? [] }

  /// How many copies of messages nodes sent each other over gossip.
  public var gossiped: UInt64 { overlay?.traffic.messages ?? 0 }

  // MARK: Beginning

  /// Links the nodes, whose meshes stand before anybody says anything.
  mutating func beginGossip(_ gossip: Gossip) throws {
    let outsiders = machines.count + clients.count
    let nodes = outsiders + configuration.followers
    let draw = draw.split("gossip")
    let reachability = Reachability(
      count: nodes, private: gossip.nat, symmetric: gossip.symmetric, draw: draw)
    var overlay = try Overlay<Bulletin>(reachability, parameters: gossip.parameters, draw: draw)
    let members = Array(machines.indices)
    overlay.acquaint(members, draw: draw.split("members"))
    for node in members { overlay.nodes[node].topics = [Self.agreementTopic] }
    let everybody = members + Array(outsiders..<nodes)
    if configuration.followers > 0 {
      overlay.acquaint(everybody, draw: draw.split("everybody"))
      for node in everybody { overlay.nodes[node].topics.append(Self.decisionsTopic) }
      readers = Array(
        repeating: Follower(genesis: genesis, scheme: scheme), count: everybody.count)
    }
    overlay.begin(with: everybody, over: &network, into: &queue)
    self.overlay = overlay
  }

  // MARK: Telling

  /// Tells all replicas.
  mutating func gossip(_ message: Message, from index: Int, at departure: Micros) {
    bulletins += 1
    let bulletin = Bulletin(.message(message, number: bulletins), from: index)
    if configuration.keepsAccount {
      account.note(
        .sent, at: now, node: index, bulletin.messageID.rawValue, UInt64(bulletin.size))
    }
    guard departure <= now else {
      // An adversary that takes its time.
      let letter = Post<Mail>.Letter(
        content: .bulletin(bulletin), sender: index, receiver: index, size: 0, service: .stream)
      return mail.schedule(letter, at: departure, into: &queue)
    }
    publish(bulletin, on: Self.agreementTopic, from: index)
  }

  private mutating func publish(_ bulletin: Bulletin, on topic: Topic, from index: Int) {
    overlay?.publish(bulletin, on: topic, from: index, at: now, over: &network, into: &queue)
    hearBulletins()
  }

  /// A member executed a block, and will tell the followers unless others before it in line do.
  mutating func queueForTelling(_ sequence: SequenceNumber, at index: Int) {
    guard !readers.isEmpty, case .gossip(let gossip) = configuration.topology else { return }
    let members = UInt64(configuration.replicas)
    let rank = (UInt64(index) + members - sequence.rawValue % members) % members
    queue.schedule(
      Agenda(.publication, node: index, number: UInt32(truncatingIfNeeded: sequence.rawValue))
        .ticket, at: now + gossip.turn * rank)
  }

  /// It is a member's turn to tell of a decision.
  mutating func tellDecision(_ agenda: Agenda) {
    let index = agenda.node
    guard isAwake(index, for: agenda), machines[index].isHonest else { return }
    let executed = machines[index].replica.executed
    let behind = UInt64(UInt32(truncatingIfNeeded: executed.rawValue) &- agenda.number)
    guard behind < executed.rawValue else { return }
    let sequence = SequenceNumber(executed.rawValue - behind)
    guard readers[index].height < sequence,
      let decision = machines[index].replica.decision(at: sequence)
    else { return }
    let lineage = decision.certificate.epoch > 0 ? lineage.suffix(1) : []
    _ = readers[index].hear(decision, Array(lineage))
    publish(
      Bulletin(.decision(decision, Array(lineage)), from: index), on: Self.decisionsTopic,
      from: index)
  }

  /// How an epoch came about, for those who follow.
  mutating func note(_ change: EpochChange) {
    guard change.certificate.epoch >= lineage.last?.certificate.epoch.next ?? 0 else { return }
    lineage.append(change)
  }

  // MARK: Hearing

  /// A neighbour's word arrives at a node, if that can hear.
  mutating func hearNeighbour(_ agenda: Agenda) {
    let node = agenda.node
    if node < machines.count, machines[node].state == .paused {
      return machines[node].missed.append(agenda.ticket)
    }
    overlay?.arrive(agenda.number, at: now, over: &network, into: &queue)
    hearBulletins()
  }

  /// A node looks after its meshes, if it can.
  mutating func beat(_ agenda: Agenda) {
    let node = agenda.node
    if node < machines.count, machines[node].state == .paused {
      return machines[node].missed.append(agenda.ticket)
    }
    overlay?.beat(agenda, at: now, over: &network, into: &queue)
  }

  private mutating func hearBulletins() {
    while let delivery = overlay?.nextDelivery() {
      let bulletin = delivery.message.payload
      switch bulletin.content {
      case .message(let message, _): hear(message, bulletin, by: delivery)
      case .decision(let decision, let lineage):
        let node = delivery.node
        let reader = node < machines.count ? node : node - clients.count
        judge(delivery, readers[reader].hear(decision, lineage))
      }
    }
  }

  private mutating func judge(_ delivery: Overlay<Bulletin>.Delivery, _ opinion: Follower.Opinion) {
    let judgement: Overlay<Bulletin>.Router.Judgement =
      switch opinion {
      case .news: .accept
      case .stale: .ignore
      case .lie: .reject
      }
    overlay?.judge(delivery, judgement, at: now, over: &network, into: &queue)
  }

  /// A replica hears what another told all. It goes on to the neighbours before the replica acts on it.
  private mutating func hear(
    _ message: Message, _ bulletin: Bulletin, by delivery: Overlay<Bulletin>.Delivery
  ) {
    let index = delivery.node
    // A twin hears nothing of the other, whose name is its own.
    guard machines[index].id != machines[bulletin.sender].id else {
      return judge(delivery, .news)
    }
    let place = parcels.add(.message(message), from: bulletin.sender, size: bulletin.size)
    parcels[place].pending = 1
    if configuration.keepsAccount {
      account.noteSent(message, copies: 1, size: bulletin.size)
      account.note(
        .delivered, at: now, node: index, UInt64(bulletin.sender), bulletin.messageID.rawValue)
    }
    let verifier = machines[index].replica.verifier
    let opinion = Self.opinion(on: .message(message), of: verifier)
    parcels.keep(opinion, by: verifier.horizon, at: place)
    if case .refused(let rejection) = opinion {
      // What isn't known here may be known elsewhere; what is false is false everywhere.
      let isFalse = rejection.provesFault || rejection == .badSignature
      judge(delivery, isFalse ? .lie : .stale)
    } else {
      judge(delivery, .news)
    }
    delivered += 1
    open(place, at: index)
    parcels.settle(place)
  }

  // MARK: One to one

  /// What goes to a single node by another way than its link.
  enum Mail: Sendable {
    /// What a relay passes on.
    case message(Message, from: Int, to: Int)
    /// What an adversary says later than now.
    case bulletin(Bulletin)
  }

  /// Sends a message to machines, through a relay to each that can't be reached otherwise.
  mutating func route(
    _ message: Message, _ place: UInt32, from index: Int, to targets: [Int], at departure: Micros
  ) {
    for target in targets {
      switch path(from: index, to: target) {
      case .direct, .reversed, .punched:
        route(place, from: index, to: CollectionOfOne(target), at: departure)
      case .relayed(let relay):
        mail.send(
          .init(
            content: .message(message, from: index, to: target), sender: index,
            receiver: relay.offset, size: parcels[place].size, service: .datagram),
          at: departure, over: &network, into: &queue)
      case .none: break
      }
    }
  }

  private func path(from index: Int, to target: Int) -> Reachability.Path {
    guard let overlay, index != target else { return .direct }
    return overlay.reachability.path(
      from: NodeIndex(index), to: NodeIndex(target),
      relays: overlay.relays.filter { $0.offset < machines.count })
  }

  /// A relay passes a message on, or an adversary says at last what it has to say.
  mutating func passOn(_ agenda: Agenda) {
    let node = agenda.node
    if machines[node].state == .paused { return machines[node].missed.append(agenda.ticket) }
    guard let letter = mail.take(agenda.number, over: network), isAwake(node) else { return }
    switch letter.content {
    case .bulletin(let bulletin): publish(bulletin, on: Self.agreementTopic, from: node)
    case .message(let message, let sender, let target):
      let place = parcels.add(.message(message), from: sender, size: letter.size)
      route(place, from: node, to: CollectionOfOne(target), at: now)
      settleUnsent(place)
    }
  }

  /// A machine dies, and what waited for it is lost.
  mutating func discard(_ agenda: Agenda) {
    switch agenda.kind {
    case .gossip: _ = overlay?.post.take(agenda.number, over: network)
    case .relay: _ = mail.take(agenda.number, over: network)
    default: break
    }
  }
}

extension MessageID {
  /// The first bits of a digest.
  init(of digest: Digest) {
    self.init(digest.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }
}
