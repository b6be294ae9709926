import WitanDraw
import WitanSimulation

/// Which scenarios a campaign runs. Each has a seed of its own, the campaign's and those that follow it, so that any one
/// can be run again alone, and machines share a campaign by taking every so-manieth.
struct CampaignPlan: Hashable, Sendable {
  /// Which part of a campaign this is, counted from one.
  struct Shard: Hashable, Sendable {
    var index: UInt64 = 1
    var count: UInt64 = 1
  }

  /// The seed of the first scenario.
  var seed: UInt64 = 1
  /// What the campaign looks at.
  var profile = Profile.default
  /// Which part of it is meant.
  var shard = Shard()

  /// The seed of the so-manieth scenario of this part, counted from zero.
  func seed(at place: UInt64) -> UInt64 { seed &+ shard.index - 1 &+ place &* shard.count }

  /// How many of so many scenarios are this part's.
  func share(of count: UInt64) -> UInt64 {
    (count + shard.count - shard.index) / shard.count
  }

  /// The scenario of a seed.
  func scenario(_ seed: UInt64) -> Scenario {
    var draw = Draw(seed: seed)
    return Scenario(drawing: &draw, profile: profile)
  }
}
