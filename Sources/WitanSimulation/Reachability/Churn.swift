import Witan
import WitanDraw

/// When one node comes and goes: an endless row of times, each later than the one before.
///
/// ```swift
/// let churn = Churn(node: 3, stay: .exponential(mean: 600_000_000), absence: .fixed(60_000_000), draw: draw)
/// for change in churn.prefix(while: { $0.time < .seconds(3_600) }) { … }
/// ```
public struct Churn: Sequence, IteratorProtocol, Sendable {
  /// A node comes or goes.
  public struct Change: Hashable, Sendable {
    /// When.
    public let time: Micros
    /// Whether it is there from then on.
    public let isUp: Bool
  }

  private let stay: Distribution
  private let absence: Distribution
  private var draw: Draw
  private var time: Micros = 0
  private var isUp: Bool

  /// Whether the node is there at time 0.
  public let startsUp: Bool

  /// A node that stays and stays away for times of these distributions, in microseconds, and is there at the
  /// beginning with a probability.
  public init(
    node: NodeIndex, stay: Distribution, absence: Distribution, startsUp probability: Double = 1,
    draw: Draw
  ) {
    self.stay = stay
    self.absence = absence
    self.draw = draw.split("churn", UInt64(UInt32(bitPattern: node.rawValue)))
    startsUp = self.draw.chance(probability)
    isUp = startsUp
  }

  /// The next time it comes or goes; nil only when time ends.
  public mutating func next() -> Change? {
    guard time < Micros(.max) else { return nil }
    // A stay of no time would hold up whoever takes one after another.
    time = time + Micros(Swift.max(1, draw.sample(isUp ? stay : absence)))
    isUp.toggle()
    return Change(time: time, isUp: isUp)
  }
}
