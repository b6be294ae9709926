import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanDraw
import WitanLedger

@testable import WitanRollup

@Suite struct TimetableTests {
  @Test func `slots and epochs follow each other without a gap`() throws {
    let table = try #require(Timetable(slotLength: .seconds(36), slotsPerEpoch: 4))
    for slot in SlotNumber(0).rawValue..<20 {
      let slot = SlotNumber(slot)
      #expect(table.slot(at: table.start(of: slot)) == slot)
      #expect(table.slot(at: table.end(of: slot) - 1) == slot)
      #expect(table.end(of: slot) == table.start(of: slot.next))
      let epoch = table.epoch(of: slot)
      #expect(table.firstSlot(of: epoch) <= slot && slot <= table.lastSlot(of: epoch))
      #expect(table.position(of: slot) == Int(slot.rawValue % 4))
    }
    #expect(table.lastSlot(of: 1) == 7)
    #expect(Timetable(slotLength: 0, slotsPerEpoch: 4) == nil)
    #expect(Timetable(slotLength: 1, slotsPerEpoch: 0) == nil)
  }

  @Test func `no number is so large that time traps`() throws {
    let table = try #require(Timetable(slotLength: .seconds(36), slotsPerEpoch: 4))
    #expect(table.start(of: SlotNumber(.max)) == Micros(.max))
    #expect(table.lastSlot(of: Epoch(.max)) == SlotNumber(.max))
    #expect(table.slot(at: Micros(.max)) < SlotNumber(.max))
  }

  @Test func `a quorum is two thirds and one more`() {
    #expect([1, 2, 3, 4, 6, 16, 48].map(Committee.threshold) == [1, 2, 3, 3, 5, 11, 33])
  }
}

@Suite struct ChainTests {
  @Test func `D3 final is a prefix of proven, and proven of pending, however L1 reorganises`() {
    property(cases: 30) { draw in
      var town = try Town()
      var chain = L1Chain(town.contracts, finality: draw.integer(in: 1...6))
      var finalised: [BlockNumber: Digest] = [:]
      var slot: UInt64 = 0
      for step in 0..<40 {
        if draw.chance(0.3) { chain.reorganise(draw.integer(in: 0...7)) }
        slot = max(slot + 1, chain.contracts.currentSlot.rawValue + 1)
        let block = L1Block(
          height: chain.head.height.next, time: town.timetable.start(of: SlotNumber(slot)),
          randomness: SHA256.hash([UInt8(step), draw.integer(in: 0...255)]))
        let (proposes, proves) = (draw.chance(0.7), draw.chance(0.5))
        town.contracts = chain.contracts
        try chain.append(block) { (contracts) throws(ContractRefusal) in
          try contracts.begin(block)
        }
        town.contracts = chain.contracts
        if proposes, slot > town.contracts.head.nextSlot.rawValue,
          town.contracts.committee(of: town.timetable.epoch(of: SlotNumber(slot - 1))) != nil
        {
          try town.propose(in: SlotNumber(slot - 1))
        }
        if proves { try prove(&town) }
        chain = try replaceHead(of: chain, by: town.contracts)
        let tips = ChainTips(chain)
        #expect(tips.finalised <= tips.proven && tips.proven <= tips.pending)
        for number in 1...max(1, tips.finalised.rawValue) where tips.finalised > 0 {
          let number = BlockNumber(number)
          let archive = chain.contracts.block(number)?.archive
          #expect(archive != nil && archive == chain.final.block(number)?.archive)
          // What was final once is final for ever.
          if let known = finalised[number] { #expect(known == archive) }
          finalised[number] = archive
        }
        // Every block commits to the one before it.
        for number in 1...max(1, tips.pending.rawValue) where tips.pending > 0 {
          let own = chain.contracts.block(BlockNumber(number))
          let before = chain.contracts.block(BlockNumber(number - 1))?.archive ?? .zero
          #expect(own?.header.previous == before)
        }
      }
      draw.cover(atLeast: 0.2, "something is final", when: !finalised.isEmpty)
    }
  }

  /// Proves what the coordinator of the last epoch could prove.
  private func prove(_ town: inout Town) throws {
    let epoch = town.contracts.currentEpoch
    guard epoch > 0, let committee = town.contracts.committee(of: epoch.previous) else { return }
    let ended = (1...max(1, town.contracts.head.pending.rawValue)).last { number in
      town.contracts.block(BlockNumber(number)).map {
        town.timetable.epoch(of: $0.header.slot) < epoch
      } ?? false
    }
    guard let last = ended.map(BlockNumber.init(_:)), last > town.contracts.head.proven,
      !committee.members.isEmpty
    else { return }
    let call = try town.proof(upTo: last)
    _ = try town.contracts.perform([call], from: town.coordinator(of: epoch.previous))
  }

  /// The calls belong to the last block.
  private func replaceHead(of chain: L1Chain, by contracts: Contracts) throws -> L1Chain {
    var chain = chain
    let block = chain.head
    guard chain.reorganise(1) == 1 else { return chain }
    try chain.append(block) { (next) throws(ContractRefusal) in next = contracts }
    return chain
  }

  @Test func `a block that is final is never taken back`() throws {
    var chain = L1Chain(try Town().contracts, finality: 3)
    for height in 1...10 {
      let block = L1Block(
        height: L1Height(UInt64(height)), time: .seconds(12 * UInt64(height)), randomness: .zero)
      try chain.append(block) { (contracts) throws(ContractRefusal) in try contracts.begin(block) }
    }
    #expect(chain.revocable == 3)
    #expect(chain.reorganise(100) == 3)
    #expect(chain.head.height == 7 && chain.contracts.clock.height == 7)
    #expect(chain.reorganise(1) == 0)
  }
}

/// C: one active validator is enough for blocks to come again.
@Suite struct InactivityTests {
  /// Runs slots in which only some are there: they propose, sign, and declare themselves present in quiet epochs.
  private func run(
    _ town: inout Town, slots: Range<UInt64>, present: Set<PublicKey>
  ) throws -> [SlotNumber] {
    var filled: [SlotNumber] = []
    for slot in slots {
      try town.reach(SlotNumber(slot + 1))
      let contracts = town.contracts
      let epoch = town.timetable.epoch(of: SlotNumber(slot))
      if let committee = contracts.committee(of: epoch),
        let proposer = contracts.proposers(of: SlotNumber(slot)).first, present.contains(proposer)
      {
        let seats = committee.members.indices.filter { present.contains(committee.members[$0]) }
        let calls = try town.submission(of: town.header(in: SlotNumber(slot)), seats: seats)
        if (try? town.contracts.perform(calls, from: proposer)) != nil {
          filled.append(SlotNumber(slot))
        }
      }
      if town.contracts.head.quietSince < epoch {
        for index in 0..<town.validators where present.contains(Town.key(index)) {
          _ = try town.contracts.perform([.declarePresence], from: Town.key(index))
        }
      }
    }
    return filled
  }

