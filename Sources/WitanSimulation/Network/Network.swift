import Witan
import WitanDraw

/// The links between a simulation's nodes: says of each message to each receiver whether, when and how often it
/// arrives.
///
/// Every answer follows from the seed, the sender, how many messages the sender sent before, and the receiver, and
/// from nothing else: a message more or less between two nodes changes nothing between others.
struct Network: Sendable {
  /// What becomes of a message to one receiver.
  struct Fate: Sendable {
    /// When it arrives; nil if it never does.
    var arrival: Micros?
    /// When it arrives a second time.
    var echo: Micros?
    /// Which of its bits flips, counted modulo their number.
    var flippedBit: UInt64?
    /// Which clog holds it.
    var clog: Int?
  }

  /// What a random word is for.
  private enum Purpose: UInt64 {
    case latency, loss, duplicate, echo, reorder, corrupt, flip, wildness, release
  }

  private struct Rule: Sendable {
    let cause: Int
    let senders: NodeSet
    let receivers: NodeSet
    let lane: Lane
  }

  /// A quality, ready for use.
  private struct Lane: Sendable {
    let quality: LinkQuality
    let latency: Distribution
    let isPlain: Bool
    let loss: UInt64
    let duplicate: UInt64
    let reorder: UInt64
    let corrupt: UInt64

    init(_ quality: LinkQuality) {
      self.quality = quality
      latency = quality.latency
      isPlain = quality.isPlain
      loss = UInt64(share: quality.loss)
      duplicate = UInt64(share: quality.duplicate)
      reorder = UInt64(share: quality.reorder)
      corrupt = UInt64(share: quality.corrupt)
    }
  }

  private(set) var conditions: Conditions
  private var lane: Lane
  private var rules: [Rule] = []
  private(set) var cuts: [Cut] = []
  private(set) var clogs: [Clog] = []
  private let dice: Dice
  /// How many messages each node has sent.
  private var sent: [UInt64]
  private var uplinks: [Micros]
  private var downlinks: [Micros]
  private var links: [UInt64: Micros] = [:]
  /// Whether nodes receive only so many bytes a second, which is asked with every arrival.
  private(set) var hasNarrowNodes = false
  /// Whether any link is cut, which is asked with every arrival.
  private(set) var hasCuts = false
  /// Whether nothing but latency happens, so that nothing else need be looked at.
  private var isQuiet = true

  init(nodes: Int, conditions: Conditions, draw: Draw) {
    self.conditions = conditions
    lane = Lane(conditions.quality)
    dice = Dice(draw.split("network"))
    sent = Array(repeating: 0, count: nodes)
    uplinks = Array(repeating: 0, count: nodes)
    downlinks = Array(repeating: 0, count: nodes)
    lookAgain()
  }

  /// How many nodes there are.
  var nodes: Int { sent.count }

  private mutating func lookAgain() {
    hasNarrowNodes = conditions.nodeBandwidth != nil
    hasCuts = !cuts.isEmpty
    isQuiet =
      rules.isEmpty && cuts.isEmpty && clogs.isEmpty && lane.isPlain
      && conditions.nodeBandwidth == nil && conditions.stabilisation == nil
  }

  // MARK: What can be done to it

  mutating func set(_ conditions: Conditions) {
    self.conditions = conditions
    lane = Lane(conditions.quality)
    lookAgain()
  }

  mutating func set(_ quality: LinkQuality, from: NodeSet, to: NodeSet, cause: Int) {
    rules.append(Rule(cause: cause, senders: from, receivers: to, lane: Lane(quality)))
    lookAgain()
  }

  mutating func cut(_ new: [Cut]) {
    cuts += new
    lookAgain()
  }

  mutating func clog(_ new: Clog) {
    clogs.append(new)
    lookAgain()
  }

  /// Ends what belongs to a cause, or everything; returns what was held.
  mutating func mend(_ cause: Int?) -> [(parcel: UInt32, receiver: Int)] {
    cuts.removeAll { cause == nil || $0.cause == cause }
    rules.removeAll { cause == nil || $0.cause == cause }
    let freed = clogs.filter { cause == nil || $0.cause == cause }.flatMap(\.held)
    clogs.removeAll { cause == nil || $0.cause == cause }
    lookAgain()
    return freed
  }

  mutating func hold(_ parcel: UInt32, for receiver: Int, in clog: Int) {
    clogs[clog].held.append((parcel, receiver))
  }

  // MARK: What becomes of messages

  /// Counts a node's next message; what becomes of it follows from the result.
  mutating func nextMessage(from node: Int) -> Dice {
    sent[node] &+= 1
    return dice.narrowed(to: UInt64(node)).narrowed(to: sent[node])
  }

  /// Whether a link is cut.
  func isCut(from: Int, to: Int) -> Bool { cuts.contains { $0.severs(from, to) } }

