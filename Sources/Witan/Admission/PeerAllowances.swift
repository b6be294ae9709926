/// What each peer may still ask of this replica: every answer costs tokens, which come back with time, and a
/// message that no correct replica sends costs many.
///
/// Full, an allowance answers a peer that lost everything: a manifest, a new-view, and a window of votes.
/// Votes and view-changes are never limited by it; they are bounded by their own storage.
struct PeerAllowances: Sendable {
  static let capacity: Int64 = 256
  static let refillPerSecond: UInt64 = 256

  // What answers cost: a vote, or being asked at all, one token; what is longer, more.
  /// A block or a decision.
  static let decisionCost: Int64 = 2
  /// A piece of state.
  static let chunkCost: Int64 = 2
  /// A manifest, with up to `Bounds.lineage` certificates.
  static let manifestCost: Int64 = 4
  /// A view-change, with a certificate for every slot of a window.
  static let viewChangeCost: Int64 = 8
  /// A new-view, with a quorum's view-changes.
  static let newViewCost: Int64 = 16

  /// How many microseconds bring one token back.
  private static let refillSpan: UInt64 = 1_000_000 / refillPerSecond

  private var tokens: [Int64]
  private var refilledAt: [Micros]

  init(peers: Int) {
    tokens = Array(repeating: Self.capacity, count: peers)
    refilledAt = Array(repeating: 0, count: peers)
  }

  /// Pays for an answer; false when the peer must wait.
  mutating func spend(_ cost: Int64, by seat: Seat, at now: Micros) -> Bool {
    refill(seat, at: now)
    guard tokens[seat.index] >= cost else { return false }
    tokens[seat.index] -= cost
    return true
  }

  private mutating func refill(_ seat: Seat, at now: Micros) {
    let index = seat.index
    // A minute fills any allowance: what is longer needn't be counted.
    let elapsed = min(now - refilledAt[index], .seconds(60)).rawValue
    let gained = Int64(clamping: elapsed / Self.refillSpan)
    guard gained > 0 else { return }
    tokens[index] = min(Self.capacity, tokens[index] + gained)
    // What is left of a token's span counts towards the next one.
    refilledAt[index] = now - Micros(elapsed % Self.refillSpan)
  }

  /// What a message costs its sender that was refused for this reason. Nothing where a correct one may send such a thing,
  /// because it came late, or twice.
  static func cost(of rejection: Rejection) -> Int64 {
    rejection.provesFault ? 64 : rejection == .unsolicited ? 4 : 0
  }

  /// Charges a peer for a message that was refused. What time brought back until now is full before: a fault after
  /// a long silence costs as much as one after many.
  mutating func charge(_ seat: Seat, for rejection: Rejection, at now: Micros) {
    refill(seat, at: now)
    tokens[seat.index] = max(-Self.capacity, tokens[seat.index] - Self.cost(of: rejection))
  }
}
