import Witan
import WitanDraw

/// Makes a mock network for a test: so many nodes, the last of which lie.
///
/// ```swift
/// let network = try createTestNetwork(nodes: 10, byzantine: 3)
/// try network.start()
/// network[1].subscribe(to: "blocks") { print("\($0.sender) says \($0.content)") }
/// network.run(for: .seconds(5))
/// try network[0].broadcast([1, 2, 3], on: "blocks")
/// network.run(for: .seconds(1))
/// ```
public func createTestNetwork(
  nodes: Int, byzantine: Int = 0, seed: UInt64 = 1
) throws -> TestNetwork {
  try TestNetwork(.init(nodes: nodes, byzantine: byzantine, seed: seed))
}

/// A mock network with a handle to each of its nodes: shipped replicas that gossip, in one thread and virtual time.
///
/// Nothing happens but while ``run(for:)`` or its like runs. What a handle's user is told, it is told between two
/// events, so that it may do whatever it likes.
public final class TestNetwork {
  /// What a network is made of.
  public struct Configuration: Hashable, Sendable {
    /// How many nodes there are.
    public var nodes: Int
    /// How many of them lie: the last ones.
    public var byzantine: Int
    /// How they lie, in turns: names of ``Adversaries``.
    public var adversaries = ["false-neighbour", "equivocating-leader", "double-voter"]
    /// How many nodes all others know in the beginning.
    public var bootstrap = 2
    /// How nodes gossip; its own number of bootstrap nodes doesn't count.
    public var gossip = Cluster.Gossip()
    /// What the network does to messages.
    public var conditions = Conditions()
    /// What the replicas agree on beforehand.
    public var parameters = Parameters()
    /// Everything random follows from it.
    public var seed: UInt64

    /// A network whose messages take 10 to 50 ms.
    public init(nodes: Int, byzantine: Int = 0, seed: UInt64 = 1) {
      self.nodes = nodes
      self.byzantine = byzantine
      self.seed = seed
      conditions.quality.latency = .uniform(low: 10_000, high: 50_000)
    }
  }

  /// Why there can be no such network.
  public enum Impossible: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not between one node and as many as are simulated.
    case nodes(Int)
    /// More nodes would lie than there are, or fewer than none.
    case byzantine(Int, of: Int)
    /// Nobody lies in this way.
    case adversary(String)
    /// Nobody would know anybody.
    case bootstrap(Int)

