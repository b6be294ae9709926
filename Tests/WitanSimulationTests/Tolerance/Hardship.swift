import Witan
import WitanDraw
import WitanSimulation

/// A situation that must be borne: as many lie as the network tolerates, a fifth of all messages is lost, a fifth comes
/// twice, and for a while the network is cut in two.
struct Hardship: Hashable, Sendable {
  /// What the votes of the replicas weigh.
  let weights: [UInt64]
  /// What those play who lie, in turn.
  let adversaries: [String]

  /// Small networks with and without a vote to spare, and two where votes don't weigh the same.
  static let networks: [[UInt64]] =
    [7, 10, 4, 5, 6, 8, 9].map { Array(repeating: 1, count: $0) }
    + [[2, 2, 1, 1, 1], [5, 4, 3, 2, 1, 1]]

  /// All of them: every adversary alone on every network, and every pair where there is room for two. The first have
  /// every adversary alone once, and then every adversary in a pair once.
  static let all: [Hardship] = {
    let rest = networks.flatMap { weights in
      names.map { Hardship(weights: weights, adversaries: [$0]) }
        + (isRoomy(weights) ? pairs.map { Hardship(weights: weights, adversaries: $0) } : [])
    }
    let first = Set(sample)
    return sample + rest.filter { !first.contains($0) }
  }()

  /// The first of them.
  static let sample: [Hardship] = {
    let roomy = networks.filter(isRoomy)
    let alone = names.enumerated().map { index, name in
      Hardship(weights: networks[index % networks.count], adversaries: [name])
    }
    let paired = (0..<(names.count + 1) / 2).map { index in
      Hardship(
        weights: roomy[index % roomy.count],
        adversaries: [names[index], names[(index + names.count / 2) % names.count]])
    }
    return alone + paired
  }()

  private static let names = Adversaries.all.map(\.name)
  private static let pairs = names.indices.flatMap { first in
    names[(first + 1)...].map { [names[first], $0] }
  }

  private static func isRoomy(_ weights: [UInt64]) -> Bool {
    // Those of the smallest weights are the most.
    let (lightest, bound) = (weights.sorted().prefix(2).reduce(0, +), faultBound(weights))
    return lightest <= bound
  }

  private static func faultBound(_ weights: [UInt64]) -> UInt64 {
    Quorum(total: VotingPower(weights.reduce(0, +))).faultBound.rawValue
  }

  // MARK: As a scenario

  /// The scenario; who lies and where the cut is follows from the seed.
  func scenario(seed: UInt64) -> Scenario {
    var draw = Draw(seed: seed).split("hardship")
    var scenario = Scenario()
    scenario.replicas = weights.count
    if Set(weights).count > 1 { scenario.weights = weights }
    scenario.clients = 2
    scenario.blocks = 10
    scenario.quality = LinkQuality(
      latency: .uniform(low: 5_000, high: 30_000), loss: 0.2, duplicate: 0.2)
    scenario.checkpoint = 4
    scenario.window = 8
    scenario.batch = 4
    scenario.patience = .seconds(1)
    scenario.limit = .seconds(600)
    scenario.seed = draw.next()
    let liars = liars(&draw)
    for (place, name) in adversaries.enumerated() {
      let machines = stride(from: place, to: liars.count, by: adversaries.count).map { liars[$0] }
      scenario.adversaries.append(Casting(name, machines: NodeSet(machines)))
    }
    let machines = draw.shuffled(0..<scenario.machines)
    let side = draw.integer(in: 1...machines.count - 1)
    scenario.faults = [
      Fault(
        .partition([NodeSet(machines[..<side]), NodeSet(machines[side...])]),
        from: .milliseconds(300), until: .seconds(2))
    ]
    return scenario
  }

  /// Machines that weigh as much as may lie together, and no more; at least one for each adversary.
  private func liars(_ draw: inout Draw) -> [Int] {
    let bound = Self.faultBound(weights)
    while true {
      var (liars, power): ([Int], UInt64) = ([], 0)
      for machine in draw.shuffled(weights.indices) where power + weights[machine] <= bound {
        power += weights[machine]
        liars.append(machine)
      }
      if liars.count >= adversaries.count { return liars }
    }
  }
}

extension Hardship: CustomStringConvertible {
  var description: String {
    let network =
      Set(weights).count > 1
      ? "votes of \(weights.map(String.init).joined(separator: ","))" : "\(weights.count) replicas"
    return "\(adversaries.joined(separator: " and ")) among \(network)"
  }
}
