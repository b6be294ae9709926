import Witan
import WitanCrypto
import WitanDraw
import WitanRollup

/// The chain that the contracts of a rollup live on, as those see it who use it: they hand in transactions, and time
/// and again they look at what came of them.
protocol RollupL1: Sendable {
  /// The contracts as they are known now.
  var contracts: Contracts { get }
  /// The contracts after the last block that is never taken back.
  var final: Contracts { get }
  /// When the next block is due: nothing is known of it before.
  var nextTime: Micros { get }
  /// Since when all is known that `contracts` says.
  var knownSince: Micros { get }
  /// Pending blocks that were handed in and aren't in the contracts: whoever builds ahead builds on the last of them.
  var underway: [RollupHeader] { get }
  /// What those who handed transactions in have paid, in trillionths of a token.
  var feesPaid: UInt64 { get }

  /// Whether it says soon what came of a transaction; else only in its next block.
  var isPrompt: Bool { get }

  /// Hands in a transaction.
  mutating func submit(_ transaction: L1Transaction)

  /// Has the block come that is due, and tells what came of all since it was asked last, in order.
  mutating func advance() throws -> [L1Happening]

  /// Has what was handed in come through where that is soon, and tells what came of it.
  mutating func settle() throws -> [L1Happening]
}

/// What somebody wants of the contracts.
struct L1Transaction: Sendable {
  /// Who, by number; nil for somebody who is no validator.
  let sender: Int?
  /// Who.
  let signer: Signer
  /// What.
  let calls: [ContractCall]
  /// The slot that it is about.
  let slot: SlotNumber
  /// In no block before this time.
  let notBefore: Micros
  /// When it was sent.
  let sentAt: Micros

  /// When it is handed in.
  var readyAt: Micros { max(sentAt, notBefore) }

  /// The header that it would have processed as a pending block; nil where it wants something else.
  var header: RollupHeader? {
    for case .processPendingBlock(let header, _, _) in calls { return header }
    return nil
  }
}

/// What became of a transaction.
struct L1Outcome: Sendable {
  let transaction: L1Transaction
  let result: Result<[ContractEvent], ContractRefusal>
  /// What its sender paid for it, in trillionths of a token.
  let fee: UInt64
}

/// A block of L1, and what came of it.
struct L1Happening: Sendable {
  let block: L1Block
  /// When it was known.
  let time: Micros
  let outcomes: [L1Outcome]
  /// How many blocks were taken back before it.
  let takenBack: Int
}

/// What it costs to have something on L1: a price for a unit of gas that follows how full its blocks are, of which the
/// rollup's transactions are a small part.
///
/// The rule is that of EIP-1559: with twice the aim in a block the price rises by an eighth, with an empty one it falls by
/// as much. What others want of L1 is drawn.
struct L1Fees: Sendable {
  /// The price of a unit in trillionths of a token: ten billionths of one at the beginning, and never less than one.
  private(set) var price: UInt64 = 10_000
  private var draw: Draw
  private static let aim: UInt64 = 15_000_000

  init(_ draw: Draw) { self.draw = draw.split("l1 fees") }

  /// What a transaction is charged for: being one, its bytes, and its signatures.
  static func gas(of transaction: L1Transaction) -> UInt64 {
    var gas: UInt64 = 21_000
    for call in transaction.calls {
      switch call {
      case .publish(let bytes): gas += 16 * UInt64(bytes.count)
      case .processPendingBlock(_, _, let signatures):
        gas += 60_000 + 4_000 * UInt64(signatures.count)
      case .processProvenBlock: gas += 400_000
      default: gas += 50_000
      }
    }
    return gas
  }

  /// The next block has the rollup's gas in it, and that of others.
  mutating func move(with gas: UInt64) {
    let others = draw.integer(in: UInt64(0)...2 * Self.aim)
    let used = min(2 * Self.aim, others + gas)
    let change = price / 8
    if used >= Self.aim {
      price += max(1, change * (used - Self.aim) / Self.aim)
    } else {
      price = max(1_000, price - change * (Self.aim - used) / Self.aim)
    }
  }
}