    /// What is wrong and what would be right, for people.
    public var description: String {
      switch self {
      case .nodes(let count):
        "there can't be \(count) nodes; give 1 to \(TestNetwork.nodeLimit)"
      case .byzantine(let count, let nodes):
        "\(count) of \(nodes) nodes can't lie; give 0 to \(nodes)"
      case .adversary(let name):
        "nobody is called \(name); see Adversaries.all for those there are"
      case .bootstrap(let count):
        "\(count) nodes can't be known to all; give 1 or more"
      }
    }
  }

  /// The most nodes.
  public static let nodeLimit = 4_096
  /// The most topics: as many as a router remembers that its node isn't in.
  public static let topicLimit = 64

  /// What it is made of.
  public let configuration: Configuration
  /// The replicas, the network and the time. Whoever changes it changes the nodes.
  public var cluster: Cluster
  /// By name; a topic's number is its place, after those that replicas use.
  private var topics: [String] = []
  private var listeners: [Listeners]

  private struct Listeners {
    var topics: [String: (TestMessage) -> Void] = [:]
    var direct: ((TestMessage) -> Void)?
    var inbox: [TestMessage] = []
  }

  /// A network none of whose nodes is started.
  public init(_ configuration: Configuration) throws {
    guard (1...Self.nodeLimit).contains(configuration.nodes) else {
      throw Impossible.nodes(configuration.nodes)
    }
    guard (0...configuration.nodes).contains(configuration.byzantine) else {
      throw Impossible.byzantine(configuration.byzantine, of: configuration.nodes)
    }
    guard configuration.bootstrap > 0 else { throw Impossible.bootstrap(configuration.bootstrap) }
    for name in configuration.adversaries where Adversaries.named(name) == nil {
      throw Impossible.adversary(name)
    }
    self.configuration = configuration
    listeners = Array(repeating: Listeners(), count: configuration.nodes)
    cluster = try Cluster(configuration.cluster)
  }

  // MARK: Nodes

  /// Starts all nodes.
  public func start() throws { for node in self { try node.start() } }

  /// The nodes that keep to the rules.
  public var honest: [TestNode] { filter { !$0.isByzantine } }

  /// The nodes that lie.
  public var byzantine: [TestNode] { filter(\.isByzantine) }

  // MARK: Time

  /// The virtual time.
  public var now: Micros { cluster.now }

  /// Lets virtual time pass.
  public func run(for span: Micros) { _ = run(for: span) { false } }

  /// Lets virtual time pass, at most so much of it, until something holds; whether it held.
  @discardableResult
  public func run(for span: Micros, until isDone: () -> Bool) -> Bool {
    let limit = cluster.now + span
    while true {
      if isDone() { return true }
      guard let next = cluster.nextTime(), next <= limit else { break }
      cluster.step()
      tellListeners()
    }
    cluster.run(until: limit)
    return isDone()
  }

  // MARK: Conditions

  /// What the network does to messages.
  public var conditions: Conditions {
    get { cluster.conditions }
    set { cluster.conditions = newValue }
  }

  /// Cuts the network into groups of nodes that don't hear each other.
  public func partition(_ groups: [[Int]]) {
    cluster.partition(groups.map { group in group.map { ReplicaID(UInt32(clamping: $0)) } })
  }

  /// Mends all links, and gives them back the quality that the whole network has.
  public func heal() { cluster.heal() }

  /// Sends a client's operation to all replicas, which will execute it in the same order everywhere.
  public func submit(_ operation: KeyValueStore.Operation) { cluster.submit(operation) }

  // MARK: What nodes hear

  func number(of topic: String) throws(Unusable) -> Topic {
    let place: Int
    if let known = topics.firstIndex(of: topic) {
      place = known
    } else {
      guard topics.count < Self.topicLimit else { throw .tooManyTopics }
      place = topics.count
      topics.append(topic)
    }
    return Topic(Cluster.decisionsTopic.rawValue + 1 + UInt16(place))
  }

  private func name(of topic: Topic?) -> String? {
    topic.map { topics[Int($0.rawValue) - Int(Cluster.decisionsTopic.rawValue) - 1] }
  }

  func listen(_ node: Int, to topic: String?, _ handler: ((TestMessage) -> Void)?) {
    if let topic {
      listeners[node].topics[topic] = handler
    } else {
      listeners[node].direct = handler
    }
  }

  func takeInbox(of node: Int) -> [TestMessage] {
    defer { listeners[node].inbox.removeAll() }
    return listeners[node].inbox
  }

  private func tellListeners() {
    for reception in cluster.takeNotes() {
      let node = reception.node
      let message = TestMessage(
        sender: reception.note.author, topic: name(of: reception.note.topic),
        content: reception.note.content, time: reception.time)
      let handler =
        message.topic.map { listeners[node].topics[$0] } ?? listeners[node].direct
      if let handler {
        handler(message)
      } else {
        if listeners[node].inbox.count == TestNode.inboxLimit {
          listeners[node].inbox.removeFirst()
        }
        listeners[node].inbox.append(message)
      }
    }
  }
}

extension TestNetwork: RandomAccessCollection {
  /// The first node.
  public var startIndex: Int { 0 }

  /// One more than the last node.
  public var endIndex: Int { configuration.nodes }

  /// The handle of a node.
  public subscript(index: Int) -> TestNode { TestNode(network: self, index: index) }
}

extension TestNetwork.Configuration {
  /// The cluster that it describes.
  fileprivate var cluster: Cluster.Configuration {
    var cluster = Cluster.Configuration(replicas: nodes, seed: seed)
    var gossip = gossip
    gossip.bootstrap = bootstrap
    cluster.topology = .gossip(gossip)
    cluster.conditions = conditions
    cluster.parameters = parameters
    cluster.asleep = NodeSet(0..<nodes)
    cluster.watch = []
    for (turn, node) in (nodes - byzantine..<nodes).enumerated() where !adversaries.isEmpty {
      let name = adversaries[turn % adversaries.count]
      cluster.castings.append(Casting(name, machines: [node]))
    }
    return cluster
  }
}
