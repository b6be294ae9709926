import Witan
import WitanCrypto
import WitanDraw
import WitanRollup

/// A model of L1: a block at every interval, transactions that wait for theirs, and blocks that are taken back.
struct ModelledL1: Sendable {
  /// What somebody wants of the contracts.
  struct Transaction: Sendable {
    /// Who.
    let sender: Int
    let key: PublicKey
    /// What.
    let calls: [ContractCall]
    /// The slot that it is about.
    let slot: SlotNumber
    /// In no block before this time.
    let notBefore: Micros
    /// When it was sent.
    let sentAt: Micros
  }

  /// What became of a transaction.
  struct Outcome: Sendable {
    let transaction: Transaction
    let block: L1Block
    let result: Result<[ContractEvent], ContractRefusal>
  }

  /// What happened in a block.
  struct Happening: Sendable {
    let block: L1Block
    let outcomes: [Outcome]
    /// How many blocks were taken back before it.
    let takenBack: Int
    let events: [ContractEvent]
  }

  private(set) var chain: L1Chain
  private let interval: Micros
  private let missed: Double
  private let reorganisation: Double
  private var waiting: [Transaction] = []
  /// What the blocks that may be taken back held.
  private var recent: [(block: L1Block, transactions: [Transaction])] = []
  private var draw: Draw
  private let randomness: Dice
  private var forks: UInt64 = 0
  private(set) var nextTime: Micros

  init(_ contracts: Contracts, _ scenario: RollupScenario, draw: Draw) {
    chain = L1Chain(contracts, finality: scenario.l1Finality)
    interval = scenario.l1Interval
    missed = scenario.l1Missed
    reorganisation = scenario.l1Reorganisation
    self.draw = draw.split("l1")
    randomness = Dice(draw.split("l1 randomness"))
    nextTime = interval
  }

  /// The contracts at the head.
  var contracts: Contracts { chain.contracts }

  /// Pending blocks on their way to a block of L1, by slot: whoever builds ahead builds on the last of them.
  var underway: [RollupHeader] {
    waiting.flatMap(\.calls).compactMap { call in
      if case .processPendingBlock(let header, _, _) = call { header } else { nil }
    }
  }

  /// Takes a transaction into its pool.
  mutating func submit(_ transaction: Transaction) { waiting.append(transaction) }

  /// The next block, with all that is due in it; before it, some may be taken back, and their transactions come again.
  mutating func advance() throws(ContractRefusal) -> [Happening] {
    var happenings: [Happening] = []
    var taken = 0
    if draw.chance(reorganisation), !recent.isEmpty {
      // Half of all take back one block, half of the others two, and so on.
      var depth = 1
      while depth < recent.count, draw.chance(0.5) { depth += 1 }
      taken = chain.reorganise(min(depth, chain.revocable))
      let lost = recent.suffix(taken)
      recent.removeLast(taken)
      forks += 1
      for old in lost {
        let happening = try append(at: old.block.time, old.transactions, takenBack: taken)
        happenings.append(happening)
        taken = 0
      }
    }
    var due: [Transaction] = []
    var later: [Transaction] = []
    for transaction in waiting {
      let isLate = draw.chance(missed)
      if transaction.notBefore > nextTime || transaction.sentAt >= nextTime || isLate {
        later.append(transaction)
      } else {
        due.append(transaction)
      }
    }
    waiting = later
    due.sort { $0.slot < $1.slot }
    happenings.append(try append(at: nextTime, due, takenBack: taken))
    nextTime = nextTime + interval
    return happenings
  }

  private mutating func append(
    at time: Micros, _ transactions: [Transaction], takenBack: Int
  ) throws(ContractRefusal) -> Happening {
    let height = chain.head.height.next
    let word = randomness.narrowed(to: forks).word(height.rawValue)
    let block = L1Block(
      height: height, time: time,
      randomness: withUnsafeBytes(of: word.littleEndian) { SHA256.hash($0) })
    var outcomes: [Outcome] = []
    let events = try chain.append(block) { (contracts) throws(ContractRefusal) in
      let events = try contracts.begin(block)
      for transaction in transactions {
        let result: Result<[ContractEvent], ContractRefusal>
        do throws(ContractRefusal) {
          result = .success(try contracts.perform(transaction.calls, from: transaction.key))
        } catch { result = .failure(error) }
        outcomes.append(Outcome(transaction: transaction, block: block, result: result))
      }
      return events
    }
    recent.append((block, transactions))
    if recent.count > chain.revocable { recent.removeFirst(recent.count - chain.revocable) }
    return Happening(block: block, outcomes: outcomes, takenBack: takenBack, events: events)
  }
}
