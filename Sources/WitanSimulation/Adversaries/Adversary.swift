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
  /// A message arrived. Whether the replica may hear it.
  mutating func hears(_ message: Message, _ scene: inout Scene) -> Bool
  /// What the application says, which the adversary may say otherwise.
  mutating func answer(_ effect: Effect, honestly input: Input?, _ scene: inout Scene) -> Input?
  /// The time it asked to be woken at has come.
  mutating func wake(_ scene: inout Scene)
}

extension Adversary {
  /// Nothing special.
  public mutating func begin(_ scene: inout Scene) {}

  /// Sends it.
  public mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    scene.pass(message, to: receiver)
  }

  /// Hears everything.
  public mutating func hears(_ message: Message, _ scene: inout Scene) -> Bool { true }

  /// Says the same.
  public mutating func answer(
    _ effect: Effect, honestly input: Input?, _ scene: inout Scene
  ) -> Input? { input }

  /// Goes on sleeping.
  public mutating func wake(_ scene: inout Scene) {}
}

/// What an adversary sees, and what it does about it.
public struct Scene: Sendable {
  /// Something an adversary does.
  public enum Act: Sendable {
    /// Sends a message to one replica, or to all others, after a while.
    case send(Message, to: ReplicaID?, after: Micros)
    /// Wants to be woken after a while.
    case wake(after: Micros)
  }

  /// When.
  public let now: Micros
  /// Whose machine it is.
  public let id: ReplicaID
  /// The network's identity.
  public let chain: Digest
  /// Where the machine's replica stands.
  public let epoch: Epoch
  /// Its view.
  public let view: View
  /// Whether it waits for that view to open.
  public let isChangingView: Bool
  /// Who leads that view.
  public let leader: ReplicaID
  /// What it executed last.
  public let executed: SequenceNumber
  /// Who is in office.
  public let members: Membership
  /// The adversary's own randomness.
  public var draw: Draw
  /// What the coalition knows together.
  public var coalition: Coalition
  /// What the adversary does.
  public private(set) var acts: [Act] = []

  init(
    machine: Machine, now: Micros, chain: Digest, draw: Draw, coalition: Coalition
  ) {
    let replica = machine.replica
    self.now = now
    id = machine.id
    self.chain = chain
    epoch = replica.epoch
    view = replica.view
    isChangingView = replica.phase == .changingView
    leader = replica.currentLeader
    executed = replica.executed
    members = replica.currentMembers
    self.draw = draw
    self.coalition = coalition
  }

  /// Whether the machine's replica leads its view.
  public var isLeader: Bool { leader == id }

  /// All other members, in order.
  public var others: [ReplicaID] { members.members.map(\.id).filter { $0 != id } }

  /// Sends a message to one replica, or to all others.
  public mutating func pass(
    _ message: Message, to receiver: ReplicaID?, after delay: Micros = 0
  ) {
    acts.append(.send(message, to: receiver, after: delay))
  }

  /// Wants to be woken after a while.
  public mutating func wake(after delay: Micros) { acts.append(.wake(after: delay)) }

  /// Signs a statement in the name of one of the coalition; nil if it isn't one of them.
  public func sign(_ statement: Statement, as id: ReplicaID) -> SignedStatement? {
    coalition.signers[id].map { statement.signed(by: id, with: $0, chain: chain) }
  }

  mutating func takeActs() -> [Act] {
    defer { acts.removeAll() }
    return acts
  }
}

/// Adversaries that act together: they share their keys and what they see.
public struct Coalition: Sendable {
  /// Their keys.
  public internal(set) var signers: [ReplicaID: Signer] = [:]
  /// What any of them heard, the latest last.
  public private(set) var heard: [Message] = []
  /// What they agreed on, for whatever they need to agree on.
  public var agreed: [UInt64: UInt64] = [:]

  /// How much they remember.
  static let memory = 1_024

  /// Remembers a message.
  public mutating func remember(_ message: Message) {
    if heard.count >= 2 * Self.memory { heard.removeFirst(Self.memory) }
    heard.append(message)
  }
}
