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
    VotingPower(total.rawValue == 0 ? 0 : Self.faultBound(of: total.rawValue))
  }

  /// What a quorum weighs at least: ⌊(W+f)/2⌋ + 1.
  @inlinable
  public var threshold: VotingPower {
    VotingPower(Self.threshold(of: total.rawValue, faultBound: faultBound.rawValue))
  }

  /// f for members that weigh `total`, above zero, together: with machine words here, with a solver's terms where the
  /// rule is proved.
  @inlinable
  public static func faultBound<Number: QuorumNumber>(of total: Number) -> Number {
    (total - 1) / 3
  }

  /// ⌊(W+f)/2⌋ + 1, halved before it is added, so that no weight overflows into a small quorum.
  @inlinable
  public static func threshold<Number: QuorumNumber>(
    of total: Number, faultBound bound: Number
  ) -> Number {
    total / 2 + bound / 2 + (total % 2) * (bound % 2) + 1
  }

  /// Whether this much is a quorum: any two quorums share a correct member.
  @inlinable
  public func isReached(by power: VotingPower) -> Bool { power >= threshold }

  /// Whether this much includes a correct member (f + 1).
  @inlinable
  public func includesCorrect(_ power: VotingPower) -> Bool { power > faultBound }
}

/// What the quorum rule can be computed with.
public protocol QuorumNumber: ExpressibleByIntegerLiteral where IntegerLiteralType == UInt64 {
  /// The sum.
  static func + (a: Self, b: Self) -> Self
  /// The difference.
  static func - (a: Self, b: Self) -> Self
  /// The product.
  static func * (a: Self, b: Self) -> Self
  /// The quotient, rounded down.
  static func / (a: Self, b: Self) -> Self
  /// What the division leaves.
  static func % (a: Self, b: Self) -> Self
}

extension UInt64: QuorumNumber {}
