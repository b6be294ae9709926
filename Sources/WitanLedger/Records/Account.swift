import Witan
import WitanCrypto

/// What a key owns, and how often it has spent.
public struct Account: Equatable, Sendable, Canonical {
  /// What it owns.
  public var balance: Amount = 0
  /// The number that its next spending must have: each is used once.
  public var nonce: UInt64 = 0

  /// An account that owns nothing.
  public init() {}

  /// Writes balance and nonce.
  public func encode(to writer: inout ByteWriter) {
    writer.write(balance)
    writer.write(nonce)
  }

  /// Reads balance and nonce.
  public init(from reader: inout ByteReader) throws(Malformed) {
    balance = try Amount(from: &reader)
    nonce = try reader.readUInt64()
  }
}

/// How much there is of everything. Whatever exists was issued: what accounts, stakes, the pool and the burnt have
/// is as much as that, after every transition.
public struct Supply: Equatable, Sendable, Canonical {
  /// What was ever issued, the first endowment included.
  public var issued: Amount = 0
  /// What of that was issued as rewards: never more than the schedule allows by then.
  public var rewarded: Amount = 0
  /// What was ever burnt.
  public var burnt: Amount = 0
  /// What was taken from offenders and waits to be given out with the next reward.
  public var pool: Amount = 0

  /// Nothing of anything.
  public init() {}

  /// Writes the four.
  public func encode(to writer: inout ByteWriter) {
    writer.write(issued)
    writer.write(rewarded)
    writer.write(burnt)
    writer.write(pool)
  }

  /// Reads the four.
  public init(from reader: inout ByteReader) throws(Malformed) {
    issued = try Amount(from: &reader)
    rewarded = try Amount(from: &reader)
    burnt = try Amount(from: &reader)
    pool = try Amount(from: &reader)
  }
}

/// Who is in office: whose verdicts count.
public struct Office: Equatable, Sendable, Canonical {
  /// The epoch.
  public var epoch: Epoch
  /// Its members, by name.
  public var members: [Member]

  /// The members of an epoch.
  public init(epoch: Epoch, members: [Member]) {
    self.epoch = epoch
    self.members = members.sorted { $0.id < $1.id }
  }

  /// The most members whom one entry of the state has room for.
  static let limit = 700

  /// Writes epoch and members.
  public func encode(to writer: inout ByteWriter) {
    writer.write(epoch)
    writer.write(members)
  }

  /// Reads epoch and members.
  public init(from reader: inout ByteReader) throws(Malformed) {
    epoch = try Epoch(from: &reader)
    members = try reader.readArray("members", limit: Self.limit, minimumSize: 44)
    guard zip(members, members.dropFirst()).allSatisfy({ $0.id < $1.id }) else {
      throw .notCanonical("office")
    }
  }
}
