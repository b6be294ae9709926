/// What a campaign looks at most: which scenarios it draws more often than others.
public enum Profile: String, CaseIterable, Sendable {
  /// A bit of everything.
  case `default`
  /// Somebody always lies, as many as the network bears.
  case byzantine
  /// Links fail.
  case partition
  /// Machines fail.
  case crash
  /// Leaders fail, soon and often, at checkpoints and between them.
  case viewchange
  /// Replicas are there twice, and the network is cut.
  case twins
  /// More is asked than can be done.
  case overload
  /// More lie than the network bears, so that there must be violations: whether the checkers see them.
  case canary

  /// What it looks at, in a sentence.
  public var sentence: String {
    switch self {
    case .default: "A bit of everything."
    case .byzantine: "Somebody always lies, as many as the network bears."
    case .partition: "Links fail: cuts, clogs, partitions, loss."
    case .crash: "Machines fail: crashes between any two effects, pauses, disks, clocks."
    case .viewchange: "Leaders fail, soon and often."
    case .twins: "Replicas are there twice with one key, and the network is cut."
    case .overload: "More is asked than can be done."
    case .canary: "More lie than the network bears: violations must be found."
    }
  }

  /// How likely a scenario of this profile has a feature.
  func share(of feature: Feature) -> Double {
    switch self {
    case .default: feature.usualShare
    case .byzantine:
      switch feature {
      case .adversary: 1
      case .coalition, .trigger, .victims, .smallWindow, .shortPatience: 0.5
      default: feature.usualShare / 2
      }
    case .partition: feature.isOfLinks ? 0.5 : feature.usualShare / 2
    case .crash: feature.isOfMachines ? 0.5 : feature.usualShare / 2
    case .viewchange:
      switch feature {
      case .shortPatience, .smallWindow: 0.9
      case .adversary, .crash, .pause, .partition, .slowLink: 0.5
      default: feature.usualShare / 2
      }
    case .twins:
      switch feature {
      case .adversary: 1
      case .partition, .cut, .shortPatience: 0.6
      default: feature.usualShare / 2
      }
    case .overload:
      switch feature {
      case .manyClients, .smallBatch: 0.9
      case .bandwidth, .adversary, .smallWindow: 0.5
      default: feature.usualShare / 2
      }
    case .canary:
      switch feature {
      case .adversary: 1
      case .manyReplicas, .weights, .manyClients, .smallWindow, .shortPatience, .jitter:
        feature.usualShare
      default: feature.usualShare / 8
      }
    }
  }

  /// Whether it ever draws a feature, or casts an adversary, of this name.
  public func draws(_ name: String) -> Bool {
    if let feature = Feature(rawValue: name) { return share(of: feature) > 0 }
    return adversaries.contains(name)
  }

  /// The adversaries that it casts.
  public var adversaries: [String] {
    switch self {
    case .viewchange:
      [
        "silent", "hoarder", "slow-leader", "equivocating-leader", "withheld-votes",
        "new-view-lies", "view-change-storm", "forged-certificates", "selective-sends",
      ]
    case .twins: [Twin.name]
    case .overload:
      ["flooding-peer", "stale-replays", "view-change-storm", "censoring-leader", "slow-leader"]
    case .canary: ["equivocating-leader", "double-voter", Twin.name]
    case .default, .byzantine, .partition, .crash: Adversaries.all.map(\.name)
    }
  }
}
