import Testing
import Witan
import WitanCrypto
import WitanLedger

@testable import WitanRollup

/// Every confirmation rule of the pending chain, each broken alone.
@Suite struct PendingChainTests {
  /// A town in which slot 0 and 1 are over, with nothing in them.
  private func town() throws -> Town {
    var town = try Town()
    try town.reach(2)
    return town
  }

  private func expect(
    _ refusal: ContractRefusal, _ town: Town, seats: [Int]? = nil,
    sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout RollupHeader) -> Void
  ) throws {
    var header = town.header(in: 0)
    change(&header)
    let calls = try town.submission(of: header, seats: seats ?? Array(0..<5))
    let proposer = try town.proposer(of: 0)
    expectRefusal(refusal, town, calls, from: proposer, sourceLocation: sourceLocation)
  }

  @Test func `D13 a block that keeps to all rules is added, and the event says so`() throws {
    var town = try town()
    let proposer = try town.proposer(of: 0)
    let events = try town.propose(in: 0)
    #expect(events.contains(.pendingBlockProcessed(1, slot: 0, proposer: proposer)))
    #expect(town.contracts.head.pending == 1)
    #expect(town.contracts.block(1)?.proposer == proposer)
    try town.reach(3)
    try town.propose(in: 2)
    #expect(town.contracts.head.pending == 2)
  }

  @Test func `D6 a block's number is the tip's and one`() throws {
    try expect(.notNextNumber, town()) { $0.number = 2 }
    try expect(.notNextNumber, town()) { $0.number = 0 }
    try expect(.notNextNumber, town()) { $0.number = BlockNumber(.max) }
  }

  @Test func `D7 a block's slot is after the tip's`() throws {
    var town = try town()
    try town.propose(in: 1)
    for slot in [SlotNumber(0), 1] {
      let calls = try town.submission(of: town.header(in: slot), seats: 0..<5)
      expectRefusal(.slotNotAfterTip, town, calls, from: try town.proposer(of: slot))
    }
  }

  @Test func `D8 a block's slot is in the past`() throws {
    let town = try town()
    for slot in [SlotNumber(2), 3] {
      let calls = try town.submission(of: town.header(in: slot), seats: 0..<5)
      expectRefusal(.slotNotPast, town, calls, from: try town.proposer(of: slot))
    }
  }

  @Test func `D9 the sender is the slot's proposer`() throws {
    let town = try town()
    let proposer = try town.proposer(of: 0)
    let calls = try town.submission(of: town.header(in: 0), seats: 0..<5)
    for index in 0..<8 where Town.key(index) != proposer {
      expectRefusal(.notProposer, town, calls, from: Town.key(index))
    }
    expectRefusal(.notProposer, town, calls, from: Town.citizen)
  }

  @Test
  func `D10 two thirds of the committee and one more have signed, each once, this very block`()
    throws
  {
    let town = try town()
    try expect(.tooFewSignatures, town, seats: Array(0..<4)) { _ in }
    try expect(.tooFewSignatures, town, seats: []) { _ in }
    try expect(.malformedSignatures, town, seats: [0, 1, 2, 3, 3]) { _ in }
    try expect(.malformedSignatures, town, seats: [1, 0, 2, 3, 4]) { _ in }
    let header = town.header(in: 0)
    var other = header
    other.transactions += 1
    let signatures = try town.signatures(on: other, by: 0..<5)
    let proposer = try town.proposer(of: 0)
    expectRefusal(
      .badSignature, town,
      [
        .publish(header.encoded), .publish(Town.effects),
        .processPendingBlock(header, archive: header.archive, signatures: signatures),
      ], from: proposer)
    var outside = try town.signatures(on: header, by: 0..<5)
    outside[4] = Attestation(seat: 6, signature: outside[4].signature)
    expectRefusal(
      .malformedSignatures, town,
      [.processPendingBlock(header, archive: header.archive, signatures: outside)], from: proposer)
  }

  @Test func `D11 and D12 header and effects are available`() throws {
    let town = try town()
    let proposer = try town.proposer(of: 0)
    let calls = try town.submission(of: town.header(in: 0), seats: 0..<5)
    expectRefusal(.headerUnavailable, town, [calls[1], calls[2]], from: proposer)
    expectRefusal(.effectsUnavailable, town, [calls[0], calls[2]], from: proposer)
    // Who published, and when, doesn't matter.
    var early = town
    _ = try early.contracts.perform([calls[0], calls[1]], from: Town.citizen)
    _ = try early.contracts.perform([calls[2]], from: proposer)
    #expect(early.contracts.head.pending == 1)
  }

  @Test func `a block builds on the tip, under its own archive, and conserves value`() throws {
    let town = try town()
    try expect(.notOnTip, town) { $0.previous = SHA256.hash([9]) }
    try expect(.unbalancedBlock, town) { $0.valueAfter = Amount($0.valueAfter.units + 1) }
    try expect(.unbalancedBlock, town) { $0.fees = 1 }
    try expect(.unbalancedBlock, town) {
      $0.valueBefore = 5
      $0.valueAfter = 5
    }
    let header = town.header(in: 0)
    expectRefusal(
      .wrongArchive, town,
      [
        .processPendingBlock(
          header, archive: .zero, signatures: try town.signatures(on: header, by: 0..<5))
      ], from: try town.proposer(of: 0))
  }

  @Test func `an epoch without a block of L1 has no committee, and no blocks`() throws {
    var town = try town()
    let header = town.header(in: 5)
    try town.reach(13)
    #expect(town.contracts.committee(of: 1) == nil && town.contracts.committee(of: 3) != nil)
    expectRefusal(
      .noCommittee, town,
      [.processPendingBlock(header, archive: header.archive, signatures: [])], from: Town.key(0))
  }

  @Test
  func `D27 the proposer of a pending block is rewarded, and gets the fees, as far as there are`()
    throws
  {
    var town = try Town { $0.pendingReward = .tokens(60) }
    try town.reach(3)
    let (first, second) = (try town.proposer(of: 0), try town.proposer(of: 1))
    try town.propose(in: 0, fees: 7)
    #expect(town.contracts.account(first).claimable == Amount(60_000_007))
    try town.propose(in: 1)
    #expect(town.contracts.account(second).claimable == .tokens(40))
    #expect(town.contracts.treasury.rewards == 0)
    #expect(try town.holdings == town.contracts.treasury.issued)
    let events = try town.contracts.perform([.pullRewards], from: first)
    #expect(events == [.pulled(first, Amount(60_000_007))])
    #expect(town.contracts.account(first).balance == Amount(60_000_007))
    expectRefusal(.nothingToPull, town, [.pullRewards], from: first)
  }
}
