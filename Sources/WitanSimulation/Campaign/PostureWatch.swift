import Witan

/// Remembers every posture that a correct machine took, each once, in the order in which they were reached.
package struct PostureWatch: Sendable {
  /// The postures.
  package private(set) var postures: [UInt64] = []
  private var known: Set<UInt64> = []

  /// None yet.
  package init() {}

  /// Sees the machines at which something happened.
  mutating func observe(
    _ happenings: [Happening], in cluster: Cluster, _ vantage: Vantage
  ) {
    var seen: Set<Int> = []
    var lowest: View?
    for happening in happenings {
      let machine = happening.node
      guard machine < cluster.machineCount, vantage.isCorrect(machine),
        seen.insert(machine).inserted
      else { continue }
      lowest = lowest ?? Self.lowestView(in: cluster, vantage)
      let posture = cluster.machines[machine].replica.posture(since: lowest ?? 0)
      if known.insert(posture).inserted { postures.append(posture) }
    }
  }

  private static func lowestView(in cluster: Cluster, _ vantage: Vantage) -> View? {
    var lowest: View?
    for machine in 0..<cluster.machineCount where vantage.isCorrect(machine) {
      let view = cluster.machines[machine].replica.view
      lowest = min(lowest ?? view, view)
    }
    return lowest
  }
}
