import Testing
import Witan
import WitanCrypto
import WitanLedger

@testable import WitanRollup

@Suite struct RegistryTests {
  private let citizen = Town.citizen

  @Test func `D30 who stakes waits in the queue until the governance adds it`() throws {
    var town = try Town()
    let events = try town.contracts.perform([.stake(citizen, .tokens(100))], from: citizen)
    #expect(events == [.staked(citizen, .tokens(100))])
    #expect(town.contracts.stake(of: citizen)?.standing == .queued)
    #expect(town.contracts.account(citizen).balance == .tokens(900))
    #expect(town.contracts.validatorCount == 8)
    expectRefusal(.notGovernance, town, [.addValidator(citizen)], from: citizen)
    expectRefusal(.notGovernance, town, [.addValidator(citizen)], from: Town.owners[0])
    try town.govern([.addValidator(citizen)])
    #expect(town.contracts.stake(of: citizen)?.standing == .active(place: 8))
    #expect(town.contracts.validatorCount == 9)
    #expect(try town.holdings == town.contracts.treasury.issued)
  }

  @Test func `each wrong stake is refused by its rule`() throws {
    let town = try Town()
    let least = Amount.tokens(100)
    expectRefusal(.notYourKey, town, [.stake(Town.key(77), least)], from: citizen)
    expectRefusal(.belowMinimum, town, [.stake(citizen, Amount(least.units - 1))], from: citizen)
    expectRefusal(.insufficient, town, [.stake(citizen, .tokens(1_001))], from: citizen)
    expectRefusal(.stakedAlready, town, [.stake(Town.key(0), least)], from: Town.key(0))
    expectRefusal(.notStaked, town, [.exitStake(citizen)], from: citizen)
    expectRefusal(.notYourKey, town, [.exitStake(Town.key(0))], from: citizen)
    expectRefusal(.notStaked, town, [.withdraw(citizen)], from: citizen)
    expectRefusal(.graceRunning, town, [.withdraw(Town.key(0))], from: Town.key(0))
    expectRefusal(.notActive, town, [.declarePresence], from: citizen)
  }

  @Test func `who leaves is drawn no more, and gets its stake when the grace is over`() throws {
    var town = try Town()
    let key = Town.key(3)
    let events = try town.contracts.perform([.exitStake(key)], from: key)
    #expect(events == [.left(key, due: 2)])
    #expect(town.contracts.validatorCount == 7)
    expectRefusal(.leavingAlready, town, [.exitStake(key)], from: key)
    for slot in 1..<8 {
      try town.reach(SlotNumber(UInt64(slot)))
      expectRefusal(.graceRunning, town, [.withdraw(key)], from: key)
    }
    #expect(town.contracts.committee(of: 1)?.members.contains(key) == false)
    try town.reach(8)
    _ = try town.contracts.perform([.withdraw(key)], from: key)
    #expect(town.contracts.account(key).balance == .tokens(100))
    #expect(town.contracts.stake(of: key) == nil)
    #expect(try town.holdings == town.contracts.treasury.issued)
  }

  @Test func `the governance removes who is active, and nobody else may`() throws {
    var town = try Town()
    let key = Town.key(2)
    expectRefusal(.notGovernance, town, [.removeValidator(key)], from: key)
    try town.govern([.removeValidator(key)])
    #expect(town.contracts.stake(of: key)?.standing == .leaving(due: 2))
    #expect(throws: ContractRefusal.notActive) { try town.govern([.removeValidator(key)]) }
    #expect(throws: ContractRefusal.leavingAlready) { try town.govern([.addValidator(key)]) }
    #expect(throws: ContractRefusal.activeAlready) {
      try town.govern([.addValidator(Town.key(1))])
    }
    #expect(throws: ContractRefusal.notStaked) { try town.govern([.addValidator(citizen)]) }
  }

  @Test func `the list of validators has no holes, whoever leaves in whatever order`() throws {
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3]] {
      var town = try Town(validators: 5)
      for (gone, index) in order.enumerated() {
        _ = try town.contracts.perform([.exitStake(Town.key(index))], from: Town.key(index))
        let left = order[(gone + 1)...].map { town.contracts.stake(of: Town.key($0))?.standing }
        let places = Set(left.compactMap { $0 })
        #expect(places == Set((0..<left.count).map { .active(place: UInt64($0)) }))
      }
      #expect(town.contracts.validatorCount == 0)
    }
  }

  @Test func `the current sequencer is the present slot's proposer`() throws {
    var town = try Town()
    for slot in 0..<12 {
      try town.reach(SlotNumber(UInt64(slot)))
      #expect(town.contracts.currentSlot == SlotNumber(UInt64(slot)))
      #expect(town.contracts.currentEpoch == Epoch(UInt64(slot / 4)))
      let committee = try #require(town.contracts.committee(of: town.contracts.currentEpoch))
      #expect(town.contracts.currentSequencer == committee.members[slot % 6])
    }
  }

  @Test
  func `a committee is drawn from what was known before its epoch, so anybody can say it then`()
    throws
  {
    var town = try Town()
    for epoch in 1...6 {
      let foreseen = town.contracts.committeeToBe(of: Epoch(UInt64(epoch)))
      try town.reach(SlotNumber(UInt64(4 * epoch)))
      #expect(town.contracts.committee(of: Epoch(UInt64(epoch))) == foreseen)
      #expect(foreseen?.members.count == 6)
      #expect(foreseen.map { Set($0.members).count } == 6)
    }
  }
}

