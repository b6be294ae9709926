import Witan
import WitanDraw

/// Every way in which a few rounds can go for a cluster of which some replicas are there twice, with one key: who they
/// are, and in which one or two groups the machines stand in each round (*Twins*, OPODIS '20). Both of twins run the
/// shipped replica and lie only by there being two; the network does the rest.
///
/// A round is a span of time, longer than it takes to give a leader up and to open the next view. After the last
/// round the network is whole, and all that was asked must be executed.
///
/// Who stands where is enumerated; when exactly is drawn, from the place in the enumeration. For what a cut leaves
/// behind depends on where in an agreement it falls: were every cut at one instant for all, all would have decided or
/// none, and no one ever alone. So a round begins up to an agreement's length later than its span, and for as long as a
/// message takes only one side has stopped hearing the other.
///
/// What is left out, and why nothing is lost by it:
///
/// * Rounds with three groups or more. A third group is a group that nobody hears; with two groups it is one of
///   those of another round that has no quorum.
/// * Who leads a round. Leaders follow from views, and views from what the rounds before left of them.
/// * Of two ways that differ only in which of two twins is called the first, one: both run the same code with the same
///   key.
public struct TwinsSpace: Sendable {
  /// How many replicas there are.
  public let replicas: Int
  /// How many rounds.
  public let rounds: Int
  /// How many replicas are there twice.
  public let twins: Int
  /// Who they may be.
  private let identities: [[Int]]
  /// In how many ways the machines can stand in a round: the first on one side, each other on either.
  private let placements: UInt64
  /// How many ways there are in all, counting those that are called differently only.
  public let places: UInt64
  private let stride: UInt64

  /// How long a round is.
  static let round = Micros.milliseconds(400)
  /// How long every message takes.
  static let delay = Micros.milliseconds(10)
  /// How many delays there are from one request of a client to its next: the request, three phases and the reply.
  private static let delaysPerAgreement: UInt64 = 5
  /// The most ways that can be counted.
  private static let limit: UInt64 = 1 << 48

  /// All of them; nil if there are too many to count, or none.
  public init?(replicas: Int, rounds: Int, twins: Int = 1) {
    guard replicas > 0, rounds > 0, twins > 0, twins <= replicas, replicas + twins <= 48 else {
      return nil
    }
    self.replicas = replicas
    self.rounds = rounds
    self.twins = twins
    identities = Self.subsets(of: replicas, size: twins)
    placements = 1 << UInt64(replicas + twins - 1)
    var places = UInt64(identities.count)
    for _ in 0..<rounds {
      let (product, isTooLarge) = places.multipliedReportingOverflow(by: placements)
      guard !isTooLarge, product <= Self.limit else { return nil }
      places = product
    }
    self.places = places
    stride = Self.stride(through: places)
  }

  /// How many there are, each counted once.
  ///
  /// By Burnside's lemma: the mean, over all ways of exchanging twins, of how many are the same afterwards.
  public var count: UInt64 {
    let exchanges: UInt64 = 1 << UInt64(twins)
    let names = identities[0]
    var sum: UInt64 = 0
    for exchange in 0..<exchanges {
      let same = (0..<placements).reduce(into: UInt64(0)) { count, placement in
        if exchanged(placement, exchange, of: names) == placement { count += 1 }
      }
      sum += (0..<rounds).reduce(1) { product, _ in product * same }
    }
    return sum / exchanges * UInt64(identities.count)
  }

  /// The scenario at a place; nil if another place has the same with twins exchanged.
  ///
  /// Places that follow each other have little in common, so that the first few show something of all.
  public func scenario(at place: UInt64) -> Scenario? {
    var number = places.dividingFullWidth((place % places).multipliedFullWidth(by: stride))
      .remainder
    var draw = Draw(seed: number)
    let names = identities[Int(number % UInt64(identities.count))]
    number /= UInt64(identities.count)
    var ways: [UInt64] = []
    for _ in 0..<rounds {
      ways.append(number % placements)
      number /= placements
    }
    for exchange in 1..<UInt64(1) << UInt64(twins) {
      let other = ways.map { exchanged($0, exchange, of: names) }
      if other.lexicographicallyPrecedes(ways) { return nil }
    }
    return scenario(names, ways, &draw)
  }

