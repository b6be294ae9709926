import PropertyKit
import Testing
import Witan
import WitanSimulation

/// What consensus promises, over random clusters, faults and liars within what the network bears. The suite's
/// properties look at the same cases, each for its own promise.
@Suite(.serialized, .seed(20), .cases(100)) struct ConsensusTests {
  @Test func `P6 consensus is reached with as many Byzantine members as the quorum bears`() {
    property { draw in
      let scenario = try draw("scenario", .scenarios(.byzantine))
      let ordeal = try Ordeal.of(scenario)
      draw.cover(atLeast: 0.5, "somebody lies", when: !ordeal.culprits.isEmpty)
      draw.cover(atLeast: 0.04, "the view changed", when: ordeal.entered.contains { $0.view > 0 })
      #expect(ordeal.violations.map(\.description) == [])
      #expect(ordeal.isLive)
    }
  }

  @Test func `P8 there are never two states at one sequence`() {
    property { draw in
      let scenario = try draw("scenario", .scenarios(.byzantine))
      let ordeal = try Ordeal.of(scenario)
      #expect(ordeal.violations([.fork, .order, .chain, .state, .sessions]) == [])
      let roots = Dictionary(grouping: ordeal.ends, by: \.executed).mapValues {
        Set($0.map(\.root)).count
      }
      #expect(roots.values.allSatisfy { $0 == 1 })
    }
  }

  @Test func `P9 with enough correct and responsive members all that is asked is done`() {
    property { draw in
      let scenario = try draw("scenario", .scenarios(.byzantine))
      let ordeal = try Ordeal.of(scenario)
      #expect(ordeal.isLive && ordeal.excuse == nil)
      #expect(ordeal.decided >= SequenceNumber(scenario.blocks))
    }
  }

  @Test func `P13 correct members converge`() {
    property { draw in
      let scenario = try draw("scenario", .scenarios(.byzantine))
      let ordeal = try Ordeal.of(scenario)
      // A member that was voted out stays where it was; and who floods asks for ever, so that blocks go on.
      try assume(scenario.epoch == 0 && !scenario.cast.contains("flooding-peer"))
      #expect(Set(ordeal.ends.map(\.executed)).count == 1)
      #expect(Set(ordeal.ends.map(\.root)).count == 1)
    }
  }

  @Test func `P36 Byzantine behaviour is recorded with evidence, which names nobody else`() {
    property { draw in
      let scenario = try draw("scenario", .scenarios(.byzantine))
      let ordeal = try Ordeal.of(scenario)
      let guilty = Set(ordeal.culprits.map(\.name))
      draw.cover(atLeast: 0.1, "somebody is convicted", when: !ordeal.proofs.isEmpty)
      #expect(ordeal.violations([.falseEvidence, .unaccountable]) == [])
      for proof in ordeal.proofs { #expect(guilty.contains(proof.culprit), "\(proof.culprit)") }
    }
  }

  @Test func `what replicas do is what the rules allow`() {
    property { draw in
      var scenario = try draw("scenario", .scenarios(.byzantine))
      // The rules are slow to read.
      try assume(scenario.replicas + scenario.reserve <= 5)
      scenario.blocks = min(scenario.blocks, 3)
      #expect(try Ordeal.breaches(in: scenario).map(\.description) == [])
    }
  }
}
