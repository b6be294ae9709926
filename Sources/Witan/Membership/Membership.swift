import WitanCrypto

/// One member of an epoch: a replica, the key it signs with, and what its vote weighs.
public struct Member: Hashable, Sendable, Canonical {
  /// The replica.
  public let id: ReplicaID
  /// The key that verifies its signatures in this epoch.
  public let key: PublicKey
  /// What its vote weighs.
  public let power: VotingPower

  /// A member.
  public init(id: ReplicaID, key: PublicKey, power: VotingPower = 1) {
    self.id = id
    self.key = key
    self.power = power
  }

  static let encodedSize = 4 + 32 + 8

  /// Writes name, key and weight.
  public func encode(to writer: inout ByteWriter) {
    writer.write(id)
    writer.write(key)
    writer.write(power)
  }

  /// Reads name, key and weight.
  public init(from reader: inout ByteReader) throws(Malformed) {
    id = try ReplicaID(from: &reader)
    key = try reader.readFixed()
    power = try VotingPower(from: &reader)
  }
}

/// The members of one epoch, in the order of their names, checked to be possible.
public struct Membership: Hashable, Sendable, Canonical {
  /// More members than this are refused; all per-member storage is sized by it at the most.
  public static let memberLimit = 4_096

  /// The members, by seat.
  public let members: [Member]
  /// The quorum rule of these members.
  public let quorum: Quorum
  /// Commits to every member.
  public let digest: Digest

  /// The members, in any order; refused when they can't form an epoch.
  public init(_ members: [Member]) throws(ImpossibleMembership) {
    let sorted = members.sorted { $0.id < $1.id }
    quorum = Quorum(total: try Self.totalPower(of: sorted))
    self.members = sorted
    var writer = ByteWriter()
    writer.write(sorted)
    digest = writer.withBytes { SHA256.hash($0) }
  }

  private static func totalPower(
    of members: [Member]
  ) throws(ImpossibleMembership) -> VotingPower {
    guard !members.isEmpty else { throw .empty }
    guard members.count <= memberLimit else { throw .tooMany(members.count) }
    var keys: Set<PublicKey> = []
    var total: UInt64 = 0
    for (index, member) in members.enumerated() {
      if index > 0, members[index - 1].id == member.id { throw .duplicateName(member.id) }
      guard keys.insert(member.key).inserted else { throw .duplicateKey(member.id) }
      guard member.power > 0 else { throw .zeroPower(member.id) }
      let (sum, overflow) = total.addingReportingOverflow(member.power.rawValue)
      guard !overflow, sum <= VotingPower.totalLimit.rawValue else { throw .powerOverflow }
      total = sum
    }
    return VotingPower(total)
  }

  /// How many members there are.
  public var count: Int { members.count }

  /// The member in this seat.
  public subscript(seat: Seat) -> Member { members[seat.index] }

  /// The seat of this replica; nil when it is no member.
  public func seat(of id: ReplicaID) -> Seat? {
    let guess = Int(id.rawValue)
    if guess < members.count, members[guess].id == id { return Seat(guess) }
    var low = 0
    var high = members.count
    while low < high {
      let middle = (low + high) / 2
      if members[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low < members.count && members[low].id == id ? Seat(low) : nil
  }

  /// What these seats weigh together.
  public func power(of seats: SeatSet) -> VotingPower {
    seats.reduce(0) { $0 + members[$1.index].power }
  }

  /// The seat that leads a view: round-robin, starting one seat further in each epoch, so that no
  /// member leads the first view of every epoch.
  public func leader(of view: View, in epoch: Epoch) -> Seat {
    let count = UInt64(members.count)
    return Seat(Int((view.rawValue % count + epoch.rawValue % count) % count))
  }

  /// Writes the members.
  public func encode(to writer: inout ByteWriter) { writer.write(members) }

  /// Reads the members; refuses what isn't sorted or can't form an epoch.
  public init(from reader: inout ByteReader) throws(Malformed) {
    let members: [Member] = try reader.readArray(
      "members", limit: Self.memberLimit, minimumSize: Member.encodedSize)
    do { try self.init(members) } catch { throw .impossible(.membership(error)) }
    guard self.members == members else { throw .notCanonical("membership") }
  }
}

/// Why members can't form an epoch.
public enum ImpossibleMembership: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is nobody.
  case empty
  /// More than `Membership.memberLimit`.
  case tooMany(Int)
  /// Two members have this name.
  case duplicateName(ReplicaID)
  /// This member's key is another member's too.
  case duplicateKey(ReplicaID)
  /// This member's vote weighs nothing.
  case zeroPower(ReplicaID)
  /// The weights together exceed `VotingPower.totalLimit`.
  case powerOverflow

  /// What is wrong and what would be right, for people.
  public var description: String {
    switch self {
    case .empty: "there are no members; name at least one"
    case .tooMany(let count):
      "\(count) members are too many; at most \(Membership.memberLimit) can serve in an epoch"
    case .duplicateName(let id): "\(id) is named twice; give each member a name of its own"
    case .duplicateKey(let id): "\(id) has another member's key; give each member a key of its own"
    case .zeroPower(let id): "\(id) has a weight of 0; give it at least 1, or leave it out"
    case .powerOverflow:
      "the weights add up to more than \(VotingPower.totalLimit); scale them down"
    }
  }
}
