import Testing
import Witan
import WitanLedger
import WitanProofs

@testable import WitanSimulation

/// Each replica judges claims by itself before it votes.
@Suite struct JudgedClaimTests {
  private func scenario(
    _ judge: Judging, liars: [(String, NodeSet)] = [], replicas: Int = 4, seed: UInt64 = 1
  ) -> Scenario {
    var scenario = Scenario()
    (scenario.application, scenario.judge) = (.ledger, judge)
    (scenario.replicas, scenario.blocks, scenario.claims) = (replicas, 4, 1)
    scenario.patience = .milliseconds(300)
    scenario.adversaries = liars.map { Casting($0.0, machines: $0.1) }
    scenario.seed = seed
    return scenario
  }

  private func proved(_ run: Run) throws -> Int {
    let ledger = try #require(run.bestLedger)
    var count = 0
    var cursor = try ledger.tree.cursor()
    while let entry = try cursor.next() {
      if case .claim = try Record(decoding: entry.value) { count += 1 }
    }
    return count
  }

  @Test(arguments: [Judging.real, .simulated])
  func `claims are proved, settled and paid for`(_ judge: Judging) throws {
    var scenario = scenario(judge)
    scenario.blocks = 8
    var run = try Run(scenario)
    #expect(run.complete(scenario).isLive)
    #expect(run.violations.map(\.description) == [])
    #expect(try proved(run) > 0)
    #expect(try #require(run.bestLedger).supply().rewarded > 0)
  }

  @Test func `Z3 and who stands in for it decide the same blocks of the same claims`() throws {
    let digests = try [Judging.real, .simulated].map { judge in
      let scenario = scenario(judge)
      var run = try Run(scenario)
      var requests: [Int] = []
      _ = run.complete(scenario, onDecision: { requests.append($0.requests) })
      return requests
    }
    #expect(digests[0] == digests[1])
  }

  @Test func `a leader whose claims don't hold is never followed, and loses stake`() throws {
    var reasons: Set<String> = []
    var blamed = 0
    // Whoever judges, a replica does the same with the rulings: Z3 does it in the first few.
    for seed in UInt64(1)...12 {
      let scenario = scenario(
        seed <= 2 ? .real : .simulated, liars: [("invalid-blocks", [0])], seed: seed)
      var run = try Run(scenario)
      let outcome = run.complete(
        scenario,
        onHappenings: { happenings in
          for case .validated(_, .invalid(let reason)) in happenings.map(\.event) {
            reasons.insert(reason.description)
          }
        })
      #expect(outcome.isLive)
      #expect(run.violations.map(\.description) == [])
      for proof in run.falseVotes { #expect(proof.culprit == 0) }
      guard !run.falseVotes.isEmpty else { continue }
      blamed += 1
      let validator = try #require(try run.bestLedger?.validator(0))
      #expect(validator.slashed > 0, "seed \(seed)")
    }
    #expect(blamed > 2)
    #expect(reasons.contains("it has a request that may not be proposed"))
  }

  @Test func `who votes for an invalid block leaves the evidence on which it is slashed`() throws {
    let scenario = scenario(
      .simulated, liars: [("invalid-blocks", [0]), ("wrong-verdicts", [1])], replicas: 7, seed: 5)
    var slashed: Set<ReplicaID> = []
    for seed in UInt64(1)...8 {
      var drawn = scenario
      drawn.seed = seed
      var run = try Run(drawn)
      _ = run.complete(drawn)
      #expect(run.violations.map(\.description) == [])
      for proof in run.falseVotes { #expect([0, 1].contains(proof.culprit)) }
      guard run.falseVotes.contains(where: { $0.culprit == 1 }) else { continue }
      if try #require(try run.bestLedger?.validator(1)).slashed > 0 { slashed.insert(1) }
    }
    #expect(slashed == [1])
  }

  @Test func `what a block with claims costs doesn't depend on who judged it before`() throws {
    // Two runs share no court: a machine that judged everything afresh finds what one did that remembers.
    let scenario = scenario(.real, seed: 9)
    let roots = try (0..<2).map { _ in
      var run = try Run(scenario)
      _ = run.complete(scenario)
      return run.cluster.stateRoots
    }
    #expect(roots[0] == roots[1])
    #expect(Set(roots[0]).count == 1)
  }

  @Test func `no claims are judged where nothing takes any`() {
    var scenario = Scenario()
    scenario.judge = .real
    #expect(scenario.flaw?.problem == "the store takes no claims to judge")
  }
}
