import Witan
import WitanCrypto
import WitanLedger

/// What the contracts tell whoever watches them.
public enum ContractEvent: Hashable, Sendable {
  /// What a reward is for.
  public enum Merit: UInt8, Sendable {
    /// The block is pending.
    case pending = 0
    /// The block is proven.
    case proven = 1
    /// The fees of the block's transactions.
    case fees = 2
  }

  /// L2PendingBlockProcessed.
  case pendingBlockProcessed(BlockNumber, slot: SlotNumber, proposer: PublicKey)
  /// L2ProvenBlockProcessed: it and all before it are proven.
  case provenBlockProcessed(BlockNumber, coordinator: PublicKey)
  /// The committee of an epoch is known.
  case committeeDrawn(Epoch, size: Int)
  /// No block came for so long that only who was seen since this epoch is drawn.
  case committeeNarrowed(since: Epoch)
  /// A key has joined the queue.
  case staked(PublicKey, Amount)
  /// A key has become a validator's.
  case activated(PublicKey)
  /// A validator leaves, and may withdraw from this epoch on.
  case left(PublicKey, due: Epoch)
  /// A stake was paid out.
  case withdrawn(PublicKey, Amount)
  /// A validator is there.
  case present(PublicKey)
  /// Data is available.
  case published(Digest)
  /// A sequencer takes part in a slot's lottery.
  case entered(SlotNumber, PublicKey)
  /// A proposer earned something.
  case rewarded(PublicKey, Amount, Merit)
  /// A stake was cut.
  case slashed(PublicKey, Amount)
  /// Something was proposed to the governance.
  case proposed(UInt64)
  /// A proposal has so many approvals.
  case approved(UInt64, count: Int)
  /// A proposal was executed.
  case executed(UInt64)
  /// An amount was granted.
  case allocated(PublicKey, Amount)
  /// What was granted and earned was taken.
  case pulled(PublicKey, Amount)
}
