/// What each peer may still ask of this replica: every answer costs tokens, which come back with time, and a
/// message that no correct replica sends costs many.
///
/// Full, an allowance answers a peer that lost everything: a manifest, a new-view, and a window of votes.
/// Votes and view-changes are never limited by it; they are bounded by their own storage.
struct PeerAllowances: Sendable {
  static let capacity: Int64 = 256
  static let refillPerSecond: UInt64 = 256
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
    let index = seat.index
    // A minute fills any allowance: what is longer needn't be counted.
    let elapsed = min(now - refilledAt[index], .seconds(60)).rawValue
    let gained = Int64(clamping: elapsed / Self.refillSpan)
    if gained > 0 {
      tokens[index] = min(Self.capacity, tokens[index] + gained)
      // What is left of a token's span counts towards the next one.
      refilledAt[index] = now - Micros(elapsed % Self.refillSpan)
    }
    guard tokens[index] >= cost else { return false }
    tokens[index] -= cost
    return true
  }

  /// Charges a peer for a message that was refused.
  mutating func charge(_ seat: Seat, for rejection: Rejection) {
    let cost: Int64 = rejection.provesFault ? 64 : rejection == .unsolicited ? 4 : 0
    tokens[seat.index] = max(-Self.capacity, tokens[seat.index] - cost)
  }
}
