import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanDraw
import WitanLedger

@testable import WitanRollup

/// The contracts as the application of replicas.
@Suite struct ReplicatedContractsTests {
  private func header(_ height: UInt64, at time: Micros) -> BlockHeader {
    BlockHeader(
      height: SequenceNumber(height), previous: SHA256.hash(height.description.utf8.map { $0 }),
      proposer: ReplicaID(0), timestamp: time, epoch: 0, payload: .zero)
  }

  private func request(_ calls: [ContractCall], by signer: Signer, _ number: UInt64 = 1) -> Request
  {
    Request(
      number: number, expiry: 100, operations: calls.map(\.encoded), signer: signer, chain: .zero)
  }

  @Test func `a block is a block of L1, and who signs a request is the sender`() throws {
    var contracts = try Town().contracts
    let header = header(3, at: .seconds(50))
    let wish = request([.stake(Town.citizen, .tokens(100))], by: Town.signer(500))
    contracts.begin([wish], in: header)
    #expect(contracts.apply(wish, in: header) == [0])
    contracts.end(header)
    #expect(contracts.clock == L1Block(height: 3, time: .seconds(50), randomness: header.previous))
    #expect(contracts.currentSlot == 4)
    #expect(contracts.stake(of: Town.citizen)?.standing == .queued)
  }

  @Test func `a refused request changes nothing, and its result is the number of the rule`() throws
  {
    var contracts = try Town().contracts
    let root = contracts.root
    let wishes: [(Request, ContractRefusal)] = [
      (request([.stake(Town.citizen, .tokens(100))], by: Town.signer(1)), .notYourKey),
      (request([.slash([Town.key(0)])], by: Town.signer(1)), .notSlasher),
      (request([.pullRewards], by: Town.signer(1)), .nothingToPull),
    ]
    for (wish, refusal) in wishes {
      #expect(contracts.admits(wish))
      #expect(contracts.apply(wish, in: header(1, at: 5)) == [refusal.rawValue])
      #expect(contracts.root == root)
    }
    let nonsense = Request(
      number: 1, expiry: 9, operations: [[99, 1]], signer: Town.signer(1), chain: .zero)
    #expect(!contracts.admits(nonsense))
    #expect(
      contracts.apply(nonsense, in: header(1, at: 5)) == [ContractRefusal.malformed.rawValue])
    #expect(contracts.root == root)
  }

  @Test func `whoever takes a snapshot, or the pieces of the state, goes on alike`() {
    property(cases: 12) { draw in
      var town = try Town()
      for slot in 1...draw.integer(in: 1...14) {
        try town.reach(SlotNumber(UInt64(slot)))
        if draw.chance(0.7) { try town.propose(in: SlotNumber(UInt64(slot - 1)), fees: 1) }
      }
      let contracts = town.contracts
      var (copy, pieced) = (try Town().contracts, try Town().contracts)
      try copy.restore(contracts.snapshot)
      let image = contracts.image
      let pieces = try (0..<image.count).map { index in
        let piece = try #require(image.chunk(index))
        #expect(
          LedgerImage.verifies(
            piece.bytes, proof: piece.proof, at: index, of: image.count, root: contracts.root))
        return piece.bytes
      }
      try pieced.restore(chunks: pieces)
      #expect(copy.root == contracts.root && pieced.root == contracts.root)
      let next = header(99, at: contracts.clock.time + Town.slotLength)
      town.contracts.begin([], in: next)
      copy.begin([], in: next)
      pieced.begin([], in: next)
      #expect(copy.root == town.contracts.root && pieced.root == town.contracts.root)
    }
  }
}
