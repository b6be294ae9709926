import Witan
import WitanCrypto
import WitanLedger

/// What the contracts are set up with, once and for all.
public struct RollupRules: Equatable, Sendable {
  /// How proposers are found.
  public enum Selecting: Hashable, Sendable {
    /// In turns, in the order in which the committee was drawn.
    case shuffle
    /// By a lottery for each slot, with so many uncles.
    case fernet(uncles: Int)
  }

  /// Slots and epochs.
  public var timetable: Timetable
  /// How many members a committee has, where there are as many validators.
  public var committeeSize = 48
  /// Whether who has more at stake is drawn more often.
  public var drawsByStake = false
  /// How proposers are found.
  public var selecting = Selecting.shuffle
  /// Who owns the governance.
  public var owners: [PublicKey]
  /// How many of them must approve.
  public var approvals: Int
  /// Who may slash.
  public var slasher: PublicKey
  /// The least that is staked.
  public var minimumStake: Amount = .tokens(100)
  /// How many epochs stake is held after its validator left.
  public var graceEpochs: UInt64 = 2
  /// How many whole epochs without a block mean that the committee can't be waited for.
  public var patience: UInt64 = 2
  /// What the proposer of a block earns when it is pending.
  public var pendingReward: Amount = .tokens(1)
  /// What the proposer of a block earns when it is proven.
  public var provenReward: Amount = .tokens(1)
  /// The share in ten thousand of its stake that a slashed validator loses.
  public var slashShare: UInt64 = 1_000

  /// Rules with the usual numbers.
  public init(
    timetable: Timetable, owners: [PublicKey], approvals: Int, slasher: PublicKey
  ) {
    self.timetable = timetable
    self.owners = owners
    self.approvals = approvals
    self.slasher = slasher
  }

  /// The account of the governance itself: nobody has its key.
  public static let governance = account("witan/1g")
  /// The account of the rollup contract.
  public static let rollup = account("witan/1u")

  private static func account(_ name: StaticString) -> PublicKey {
    PublicKey(bytes: SHA256.hash(Array(name.description.utf8)).bytes) ?? PublicKey()
  }

  /// Why no contracts can be set up so; nil when they can.
  public var fault: StaticName? {
    if !(1...Committee.limit).contains(committeeSize) { return "a committee has 1 to 1000 members" }
    if Set(owners).count != owners.count { return "an owner is named twice" }
    if !(1...max(1, owners.count)).contains(approvals) || owners.isEmpty {
      return "as many owners must approve as there are, at most"
    }
    if minimumStake == 0 { return "the minimum stake must be something" }
    if patience == 0 { return "patience must last for an epoch at least" }
    if slashShare > 10_000 { return "a share is in ten thousand at most" }
    if case .fernet(let uncles) = selecting, !(0...100).contains(uncles) {
      return "there are 0 to 100 uncles"
    }
    return nil
  }

  var selection: any Selection {
    switch selecting {
    case .shuffle: ShuffleSelection()
    case .fernet(let uncles): FernetSelection(uncles: uncles)
    }
  }
}
