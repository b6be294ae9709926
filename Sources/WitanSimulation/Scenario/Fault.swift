import Witan
import WitanDraw

/// Something that befalls a cluster, and when: part of a scenario.
public struct Fault: Hashable, Sendable {
  /// What befalls it. Nodes are machines, counted from 0.
  public enum Effect: Hashable, Sendable {
    /// These groups don't hear each other; who is in none hears nobody.
    case partition([NodeSet])
    /// What some send others is lost, and not the other way round.
    case cut(from: NodeSet, to: NodeSet)
    /// What some send others waits until it ends.
    case clog(from: NodeSet, to: NodeSet)
    /// Machines are clogged one by one, and released in another order.
    case swizzle(NodeSet)
    /// Links have another quality.
    case link(from: NodeSet, to: NodeSet, LinkChange)
    /// Machines are killed, after so many more effects if said, and started again when it ends.
    case crash(NodeSet, afterEffects: Int? = nil)
    /// Machines stand still, and go on when it ends.
    case pause(NodeSet)
    /// Clocks gain so many millionths, or lose them.
    case drift(NodeSet, millionths: Int64)
    /// Clocks are set forward by so many microseconds, or back.
    case step(NodeSet, micros: Int64)
    /// Disks have room for nothing more.
    case fullDisk(NodeSet)
    /// Disks take so long to sync.
    case slowDisk(NodeSet, Micros)
    /// A bit flips on a disk, which shows when the machine starts next.
    case flip(NodeSet)
    /// A client asks for other members from the next epoch on, each with its weight.
    case reconfigure([Seat])

    /// A member that is asked for.
    public struct Seat: Hashable, Sendable {
      /// Which machine.
      public let machine: Int
      /// What its vote weighs.
      public let weight: UInt64

      /// A member.
      public init(_ machine: Int, weight: UInt64 = 1) {
        self.machine = machine
        self.weight = weight
      }
    }
  }

  /// What is different about a link.
  public struct LinkChange: Hashable, Sendable {
    /// How long a message takes.
    public var latency: Distribution?
    /// The share of messages that is lost.
    public var loss: Double?

    /// A difference.
    public init(latency: Distribution? = nil, loss: Double? = nil) {
      self.latency = latency
      self.loss = loss
    }
  }

  /// What.
  public var effect: Effect
  /// When it begins.
  public var begins: Micros
  /// When it ends; nil is never, or at once for what has no end.
  public var ends: Micros?

  /// A fault.
  public init(_ effect: Effect, from begins: Micros, until ends: Micros? = nil) {
    self.effect = effect
    self.begins = begins
    self.ends = ends
  }
}

extension Fault.Effect {
  /// Whether it happens at a moment, and is over with it.
  public var isMomentary: Bool {
    switch self {
    case .step, .flip, .reconfigure: true
    default: false
    }
  }

  /// The machines that it names.
  public var machines: NodeSet {
    switch self {
    case .partition(let groups): NodeSet(groups.flatMap { Array($0) })
    case .cut(let from, let to), .clog(let from, let to), .link(let from, let to, _):
      NodeSet(Array(from) + Array(to))
    case .swizzle(let nodes), .crash(let nodes, _), .pause(let nodes), .drift(let nodes, _),
      .step(let nodes, _), .fullDisk(let nodes), .slowDisk(let nodes, _), .flip(let nodes):
      nodes
    case .reconfigure(let seats): NodeSet(seats.map(\.machine))
    }
  }
}
