import Testing
import Witan
import WitanCrypto
import WitanLedger

@testable import WitanRollup

@Suite struct ProvenChainTests {
  /// A town with two blocks in epoch 0, and one in epoch 1, of which it is the last slot.
  private func town() throws -> Town {
    var town = try Town()
    try town.reach(4)
    try town.propose(in: 1)
    try town.propose(in: 3)
    try town.reach(7)
    try town.propose(in: 5)
    return town
  }

  @Test func `D25 and D28 all blocks of an epoch are proven, and their proposers rewarded again`()
    throws
  {
    var town = try town()
    let coordinator = try town.coordinator(of: 0)
    let proposers = try [1, 3].map { try town.proposer(of: SlotNumber($0)) }
    let call = try town.proof(upTo: 2)
    let events = try town.contracts.perform([call], from: coordinator)
    #expect(events.first == .provenBlockProcessed(2, coordinator: coordinator))
    #expect(town.contracts.head.proven == 2)
    for proposer in proposers {
      #expect(events.contains(.rewarded(proposer, .tokens(1), .proven)))
    }
    #expect(try town.holdings == town.contracts.treasury.issued)
  }

  @Test func `D22 the sender is the coordinator of the epoch, or of a later one that is over`()
    throws
  {
    var town = try town()
    let call = try town.proof(upTo: 2)
    let coordinator = try town.coordinator(of: 0)
    for index in 0..<8 where Town.key(index) != coordinator {
      expectRefusal(.notCoordinator, town, [call], from: Town.key(index))
    }
    try town.reach(8)
    let next = try town.coordinator(of: 1)
    var late = town
    _ = try late.contracts.perform([call], from: next)
    #expect(late.contracts.head.proven == 2)
    // Or both epochs at once.
    _ = try town.contracts.perform([try town.proof(upTo: 3)], from: next)
    #expect(town.contracts.head.proven == 3)
  }

  @Test
  func `D21 and D23 only pending blocks of an epoch that is over are proven, and all of them`()
    throws
  {
    let town = try town()
    let coordinator = try town.coordinator(of: 0)
    expectRefusal(.epochRunning, town, [try town.proof(upTo: 3)], from: coordinator)
    expectRefusal(.epochIncomplete, town, [try town.proof(upTo: 1)], from: coordinator)
    guard case .processProvenBlock(let last, let archive, let proof) = try town.proof(upTo: 2)
    else {
      return
    }
    expectRefusal(
      .notPending, town, [.processProvenBlock(last, archive: .zero, proof: proof)],
      from: coordinator)
    for number in [BlockNumber(0), 4, BlockNumber(.max)] {
      expectRefusal(
        .notPending, town, [.processProvenBlock(number, archive: archive, proof: proof)],
        from: coordinator)
    }
    var proven = town
    let call = ContractCall.processProvenBlock(last, archive: archive, proof: proof)
    _ = try proven.contracts.perform([call], from: coordinator)
    expectRefusal(.provenAlready, proven, [call], from: coordinator)
  }

  @Test func `D24 the proof is one of these blocks, signed by its prover`() throws {
    let town = try town()
    let coordinator = try town.coordinator(of: 0)
    guard case .processProvenBlock(let last, let archive, let proof) = try town.proof(upTo: 2)
    else {
      return
    }
    let other = try town.proof(upTo: 3)
    guard case .processProvenBlock(_, _, let wrong) = other else { return }
    let bent = [
      wrong, EpochProof(prover: proof.prover, script: proof.script, signature: Signature()),
      EpochProof(prover: Town.key(1), script: proof.script, signature: proof.signature),
      EpochProof(prover: proof.prover, script: [], signature: proof.signature),
    ]
    for proof in bent {
      expectRefusal(
        .badProof, town, [.processProvenBlock(last, archive: archive, proof: proof)],
        from: coordinator)
    }
  }

  @Test func `a statement holds exactly where every block conserves value`() throws {
    var headers = try (1...3).map { try #require(town().contracts.block(BlockNumber($0))).header }
    #expect(EpochStatement(headers).holds)
    headers[1].valueAfter = Amount(headers[1].valueAfter.units + 1)
    #expect(!EpochStatement(headers).holds)
    headers[2].valueBefore = headers[1].valueAfter
    #expect(!EpochStatement(headers).holds)
    let script = String(decoding: EpochStatement(headers).script, as: UTF8.self)
    #expect(script.hasPrefix("(set-logic QF_LIA)\n(declare-const before0 Int)\n"))
    #expect(script.hasSuffix("(check-sat)\n"))
  }
}
