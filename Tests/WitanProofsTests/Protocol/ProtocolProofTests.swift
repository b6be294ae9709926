import Testing
import Witan

@testable import WitanProofs

@Suite struct ProtocolProofTests {
  @Test
  func `the solver proves the quorum rule and the view change, and finds what breaks without them`()
    throws
  {
    let proofs = try ProtocolProof.all()
    for proof in proofs { #expect(proof.isProved, "\(proof.statement): \(proof.found)") }
    #expect(proofs.map(\.expected) == [.unsat, .unsat, .unsat, .unsat, .sat, .unsat, .sat])
    let five = proofs[4].details
    #expect(
      five == [
        "f = 1, a quorum is 3", "only in A: 2", "only in B: 2", "in both: 1", "in neither: 0",
      ])
    let run = proofs[6].details
    for value in ["a", "b"] { #expect(run.contains { $0.hasSuffix("decides \(value)") }) }
    #expect(run.count { $0.hasSuffix("is faulty") } <= 1)
    // What the view change rests on: without the rule of certificates nothing forbids the run.
    #expect(proofs[5].details[0].contains("it prepares again what a view-change shows"))
  }

  @Test func `what is proved is what the replicas compute`() {
    for weight in UInt64(1)...2_000 {
      let quorum = Quorum(total: VotingPower(weight))
      #expect(quorum.faultBound.rawValue == (weight - 1) / 3)
      #expect(quorum.threshold.rawValue == (weight + (weight - 1) / 3) / 2 + 1)
    }
    let most = Quorum(total: VotingPower.totalLimit)
    let wide = VotingPower.totalLimit.rawValue
    #expect(most.threshold.rawValue == (wide + (wide - 1) / 3) / 2 + 1)
  }
}
