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
    /// How many nodes all others know in the beginning, from whom they learn of the rest; 0 is that everybody was
    /// acquainted with some beforehand.
    public var bootstrap = 0
    /// How nodes look for others.
    public var discovery = Discovery.Parameters()
    /// How often they do.
    public var lookout: Micros = .seconds(2)
    /// How long nodes that don't vote stay, in microseconds; nil is for ever.
    public var stay: Distribution?
    /// How long they are away then.
    public var absence = Distribution.exponential(mean: 60_000_000)

    /// The defaults, and no obstacles.
    public init() {}
  }

  /// What replicas tell each other.
  static let agreementTopic: Topic = 0
  /// What was decided.
  static let decisionsTopic: Topic = 1

  // MARK: What can be seen of it

  /// Those who follow: the machines first, then the followers of the configuration. Empty where there are none of those.
  public var followers: [Follower] { readers }

  /// The lowest height that those know who follow, are up and don't lie, machines among them; nil without followers.
  public var followedByAll: SequenceNumber? {
    var lowest: SequenceNumber?
    for (index, reader) in readers.enumerated() where isFollowing(index) {
      lowest = min(lowest ?? reader.height, reader.height)
    }
    return lowest
  }

  private func isFollowing(_ reader: Int) -> Bool {
    isUp(node(of: reader)) && (reader >= machines.count || machines[reader].adversary == nil)
  }

  /// How many of the nodes that don't vote are up, and how many of those know a height.
  public func following(_ height: SequenceNumber) -> (present: Int, informed: Int) {
    let present = followerNodes.filter(isUp)
    return (present.count, present.count { readers[reader(of: $0)].height >= height })
  }

  /// The nodes that don't vote: they are counted after machines and clients.
  public var followerNodes: Range<Int> {
    let first = machines.count + clients.count
    return first..<first + configuration.followers
  }

  /// Whether a node is up.
  public func isUp(_ node: Int) -> Bool {
    node < machines.count ? machines[node].isUp : overlay?.nodes[node].router != nil
  }

  /// The node of one that follows.
  private func node(of reader: Int) -> Int {
    reader < machines.count ? reader : reader + clients.count
  }

  /// The place among those who follow of a node.
  func reader(of node: Int) -> Int { node < machines.count ? node : node - clients.count }

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
    for node in members { overlay.nodes[node].topics = [Self.agreementTopic] }
    let everybody = members + Array(outsiders..<nodes)
    if configuration.followers > 0 {
      for node in everybody { overlay.nodes[node].topics.append(Self.decisionsTopic) }
      // What isn't here when it can be asked for no longer won't come.
      let patience = gossip.parameters.heartbeat * UInt64(gossip.parameters.historyLength + 1)
      readers = Array(
        repeating: Follower(genesis: genesis, scheme: scheme, patience: patience),
        count: everybody.count)
    }
    if gossip.bootstrap > 0 {
      beginDiscovery(gossip, among: everybody, overlay)
    } else {
      overlay.acquaint(members, draw: draw.split("members"))
      if configuration.followers > 0 {
        overlay.acquaint(everybody, draw: draw.split("everybody"))
      }
    }
    let present = everybody.filter { $0 >= machines.count || machines[$0].isUp }
    overlay.begin(with: present, over: &network, into: &queue)
    self.overlay = overlay
    for node in present { rendezvous?.enter(node, at: 0, into: &queue) }
    if let stay = gossip.stay { beginChurn(stay: stay, absence: gossip.absence) }
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

  mutating func publish(_ bulletin: Bulletin, on topic: Topic, from index: Int) {
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
    let announcement = Announcement(
      decision: decision, lineage: decision.certificate.epoch > 0 ? lineage.suffix(1) : [])
    _ = readers[index].hear(announcement, at: now)
    publish(Bulletin(.decision(announcement), from: index), on: Self.decisionsTopic, from: index)
  }

  /// How an epoch came about, for those who follow.
  mutating func note(_ change: EpochChange) {
    guard change.certificate.epoch >= lineage.last?.certificate.epoch.next ?? 0 else { return }
    lineage.append(change)
  }

  // MARK: Hearing

  /// A neighbour's word arrives at a node, if that can hear.
  mutating func hearNeighbour(_ agenda: Agenda) {
    if isPaused(agenda.node, for: agenda) { return }
    overlay?.arrive(agenda.number, at: now, over: &network, into: &queue)
    hearBulletins()
  }

  /// A node looks after its meshes, if it can.
  mutating func beat(_ agenda: Agenda) {
    if isPaused(agenda.node, for: agenda) { return }
    overlay?.beat(agenda, at: now, over: &network, into: &queue)
  }

  /// Whether a node stands still. What happens then waits for it.
  mutating func isPaused(_ node: Int, for agenda: Agenda) -> Bool {
    guard node < machines.count, machines[node].state == .paused else { return false }
    machines[node].missed.append(agenda.ticket)
    return true
  }

  private mutating func hearBulletins() {
    while let delivery = overlay?.nextDelivery() {
      let bulletin = delivery.message.payload
      switch bulletin.content {
      case .message(let message, _): hear(.message(message), bulletin, by: delivery)
      case .decision(let announcement): hear(announcement, by: delivery)
      case .note(let note): hear(note, by: delivery)
      case .altered(let bytes): hear(altered: bytes, bulletin, by: delivery)
      }
    }
  }

  /// What a liar changed is read as what it passes for.
  private mutating func hear(
    altered bytes: [UInt8], _ bulletin: Bulletin, by delivery: Overlay<Bulletin>.Delivery
  ) {
    if delivery.message.topic == Self.agreementTopic {
      return hear(.frame(bytes), bulletin, by: delivery)
    }
    do throws(Malformed) {
      if delivery.message.topic == Self.decisionsTopic {
        let announcement = try Announcement(decoding: bytes)
        hear(announcement, by: delivery)
      } else {
        hear(try Note(decoding: bytes), by: delivery)
      }
    } catch {
      judge(delivery, .lie)
    }
  }

  private mutating func hear(
    _ announcement: Announcement, by delivery: Overlay<Bulletin>.Delivery
  ) {
    judge(delivery, readers[reader(of: delivery.node)].hear(announcement, at: now))
  }

  private mutating func hear(_ note: Note, by delivery: Overlay<Bulletin>.Delivery) {
    judge(delivery, opinion(on: note, topic: delivery.message.topic, at: delivery.node))
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
    _ content: Parcel.Content, _ bulletin: Bulletin, by delivery: Overlay<Bulletin>.Delivery
  ) {
    let index = delivery.node
    // A twin hears nothing of the other, whose name is its own.
    guard machines[index].id != machines[bulletin.sender].id else {
      return judge(delivery, .news)
    }
    let place = parcels.add(content, from: bulletin.sender, size: bulletin.size)
    parcels[place].pending = 1
    if configuration.keepsAccount {
      if case .message(let message) = content {
        account.noteSent(message, copies: 1, size: bulletin.size)
      }
      account.note(
        .delivered, at: now, node: index, UInt64(bulletin.sender), bulletin.messageID.rawValue)
    }
    form(machines[index].replica.verifier, opinionOn: place)
    if case .refused(let rejection)? = parcels.opinion(at: place) {
      // What isn't known here may be known elsewhere; what is false is false everywhere.
      var isFalse = rejection.provesFault || rejection == .badSignature
      // Who can't read something doesn't pass it on.
      if case .malformed = rejection { isFalse = true }
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
    /// What one machine tells another.
    case note(Note, to: Int)
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

  func path(from index: Int, to target: Int) -> Reachability.Path {
    guard let overlay, index != target else { return .direct }
    // Everybody keeps in touch with the relays.
    if overlay.relays.contains(NodeIndex(index)) { return .direct }
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
    case .note(let note, let receiver): hear(note, to: receiver, at: node)
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
    case .acquaintance: _ = rendezvous?.post.take(agenda.number, over: network)
    default: break
    }
  }
}
