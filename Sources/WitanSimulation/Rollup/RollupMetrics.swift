import Witan
import WitanRollup

/// What a run of a rollup comes to, besides its events.
public struct RollupMetrics: Sendable {
  /// A number of spans, in short.
  public struct Spans: Hashable, Sendable {
    /// How many there were.
    public private(set) var count = 0
    /// All of them together.
    public private(set) var total: Micros = 0
    /// The longest.
    public private(set) var longest: Micros = 0

    /// None.
    public init() {}

    mutating func add(_ span: Micros) {
      count += 1
      total = total + span
      longest = max(longest, span)
    }

    /// The mean; nil of none.
    public var mean: Micros? { count == 0 ? nil : total / UInt64(count) }
  }

  /// From a pending block's event until a proposer has applied its effects.
  public var advance = Spans()
  /// What a proposer takes to prepare a block.
  public var prepare = Spans()
  /// From a block's proposal until enough have signed.
  public var collect = Spans()
  /// What a validator takes to execute a block that it verifies.
  public var verify = Spans()
  /// From a block's submission until it is pending.
  public var submit = Spans()
  /// From a transaction's submission until it is pending.
  public var transactionLatency = Spans()
  /// From a pending block to the next one.
  public var updates = Spans()
  /// What a node that was away takes to catch up.
  public var catchUp = Spans()
  /// The most transactions that were proved at one time.
  public var simultaneousProofs = 0
  /// How many transactions proposers executed, and how long that took.
  public var executed: (transactions: UInt64, time: Micros) = (0, 0)
  /// How many transactions users sent.
  public var submittedTransactions: UInt64 = 0
  /// How many were in the block when a proposer had room for no more.
  public var fullBlocks = 0

  /// How many blocks were proposed.
  public var proposed = 0
  /// How many of those gathered enough signatures in time.
  public var submitted = 0
  /// How many attestations were made for all blocks together.
  public var attestations = 0
  /// How many slots had nobody to propose, or nobody who did.
  public var missedSlots = 0
  /// How many validators were there, over all slots: the sum, the least and the most.
  public var available = (sum: 0, least: Int.max, most: 0)
  /// Calls that L1 refused, by the rule that they broke.
  public var refusals: [ContractRefusal: Int] = [:]
  /// How many blocks L1 took back.
  public var takenBack = 0
  /// How many slots had two blocks of one proposer.
  public var equivocations = 0
  /// How many slots were simulated.
  public var slots = 0
  /// How many packets were lost.
  public var lostMessages = 0

  init() {}
}

/// What L1 has when a run is over.
public struct RollupResult: Sendable {
  /// Where the chains end.
  public let tips: ChainTips
  /// How many transactions are pending, proven ones included.
  public let pendingTransactions: UInt64
  /// How many are proven.
  public let provenTransactions: UInt64
  /// When the last pending block came.
  public let lastPending: Micros
  /// When the last proof came.
  public let lastProven: Micros
  /// How many runs of so many slots in a row had no block.
  public let failedRuns: [(length: Int, count: Int)]
  /// What proposers earned together.
  public let rewards: UInt64
  /// What was slashed together.
  public let slashed: UInt64
  /// What it cost to have all that on L1, in trillionths of a token.
  public let l1Fees: UInt64
  /// How long a new node takes to apply all pending blocks.
  public let syncTime: Micros
}
