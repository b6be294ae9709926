import Testing
import Witan

@testable import WitanSimulation

/// Where tolerance ends: one liar more and the order breaks, and those who broke it are convicted; one dead more and
/// nothing is decided, and it is said why.
@Suite("Limits of tolerance") struct LimitsTests {
  @Test(arguments: [4, 7, 10], ["twins", "equivocating-leader"])
  func oneLiarMoreBreaksTheOrderAndIsConvicted(replicas: Int, adversary: String) throws {
    var scenario = Scenario()
    scenario.replicas = replicas
    scenario.clients = 4
    scenario.blocks = 3
    scenario.limit = .seconds(2)
    scenario.quality.latency = .uniform(low: 5_000, high: 30_000)
    let bound = (replicas - 1) / 3
    scenario.adversaries = [Casting(adversary, machines: NodeSet(0...bound))]
    let telling = try Telling(scenario)
    #expect(telling.run.violations.first?.kind == .fork)
    let verdict = try #require(telling.run.oracle.accountability.verdict)
    #expect(verdict.culprits.count >= bound + 1)
    let liars = Set((0...bound).map { ReplicaID(UInt32($0)) })
    #expect(liars.isSuperset(of: verdict.culprits))
    // What it says can be checked by anybody.
    #expect(Set(telling.run.proofs.map(\.culprit)).isSuperset(of: verdict.culprits))
    for proof in telling.run.proofs {
      #expect(throws: Never.self) {
        try proof.verify(telling.run.cluster.genesis, scheme: telling.run.cluster.scheme)
      }
    }
  }

  @Test(arguments: [4, 5, 6, 7, 10]) func oneDeadMoreStopsItAndItSaysWhy(replicas: Int) throws {
    let threshold = Int(Quorum(total: VotingPower(UInt64(replicas))).threshold.rawValue)
    let dead = NodeSet(0..<replicas - threshold)
    func scenario(_ dead: NodeSet, limit: Micros) -> Scenario {
      var scenario = Scenario()
      scenario.replicas = replicas
      scenario.blocks = 2
      scenario.patience = .milliseconds(500)
      scenario.limit = limit
      scenario.faults = [Fault(.crash(dead), from: 0)]
      return scenario
    }
    // As many as may be: the others go on.
    var telling = try Telling(scenario(dead, limit: .seconds(120)))
    #expect(telling.flaws(in: [.safe, .live]).isEmpty)
    // And one more.
    telling = try Telling(scenario(NodeSet(0...dead.count), limit: .seconds(5)))
    #expect(
      telling.outcome.excuse
        == .noQuorum(
          connected: VotingPower(UInt64(threshold - 1)), needed: VotingPower(UInt64(threshold))))
    let flaws = telling.flaws(in: [.safe, .stuck("so that 1 is lacking"), .recovers])
    #expect(flaws.isEmpty)
  }

  @Test(arguments: [
    ("replicas 4", "0,1 | 2,3"), ("replicas 6", "0-2 | 3-5"), ("replicas 7", "0-2 | 3-6"),
    ("replicas 5\nweights 2,2,1,1,1", "0,2 | 1,3,4"), ("replicas 10", "0-2 | 3-5 | 6-9"),
  ])
  func aPartitionWithoutAQuorumHaltsAndLosesNothingAndHealedItGoesOn(
    network: String, groups: String
  ) throws {
    let story = try Story(
      name: network,
      text: """
        # expect: safe
        # expect: halts 400ms..3s
        # expect: decides 0us..300ms
        # expect: live
        \(network)
        blocks 5
        300ms..3s partition \(groups)
        """)
    var telling = try Telling(story.scenario)
    let flaws = telling.flaws(in: story.expectations)
    #expect(flaws.isEmpty)
    let roots = Set(telling.run.cluster.stateRoots)
    #expect(roots.count == 1)
  }
}
