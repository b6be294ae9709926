import Witan
import WitanDraw

/// Transactions that users sent and no block has taken.
struct TransactionPool: Sendable {
  /// One of them.
  struct Waiting: Sendable {
    let sentAt: Micros
    /// The node to which the user sent it.
    let node: Int32
    /// Until then that node alone knows it: afterwards its user makes it known to all.
    var publicAt: Micros = 0
  }

  private var waiting: [Waiting] = []
  private let rate: UInt64
  private let burst: UInt64
  private let users: Int
  private let validators: Int
  private let privateShare: Double
  private var draw: Draw
  private var nextTime: Micros = 0
  private(set) var count: UInt64 = 0

  init(_ scenario: RollupScenario, draw: Draw) {
    rate = scenario.tps
    burst = max(1, scenario.burst)
    users = max(1, scenario.users)
    validators = scenario.validators
    privateShare = scenario.privateShare
    self.draw = draw.split("users")
    nextTime = rate == 0 ? Micros(.max) : 0
  }

  /// Whether anybody sends anything.
  var isFed: Bool { rate > 0 }

  /// Users send until a time; `sent` is told who sends what, and to whom. What is private goes to whoever proposes next,
  /// who has a slot to make use of it.
  mutating func send(
    until time: Micros, next: Int?, publicAt: Micros,
    sent: (_ user: Int, _ number: UInt64, _ transaction: Waiting) -> Void
  ) {
    while nextTime < time {
      var transaction = Waiting(
        sentAt: nextTime, node: Int32(draw.integer(in: 0...validators - 1)))
      if privateShare > 0, draw.chance(privateShare), let next {
        transaction = Waiting(sentAt: nextTime, node: Int32(next), publicAt: publicAt)
      }
      let user = draw.integer(in: 0...users - 1)
      waiting.append(transaction)
      count += 1
      sent(user, count, transaction)
      // One second of ten may be busier.
      let isBusy = (nextTime.rawValue / 1_000_000).isMultiple(of: 10)
      let perSecond: UInt64 = isBusy ? rate * burst : rate
      let mean = 1_000_000 / perSecond
      nextTime = nextTime + Micros(max(1, draw.sample(.exponential(mean: max(1, mean)))))
    }
  }

  /// Takes the oldest that are known to a proposer by a time, so many at most.
  mutating func take(
    _ limit: Int, knownTo proposer: Int, by time: Micros, distance: (Int32) -> UInt32
  ) -> [Waiting] {
    var taken: [Waiting] = []
    var left: [Waiting] = []
    for transaction in waiting {
      let distance = distance(transaction.node)
      let isTold = transaction.publicAt <= time || Int(transaction.node) == proposer
      let isKnown =
        isTold && distance != Flood.never
        && transaction.sentAt + Micros(UInt64(distance)) <= time
      if isKnown, taken.count < limit {
        taken.append(transaction)
      } else {
        left.append(transaction)
      }
    }
    waiting = left
    return taken
  }

  /// Gives back what a block took that came to nothing.
  mutating func giveBack(_ transactions: [Waiting]) {
    waiting = transactions + waiting
  }
}
