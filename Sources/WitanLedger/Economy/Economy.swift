import Witan
import WitanCrypto

/// The rules of value, as the genesis lays them down.
public struct Economy: Equatable, Sendable, Canonical {
  /// From a block on, how much may be issued in each.
  public struct Emission: Equatable, Sendable, Canonical {
    /// The first block to which it applies.
    public let from: SequenceNumber
    /// How much each block adds to what may have been issued.
    public let perBlock: Amount

    /// A step of the schedule.
    public init(from: SequenceNumber, perBlock: Amount) {
      self.from = from
      self.perBlock = perBlock
    }

    /// Writes block and amount.
    public func encode(to writer: inout ByteWriter) {
      writer.write(from)
      writer.write(perBlock)
    }

    /// Reads block and amount.
    public init(from reader: inout ByteReader) throws(Malformed) {
      from = try SequenceNumber(from: &reader)
      perBlock = try Amount(from: &reader)
    }
  }

  /// What becomes of what is taken from offenders.
  public enum Forfeit: UInt8, Sendable {
    /// It is gone.
    case burnt = 0
    /// Those who do right get it, with the next reward.
    case redistributed = 1
  }

  /// What a block of a total difficulty of `difficultyUnit` earns.
  public var baseReward: Amount = .tokens(10)
  /// The difficulty that earns `baseReward`.
  public var difficultyUnit: UInt64 = 1_000_000
  /// Who has less at stake takes no part.
  public var minimumStake: Amount = .tokens(1_000)
  /// How many blocks stake takes on its way back.
  public var unstakeDelay: UInt64 = 1_024
  /// When how much may be issued, by ascending block.
  public var emission: [Emission] = [
    Emission(from: 1, perBlock: .tokens(100)), Emission(from: 10_000_000, perBlock: .tokens(50)),
    Emission(from: 20_000_000, perBlock: .tokens(25)),
    Emission(from: 30_000_000, perBlock: 0),
  ]
  /// The share in ten thousand of its stake that a false verdict costs.
  public var falseVerdictPenalty: UInt64 = 500
  /// The share in ten thousand that it costs to say two things where one may be said.
  public var doubleSigningPenalty: UInt64 = 2_000
  /// The share in ten thousand that it costs to hide what one is bound to.
  public var omissionPenalty: UInt64 = 2_000
  /// The share in ten thousand of what is taken that goes to whoever brought the evidence.
  public var whistleblowerShare: UInt64 = 0
  /// What becomes of the rest.
  public var forfeit = Forfeit.burnt
  /// How many verdicts accuracy is measured over.
  public var accuracyWindow: UInt8 = 100
  /// An accuracy below this many in a thousand raises an alert.
  public var accuracyFloor: UInt64 = 950

  /// The usual rules.
  public init() {}

  /// What a block of this total difficulty earns, before the schedule has its say. It never falls as difficulty rises.
  public func reward(forDifficulty difficulty: UInt64) -> Amount {
    let (high, low) = baseReward.units.multipliedFullWidth(by: difficulty)
    let unit = max(1, difficultyUnit)
    guard high < unit else { return .limit }
    return min(Amount(unit.dividingFullWidth((high, low)).quotient), .limit)
  }

  /// How much the schedule lets be issued up to and including a block, besides the first endowment.
  public func allowance(at height: SequenceNumber) -> Amount {
    var sum: UInt64 = 0
    for (index, step) in emission.enumerated() {
      let last = index + 1 < emission.count ? emission[index + 1].from.previous : .init(.max)
      guard step.from <= height else { break }
      let blocks = min(last, height).rawValue - step.from.rawValue
      let (counted, overflow) = blocks.addingReportingOverflow(1)
      let (product, tooMuch) = step.perBlock.units.multipliedReportingOverflow(by: counted)
      let (total, over) = sum.addingReportingOverflow(product)
      guard !overflow, !tooMuch, !over, total <= Amount.limit.units else { return .limit }
      sum = total
    }
    return Amount(sum)
  }

  /// Why no ledger can follow these rules; nil when one can.
  public var fault: StaticName? {
    if difficultyUnit == 0 { return "difficulty unit" }
    if minimumStake == 0 { return "minimum stake" }
    let shares = [falseVerdictPenalty, doubleSigningPenalty, omissionPenalty, whistleblowerShare]
    if shares.contains(where: { $0 > 10_000 }) { return "share in ten thousand" }
    if !(1...UInt8(Accuracy.longestWindow)).contains(accuracyWindow) { return "accuracy window" }
    if accuracyFloor > 1_000 { return "accuracy floor" }
    if emission.count > 64 { return "number of emission steps" }
    if zip(emission, emission.dropFirst()).contains(where: { $0.from >= $1.from }) {
      return "order of emission steps"
    }
    return nil
  }

  /// Writes every rule.
  public func encode(to writer: inout ByteWriter) {
    writer.write(baseReward)
    writer.write(difficultyUnit)
    writer.write(minimumStake)
    writer.write(unstakeDelay)
    writer.write(emission)
    writer.write(falseVerdictPenalty)
    writer.write(doubleSigningPenalty)
    writer.write(omissionPenalty)
    writer.write(whistleblowerShare)
    writer.write(forfeit.rawValue)
    writer.write(accuracyWindow)
    writer.write(accuracyFloor)
  }

  /// Reads every rule; refuses what no ledger can follow.
  public init(from reader: inout ByteReader) throws(Malformed) {
    baseReward = try Amount(from: &reader)
    difficultyUnit = try reader.readUInt64()
    minimumStake = try Amount(from: &reader)
    unstakeDelay = try reader.readUInt64()
    emission = try reader.readArray("emission steps", limit: 64, minimumSize: 16)
    falseVerdictPenalty = try reader.readUInt64()
    doubleSigningPenalty = try reader.readUInt64()
    omissionPenalty = try reader.readUInt64()
    whistleblowerShare = try reader.readUInt64()
    let tag = try reader.readUInt8()
    guard let forfeit = Forfeit(rawValue: tag) else { throw .unknownTag(tag, of: "forfeit") }
    self.forfeit = forfeit
    accuracyWindow = try reader.readUInt8()
    accuracyFloor = try reader.readUInt64()
    if let fault { throw .invalid(fault) }
  }
}

/// A sum cut into shares by weight.
public enum RewardShares {
  /// Integer shares in proportion to the weights, which together are exactly the sum. The rounding of each is carried on
  /// to the next, so no share is off by more than one unit.
  public static func split(_ sum: Amount, by weights: [UInt64]) -> [Amount] {
    let total = weights.reduce(UInt128(0)) { $0 + UInt128($1) }
    guard total > 0 else { return weights.map { _ in 0 } }
    var shares: [Amount] = []
    shares.reserveCapacity(weights.count)
    var weight: UInt128 = 0
    var given: UInt64 = 0
    for own in weights {
      weight += UInt128(own)
      let due = proportion(sum.units, weight, of: total)
      shares.append(Amount(due - given))
      given = due
    }
    return shares
  }

  /// `units` × `part` / `whole`, rounded down. Weights are scaled down until the product fits; 64 bits of them are kept.
  private static func proportion(_ units: UInt64, _ part: UInt128, of whole: UInt128) -> UInt64 {
    if part == whole { return units }
    let spare = max(0, 64 - whole.leadingZeroBitCount)
    let (part, whole) = (part >> UInt128(spare), whole >> UInt128(spare))
    return UInt64(UInt128(units) * part / max(1, whole))
  }
}
