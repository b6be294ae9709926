import Witan
import WitanCrypto
import WitanLedger

/// The rollup: what is added to the pending and to the proven chain. Each guard is a confirmation rule.
extension ContractDraft {
  mutating func publish(_ bytes: [UInt8]) throws(ContractRefusal) {
    let digest = SHA256.hash(bytes)
    try write(try clock().height, to: .available(digest))
    events.append(.published(digest))
  }

  mutating func processPendingBlock(
    _ header: RollupHeader, _ archive: Digest, _ signatures: [Attestation],
    from sender: PublicKey
  ) throws(ContractRefusal) {
    var head = try head()
    guard header.number == head.pending.next, head.pending != head.pending.next else {
      throw .notNextNumber
    }
    guard header.slot >= head.nextSlot else { throw .slotNotAfterTip }
    guard header.slot < (try slot()) else { throw .slotNotPast }
    guard header.previous == head.archive else { throw .notOnTip }
    let epoch = rules.timetable.epoch(of: header.slot)
    guard let committee: Committee = try read(.committee(epoch)) else { throw .noCommittee }
    guard try mayPropose(sender, in: header.slot, committee) else { throw .notProposer }
    guard archive == header.archive else { throw .wrongArchive }
    try check(signatures, on: archive, by: committee)
    let published = ContractKey.available(SHA256.hash(header.encoded))
    guard try has(published) else { throw .headerUnavailable }
    let effects = ContractKey.available(header.effects)
    guard try has(effects) else { throw .effectsUnavailable }
    let spent = try header.valueAfter.adding(header.fees)
    guard header.valueBefore == head.value, spent == header.valueBefore else {
      throw .unbalancedBlock
    }
    head.pending = header.number
    head.nextSlot = header.slot.next
    head.archive = archive
    head.value = header.valueAfter
    head.quietSince = try self.epoch().next
    try write(head, to: .head)
    try write(
      PendingBlock(header: header, archive: archive, proposer: sender), to: .block(header.number))
    // Who needs them has them from L1's own blocks; that they were there is no longer asked.
    try erase(published)
    try erase(effects)
    events.append(
      .pendingBlockProcessed(header.number, slot: header.slot, proposer: sender))
    try reward(rules.pendingReward, to: sender, for: .pending)
    try payFees(header.fees, to: sender)
  }

  /// Whether a sender may propose in a slot: the leader, and each uncle once the ones before it let a slot pass.
  private mutating func mayPropose(
    _ sender: PublicKey, in slot: SlotNumber, _ committee: Committee
  ) throws(ContractRefusal) -> Bool {
    let list: EntryList? = try read(.entries(slot))
    let proposers = rules.selection.proposers(
      of: slot, in: committee, entries: list?.entries ?? [])
    guard let rank = proposers.firstIndex(of: sender) else { return false }
    return try self.slot() > slot.advanced(by: UInt64(rank))
  }

  private func check(
    _ signatures: [Attestation], on archive: Digest, by committee: Committee
  ) throws(ContractRefusal) {
    let inOrder = zip(signatures, signatures.dropFirst()).allSatisfy { $0.seat < $1.seat }
    guard inOrder, (signatures.last?.seat ?? 0) < committee.members.count else {
      throw .malformedSignatures
    }
    guard signatures.count >= committee.threshold else { throw .tooFewSignatures }
    let signed = RollupHeader.signedBytes(archive: archive, chain: network.chain)
    for attestation in signatures {
      let key = committee.members[Int(attestation.seat)]
      let isGood = signed.withUnsafeBytes {
        network.scheme.verifies(attestation.signature, of: $0, by: key)
      }
      guard isGood else { throw .badSignature }
    }
  }

  mutating func enter(
    _ slot: SlotNumber, _ entry: Entry, from sender: PublicKey
  ) throws(ContractRefusal) {
    guard case .fernet = rules.selecting else { throw .noLottery }
    guard try self.slot() <= slot else { throw .slotClosed }
    guard entry.sequencer == sender else { throw .notYourKey }
    guard let stake: StakeRecord = try read(.stake(sender)), case .active = stake.standing else {
      throw .notActive
    }
    let epoch = rules.timetable.epoch(of: slot)
    guard let committee: Committee = try read(.committee(epoch)) else { throw .noCommittee }
    guard rules.selection.verify(entry, for: slot, in: committee) else { throw .badScore }
    var list: EntryList = try read(.entries(slot)) ?? EntryList([])
    guard !list.entries.contains(where: { $0.sequencer == sender }) else { throw .enteredAlready }
    list.entries.append(entry)
    // Whoever can't be leader or uncle any more needs no place.
    let best = rules.selection.proposers(of: slot, in: committee, entries: list.entries)
    list.entries.removeAll { !best.contains($0.sequencer) }
    try write(list, to: .entries(slot))
    events.append(.entered(slot, sender))
  }

