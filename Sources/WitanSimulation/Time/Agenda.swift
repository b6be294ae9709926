/// What an event is, in a word: its kind, the node that it concerns, and a number whose meaning hangs on the kind.
struct Agenda: Equatable, Sendable {
  /// What happens.
  enum Kind: UInt8, Sendable {
    /// A parcel arrives at a node. The number is the parcel's place.
    case delivery
    /// A node whose line is narrow has received a parcel whole. The number is the parcel's place.
    case receipt
    /// A replica's timer fires. The number is the timer's kind and which setting of it this is.
    case timer
    /// A client's timer fires. The number is the timer's place.
    case clientTimer
    /// A client that works by itself goes on. The number says which of its turns it is.
    case clientTurn
    /// A disk has finished a sync. The number is the machine's life.
    case synced
    /// An adversary wakes, or starts a machine that it killed. The number says which.
    case adversary
    /// A planned fault begins (node 1) or ends (node 0). The number is its place in the plan.
    case planned
    /// A neighbour's word arrives at a node that gossips. The number is its place in the post.
    case gossip
    /// A node that gossips looks after its meshes. The number is the node's life.
    case heartbeat
    /// A message goes through a relay. The number is its place in the post.
    case relay
    /// A member tells of a decision. The number is the low bits of its sequence.
    case publication
    /// What nodes that look for each other say arrives. The number is its place in the post.
    case acquaintance
    /// A node looks for others. The number is the node's life.
    case discovery
    /// A node that doesn't vote comes (1) or goes (0).
    case churn
  }

  let kind: Kind
  let node: Int
  let number: UInt32

  init(_ kind: Kind, node: Int = 0, number: UInt32 = 0) {
    assert(node < 1 << 24, "a simulation has at most 2²⁴ nodes")
    self.kind = kind
    self.node = node
    self.number = number
  }

  /// The word that the queue keeps.
  var ticket: UInt64 {
    UInt64(kind.rawValue) << 56 | UInt64(truncatingIfNeeded: node) << 32 | UInt64(number)
  }

  init?(ticket: UInt64) {
    guard let kind = Kind(rawValue: UInt8(ticket >> 56)) else { return nil }
    self.kind = kind
    node = Int((ticket >> 32) & 0xFF_FFFF)
    number = UInt32(truncatingIfNeeded: ticket)
  }
}
