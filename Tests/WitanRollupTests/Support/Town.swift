import Testing
import Witan
import WitanCrypto
import WitanLedger
import WitanProofs

@testable import WitanRollup

/// What a test needs isn't there: no issue where it tries its luck.
struct Missing: Error {}

func need<Value>(_ value: Value?) throws -> Value {
  guard let value else { throw Missing() }
  return value
}

/// L1 with the contracts on it, and everybody's keys.
struct Town {
  static let authority = SimulatedAuthority(seed: 9)
  static let chain = SHA256.hash([1, 2, 3])
  /// What it ruled in one test it needn't find out in another.
  static let court = RememberingCourt(Judge())
  static let slotLength = Micros.seconds(12)

  var contracts: Contracts
  let validators: Int

  static func signer(_ index: Int) -> Signer { authority.signer(UInt64(index)) }
  static func key(_ index: Int) -> PublicKey { signer(index).publicKey }
  static let owners = (0..<3).map { key(1_000 + $0) }
  static let slasher = key(2_000)
  static let prover = signer(3_000)
  /// Somebody with money and nothing else.
  static let citizen = key(500)

  init(
    validators: Int = 8, slotsPerEpoch: UInt64 = 4, _ change: (inout RollupRules) -> Void = { _ in }
  ) throws {
    let timetable = try need(
      Timetable(slotLength: Self.slotLength, slotsPerEpoch: slotsPerEpoch))
    var rules = RollupRules(
      timetable: timetable, owners: Self.owners, approvals: 2, slasher: Self.slasher)
    rules.committeeSize = 6
    change(&rules)
    var genesis = Contracts.Genesis()
    genesis.balances = [(Self.citizen, .tokens(1_000))]
    genesis.validators = (0..<validators).map { (Self.key($0), .tokens(100)) }
    genesis.treasury = .tokens(500)
    genesis.rewards = .tokens(100)
    genesis.deposits = .tokens(1_000)
    genesis.randomness = SHA256.hash([7])
    self.validators = validators
    contracts = try Contracts(
      rules, genesis: genesis,
      network: .init(
        chain: Self.chain, scheme: .simulated(Self.authority), court: Self.court))
  }

  var timetable: Timetable { contracts.rules.timetable }

  /// The validator whose key this is.
  static func index(of key: PublicKey, below count: Int) -> Int? {
    (0..<count).first { self.key($0) == key }
  }

  /// L1 reaches the beginning of a slot.
  @discardableResult
  mutating func reach(_ slot: SlotNumber) throws -> [ContractEvent] {
    let height = contracts.clock.height.next
    return try contracts.begin(
      L1Block(
        height: height, time: timetable.start(of: slot),
        randomness: SHA256.hash(height.encoded + [5])))
  }

  /// What a block that is right in everything would be, if it were proposed in a slot.
  func header(in slot: SlotNumber, fees: Amount = 0) -> RollupHeader {
    let head = contracts.head
    return RollupHeader(
      number: head.pending.next, slot: slot, previous: head.archive,
      stateRoot: SHA256.hash(slot.encoded), effects: SHA256.hash(Self.effects), transactions: 3,
      fees: fees, valueBefore: head.value, valueAfter: Amount(head.value.units - fees.units))
  }

  static let effects: [UInt8] = [1, 1, 2, 3, 5]

  /// The signatures of the members in these seats.
  func signatures(
    on header: RollupHeader, by seats: some Sequence<Int>
  ) throws -> [Attestation] {
    let epoch = timetable.epoch(of: header.slot)
    let committee = try need(contracts.committee(of: epoch))
    let signed = RollupHeader.signedBytes(archive: header.archive, chain: Self.chain)
    return try seats.map { seat in
      let index = try need(Self.index(of: committee.members[seat], below: validators))
      let signature = signed.withUnsafeBytes { Self.signer(index).sign($0) }
      return Attestation(seat: UInt32(seat), signature: signature)
    }
  }

  /// The calls by which a slot's proposer has a block processed.
  func submission(of header: RollupHeader, seats: some Sequence<Int>) throws -> [ContractCall] {
    [
      .publish(header.encoded), .publish(Self.effects),
      .processPendingBlock(
        header, archive: header.archive, signatures: try signatures(on: header, by: seats)),
    ]
  }

  func proposer(of slot: SlotNumber) throws -> PublicKey {
    try need(contracts.proposers(of: slot).first)
  }

  /// A block for a slot is proposed, signed and processed. L1 must be beyond the slot.
  @discardableResult
  mutating func propose(in slot: SlotNumber, fees: Amount = 0) throws -> [ContractEvent] {
    let header = header(in: slot, fees: fees)
    let committee = try need(contracts.committee(of: timetable.epoch(of: slot)))
    let calls = try submission(of: header, seats: 0..<committee.threshold)
    return try contracts.perform(calls, from: proposer(of: slot))
  }

  /// The proof of all pending blocks from the first that isn't proven to this one.
  func proof(upTo last: BlockNumber) throws -> ContractCall {
    let first = contracts.head.proven.next.rawValue
    guard first <= last.rawValue else { throw Missing() }
    let headers = try (first...last.rawValue).map {
      try need(contracts.block(BlockNumber($0))).header
    }
    let archive = try need(contracts.block(last)).archive
    return .processProvenBlock(
      last, archive: archive,
      proof: try EpochProof(
        EpochStatement(headers), archive: archive, at: contracts.clock.time, by: Self.prover,
        chain: Self.chain))
  }

  func coordinator(of epoch: Epoch) throws -> PublicKey {
    try proposer(of: timetable.lastSlot(of: epoch))
  }

  /// Has the governance do something.
  mutating func govern(_ calls: [ContractCall]) throws {
    let events = try contracts.perform([.propose(calls)], from: Self.owners[0])
    guard case .proposed(let id)? = events.first else { return }
    for owner in Self.owners.prefix(2) {
      _ = try contracts.perform([.approve(id)], from: owner)
    }
    _ = try contracts.perform([.execute(id)], from: Self.owners[2])
  }

  /// What everything holds together, besides what was issued.
  var holdings: Amount {
    get throws {
      let treasury = contracts.treasury
      var sum = treasury.free.units + treasury.rewards.units + treasury.deposits.units
      sum += treasury.burnt.units
      let keys = (0..<validators).map(Self.key) + Self.owners + [Self.citizen, Self.slasher]
      for key in keys {
        let account = contracts.account(key)
        sum += account.balance.units + account.claimable.units
        sum += contracts.stake(of: key)?.amount.units ?? 0
      }
      return Amount(sum)
    }
  }
}

/// That a call is refused for this reason, and changes nothing.
func expectRefusal(
  _ refusal: ContractRefusal, _ town: Town, _ calls: [ContractCall], from sender: PublicKey,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  var contracts = town.contracts
  #expect(throws: refusal, sourceLocation: sourceLocation) {
    try contracts.perform(calls, from: sender)
  }
  #expect(contracts.root == town.contracts.root, sourceLocation: sourceLocation)
}
