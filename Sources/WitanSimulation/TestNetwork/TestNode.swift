import Witan
import WitanDraw

/// A node of a ``TestNetwork``: what its owner can do with it, and see of it.
public struct TestNode {
  /// The most messages that wait for whoever asks for them; the oldest are dropped.
  public static let inboxLimit = 4_096

  /// The network that it is in.
  public let network: TestNetwork
  /// Its number.
  public let index: Int

  // MARK: Life

  /// Starts it: for the first time, or from what its disk holds.
  public func start() throws { try network.cluster.restart(ReplicaID(UInt32(index))) }

  /// Kills it: what isn't on its disk is gone.
  public func stop() { network.cluster.crash(ReplicaID(UInt32(index))) }

  /// Whether it is up.
  public var isRunning: Bool { network.cluster.isUp(index) }

  /// Whether it lies.
  public var isByzantine: Bool {
    index >= network.configuration.nodes - network.configuration.byzantine
  }

  /// Its replica, to look at.
  public var replica: Replica { network.cluster.replica(at: index) }

  // MARK: Speaking

  /// Tells all who subscribed to a topic. It goes over gossip, signed.
  public func broadcast(_ content: [UInt8], on topic: String) throws {
    try network.cluster.publish(content, on: network.number(of: topic), from: index)
  }

  /// Tells one node. It may be lost.
  public func send(_ content: [UInt8], to receiver: Int) throws {
    try network.cluster.deliver(content, from: index, to: receiver)
  }

  /// Tells one node. It may be lost.
  public func send(_ content: [UInt8], to receiver: TestNode) throws {
    try send(content, to: receiver.index)
  }

  // MARK: Hearing

  /// Hears a topic from now on. What is heard is given to the handler, or waits to be taken if there is none.
  public func subscribe(to topic: String, _ handler: ((TestMessage) -> Void)? = nil) throws {
    try network.cluster.subscribe(index, to: network.number(of: topic))
    network.listen(index, to: topic, handler)
  }

  /// Hears a topic no longer.
  public func unsubscribe(from topic: String) throws {
    try network.cluster.unsubscribe(index, from: network.number(of: topic))
    network.listen(index, to: topic, nil)
  }

  /// Has what others send to this node alone given to a handler, and not wait to be taken.
  public func onMessage(_ handler: @escaping (TestMessage) -> Void) {
    network.listen(index, to: nil, handler)
  }

  /// What was heard since this was asked last, and no handler took.
  public func takeMessages() -> [TestMessage] { network.takeInbox(of: index) }

  // MARK: Others

  /// Looks for others now, and not only when its time comes; the answers come as time passes.
  public func discoverPeers() { network.cluster.discoverPeers(index) }

  /// The nodes that it knows, each by a record that the node signed itself.
  public var peers: [PeerRecord] { network.cluster.peers(of: index) }

  /// The nodes that it is linked to.
  public var neighbours: [TestNode] {
    network.cluster.neighbours(of: index).map { TestNode(network: network, index: $0) }
  }

  // MARK: Conditions

  /// What is done to all that this node sends and receives, in place of what the whole network does; nil is nothing
  /// else.
  public func setConditions(_ quality: LinkQuality?) {
    network.cluster.setQuality(quality, of: index)
  }
}

/// Something that a node heard.
public struct TestMessage: Hashable, Sendable {
  /// The node that said it, by its own signature.
  public let sender: Int
  /// The topic; nil when it was meant for the hearer alone.
  public let topic: String?
  /// What it said.
  public let content: [UInt8]
  /// When it was heard.
  public let time: Micros
}

extension TestNetwork {
  /// What can't be done in a network.
  public enum Unusable: Error, Hashable, Sendable, CustomStringConvertible {
    /// More topics than nodes remember.
    case tooManyTopics

    /// What is wrong, for people.
    public var description: String {
      "there are \(TestNetwork.topicLimit) topics already, and nodes remember no more"
    }
  }
}
