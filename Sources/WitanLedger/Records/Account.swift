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
  /// A member. Its key is in its validator's record, and never changes.
  public struct Seat: Equatable, Sendable, Canonical {
    /// The validator.
    public let id: ReplicaID
    /// What its vote weighs in this epoch.
    public let power: VotingPower

    /// Writes name and weight.
    public func encode(to writer: inout ByteWriter) {
      writer.write(id)
      writer.write(power)
    }

    /// Reads name and weight.
    public init(from reader: inout ByteReader) throws(Malformed) {
      id = try ReplicaID(from: &reader)
      power = try VotingPower(from: &reader)
    }

    init(_ member: Member) { (id, power) = (member.id, member.power) }
  }

  /// The epoch.
  public let epoch: Epoch
  /// Its members, by name.
  public let seats: [Seat]

  /// The members of an epoch.
  public init(epoch: Epoch, members: [Member]) {
    self.init(epoch: epoch, seats: members.map(Seat.init).sorted { $0.id < $1.id })
  }

  init(epoch: Epoch, seats: [Seat]) { (self.epoch, self.seats) = (epoch, seats) }

  /// The most members there may be.
  static let limit = Membership.memberLimit

  /// What a quorum of them is.
  var quorum: Quorum {
    Quorum(total: seats.reduce(VotingPower(0)) { $0 + $1.power })
  }

  /// What somebody's vote weighs; nil for who isn't a member.
  func power(of id: ReplicaID) -> VotingPower? {
    var (low, high) = (0, seats.count)
    while low < high {
      let middle = (low + high) / 2
      if seats[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low < seats.count && seats[low].id == id ? seats[low].power : nil
  }

  /// Writes epoch and members.
  public func encode(to writer: inout ByteWriter) {
    writer.write(epoch)
    writer.write(seats)
  }

  /// Reads epoch and members.
  public init(from reader: inout ByteReader) throws(Malformed) {
    epoch = try Epoch(from: &reader)
    seats = try reader.readArray("members", limit: Self.limit, minimumSize: 12)
    guard zip(seats, seats.dropFirst()).allSatisfy({ $0.id < $1.id }) else {
      throw .notCanonical("office")
    }
    var total: UInt64 = 0
    for seat in seats {
      let (sum, overflow) = total.addingReportingOverflow(seat.power.rawValue)
      guard !overflow, sum <= VotingPower.totalLimit.rawValue else { throw .invalid("power") }
      total = sum
    }
  }
}
