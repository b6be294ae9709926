import Witan

/// Bounded memory: no correct replica, and no machine's disk, ever holds more than the parameters allow, whatever it is
/// sent; and no replica's own state breaks its invariants.
///
/// It looks at replicas now and then instead of watching what happens.
public struct MemoryChecker: Sendable {
  /// What it found.
  public private(set) var findings = Findings()
  /// How often it looked.
  public private(set) var looks = 0

  /// A checker that has seen nothing yet.
  public init() {}

  /// Looks at one replica.
  public mutating func look(at replica: Replica, of node: Int, at time: Micros) {
    looks += 1
    for count in replica.holdings.exceeded { note(count, of: node, at: time) }
    if let fault = replica.invariantFault ?? replica.slotFault {
      findings.add(.invariant, node: node, time: time, replica.executed, detail: fault)
    }
  }

  mutating func note(_ count: Holdings.Count, of node: Int, at time: Micros) {
    findings.add(
      .memory, node: node, time: time,
      detail: "holds \(count.held) \(count.name); at most \(count.bound) are allowed")
  }

  /// Looks at the correct ones among some machines of a cluster.
  mutating func look(at nodes: some Sequence<Int>, of cluster: Cluster, vantage: Vantage) {
    let parameters = cluster.configuration.parameters
    // From the certified state before the last one, at most a window below it, to what may be executed a window above.
    let states = 2 * (parameters.window / max(1, parameters.checkpointInterval)) + 3
    for node in nodes where vantage.isCorrect(node) {
      look(at: cluster.machines[node].replica, of: node, at: cluster.now)
      let held = UInt64(cluster.machines[node].disk.statesInUse)
      if held > states {
        findings.add(
          .memory, node: node, time: cluster.now,
          detail: "its disk holds the states of \(held) checkpoints; at most \(states) are needed")
      }
    }
  }
}
