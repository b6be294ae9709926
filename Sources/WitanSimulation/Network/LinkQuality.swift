import Witan
import WitanDraw

/// What a link does to what is sent over it.
public struct LinkQuality: Hashable, Sendable {
  /// How long a message is on its way.
  public var latency: Distribution
  /// The share of messages that is lost.
  public var loss: Double
  /// The share of messages that arrives twice.
  public var duplicate: Double
  /// The share of messages that later ones may overtake.
  public var reorder: Double
  /// The share of messages in which a bit flips.
  public var corrupt: Double
  /// How many bytes a second the link carries; nil is as many as are sent.
  public var bandwidth: UInt64?

  /// A link.
  public init(
    latency: Distribution = .fixed(10_000), loss: Double = 0, duplicate: Double = 0,
    reorder: Double = 0, corrupt: Double = 0, bandwidth: UInt64? = nil
  ) {
    self.latency = latency
    self.loss = loss
    self.duplicate = duplicate
    self.reorder = reorder
    self.corrupt = corrupt
    self.bandwidth = bandwidth
  }

  /// A link that does nothing but take its time.
  var isPlain: Bool {
    loss <= 0 && duplicate <= 0 && reorder <= 0 && corrupt <= 0 && bandwidth == nil
  }
}

/// What the whole network does.
public struct Conditions: Hashable, Sendable {
  /// What every link does for which nothing else is said.
  public var quality = LinkQuality()
  /// How many bytes a second each node sends, and how many it receives; nil is as many as there are.
  public var nodeBandwidth: UInt64?
  /// How many bytes may wait for a link or a node; what comes then is lost.
  public var queueLimit: UInt64 = 64 << 20
  /// How much later than others a message comes that may be overtaken, at the most.
  public var reorderSpan: Micros = .milliseconds(100)
  /// When the network becomes synchronous (the global stabilisation time of Dwork, Lynch & Stockmeyer): before it, any
  /// message may also be late by up to `wildness`; from then on nothing is lost, repeated or changed, and nothing
  /// takes longer than `bound`. Nil is never.
  public var stabilisation: Micros?
  /// How late any message may be before the network becomes synchronous.
  public var wildness: Micros = .seconds(2)
  /// The longest that a message takes once the network is synchronous.
  public var bound: Micros = .seconds(1)

  /// Every message takes ten milliseconds.
  public init() {}
}
