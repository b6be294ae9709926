/// The one place that says what a quorum is.
///
/// With total power W, faulty members may weigh up to f = ⌊(W-1)/3⌋ together. A quorum weighs at least
/// ⌊(W+f)/2⌋ + 1, so that any two share more than f, hence a correct member; and the correct members
/// weigh W - f, which is never less, so that a quorum of them exists. The familiar 2f + 1 is the same
/// number when W = 3f + 1, and is unsafe otherwise: at W = 5 two quorums of three share one member.
@frozen
public struct Quorum: Hashable, Sendable {
  /// The weight of all members.
  public let total: VotingPower

  /// The quorum rule for members of this weight together.
  @inlinable
  public init(total: VotingPower) { self.total = total }

  /// f: the most that faulty members may weigh together.
  @inlinable
  public var faultBound: VotingPower {
    VotingPower(total.rawValue == 0 ? 0 : (total.rawValue - 1) / 3)
  }

  /// What a quorum weighs at least: ⌊(W+f)/2⌋ + 1, halved before it is added, so that no weight
  /// overflows into a small quorum.
  @inlinable
  public var threshold: VotingPower {
    let (total, bound) = (total.rawValue, faultBound.rawValue)
    return VotingPower(total / 2 + bound / 2 + (total & bound & 1) + 1)
  }

  /// Whether this much is a quorum: any two quorums share a correct member.
  @inlinable
  public func isReached(by power: VotingPower) -> Bool { power >= threshold }

  /// Whether this much includes a correct member (f + 1).
  @inlinable
  public func includesCorrect(_ power: VotingPower) -> Bool { power > faultBound }
}
