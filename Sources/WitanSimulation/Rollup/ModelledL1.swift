import Witan
import WitanCrypto
import WitanDraw
import WitanRollup

/// A model of L1: a block at every interval, transactions that wait for theirs, and blocks that are taken back.
struct ModelledL1: RollupL1 {
  private(set) var chain: L1Chain
  private let interval: Micros
  private let inclusion: Micros
  private let missed: Double
  private let reorganisation: Double
  private var waiting: [L1Transaction] = []
  /// What the blocks that may be taken back held.
  private var recent: [(block: L1Block, transactions: [L1Transaction])] = []
  private var draw: Draw
  private let randomness: Dice
  private var forks: UInt64 = 0
  private var fees: L1Fees
  private(set) var nextTime: Micros
  private(set) var feesPaid: UInt64 = 0

  init(_ contracts: Contracts, _ scenario: RollupScenario, draw: Draw) {
    chain = L1Chain(contracts, finality: scenario.l1Finality)
    interval = scenario.l1Interval
    inclusion = scenario.l1Inclusion
    missed = scenario.l1Missed
    reorganisation = scenario.l1Reorganisation
    self.draw = draw.split("l1")
    fees = L1Fees(draw)
    randomness = Dice(draw.split("l1 randomness"))
    nextTime = interval
  }

  /// The contracts at the head.
  var contracts: Contracts { chain.contracts }

  var final: Contracts { chain.final }

  /// A block is known when it comes.
  var knownSince: Micros { chain.head.time }

  var isPrompt: Bool { false }

  var underway: [RollupHeader] { waiting.compactMap(\.header) }

  /// Takes a transaction into its pool.
  mutating func submit(_ transaction: L1Transaction) { waiting.append(transaction) }

  /// The next block, with all that is due in it; before it, some may be taken back, and their transactions come again.
  mutating func advance() throws -> [L1Happening] {
    var happenings: [L1Happening] = []
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
        happenings.append(try append(at: old.block.time, old.transactions, takenBack: taken))
        taken = 0
      }
    }
    var due: [L1Transaction] = []
    var later: [L1Transaction] = []
    for transaction in waiting {
      let isMissed = draw.chance(missed)
      let isLate = transaction.sentAt + inclusion > nextTime || transaction.sentAt >= nextTime
      if transaction.notBefore > nextTime || isLate || isMissed {
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

  /// Nothing comes before its block.
  func settle() -> [L1Happening] { [] }

  private mutating func append(
    at time: Micros, _ transactions: [L1Transaction], takenBack: Int
  ) throws -> L1Happening {
    let height = chain.head.height.next
    let word = randomness.narrowed(to: forks).word(height.rawValue)
    let block = L1Block(
      height: height, time: time,
      randomness: withUnsafeBytes(of: word.littleEndian) { SHA256.hash($0) })
    var outcomes: [L1Outcome] = []
    var gas: UInt64 = 0
    let price = fees.price
    try chain.append(block) { (contracts) throws(ContractRefusal) in
      try contracts.begin(block)
      for transaction in transactions {
        let result: Result<[ContractEvent], ContractRefusal>
        do throws(ContractRefusal) {
          result = .success(
            try contracts.perform(transaction.calls, from: transaction.signer.publicKey))
        } catch { result = .failure(error) }
        // What is refused is paid for too.
        let used = L1Fees.gas(of: transaction)
        gas += used
        outcomes.append(L1Outcome(transaction: transaction, result: result, fee: used * price))
      }
    }
    fees.move(with: gas)
    feesPaid += gas * price
    recent.append((block, transactions))
    if recent.count > chain.revocable { recent.removeFirst(recent.count - chain.revocable) }
    return L1Happening(block: block, time: time, outcomes: outcomes, takenBack: takenBack)
  }
}
