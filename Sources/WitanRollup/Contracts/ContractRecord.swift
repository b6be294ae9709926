import Witan
import WitanCrypto
import WitanLedger

/// A block of L1: what the contracts know of the world.
public struct L1Block: Hashable, Sendable, Canonical {
  /// Its height.
  public var height: L1Height
  /// Its time.
  public var time: Micros
  /// What is random about it.
  public var randomness: Digest

  /// A block.
  public init(height: L1Height, time: Micros, randomness: Digest) {
    self.height = height
    self.time = time
    self.randomness = randomness
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(height)
    writer.write(time)
    writer.write(randomness)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    height = try L1Height(from: &reader)
    time = try Micros(from: &reader)
    randomness = try reader.readFixed()
  }
}

/// Where the chains end, and what drawing a committee hangs on.
public struct ChainHead: Equatable, Sendable, Canonical {
  /// The last pending block.
  public var pending: BlockNumber = 0
  /// The last proven block.
  public var proven: BlockNumber = 0
  /// The first slot that the next block may have.
  public var nextSlot: SlotNumber = 0
  /// Commits to all pending blocks.
  public var archive: Digest = .zero
  /// All value in the world state after them.
  public var value: Amount = 0
  /// The epoch after the last in which a block was accepted.
  public var quietSince: Epoch = 0
  /// Who wasn't seen since this epoch isn't drawn.
  public var seenSince: Epoch = 0
  /// The epoch whose committee is drawn next.
  public var nextEpoch: Epoch = 0

  /// Nothing has happened.
  public init() {}

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(pending)
    writer.write(proven)
    writer.write(nextSlot)
    writer.write(archive)
    writer.write(value)
    writer.write(quietSince)
    writer.write(seenSince)
    writer.write(nextEpoch)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    pending = try BlockNumber(from: &reader)
    proven = try BlockNumber(from: &reader)
    nextSlot = try SlotNumber(from: &reader)
    archive = try reader.readFixed()
    value = try Amount(from: &reader)
    quietSince = try Epoch(from: &reader)
    seenSince = try Epoch(from: &reader)
    nextEpoch = try Epoch(from: &reader)
  }
}

/// A block of the pending chain.
public struct PendingBlock: Equatable, Sendable, Canonical {
  /// Its header.
  public var header: RollupHeader
  /// Commits to it and all before it.
  public var archive: Digest
  /// Who proposed it.
  public var proposer: PublicKey

  /// A block.
  init(header: RollupHeader, archive: Digest, proposer: PublicKey) {
    self.header = header
    self.archive = archive
    self.proposer = proposer
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(header)
    writer.write(archive)
    writer.write(proposer)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    header = try RollupHeader(from: &reader)
    archive = try reader.readFixed()
    proposer = try reader.readFixed()
  }
}

/// What a key has at stake, and what it may do with that.
public struct StakeRecord: Equatable, Sendable, Canonical {
  /// Where a stake stands.
  ///
  /// ```
  ///   stake ──▶ queued ── addValidator ──▶ active ── exitStake, removeValidator, slash ─┐
  ///                │                                                                    ▼
  ///                └── exitStake ───────────────────────────────────────▶ leaving ── withdraw ──▶ gone
  /// ```
  public enum Standing: Hashable, Sendable {
    /// It waits for the governance.
    case queued
    /// It is a validator's, in this place of the list.
    case active(place: UInt64)
    /// It is held until this epoch.
    case leaving(due: Epoch)
  }

  /// How much.
  public var amount: Amount
  /// Where it stands.
  public var standing: Standing
  /// In which epoch its validator was last known to be there.
  public var lastSeen: Epoch

  init(amount: Amount, standing: Standing, lastSeen: Epoch) {
    self.amount = amount
    self.standing = standing
    self.lastSeen = lastSeen
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(amount)
    writer.write(lastSeen)
    switch standing {
    case .queued: writer.write(UInt8(0))
    case .active(let place):
      writer.write(UInt8(1))
      writer.write(place)
    case .leaving(let due):
      writer.write(UInt8(2))
      writer.write(due)
    }
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    amount = try Amount(from: &reader)
    lastSeen = try Epoch(from: &reader)
    switch try reader.readUInt8() {
    case 0: standing = .queued
    case 1: standing = .active(place: try reader.readUInt64())
    case 2: standing = .leaving(due: try Epoch(from: &reader))
    case let tag: throw .unknownTag(tag, of: "standing of a stake")
    }
  }
}

/// What an account of L1 has.
public struct L1Account: Equatable, Sendable, Canonical {
  /// What it owns.
  public var balance: Amount = 0
  /// What it earned or was granted, and hasn't pulled.
  public var claimable: Amount = 0

  init() {}

  /// Writes both.
  public func encode(to writer: inout ByteWriter) {
    writer.write(balance)
    writer.write(claimable)
  }

  /// Reads both.
  public init(from reader: inout ByteReader) throws(Malformed) {
    balance = try Amount(from: &reader)
    claimable = try Amount(from: &reader)
  }
}

/// How much there is of everything. What exists was issued.
public struct Treasury: Equatable, Sendable, Canonical {
  /// All there ever was.
  public var issued: Amount = 0
  /// What the governance may grant.
  public var free: Amount = 0
  /// What the rollup pays rewards from.
  public var rewards: Amount = 0
  /// What the users of the rollup deposited: its world state holds as much.
  public var deposits: Amount = 0
  /// What is gone.
  public var burnt: Amount = 0

  init() {}

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(issued)
    writer.write(free)
    writer.write(rewards)
    writer.write(deposits)
    writer.write(burnt)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    issued = try Amount(from: &reader)
    free = try Amount(from: &reader)
    rewards = try Amount(from: &reader)
    deposits = try Amount(from: &reader)
    burnt = try Amount(from: &reader)
  }
}

/// How many validators and proposals there are.
struct Registry: Equatable, Sendable, Canonical {
  var active: UInt64 = 0
  var proposals: UInt64 = 0

  init() {}

  func encode(to writer: inout ByteWriter) {
    writer.write(active)
    writer.write(proposals)
  }

  init(from reader: inout ByteReader) throws(Malformed) {
    active = try reader.readUInt64()
    proposals = try reader.readUInt64()
  }
}

/// Something proposed to the governance.
struct Proposal: Equatable, Sendable, Canonical {
  var calls: [ContractCall]
  var approvals: [PublicKey] = []
  var isExecuted = false

  init(calls: [ContractCall]) { self.calls = calls }

  func encode(to writer: inout ByteWriter) {
    writer.write(ContractCall.propose(calls))
    writer.writeCount(approvals.count)
    for key in approvals { writer.write(key) }
    writer.write(isExecuted)
  }

  init(from reader: inout ByteReader) throws(Malformed) {
    guard case .propose(let calls) = try ContractCall(from: &reader) else {
      throw .invalid("proposal")
    }
    self.calls = calls
    let count = try reader.readCount("approvals", limit: 1_000, minimumSize: 32)
    for _ in 0..<count { approvals.append(try reader.readFixed()) }
    isExecuted = try reader.readFlag("execution of a proposal")
  }
}
