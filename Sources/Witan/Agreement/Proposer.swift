import WitanCrypto

/// What a leader has in hand: blocks it has made and the application is still checking, and where the next
/// one goes. A fresh one is assigned whenever a view begins, so that nothing half-built survives (F28).
struct Proposer: Sendable {
  /// How many undecided blocks a leader keeps in flight: enough to fill the round trips, few enough that
  /// requests gather into batches under load.
  static let depth: UInt64 = 16

  /// A block that wasn't proposed yet.
  struct Draft: Sendable {
    let block: Block
    var isValid = false
  }

  /// The drafts, in the order of their places.
  var drafts: [Draft] = []
  /// Whether the application was asked what to propose.
  var isAssembling = false
  /// Whether the leader waits for more requests, or after a refused draft.
  var waitsForMore = false
  /// Whether the wait for more requests is over for what has gathered.
  var hasWaited = false
}
