import Witan
import WitanCrypto
import WitanLedger

/// What anybody may ask the contracts.
extension Contracts {
  /// The last block of L1 that they know.
  public var clock: L1Block {
    read(.clock) ?? L1Block(height: 0, time: 0, randomness: .zero)
  }

  /// Where the chains end.
  public var head: ChainHead { read(.head) ?? ChainHead() }

  /// How much there is of everything.
  public var treasury: Treasury { read(.treasury) ?? Treasury() }

  /// How many validators may be drawn.
  public var validatorCount: Int { Int((read(.registry) ?? Registry()).active) }

  /// The present slot.
  public var currentSlot: SlotNumber { rules.timetable.slot(at: clock.time) }

  /// The present epoch.
  public var currentEpoch: Epoch { rules.timetable.epoch(at: clock.time) }

  /// Who may propose in the present slot; nil when nobody may, or nobody knows yet.
  public var currentSequencer: PublicKey? { proposers(of: currentSlot).first }

  /// The committee of an epoch; nil when it isn't drawn, or never was.
  public func committee(of epoch: Epoch) -> Committee? { read(.committee(epoch)) }

  /// The committee that an epoch would have if it began now.
  public func committeeToBe(of epoch: Epoch) -> Committee? {
    if let committee = committee(of: epoch) { return committee }
    var draft = draft()
    guard (try? draft.drawCommittee(of: epoch)) != nil else { return nil }
    return try? draft.read(.committee(epoch))
  }

  /// Who may propose in a slot: the leader, and then who may take over.
  public func proposers(of slot: SlotNumber) -> [PublicKey] {
    let epoch = rules.timetable.epoch(of: slot)
    guard let committee = committee(of: epoch) else { return [] }
    let list: EntryList? = read(.entries(slot))
    return rules.selection.proposers(of: slot, in: committee, entries: list?.entries ?? [])
  }

  /// A block of the pending chain; nil when there is none of this number.
  public func block(_ number: BlockNumber) -> PendingBlock? {
    number <= head.pending ? read(.block(number)) : nil
  }

  /// What an account of L1 has.
  public func account(_ key: PublicKey) -> L1Account { read(.account(key)) ?? L1Account() }

  /// What a key has at stake; nil when it has nothing.
  public func stake(of key: PublicKey) -> StakeRecord? { read(.stake(key)) }

  private func read<Value: Canonical>(_ key: ContractKey) -> Value? {
    guard let bytes = try? tree.value(of: key.digest) else { return nil }
    return try? Value(decoding: bytes)
  }
}
