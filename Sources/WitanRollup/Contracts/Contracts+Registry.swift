import Witan
import WitanCrypto
import WitanLedger

/// The validator registry: who may be drawn, and for what stake.
extension ContractDraft {
  mutating func stake(
    _ amount: Amount, of key: PublicKey, from sender: PublicKey
  ) throws(ContractRefusal) {
    guard key == sender else { throw .notYourKey }
    guard try !has(.stake(key)) else { throw .stakedAlready }
    guard amount >= rules.minimumStake else { throw .belowMinimum }
    var account = try account(sender)
    account.balance = try account.balance.taking(amount)
    try write(account, to: .account(sender))
    try write(
      StakeRecord(amount: amount, standing: .queued, lastSeen: try epoch()), to: .stake(key))
    events.append(.staked(key, amount))
  }

  mutating func exitStake(of key: PublicKey, from sender: PublicKey) throws(ContractRefusal) {
    guard key == sender else { throw .notYourKey }
    guard let stake: StakeRecord = try read(.stake(key)) else { throw .notStaked }
    try leave(stake, of: key)
  }

  mutating func withdraw(_ key: PublicKey, from sender: PublicKey) throws(ContractRefusal) {
    guard key == sender else { throw .notYourKey }
    guard let stake: StakeRecord = try read(.stake(key)) else { throw .notStaked }
    guard case .leaving(let due) = stake.standing, try epoch() >= due else { throw .graceRunning }
    try erase(.stake(key), StakeRecord.self)
    try pay(stake.amount, to: key)
    events.append(.withdrawn(key, stake.amount))
  }

  mutating func addValidator(_ key: PublicKey, from sender: PublicKey) throws(ContractRefusal) {
    guard sender == RollupRules.governance else { throw .notGovernance }
    guard var stake: StakeRecord = try read(.stake(key)) else { throw .notStaked }
    switch stake.standing {
    case .active: throw .activeAlready
    case .leaving: throw .leavingAlready
    case .queued: break
    }
    var registry = try registry()
    stake.standing = .active(place: registry.active)
    stake.lastSeen = try epoch()
    try write(stake, to: .stake(key))
    try write(StoredKey(key), to: .seat(registry.active))
    registry.active += 1
    try write(registry, to: .registry)
    events.append(.activated(key))
  }

  mutating func removeValidator(_ key: PublicKey, from sender: PublicKey) throws(ContractRefusal) {
    guard sender == RollupRules.governance else { throw .notGovernance }
    guard let stake: StakeRecord = try read(.stake(key)), case .active = stake.standing else {
      throw .notActive
    }
    try leave(stake, of: key)
  }

  /// Whose stake leaves is drawn no more. Where it is in a committee, it stays there to the end of the epoch.
  mutating func leave(_ stake: StakeRecord, of key: PublicKey) throws(ContractRefusal) {
    var stake = stake
    switch stake.standing {
    case .leaving: throw .leavingAlready
    case .queued: break
    case .active(let place): try vacate(place)
    }
    let due = try epoch().advanced(by: rules.graceEpochs)
    stake.standing = .leaving(due: due)
    try write(stake, to: .stake(key))
    events.append(.left(key, due: due))
  }

  /// The last of the list takes a place that becomes free, so that the list has no holes.
  private mutating func vacate(_ place: UInt64) throws(ContractRefusal) {
    var registry = try registry()
    let last = registry.active - 1
    if place != last {
      guard let moved: StoredKey = try read(.seat(last)),
        var stake: StakeRecord = try read(.stake(moved.key))
      else { throw .unreadable }
      stake.standing = .active(place: place)
      try write(stake, to: .stake(moved.key))
      try write(moved, to: .seat(place))
    }
    try erase(.seat(last))
    registry.active = last
    try write(registry, to: .registry)
  }

  mutating func declarePresence(of sender: PublicKey) throws(ContractRefusal) {
    guard var stake: StakeRecord = try read(.stake(sender)), case .active = stake.standing else {
      throw .notActive
    }
    stake.lastSeen = try epoch()
    try write(stake, to: .stake(sender))
    events.append(.present(sender))
  }
}

/// Drawing committees, and what becomes of it when no blocks come.
///
/// The inactivity rule. Where `patience` whole epochs passed without an accepted block, the committee of the next epoch is
/// drawn only from validators that were seen in those epochs: that declared themselves present, or became validators. If
/// there are none, it is drawn from all. It stays so afterwards: who wasn't seen since comes back by declaring itself
/// present. A committee has no more members than there are to be drawn from, so that one validator alone is a committee of
/// one, whose own signature is enough.
extension ContractDraft {
  /// Draws the committee of the present epoch, unless it is drawn. Epochs that passed without a block of L1 have none:
  /// nobody could have known it.
  mutating func drawCommittee(of epoch: Epoch) throws(ContractRefusal) {
    var head = try head()
    guard epoch >= head.nextEpoch else { return }
    let quiet = epoch.rawValue - min(epoch.rawValue, head.quietSince.rawValue)
    if quiet >= rules.patience {
      let since = Epoch(epoch.rawValue - rules.patience)
      if since > head.seenSince {
        head.seenSince = since
        events.append(.committeeNarrowed(since: since))
      }
    }
    let count = try registry().active
    var members = try drawn(epoch, from: count, seenSince: head.seenSince)
    if members.isEmpty { members = try drawn(epoch, from: count, seenSince: 0) }
    head.nextEpoch = epoch.next
    try write(head, to: .head)
    let committee = Committee(epoch: epoch, seed: try clock().randomness, members: members)
    try write(committee, to: .committee(epoch))
    events.append(.committeeDrawn(epoch, size: members.count))
  }

  private mutating func drawn(
    _ epoch: Epoch, from count: UInt64, seenSince: Epoch
  ) throws(ContractRefusal) -> [PublicKey] {
    var lottery = Lottery(
      seed: try clock().randomness, purpose: "witan/1d", number: epoch.rawValue)
    let size = rules.committeeSize
    // Who is in which place needn't be known where everybody may be drawn, and all alike.
    guard seenSince > 0 || rules.drawsByStake else {
      var members: [PublicKey] = []
      for place in lottery.draw(size, below: Int(count)) {
        members.append(try validator(at: UInt64(place)))
      }
      return members
    }
    var candidates: [(key: PublicKey, stake: UInt64)] = []
    for place in 0..<count {
      let key = try validator(at: place)
      guard let stake: StakeRecord = try peek(.stake(key)) else { throw .unreadable }
      if stake.lastSeen >= seenSince { candidates.append((key, stake.amount.units)) }
    }
    let places =
      rules.drawsByStake
      ? lottery.draw(size, byWeight: candidates.map(\.stake))
      : lottery.draw(size, below: candidates.count)
    return places.map { candidates[$0].key }
  }

  private func validator(at place: UInt64) throws(ContractRefusal) -> PublicKey {
    guard let stored: StoredKey = try peek(.seat(place)) else { throw .unreadable }
    return stored.key
  }
}