  mutating func processProvenBlock(
    _ last: BlockNumber, _ archive: Digest, _ proof: EpochProof, from sender: PublicKey
  ) throws(ContractRefusal) {
    var head = try head()
    guard last <= head.pending, let block: PendingBlock = try read(.block(last)),
      block.archive == archive
    else { throw .notPending }
    guard last > head.proven else { throw .provenAlready }
    let epoch = rules.timetable.epoch(of: block.header.slot)
    guard epoch < (try self.epoch()) else { throw .epochRunning }
    let following: PendingBlock? = try read(.block(last.next))
    if last < head.pending, let following,
      rules.timetable.epoch(of: following.header.slot) == epoch
    {
      throw .epochIncomplete
    }
    guard try mayProve(sender, epoch) else { throw .notCoordinator }
    var blocks: [PendingBlock] = []
    for number in head.proven.next.rawValue...last.rawValue {
      guard let block: PendingBlock = try peek(.block(BlockNumber(number))) else {
        throw .unreadable
      }
      blocks.append(block)
    }
    let statement = EpochStatement(blocks.map(\.header))
    guard proof.verifies(statement, archive: archive, before: network.examiner) else {
      throw .badProof
    }
    head.proven = last
    try write(head, to: .head)
    events.append(.provenBlockProcessed(last, coordinator: sender))
    for block in blocks { try reward(rules.provenReward, to: block.proposer, for: .proven) }
  }

  /// Whether a sender is the proof coordinator of an epoch, or of a later one that is over: the last proposer of it. Where
  /// a coordinator fails, the next one proves its epoch too.
  private mutating func mayProve(
    _ sender: PublicKey, _ epoch: Epoch
  ) throws(ContractRefusal) -> Bool {
    var candidate = Epoch(try self.epoch().rawValue)
    // An epoch that nobody proved for so long is proven by whoever comes now.
    var left = 64
    while candidate > epoch, left > 0 {
      candidate = candidate.previous
      left -= 1
      if try coordinators(of: candidate).contains(sender) { return true }
    }
    return false
  }

  private mutating func coordinators(of epoch: Epoch) throws(ContractRefusal) -> [PublicKey] {
    guard let committee: Committee = try peek(.committee(epoch)) else { return [] }
    let slot = rules.timetable.lastSlot(of: epoch)
    let list: EntryList? = try peek(.entries(slot))
    return rules.selection.proposers(of: slot, in: committee, entries: list?.entries ?? [])
  }
}

/// Rewards: granted by the governance, earned by proposers, pulled by whoever has them.
extension ContractDraft {
  /// Pays a reward as far as there is something to pay it from.
  private mutating func reward(
    _ amount: Amount, to key: PublicKey, for merit: ContractEvent.Merit
  ) throws(ContractRefusal) {
    var treasury = try treasury()
    let paid = min(amount, treasury.rewards)
    guard paid > 0 else { return }
    treasury.rewards = try treasury.rewards.taking(paid)
    try write(treasury, to: .treasury)
    try credit(paid, to: key)
    events.append(.rewarded(key, paid, merit))
  }

  private mutating func payFees(_ fees: Amount, to key: PublicKey) throws(ContractRefusal) {
    guard fees > 0 else { return }
    var treasury = try treasury()
    treasury.deposits = try treasury.deposits.taking(fees)
    try write(treasury, to: .treasury)
    try credit(fees, to: key)
    events.append(.rewarded(key, fees, .fees))
  }

  mutating func allocateRewards(
    _ amount: Amount, to key: PublicKey, from sender: PublicKey
  ) throws(ContractRefusal) {
    guard sender == RollupRules.governance else { throw .notGovernance }
    var treasury = try treasury()
    treasury.free = try treasury.free.taking(amount)
    if key == RollupRules.rollup { treasury.rewards = try treasury.rewards.adding(amount) }
    try write(treasury, to: .treasury)
    if key != RollupRules.rollup { try credit(amount, to: key) }
    events.append(.allocated(key, amount))
  }

  mutating func pullRewards(to sender: PublicKey) throws(ContractRefusal) {
    var account = try account(sender)
    let amount = account.claimable
    guard amount > 0 else { throw .nothingToPull }
    account.claimable = 0
    account.balance = try account.balance.adding(amount)
    try write(account, to: .account(sender))
    events.append(.pulled(sender, amount))
  }
}

/// The slasher: one call for a list of validators, by one privileged key.
extension ContractDraft {
  mutating func slash(_ keys: [PublicKey], from sender: PublicKey) throws(ContractRefusal) {
    guard sender == rules.slasher else { throw .notSlasher }
    guard !keys.isEmpty else { throw .nobodyNamed }
    guard Set(keys).count == keys.count else { throw .namedTwice }
    var treasury = try treasury()
    for key in keys {
      guard var stake: StakeRecord = try read(.stake(key)) else { throw .notStaked }
      let taken = stake.amount.share(rules.slashShare, of: 10_000)
      stake.amount = try stake.amount.taking(taken)
      treasury.burnt = try treasury.burnt.adding(taken)
      try write(stake, to: .stake(key))
      events.append(.slashed(key, taken))
      if case .active = stake.standing, stake.amount < rules.minimumStake {
        try leave(stake, of: key)
      }
    }
    try write(treasury, to: .treasury)
  }
}
