import Witan

/// What is wrong with a scenario, and which of its settings are to blame.
public struct RollupFlaw: Error, Hashable, Sendable {
  /// The settings, by their options' names.
  public let settings: [String]
  /// The rule with the values that break it.
  public let problem: String
  /// What would be right.
  public let remedy: String
}

extension RollupScenario {
  /// The first rule that the scenario breaks; nil when it can be run.
  public var flaw: RollupFlaw? {
    let sum = shares.all.reduce(0, +)
    if !(0.999...1.001).contains(sum) {
      let parts = shares.all.map(\.shortDescription).joined(separator: " + ")
      return RollupFlaw(
        settings: ["honest", "lazy", "byzantine"],
        problem: "\(parts) is \(sum.shortDescription), and shares must add up to 1",
        remedy: "give three shares that do")
    }
    if committee > validators {
      return RollupFlaw(
        settings: ["committee", "validators"],
        problem: "a committee of \(committee) can't be drawn from \(validators) validators",
        remedy: "give a committee of \(validators) at most")
    }
    if mesh.low > mesh.degree || mesh.degree > mesh.high || mesh.low < 1 {
      return RollupFlaw(
        settings: ["mesh"],
        problem: "D_low \(mesh.low), D \(mesh.degree) and D_high \(mesh.high) are out of order",
        remedy: "give D_low ≤ D ≤ D_high, and D_low at least 1")
    }
    return faultFlaw ?? l1Flaw
  }

  private var faultFlaw: RollupFlaw? {
    let faulty = offlineSequencers + invalidBlocks + withheldEffects + equivocating
    if faulty > validators {
      return RollupFlaw(
        settings: ["offline-sequencers", "invalid-blocks", "withheld-effects", "equivocating"],
        problem: "\(faulty) faulty sequencers are more than the \(validators) there are",
        remedy: "give \(validators) together at most")
    }
    if offlineProvers > provers {
      return RollupFlaw(
        settings: ["offline-provers"],
        problem: "\(offlineProvers) provers can't be offline of \(provers)",
        remedy: "give \(provers) at most")
    }
    if equivocating > 0, !p2p {
      return RollupFlaw(
        settings: ["equivocating", "p2p"],
        problem: "without gossip nobody passes on the second of two blocks",
        remedy: "give --p2p on")
    }
    for partition in partitions where partition.from >= partition.until {
      return RollupFlaw(
        settings: ["partition"],
        problem: "a partition from \(partition.from) to \(partition.until) has no time",
        remedy: "give an end that is later than the beginning")
    }
    return nil
  }

  private var l1Flaw: RollupFlaw? {
    switch l1 {
    case .modelled where l1Offline > 0:
      RollupFlaw(
        settings: ["l1-offline", "l1"], problem: "a modelled L1 has no replicas",
        remedy: "give --l1 replicated")
    case .replicated where l1Offline > ReplicatedL1.replicas:
      RollupFlaw(
        settings: ["l1-offline"],
        problem: "\(l1Offline) of L1's \(ReplicatedL1.replicas) replicas can't be offline",
        remedy: "give \(ReplicatedL1.replicas) at most")
    case .replicated where l1Reorganisation > 0 || l1Missed > 0:
      RollupFlaw(
        settings: ["l1-reorganisation", "l1-missed"],
        problem: "a replicated L1 takes no block back and misses no transaction",
        remedy: "give --l1 modelled")
    case .modelled, .replicated: nil
    }
  }
}
