import PropertyKit
import Synchronization
import Testing
import Witan
import WitanCrypto
import WitanDraw
import WitanLedger
import WitanProofs

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

  @Test func `D24 the proof is one of these blocks, signed by its prover, and on this network`()
    throws
  {
    let town = try town()
    let coordinator = try town.coordinator(of: 0)
    guard case .processProvenBlock(let last, let archive, let proof) = try town.proof(upTo: 2),
      case .processProvenBlock(_, let other, let wrong) = try town.proof(upTo: 3)
    else { return }
    let headers = try (1...2).map {
      try #require(town.contracts.block(BlockNumber(UInt64($0)))).header
    }
    let statement = EpochStatement(headers)
    func made(
      on archive: Digest = archive, of claims: [Claim]? = nil, author: Signer = Town.prover,
      chain: Digest = Town.chain
    ) throws -> EpochProof {
      EpochProof(
        ProofBlock(
          previous: archive, timestamp: 0,
          claims: try (claims ?? statement.claims).map {
            SignedClaim($0, author: author, chain: chain)
          }, proposer: Town.prover, chain: chain))
    }
    let claim = try #require(try statement.claims.first)
    let bent = [
      wrong, try made(on: other), try made(of: []), try made(of: [claim, claim]),
      try made(of: try EpochStatement([headers[0]]).claims), try made(author: Town.signer(1)),
      try made(chain: .zero),
    ]
    for proof in bent {
      expectRefusal(
        .badProof, town, [.processProvenBlock(last, archive: archive, proof: proof)],
        from: coordinator)
    }
    var proven = town
    for proof in [proof, try made()] {
      proven.contracts = town.contracts
      _ = try proven.contracts.perform(
        [.processProvenBlock(last, archive: archive, proof: proof)], from: coordinator)
      #expect(proven.contracts.head.proven == 2)
    }
  }

  /// Notes what it was asked, and rules as it is told to.
  private final class Clerk: Adjudicator {
    let asked = Mutex<[Claim]>([])
    let ruling: Ruling.Outcome

    init(_ ruling: Ruling.Outcome) { self.ruling = ruling }

    func rulings(on claims: [Claim]) -> [Ruling] {
      asked.withLock { $0 += claims }
      return claims.map { _ in Ruling(ruling) }
    }
  }

  @Test func `D24 what the court doesn't prove isn't proven, and it is asked once a claim`() throws
  {
    let call = try town().proof(upTo: 2)
    let coordinator = try town().coordinator(of: 0)
    func contracts(_ court: some Adjudicator) throws -> Contracts {
      var other = try town()
      other.contracts = try other.contracts.judged(by: court)
      return other.contracts
    }
    for outcome in [Ruling.Outcome.refuted("no"), .undecided(.overBudget), .undecided(.incomplete)]
    {
      var contracts = try contracts(Clerk(outcome))
      #expect(throws: ContractRefusal.badProof) {
        try contracts.perform([call], from: coordinator)
      }
    }
    let clerk = Clerk(.proved)
    let before = try contracts(RememberingCourt(clerk))
    for _ in 0..<3 {
      // L1 takes the block back, and it comes again.
      var branch = before
      _ = try branch.perform([call], from: coordinator)
    }
    let asked = clerk.asked.withLock { $0.count }
    #expect(asked == 1)
  }

  @Test func `Z3 proves exactly those statements whose blocks conserve value`() throws {
    property(cases: 40) { draw in
      var value: UInt64 = draw.integer(in: 0...1_000_000)
      var headers: [RollupHeader] = []
      for index in 0..<draw.integer(in: 1...5) {
        let fees = draw.integer(in: UInt64(0)...value)
        headers.append(
          RollupHeader(
            number: BlockNumber(UInt64(index + 1)), slot: SlotNumber(UInt64(index)),
            previous: .zero, stateRoot: .zero, effects: .zero, transactions: 1,
            fees: Amount(fees), valueBefore: Amount(value), valueAfter: Amount(value - fees)))
        value -= fees
      }
      if draw.chance(0.6) {
        let place = draw.integer(in: 0...headers.count - 1)
        let other = Amount(draw.integer(in: UInt64(0)...1_000_000))
        switch draw.integer(in: 0...2) {
        case 0: headers[place].fees = other
        case 1: headers[place].valueBefore = other
        default: headers[place].valueAfter = other
        }
      }
      let statement = EpochStatement(headers)
      let rulings = Town.court.rulings(on: try statement.claims)
      #expect(rulings.allSatisfy(\.isProved) == statement.holds)
      draw.cover(atLeast: 0.2, "it holds", when: statement.holds)
      draw.cover(atLeast: 0.2, "it doesn't", when: !statement.holds)
    }
  }

  @Test func `a long statement is claimed in pieces, each tied to the one before`() throws {
    var headers: [RollupHeader] = []
    for index in UInt64(0)..<130 {
      headers.append(
        RollupHeader(
          number: BlockNumber(index + 1), slot: SlotNumber(index), previous: .zero,
          stateRoot: .zero, effects: .zero, transactions: 1, fees: 1,
          valueBefore: Amount(1_000 - index), valueAfter: Amount(999 - index)))
    }
    let claims = try EpochStatement(headers).claims
    #expect(claims.count == 3)
    #expect(Town.court.rulings(on: claims).allSatisfy { $0.isProved })
    // From one piece to the next a token appears.
    for index in 64..<130 {
      headers[index].valueBefore = Amount(headers[index].valueBefore.units + 1)
      headers[index].valueAfter = Amount(headers[index].valueAfter.units + 1)
    }
    #expect(!EpochStatement(headers).holds)
    let verdicts = Town.court.rulings(on: try EpochStatement(headers).claims).map(\.isProved)
    #expect(verdicts == [true, false, true])
  }
}

extension Contracts {
  /// The same state before another court.
  fileprivate func judged(by court: some Adjudicator) throws -> Contracts {
    var contracts = try Contracts(
      rules, genesis: Genesis(),
      network: .init(chain: network.chain, scheme: network.scheme, court: court))
    try contracts.restore(snapshot)
    return contracts
  }
}
