/// What no single statement of a scenario is to blame for: they don't go together.
extension Scenario {
  /// Statements that don't go together.
  package struct Flaw: Error, Hashable, Sendable {
    /// Which statement is to blame.
    package enum Statement: Hashable, Sendable {
      /// One of these settings: the first that was made.
      case settings([String])
      /// An adversary, by its place among them.
      case adversary(Int)
      /// A fault, by its place among them.
      case fault(Int)
    }

    /// Which statement is to blame.
    package let statement: Statement
    /// What is wrong.
    package let problem: String
    /// What would be right.
    package let remedy: String
  }

  /// The first flaw; nil when the scenario can be run.
  package var flaw: Flaw? {
    if !weights.isEmpty, weights.count != replicas {
      let count = "\(weights.count) weight\(weights.count == 1 ? "" : "s")"
      let verb = weights.count == 1 ? "is" : "are"
      return Flaw(
        statement: .settings(["weights"]),
        problem: "there \(verb) \(count) for \(replicas) replicas", remedy: "give one for each")
    }
    if let flaw = gossipFlaw { return flaw }
    if judge != .none, application != .ledger {
      return Flaw(
        statement: .settings(["judge", "application"]),
        problem: "the \(application.rawValue) takes no claims to judge",
        remedy: "say application ledger too, or judge none")
    }
    let names = replicas + reserve
    for (index, casting) in adversaries.enumerated() {
      for nodes in [casting.machines, casting.victims ?? []] {
        if let flaw = Self.missing(nodes, names, "", .adversary(index)) { return flaw }
      }
    }
    for (index, fault) in faults.enumerated() {
      if let flaw = Self.missing(fault.effect.machines, machines, " machines", .fault(index)) {
        return flaw
      }
      if case .partition(let groups) = fault.effect,
        let flaw = Self.overlap(groups, .fault(index))
      {
        return flaw
      }
    }
    return configuration.parameters.fault.map { fault in
      Flaw(
        statement: .settings(["checkpoint", "window", "epoch", "patience", "replicas"]),
        problem: "no network can begin so", remedy: fault.description)
    }
  }

  private var gossipFlaw: Flaw? {
    guard topology == .gossip else {
      let settings = ScenarioSetting.all.filter { ScenarioSetting.gossip.contains($0.name) }
      return settings.first { $0.write(self) != nil }.map { setting in
        Flaw(
          statement: .settings([setting.name, "topology"]),
          problem: "\(setting.name) matters to gossip alone", remedy: "say topology gossip too")
      }
    }
    do throws(ImpossibleGossip) { try gossip.parameters.check() } catch {
      return Flaw(
        statement: .settings(["mesh", "heartbeat"]), problem: "no mesh can be so",
        remedy: error.description)
    }
    return nil
  }

  private static func missing(
    _ nodes: NodeSet, _ count: Int, _ noun: String, _ statement: Flaw.Statement
  ) -> Flaw? {
    guard let last = Array(nodes).last, last >= count else { return nil }
    return Flaw(
      statement: statement, problem: "there is no replica \(last) among \(count)\(noun)",
      remedy: "replicas are counted from 0 to \(count - 1)")
  }

  private static func overlap(_ groups: [NodeSet], _ statement: Flaw.Statement) -> Flaw? {
    for (index, group) in groups.enumerated() {
      for other in groups[(index + 1)...] where !group.intersection(other).isEmpty {
        return Flaw(
          statement: statement,
          problem: "\(group.intersection(other)) is on both sides of the partition",
          remedy: "put each replica in one group")
      }
    }
    return nil
  }
}