  @Test func `C15 with one active validator left, blocks come again within bounds`() {
    property(cases: 25) { draw in
      let validators = draw.integer(in: 1...20)
      let patience = draw.integer(in: UInt64(1)...3)
      let size = draw.integer(in: 1...12)
      var town = try Town(validators: validators) {
        $0.patience = patience
        $0.committeeSize = size
      }
      let everyone = Set((0..<validators).map(Town.key))
      let before = draw.integer(in: UInt64(0)...3) * 4
      _ = try run(&town, slots: 0..<before, present: everyone)
      let count = draw.integer(in: 1...max(1, validators / 2))
      let left = Set(draw.shuffled(0..<validators).prefix(count).map(Town.key))
      let end = before + 4 * 3 * (patience + 3)
      let filled = try run(&town, slots: before..<end, present: left)
      // Chance may draw a committee that is there before everybody's patience is over. It never takes longer.
      let marks = [before] + filled.map(\.rawValue) + [end]
      let longest = zip(marks, marks.dropFirst()).map { $1 - $0 }.max() ?? 0
      #expect(longest <= 4 * (patience + 3), "\(filled)")
    }
  }

  @Test
  func `C15 exactly one that is there is enough, whichever, whenever, and however patient L1 is`()
    throws
  {
    for validators in 1...5 {
      for patience in UInt64(1)...3 {
        for before in UInt64(0)...4 {
          var town = try Town(validators: validators) {
            $0.patience = patience
            $0.committeeSize = 3
          }
          let everyone = Set((0..<validators).map(Town.key))
          _ = try run(&town, slots: 0..<before, present: everyone)
          let last = before + 4 * (patience + 3)
          let filled = try run(
            &town, slots: before..<last + 8, present: [Town.key(Int(before) % validators)])
          // Once its patience is over, L1 draws nobody else, and no slot is missed.
          let tail = filled.filter { $0.rawValue >= last }
          #expect(tail.count == 8, "\(validators) validators, \(patience), \(before): \(filled)")
        }
      }
    }
  }

  @Test func `who comes back declares itself present, and is drawn again`() throws {
    var town = try Town(validators: 8)
    _ = try run(&town, slots: 0..<24, present: [Town.key(0)])
    let alone = try #require(town.contracts.committee(of: 6))
    #expect(alone.members == [Town.key(0)])
    for index in 0..<8 {
      _ = try town.contracts.perform([.declarePresence], from: Town.key(index))
    }
    try town.reach(28)
    #expect(town.contracts.committee(of: 7)?.members.count == 6)
  }

  @Test func `while blocks come, nobody need declare anything`() throws {
    var town = try Town(validators: 8)
    for slot in UInt64(0)..<40 {
      try town.reach(SlotNumber(slot + 1))
      // A block every second epoch is enough to show that the committee isn't dead.
      if slot % 8 == 3 { try town.propose(in: SlotNumber(slot)) }
    }
    #expect(town.contracts.head.seenSince == 0)
    #expect(town.contracts.committee(of: 9)?.members.count == 6)
  }

  @Test func `where nobody was seen, all are drawn from`() throws {
    var town = try Town(validators: 8)
    for slot in UInt64(1)...24 { try town.reach(SlotNumber(slot)) }
    #expect(town.contracts.head.seenSince > 0)
    #expect(town.contracts.committee(of: 6)?.members.count == 6)
  }
}