  /// Whether anything that one node sends another gets through as things are.
  func carries(from: Int, to: Int) -> Bool {
    if isCut(from: from, to: to) || clogs.contains(where: { $0.holds(from, to) }) { return false }
    let rule = rules.last { $0.senders.contains(from) && $0.receivers.contains(to) }
    let quality = (rule?.lane ?? lane).quality
    return quality.loss < 1 && quality.corrupt < 1
  }

  /// What becomes of a message of so many bytes to one receiver.
  @inline(__always)
  mutating func fate(
    of message: Dice, from: Int, to: Int, bytes: Int, at now: Micros
  ) -> Fate {
    let message = message.narrowed(to: UInt64(to))
    guard isQuiet else { return fateInTrouble(of: message, from, to, bytes: bytes, at: now) }
    let latency = lane.latency.sample(message.word(Purpose.latency.rawValue))
    return Fate(arrival: now + Micros(latency))
  }

  private mutating func fateInTrouble(
    of message: Dice, _ from: Int, _ to: Int, bytes: Int, at now: Micros
  ) -> Fate {
    if isCut(from: from, to: to) { return Fate() }
    if let clog = clogs.firstIndex(where: { $0.holds(from, to) }) { return Fate(clog: clog) }
    let lane = rules.last { $0.senders.contains(from) && $0.receivers.contains(to) }?.lane ?? lane
    let latency = Micros(lane.latency.sample(message.word(Purpose.latency.rawValue)))
    let isStable = conditions.stabilisation.map { now >= $0 } ?? false
    if !isStable, message.word(Purpose.loss.rawValue) < lane.loss { return Fate() }
    guard let departure = departure(lane, from, to, bytes: bytes, at: now) else { return Fate() }
    guard !isStable else {
      return Fate(arrival: departure + min(latency, conditions.bound))
    }
    var fate = Fate(arrival: departure + latency)
    if let stabilisation = conditions.stabilisation, let arrival = fate.arrival {
      let late = Micros(Self.scale(message.word(Purpose.wildness.rawValue), conditions.wildness))
      fate.arrival = min(arrival + late, max(stabilisation, departure) + conditions.bound)
    }
    if message.word(Purpose.reorder.rawValue) < lane.reorder, let arrival = fate.arrival {
      let word = message.word(Purpose.release.rawValue)
      fate.arrival = arrival + Micros(Self.scale(word, conditions.reorderSpan))
    }
    if message.word(Purpose.duplicate.rawValue) < lane.duplicate {
      let again = Micros(lane.latency.sample(message.word(Purpose.echo.rawValue)))
      fate.echo = departure + latency + again
    }
    if message.word(Purpose.corrupt.rawValue) < lane.corrupt {
      fate.flippedBit = message.word(Purpose.flip.rawValue)
    }
    return fate
  }

  /// When the last byte leaves, after all that waits before it; nil when too much does.
  private mutating func departure(
    _ lane: Lane, _ from: Int, _ to: Int, bytes: Int, at now: Micros
  ) -> Micros? {
    var departure = now
    if let rate = conditions.nodeBandwidth {
      guard let free = queue(bytes, at: rate, free: uplinks[from], now: now) else { return nil }
      uplinks[from] = free
      departure = free
    }
    if let rate = lane.quality.bandwidth {
      let link = UInt64(from) << 32 | UInt64(to)
      guard let free = queue(bytes, at: rate, free: links[link] ?? 0, now: departure) else {
        return nil
      }
      links[link] = free
      departure = free
    }
    return departure
  }

  /// When a node that has what arrives now has received it whole; nil when too much waits before it.
  mutating func receipt(at node: Int, bytes: Int, now: Micros) -> Micros? {
    guard let rate = conditions.nodeBandwidth else { return now }
    guard let free = queue(bytes, at: rate, free: downlinks[node], now: now) else { return nil }
    downlinks[node] = free
    return free
  }

  private func queue(_ bytes: Int, at rate: UInt64, free: Micros, now: Micros) -> Micros? {
    let rate = max(1, rate)
    let waiting = Self.product(free - now, rate)
    guard waiting <= conditions.queueLimit else { return nil }
    return max(free, now) + Micros((UInt64(bytes) * 1_000_000 + rate - 1) / rate)
  }

  /// How many bytes a rate makes of a span.
  private static func product(_ span: Micros, _ rate: UInt64) -> UInt64 {
    let (high, low) = span.rawValue.multipliedFullWidth(by: rate)
    return high >= 1_000_000 ? .max : UInt64(1_000_000).dividingFullWidth((high, low)).quotient
  }

  /// A span up to this one, each as likely as any other.
  private static func scale(_ word: UInt64, _ span: Micros) -> UInt64 {
    word.multipliedFullWidth(by: span.rawValue &+ 1).high
  }
}
