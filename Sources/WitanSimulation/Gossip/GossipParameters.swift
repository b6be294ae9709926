import Witan

/// How a node gossips. The names and meanings are those of the GossipSub v1.1 specification; the sizes of the
/// mesh are what the validators' network is studied with.
public struct GossipParameters: Hashable, Sendable {
  /// D: how many neighbours a mesh should have.
  public var degree = 8
  /// D_low: below it, a mesh takes in more.
  public var degreeLow = 6
  /// D_high: above it, a mesh sheds some.
  public var degreeHigh = 12
  /// D_lazy: how many neighbours outside the mesh hear at least of what there is, each heartbeat.
  public var degreeLazy = 6
  /// D_score: how many of those kept when shedding are the best rated; the others are kept by lot.
  public var degreeScore = 4
  /// D_out: how many of the mesh this node dialled itself, so that those who dial it can't fill the mesh.
  public var degreeOut = 2

  /// How often the mesh is looked after.
  public var heartbeat: Micros = .seconds(1)
  /// For how many heartbeats a message can be asked for.
  public var historyLength = 5
  /// Of how many heartbeats messages are announced: fewer, so that there is time left to ask.
  public var historyGossip = 3
  /// How long a message is remembered, so that it isn't delivered twice.
  public var seenFor: Micros = .seconds(120)
  /// How long after the last publication a node remembers whom it sent to, in a topic it isn't in.
  public var fanoutFor: Micros = .seconds(60)
  /// The share of the neighbours outside the mesh that hear of what there is, where that is more than D_lazy.
  public var gossipFactor = 0.25
  /// Whether one's own messages go to all of the topic and not to the mesh alone: it can't be eclipsed.
  public var floodPublish = true

  /// How long a pruned neighbour is not to come back.
  public var pruneBackoff: Micros = .seconds(60)
  /// The same where the reason is that this node left the topic.
  public var unsubscribeBackoff: Micros = .seconds(10)
  /// Who comes back within this after being pruned is faulted twice.
  public var graftFlood: Micros = .seconds(10)
  /// How many others a pruned neighbour is told of; 0 for none.
  public var exchange = 16
  /// Every how many heartbeats a mesh of low ratings takes in better ones.
  public var opportunisticGraftTicks = 60
  /// How many it takes in.
  public var opportunisticGraftPeers = 2

  /// How many announcements of a neighbour are heard between two heartbeats.
  public var maxHaves = 10
  /// How many messages a neighbour may announce, or ask for, between two heartbeats.
  public var maxHaveLength = 5_000
  /// How long a neighbour has to send what it announced.
  public var wantFollowup: Micros = .seconds(3)
  /// How often one neighbour is sent one message on demand.
  public var retransmission = 3

  /// Whether a message is passed on only once the application has judged it; else at once.
  public var awaitsJudgement = false
  /// How neighbours are rated.
  public var score = ScoreParameters()

  /// The defaults.
  public init() {}

  /// Refuses what can't work.
  public func check() throws(ImpossibleGossip) {
    func require(_ holds: Bool, _ rule: StaticName) throws(ImpossibleGossip) {
      guard holds else { throw ImpossibleGossip(rule) }
    }
    let degrees = [degree, degreeLow, degreeHigh, degreeLazy, degreeScore, degreeOut]
    try require(degrees.allSatisfy { (0...10_000).contains($0) }, "degrees must be 0 to 10000")
    try require(degreeLow >= 1, "D_low must be at least 1")
    try require(degreeLow <= degree && degree <= degreeHigh, "D_low ≤ D ≤ D_high must hold")
    try require(degreeScore <= degree, "D_score must be at most D")
    try require(
      degreeOut == 0 || degreeOut < degreeLow && degreeOut <= degree / 2,
      "D_out must be below D_low and at most half of D")
    try require(
      heartbeat >= .milliseconds(1) && heartbeat <= .seconds(3_600),
      "the heartbeat must be between 1ms and an hour")
    try require((1...120).contains(historyLength), "the history must be 1 to 120 heartbeats long")
    try require(
      (0...historyLength).contains(historyGossip),
      "gossip can't announce more heartbeats than the history keeps")
    try require(
      seenFor >= heartbeat * UInt64(historyLength),
      "messages must be remembered for at least as long as they can be asked for")
    try require((0...1).contains(gossipFactor), "the gossip factor must be 0 to 1")
    try require((0...1_000).contains(exchange), "at most 1000 neighbours can be told of")
    try require(
      opportunisticGraftTicks >= 1 && (0...degreeHigh).contains(opportunisticGraftPeers),
      "opportunistic grafting needs a period, and at most D_high neighbours")
    try require(
      (0...10_000).contains(maxHaves) && (0...100_000).contains(maxHaveLength),
      "at most 10000 announcements of 100000 messages can be heard in a heartbeat")
    try require(wantFollowup >= 1, "a neighbour needs time to send what it announced")
    try require((0...100).contains(retransmission), "a message can be sent again 100 times at most")
    try score.check()
  }
}

/// Why parameters of gossip can't work.
public struct ImpossibleGossip: Error, Hashable, Sendable, CustomStringConvertible {
  /// The rule that they break.
  public let rule: StaticName

  init(_ rule: StaticName) { self.rule = rule }

  /// The rule that they break.
  public var description: String { rule.description }
}
