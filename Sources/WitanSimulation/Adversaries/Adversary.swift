import Witan
import WitanCrypto
import WitanDraw

/// What makes a machine lie. It stands between the shipped replica and the world: it sees what the replica would send
/// and what it would hear, knows its coalition's keys and nobody else's, and may say whatever those can sign.
///
/// What an adversary doesn't do is done honestly.
public protocol Adversary: Sendable {
  /// It takes hold of its machine.
  mutating func begin(_ scene: inout Scene)
  /// The replica would send this, to one or to all others. Nothing is sent but what the adversary sends.
  mutating func replicaSends(_ message: Message, to receiver: ReplicaID?, _ scene: inout Scene)
  /// The replica would tell a client this. What the client is told; nil is nothing.
  mutating func replicaReplies(_ reply: Reply, _ scene: inout Scene) -> Reply?
  /// The replica would answer a client's read with this. What the client is told; nil is nothing.
  mutating func replicaAnswers(_ answer: Answer, _ scene: inout Scene) -> Answer?
  /// A message arrived. Whether the replica may hear it.
  mutating func hears(_ message: Message, _ scene: inout Scene) -> Bool
  /// What the application says, which the adversary may say otherwise.
  mutating func answer(_ effect: Effect, honestly input: Input?, _ scene: inout Scene) -> Input?
  /// The time it asked to be woken at has come, whether its machine is up or not.
  mutating func wake(_ scene: inout Scene)
  /// When its machine lies as a neighbour, where nodes gossip: it makes up where others are found, and changes or keeps
  /// back what it should pass on. Nil is never.
  var mischief: Trigger? { get }
}

extension Adversary {
  /// Nothing special.
  public mutating func begin(_ scene: inout Scene) {}

  /// Sends it.
  public mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    scene.pass(message, to: Audience(receiver))
  }

  /// Tells it.
  public mutating func replicaReplies(_ reply: Reply, _ scene: inout Scene) -> Reply? { reply }

  /// Tells it.
  public mutating func replicaAnswers(_ answer: Answer, _ scene: inout Scene) -> Answer? { answer }

  /// Hears everything.
  public mutating func hears(_ message: Message, _ scene: inout Scene) -> Bool { true }

  /// Says the same.
  public mutating func answer(
    _ effect: Effect, honestly input: Input?, _ scene: inout Scene
  ) -> Input? { input }

  /// Goes on sleeping.
  public mutating func wake(_ scene: inout Scene) {}

  /// Never.
  public var mischief: Trigger? { nil }
}

/// To whom an adversary says something.
public enum Audience: Hashable, Sendable {
  /// All others.
  case all
  /// One replica.
  case one(ReplicaID)
  /// These replicas, by name.
  case only(NodeSet)
  /// All others but these.
  case allBut(NodeSet)

  /// One replica, or all others.
  public init(_ receiver: ReplicaID?) { self = receiver.map(Audience.one) ?? .all }

  /// These replicas.
  public init(_ receivers: some Sequence<ReplicaID>) {
    self = .only(NodeSet(receivers.map { Int($0.rawValue) }))
  }

  /// Whether a replica is addressed.
  public func includes(_ id: ReplicaID) -> Bool {
    let node = Int(id.rawValue)
    return switch self {
    case .all: true
    case .one(let other): other == id
    case .only(let nodes): nodes.contains(node)
    case .allBut(let nodes): !nodes.contains(node)
    }
  }

  /// Those of the audience that are among these.
  func among(_ nodes: NodeSet) -> Audience {
    .only(NodeSet(nodes.filter { includes(ReplicaID(UInt32($0))) }))
  }

  /// Those of the audience that aren't among these.
  func outside(_ nodes: NodeSet) -> Audience {
    switch self {
    case .all: .allBut(nodes)
    case .one(let id): nodes.contains(Int(id.rawValue)) ? .only([]) : self
    case .only(let own): .only(NodeSet(own.filter { !nodes.contains($0) }))
    case .allBut(let own): .allBut(NodeSet(Array(own) + Array(nodes)))
    }
  }
}