  private func scenario(_ names: [Int], _ ways: [UInt64], _ draw: inout Draw) -> Scenario {
    var scenario = Scenario()
    scenario.replicas = replicas
    scenario.quality.latency = .fixed(Self.delay.rawValue)
    scenario.patience = .milliseconds(100)
    (scenario.checkpoint, scenario.window) = (4, 8)
    scenario.claims = 1
    // More than can be decided, so that something is asked in every round.
    scenario.blocks = 1_000
    scenario.limit = Self.round * UInt64(rounds) + Self.delay * Self.delaysPerAgreement
    // They never keep apart by themselves: the network sees to that.
    scenario.adversaries = [
      Casting(Twin.name, machines: NodeSet(names), trigger: Trigger(chance: 0))
    ]
    // The same requests would make the same block of both; their clocks see to it that there are two.
    let seconds = NodeSet(replicas..<replicas + twins)
    scenario.faults.append(Fault(.step(seconds, micros: 1_000), from: 0))
    // In halves of a delay: where a message is on its way, and where one was just heard.
    let begins = ways.indices.map { index in
      Self.round * UInt64(index) + Self.delay / 2
        * draw.integer(in: 0...2 * Self.delaysPerAgreement)
    }
    for (index, way) in ways.enumerated() {
      let isSideZeroFirst = draw.chance(0.5)
      guard way != 0 else { continue }
      let ends = index + 1 < rounds ? begins[index + 1] : scenario.limit
      let sides = (0...1).map { side in
        NodeSet((0..<replicas + twins).filter { (way << 1) >> UInt64($0) & 1 == side })
      }
      // Who stands as before has been cut off all the time.
      guard index == 0 || way != ways[index - 1] else {
        scenario.faults.append(Fault(.partition(sides), from: begins[index], until: ends))
        continue
      }
      let (deaf, heard) = isSideZeroFirst ? (sides[0], sides[1]) : (sides[1], sides[0])
      let whole = begins[index] + Self.delay
      scenario.faults.append(
        Fault(.cut(from: heard, to: deaf), from: begins[index], until: whole))
      scenario.faults.append(Fault(.partition(sides), from: whole, until: ends))
    }
    return scenario
  }

  /// The same way to stand, with some twins exchanged: the so-manieth of these if its bit is set. A way's lowest bit is
  /// the second machine's side; the first stands on side zero.
  private func exchanged(_ way: UInt64, _ exchange: UInt64, of names: [Int]) -> UInt64 {
    var sides = way << 1
    for (index, name) in names.enumerated() where exchange >> UInt64(index) & 1 == 1 {
      let (first, second) = (UInt64(name), UInt64(replicas + index))
      guard sides >> first & 1 != sides >> second & 1 else { continue }
      sides ^= 1 << first | 1 << second
    }
    if sides & 1 == 1 { sides ^= (placements << 1) - 1 }
    return sides >> 1
  }

  private static func subsets(of count: Int, size: Int) -> [[Int]] {
    guard size > 0 else { return [[]] }
    return (0..<count).flatMap { last in
      subsets(of: last, size: size - 1).map { $0 + [last] }
    }
  }

  /// A step with which every place is met once before any is again: near the golden section, so that steps spread well.
  private static func stride(through count: UInt64) -> UInt64 {
    var step = count / 1_000 * 618 + count % 1_000 * 618 / 1_000 | 1
    func divisor(_ a: UInt64, _ b: UInt64) -> UInt64 { b == 0 ? a : divisor(b, a % b) }
    while divisor(count, step) != 1 { step += 2 }
    return step
  }
}
