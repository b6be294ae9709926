import Witan

/// How a node rates its neighbours, by what it sees of them itself: P1 to P7 of GossipSub v1.1.
///
/// Counters decay by a factor each heartbeat. The thresholds are negative but for the last two, so that a
/// neighbour of whom nothing is known takes part in everything but peer exchange.
public struct ScoreParameters: Hashable, Sendable {
  /// What a topic counts; all topics count the same.
  public var topicWeight = 1.0
  /// The most that topics can add to a rating: what was earned in calm can't pay for everything.
  public var topicCap = 30.0

  /// P1: what an interval in the mesh counts.
  public var meshTimeWeight = 0.01
  /// P1: the interval.
  public var meshTimeQuantum: Micros = .seconds(1)
  /// P1: the most intervals that count; five minutes, at most 3 points.
  public var meshTimeCap = 300.0

  /// P2: what being the first to bring a message counts.
  public var firstDeliveryWeight = 1.0
  /// P2: how it decays: to a half in 7 heartbeats.
  public var firstDeliveryDecay = 0.9
  /// P2: the most that counts.
  public var firstDeliveryCap = 20.0

  /// P3: what the square of a deficit of messages counts. 0 by default: only who knows the traffic can say
  /// what a neighbour in the mesh must bring.
  public var meshDeliveryWeight = 0.0
  /// P3: how the count of messages brought decays.
  public var meshDeliveryDecay = 0.97
  /// P3: what must have been brought.
  public var meshDeliveryThreshold = 1.0
  /// P3: the most that counts, and so the longest that silence after it is forgiven.
  public var meshDeliveryCap = 10.0
  /// P3: how long after the first a copy still counts as brought.
  public var meshDeliveryWindow: Micros = .milliseconds(500)
  /// P3: how long after a graft nothing is asked.
  public var meshDeliveryActivation: Micros = .seconds(10)
  /// P3b: what the square of the deficit at a prune counts, so that leaving the mesh doesn't wipe it out.
  public var meshFailureWeight = 0.0
  /// P3b: how it decays.
  public var meshFailureDecay = 0.97

  /// P4: what the square of the number of invalid messages counts: three of them end a neighbourhood.
  public var invalidWeight = -10.0
  /// P4: how it decays: to a half in 69 heartbeats.
  public var invalidDecay = 0.99

  /// P5: what the application's own rating counts.
  public var applicationWeight = 1.0

  /// P6: what the square of the surplus of neighbours at one address counts.
  public var addressWeight = -5.0
  /// P6: how many may share an address.
  public var addressThreshold = 8

  /// P7: what the square of misbehaviour above its threshold counts.
  public var behaviourWeight = -10.0
  /// P7: how much is forgiven. With its decay, a promise broken every third second, which a lossy link may
  /// cause, stays just within.
  public var behaviourThreshold = 6.0
  /// P7: how it decays: to a half in 13.5 heartbeats.
  public var behaviourDecay = 0.95

  /// Below this a counter is 0.
  public var decayToZero = 0.01
  /// How long the rating of one who left in debt is kept, so that coming back doesn't wipe it out.
  public var retainFor: Micros = .seconds(600)

  /// Below this nothing is announced to a neighbour, and its announcements aren't heard.
  public var gossipThreshold = -10.0
  /// Below this one's own messages aren't sent to it.
  public var publishThreshold = -50.0
  /// Below this nothing of it is heard.
  public var graylistThreshold = -80.0
  /// From this on, the others it tells of at a prune are believed to be worth dialling.
  public var acceptExchangeThreshold = 2.0
  /// Where half of a mesh is rated below this, it takes in better ones.
  public var opportunisticGraftThreshold = 1.0

  /// The defaults.
  public init() {}

  func check() throws(ImpossibleGossip) {
    func require(_ holds: Bool, _ rule: StaticName) throws(ImpossibleGossip) {
      guard holds else { throw ImpossibleGossip(rule) }
    }
    let rewards = [topicWeight, meshTimeWeight, firstDeliveryWeight, applicationWeight]
    try require(rewards.allSatisfy { (0...1e6).contains($0) }, "rewards must weigh 0 to 1e6")
    let penalties = [
      meshDeliveryWeight, meshFailureWeight, invalidWeight, addressWeight, behaviourWeight,
    ]
    try require(penalties.allSatisfy { (-1e6...0).contains($0) }, "penalties must weigh -1e6 to 0")
    let decays = [
      firstDeliveryDecay, meshDeliveryDecay, meshFailureDecay, invalidDecay, behaviourDecay,
    ]
    try require(decays.allSatisfy { $0 > 0 && $0 < 1 }, "a decay must be between 0 and 1")
    let counts = [
      topicCap, meshTimeCap, firstDeliveryCap, meshDeliveryThreshold, meshDeliveryCap,
      behaviourThreshold, decayToZero,
    ]
    try require(
      counts.allSatisfy { (0...1e6).contains($0) }, "caps and thresholds must be 0 to 1e6")
    try require(addressThreshold >= 1, "one neighbour an address must be allowed")
    try require(
      meshDeliveryThreshold <= meshDeliveryCap, "the mesh delivery threshold must be within its cap"
    )
    try require(meshTimeQuantum >= 1, "the interval of mesh time must not be 0")
    try require(
      (-1e6...0).contains(graylistThreshold) && graylistThreshold <= publishThreshold
        && publishThreshold <= gossipThreshold && gossipThreshold <= 0,
      "graylist ≤ publish ≤ gossip ≤ 0 must hold between the thresholds")
    try require(
      (0...1e6).contains(acceptExchangeThreshold)
        && (0...1e6).contains(opportunisticGraftThreshold),
      "the thresholds of peer exchange and opportunistic grafting must be 0 to 1e6")
  }
}
