import Witan

/// A machine of a simulated network, numbered from 0 without gaps.
public struct NodeIndex: Hashable, Comparable, Sendable, CustomStringConvertible,
  ExpressibleByIntegerLiteral
{
  /// The number.
  public let rawValue: Int32

  /// The machine of this number.
  public init(_ rawValue: Int32) { self.rawValue = rawValue }

  /// The machine of this number.
  public init(_ number: Int) { rawValue = Int32(clamping: number) }

  /// The machine of this number.
  public init(integerLiteral value: Int32) { rawValue = value }

  /// The number, to index an array of machines with.
  public var offset: Int { Int(rawValue) }

  /// Whether the left one has the smaller number.
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The number.
  public var description: String { rawValue.description }
}

/// What messages are about: whoever subscribes to a topic gets its messages.
public struct Topic: Hashable, Comparable, Sendable, CustomStringConvertible,
  ExpressibleByIntegerLiteral
{
  /// The topic's number.
  public let rawValue: UInt16

  /// The topic of this number.
  public init(_ rawValue: UInt16) { self.rawValue = rawValue }

  /// The topic of this number.
  public init(integerLiteral value: UInt16) { rawValue = value }

  /// Whether the left one has the smaller number.
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The number.
  public var description: String { "topic \(rawValue)" }
}

/// What tells one message from another: 64 bits of its digest.
///
/// A receiver takes it from what the message says. A sender can't choose it, or it could pass off one
/// message as another that was seen already.
public struct MessageID: Hashable, Comparable, Sendable, CustomStringConvertible,
  ExpressibleByIntegerLiteral
{
  /// The bits.
  public let rawValue: UInt64

  /// The identity with these bits.
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// The identity with these bits.
  public init(integerLiteral value: UInt64) { rawValue = value }

  /// Whether the left one's bits are the smaller number.
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The bits as a number.
  public var description: String { "message \(rawValue)" }
}

/// A message on its way through a topic.
public struct GossipMessage<Payload: Sendable>: Sendable {
  /// What it is about.
  public let topic: Topic
  /// What tells it from others.
  public let id: MessageID
  /// What it says.
  public let payload: Payload

  /// A message.
  public init(topic: Topic, id: MessageID, payload: Payload) {
    (self.topic, self.id, self.payload) = (topic, id, payload)
  }
}

/// What two neighbours tell each other about the mesh.
public struct GossipControl: Hashable, Sendable {
  /// That the sender entered or left a topic.
  public struct Subscription: Hashable, Sendable {
    /// The topic.
    public var topic: Topic
    /// Whether it entered.
    public var isSubscribed: Bool

    /// An entry or a departure.
    public init(_ topic: Topic, isSubscribed: Bool) {
      (self.topic, self.isSubscribed) = (topic, isSubscribed)
    }
  }

  /// That the sender took the receiver out of its mesh.
  public struct Prune: Hashable, Sendable {
    /// The mesh.
    public var topic: Topic
    /// How long the receiver should not ask to come back.
    public var backoff: Micros
    /// Others of the topic, whom the receiver may turn to instead.
    public var exchange: [NodeIndex]

    /// A removal from a mesh.
    public init(_ topic: Topic, backoff: Micros, exchange: [NodeIndex] = []) {
      (self.topic, self.backoff, self.exchange) = (topic, backoff, exchange)
    }
  }

  /// That the sender can give these messages to whoever lacks them.
  public struct Have: Hashable, Sendable {
    /// What they are about.
    public var topic: Topic
    /// Which they are.
    public var ids: [MessageID]

    /// An announcement.
    public init(_ topic: Topic, _ ids: [MessageID]) { (self.topic, self.ids) = (topic, ids) }
  }

  /// Topics entered and left.
  public var subscriptions: [Subscription] = []
  /// Topics whose mesh the sender put the receiver into.
  public var graft: [Topic] = []
  /// Meshes that the sender took the receiver out of.
  public var prune: [Prune] = []
  /// Messages that the sender has.
  public var have: [Have] = []
  /// Messages that the sender wants.
  public var want: [MessageID] = []

  /// Nothing to tell yet.
  public init() {}

  /// Whether there is nothing to tell.
  public var isEmpty: Bool {
    subscriptions.isEmpty && graft.isEmpty && prune.isEmpty && have.isEmpty && want.isEmpty
  }
}
