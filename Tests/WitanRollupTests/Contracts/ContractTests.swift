import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanDraw
import WitanLedger

@testable import WitanRollup

@Suite struct ContractTests {
  private static let keys =
    (0..<6).map(Town.key) + Town.owners + [Town.citizen, Town.slasher, RollupRules.rollup]

  private static func call(_ draw: inout Draw, _ town: Town, nested: Bool = true) -> ContractCall {
    let key = draw.pick(keys) ?? Town.citizen
    let amount = Amount.tokens(draw.pick([0, 1, 50, 100, 700, 1 << 60]) ?? 0)
    let slot = SlotNumber(draw.integer(in: UInt64(0)...12))
    switch draw.integer(in: 0...(nested ? 14 : 12)) {
    case 0: return .stake(key, amount)
    case 1: return .exitStake(key)
    case 2: return .withdraw(key)
    case 3: return .addValidator(key)
    case 4: return .removeValidator(key)
    case 5: return .declarePresence
    case 6: return .publish(Array(repeating: 1, count: draw.integer(in: 0...40)))
    case 7: return .allocateRewards(key, amount)
    case 8: return .pullRewards
    case 9: return .slash(Array(draw.shuffled(keys).prefix(draw.integer(in: 0...3))))
    case 10:
      var header = town.header(in: slot, fees: Amount(draw.integer(in: UInt64(0)...5)))
      if draw.chance(0.2) { header.valueAfter = amount }
      return .processPendingBlock(
        header, archive: header.archive,
        signatures: (try? town.signatures(on: header, by: 0..<5)) ?? [])
    case 11:
      let last = BlockNumber(draw.integer(in: UInt64(0)...4))
      return (try? town.proof(upTo: last)) ?? .pullRewards
    case 12: return .approve(draw.integer(in: UInt64(0)...3))
    case 13: return .execute(draw.integer(in: UInt64(0)...3))
    default:
      return .propose((0..<draw.integer(in: 0...2)).map { _ in call(&draw, town, nested: false) })
    }
  }

  @Test
  func `B13 whatever is called in whatever order, value is conserved and refusals change nothing`()
  {
    property(cases: 25) { draw in
      var town = try Town(validators: 6) { $0.committeeSize = 6 }
      let issued = town.contracts.treasury.issued
      var slot: UInt64 = 0
      for _ in 0..<40 {
        if draw.chance(0.2) {
          slot += 1
          try town.reach(SlotNumber(slot))
        }
        if draw.chance(0.15), slot > town.contracts.head.nextSlot.rawValue {
          // Most draws are nonsense; some blocks should come.
          _ = try? town.propose(in: SlotNumber(slot - 1), fees: 1)
        }
        let before = town.contracts
        let call = Self.call(&draw, town)
        let sender = draw.pick(Self.keys) ?? Town.citizen
        do {
          _ = try town.contracts.perform([call], from: sender)
        } catch {
          #expect(town.contracts.root == before.root)
        }
        #expect(town.contracts.treasury.issued == issued)
        #expect(try town.holdings.units + rollupAccount(town) == issued.units)
        #expect(town.contracts.treasury.deposits == town.contracts.head.value)
      }
      draw.cover(atLeast: 0.2, "blocks come", when: town.contracts.head.pending > 1)
    }
  }

  private func rollupAccount(_ town: Town) -> UInt64 {
    let account = town.contracts.account(RollupRules.rollup)
    return account.balance.units + account.claimable.units
  }

  @Test func `every call reads back equal, and bytes that are none are refused with a reason`() {
    property(cases: 200) { draw in
      let town = try Town(validators: 6)
      let call = Self.call(&draw, town)
      let bytes = call.encoded
      #expect(try ContractCall(decoding: bytes) == call)
      var bent = bytes
      if !bent.isEmpty {
        bent[draw.integer(in: 0...bent.count - 1)] ^= UInt8(draw.integer(in: 1...255))
      }
      if draw.chance(0.3) { bent.removeLast(draw.integer(in: 0...bent.count)) }
      do throws(Malformed) {
        let other = try ContractCall(decoding: bent)
        #expect(other.encoded == bent)
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }

  @Test func `a proposal can't hold a proposal, however it is written`() {
    let inner = ContractCall.propose([.pullRewards]).encoded
    #expect(throws: Malformed.self) {
      try ContractCall(decoding: [1, 1, 0, 0, 0] + inner)
    }
  }

  @Test func `calls of one transaction are done all or not at all`() throws {
    var town = try Town()
    let root = town.contracts.root
    #expect(throws: ContractRefusal.nothingToPull) {
      try town.contracts.perform(
        [.stake(Town.citizen, .tokens(100)), .pullRewards], from: Town.citizen)
    }
    #expect(town.contracts.root == root)
  }

  @Test func `every rule has a sentence of its own, and a number that stays`() {
    let sentences = Set(ContractRefusal.allCases.map(\.description))
    #expect(sentences.count == ContractRefusal.allCases.count)
    #expect(ContractRefusal.notNextNumber.rawValue == 1)
    #expect(ContractRefusal.badProof.rawValue == 25)
    #expect(ContractRefusal.notSlasher.rawValue == 61)
  }

  @Test func `rules that nobody could follow are refused`() throws {
    let wrong: [(inout RollupRules) -> Void] = [
      { $0.committeeSize = 0 }, { $0.committeeSize = 1_001 }, { $0.approvals = 0 },
      { $0.approvals = 4 }, { $0.owners = [] }, { $0.minimumStake = 0 }, { $0.patience = 0 },
      { $0.slashShare = 10_001 }, { $0.selecting = .fernet(uncles: -1) },
      { $0.owners = [Town.citizen, Town.citizen] },
    ]
    for change in wrong {
      #expect(throws: ContractRefusal.malformed) { try Town(change) }
    }
  }

  @Test func `a committee is drawn by stake where the rules say so`() throws {
    let town = try Town(validators: 600) {
      $0.drawsByStake = true
      $0.committeeSize = 48
    }
    let committee = try #require(town.contracts.committeeToBe(of: 3))
    #expect(committee.members.count == 48 && Set(committee.members).count == 48)
  }
}