@Suite struct GovernanceTests {
  @Test func `D29 what enough owners approve is done, once, in the name of the governance`() throws
  {
    var town = try Town()
    let grant = ContractCall.allocateRewards(RollupRules.rollup, .tokens(50))
    let (ada, bob) = (Town.owners[0], Town.owners[1])
    expectRefusal(.notOwner, town, [.propose([grant])], from: Town.key(0))
    expectRefusal(.emptyProposal, town, [.propose([])], from: ada)
    expectRefusal(.emptyProposal, town, [.propose([.execute(0)])], from: ada)
    expectRefusal(.noProposal, town, [.approve(0)], from: ada)
    _ = try town.contracts.perform([.propose([grant])], from: ada)
    _ = try town.contracts.perform([.approve(0)], from: ada)
    expectRefusal(.approvedAlready, town, [.approve(0)], from: ada)
    expectRefusal(.notOwner, town, [.approve(0)], from: Town.key(0))
    expectRefusal(.tooFewApprovals, town, [.execute(0)], from: ada)
    _ = try town.contracts.perform([.approve(0)], from: bob)
    expectRefusal(.notOwner, town, [.execute(0)], from: Town.key(0))
    _ = try town.contracts.perform([.execute(0)], from: ada)
    #expect(town.contracts.treasury.rewards == .tokens(150))
    #expect(town.contracts.treasury.free == .tokens(450))
    expectRefusal(.executedAlready, town, [.execute(0)], from: ada)
    expectRefusal(.executedAlready, town, [.approve(0)], from: Town.owners[2])
  }

  @Test func `a proposal that can't be done whole isn't done at all`() throws {
    var town = try Town()
    let before = town.contracts.treasury
    #expect(throws: ContractRefusal.insufficient) {
      try town.govern([
        .allocateRewards(Town.citizen, .tokens(500)), .allocateRewards(Town.citizen, 1),
      ])
    }
    #expect(town.contracts.treasury == before)
    #expect(town.contracts.account(Town.citizen).claimable == 0)
  }

  @Test func `D32 what is granted is pulled by whom it was granted to`() throws {
    var town = try Town()
    expectRefusal(
      .notGovernance, town, [.allocateRewards(Town.citizen, 1)], from: Town.citizen)
    try town.govern([.allocateRewards(Town.citizen, .tokens(20))])
    expectRefusal(.nothingToPull, town, [.pullRewards], from: Town.key(0))
    _ = try town.contracts.perform([.pullRewards], from: Town.citizen)
    #expect(town.contracts.account(Town.citizen).balance == .tokens(1_020))
    #expect(try town.holdings == town.contracts.treasury.issued)
  }

  @Test func `C14 the slasher's key cuts all named in one call, and whoever has too little is out`()
    throws
  {
    var town = try Town { $0.slashShare = 1_000 }
    let keys = [Town.key(1), Town.key(4)]
    expectRefusal(.notSlasher, town, [.slash(keys)], from: Town.owners[0])
    expectRefusal(.nobodyNamed, town, [.slash([])], from: Town.slasher)
    expectRefusal(.namedTwice, town, [.slash([keys[0], keys[0]])], from: Town.slasher)
    expectRefusal(.notStaked, town, [.slash(keys + [Town.citizen])], from: Town.slasher)
    let events = try town.contracts.perform([.slash(keys)], from: Town.slasher)
    for key in keys {
      #expect(events.contains(.slashed(key, .tokens(10))))
      #expect(town.contracts.stake(of: key)?.amount == .tokens(90))
      #expect(town.contracts.stake(of: key)?.standing == .leaving(due: 2))
    }
    #expect(town.contracts.treasury.burnt == .tokens(20))
    #expect(try town.holdings == town.contracts.treasury.issued)
    // What leaves can still be slashed.
    _ = try town.contracts.perform([.slash([keys[0]])], from: Town.slasher)
    #expect(town.contracts.stake(of: keys[0])?.amount == .tokens(81))
  }

  @Test func `the slasher's payload is what the documentation says`() {
    let call = ContractCall.slash([Town.key(0), Town.key(1)])
    #expect(call.encoded == [16, 2, 0, 0, 0] + Town.key(0).bytes + Town.key(1).bytes)
  }
}
