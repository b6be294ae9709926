import Witan
import WitanCrypto

/// Who checks claims for a stake.
public struct Validator: Equatable, Sendable, Canonical {
  /// Stake on its way back to its owner.
  public struct Leaving: Equatable, Sendable, Canonical {
    /// How much. It can be slashed until it is paid out.
    public var amount: Amount
    /// The first block in which it may be paid out.
    public var due: SequenceNumber

    /// Writes amount and block.
    public func encode(to writer: inout ByteWriter) {
      writer.write(amount)
      writer.write(due)
    }

    /// Stake on its way.
    public init(amount: Amount, due: SequenceNumber) {
      self.amount = amount
      self.due = due
    }

    /// Reads amount and block.
    public init(from reader: inout ByteReader) throws(Malformed) {
      amount = try Amount(from: &reader)
      due = try SequenceNumber(from: &reader)
    }
  }

  /// The name under which it votes.
  public let id: ReplicaID
  /// The key with which it signs.
  public let key: PublicKey
  /// The account that staked, and to which everything is paid.
  public let owner: PublicKey
  /// What it risks, and what its vote weighs.
  public var stake: Amount = 0
  /// What it no longer votes with and hasn't got back.
  public var leaving: [Leaving] = []
  /// All rewards it ever got.
  public var earned: Amount = 0
  /// All that was ever taken from it.
  public var slashed: Amount = 0
  /// How its latest verdicts compare with what a quorum found.
  public var accuracy = Accuracy()

  /// How often stake may be on its way at once.
  static let leavingLimit = 16

  /// A validator without a stake.
  public init(id: ReplicaID, key: PublicKey, owner: PublicKey) {
    self.id = id
    self.key = key
    self.owner = owner
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(id)
    writer.write(key)
    writer.write(owner)
    writer.write(stake)
    writer.write(leaving)
    writer.write(earned)
    writer.write(slashed)
    writer.write(accuracy)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    id = try ReplicaID(from: &reader)
    key = try reader.readFixed()
    owner = try reader.readFixed()
    stake = try Amount(from: &reader)
    leaving = try reader.readArray("leaving stakes", limit: Self.leavingLimit, minimumSize: 16)
    earned = try Amount(from: &reader)
    slashed = try Amount(from: &reader)
    accuracy = try Accuracy(from: &reader)
  }
}

/// How many of a validator's latest verdicts were what a quorum found.
public struct Accuracy: Equatable, Sendable, Canonical {
  /// The longest window there may be.
  public static let longestWindow = 128

  private var newer: UInt64 = 0
  private var older: UInt64 = 0
  /// How many verdicts are in the window.
  public private(set) var count: UInt8 = 0

  /// Of no verdicts so far.
  public init() {}

  /// How many of them were right.
  public var correct: Int { newer.nonzeroBitCount + older.nonzeroBitCount }

  /// How many in a thousand were right; all of them before there is any.
  public var permille: UInt64 { count == 0 ? 1_000 : UInt64(correct) * 1_000 / UInt64(count) }

  /// Adds a verdict; the oldest falls out of a full window.
  public mutating func note(isCorrect: Bool, window: UInt8) {
    let length = min(max(window, 1), UInt8(Self.longestWindow))
    older = older << 1 | newer >> 63
    newer = newer << 1 | (isCorrect ? 1 : 0)
    count = min(count + 1, length)
    if count < 64 {
      newer &= 1 << UInt64(count) - 1
      older = 0
    } else if count < 128 {
      older &= 1 << UInt64(count - 64) - 1
    }
  }

  /// Writes the window.
  public func encode(to writer: inout ByteWriter) {
    writer.write(newer)
    writer.write(older)
    writer.write(count)
  }

  /// Reads the window.
  public init(from reader: inout ByteReader) throws(Malformed) {
    newer = try reader.readUInt64()
    older = try reader.readUInt64()
    count = try reader.readUInt8()
    guard count <= Self.longestWindow else { throw .invalid("window of verdicts") }
  }
}
