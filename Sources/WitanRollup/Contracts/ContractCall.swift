import Witan
import WitanCrypto
import WitanLedger

/// What can be asked of the contracts. Who asks is known from the transaction.
public enum ContractCall: Hashable, Sendable {
  // Governance
  /// Proposes what the governance should do.
  case propose([ContractCall])
  /// Approves a proposal.
  case approve(UInt64)
  /// Does what an approved proposal says, in the name of the governance.
  case execute(UInt64)

  // Validator registry
  /// Puts an amount at stake for one's key, which joins the queue.
  case stake(PublicKey, Amount)
  /// Leaves the validators, or the queue; the stake is held for some epochs more.
  case exitStake(PublicKey)
  /// Pays out the stake of who has left.
  case withdraw(PublicKey)
  /// Makes a validator of one in the queue. Governance only.
  case addValidator(PublicKey)
  /// Has a validator leave. Governance only.
  case removeValidator(PublicKey)
  /// Says that one is there, while no blocks are.
  case declarePresence

  // Rollup
  /// Makes data available to everybody.
  case publish([UInt8])
  /// Takes part in a slot's lottery.
  case enter(SlotNumber, Entry)
  /// Adds a block to the pending chain.
  case processPendingBlock(RollupHeader, archive: Digest, signatures: [Attestation])
  /// Adds all pending blocks up to one to the proven chain.
  case processProvenBlock(BlockNumber, archive: Digest, proof: EpochProof)

  // Rewards
  /// Grants an amount out of the treasury. Governance only.
  case allocateRewards(PublicKey, Amount)
  /// Takes what was granted and earned.
  case pullRewards

  // Slasher
  /// Takes a share of the stakes of all of these, and removes those with too little left. By the slasher's key only.
  case slash([PublicKey])
}

/// A member's signature on a block.
public struct Attestation: Hashable, Sendable, Canonical {
  /// The member's seat in the committee.
  public let seat: UInt32
  /// Its signature over ``RollupHeader/signedBytes(archive:chain:)``.
  public let signature: Signature

  /// A signature.
  public init(seat: UInt32, signature: Signature) {
    self.seat = seat
    self.signature = signature
  }

  /// Writes seat and signature.
  public func encode(to writer: inout ByteWriter) {
    writer.write(seat)
    writer.write(signature)
  }

  /// Reads seat and signature.
  public init(from reader: inout ByteReader) throws(Malformed) {
    seat = try reader.readUInt32()
    signature = try reader.readFixed()
  }
}

extension ContractCall: Canonical {
  private static let listLimit = 4_096
  private static let publishLimit = 1 << 20

  /// Writes which it is, and what it needs.
  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .propose(let calls): writer.write(tag: 1, calls)
    case .approve(let id): writer.write(tag: 2, id)
    case .execute(let id): writer.write(tag: 3, id)
    case .stake(let key, let amount): writer.write(tag: 4, key, amount)
    case .exitStake(let key): writer.write(tag: 5, key)
    case .withdraw(let key): writer.write(tag: 6, key)
    case .addValidator(let key): writer.write(tag: 7, key)
    case .removeValidator(let key): writer.write(tag: 8, key)
    case .declarePresence: writer.write(UInt8(9))
    case .publish(let bytes):
      writer.write(UInt8(10))
      writer.write(bytes: bytes)
    case .enter(let slot, let entry):
      writer.write(UInt8(11))
      writer.write(slot)
      writer.write(entry)
    case .processPendingBlock(let header, let archive, let signatures):
      writer.write(UInt8(12))
      writer.write(header)
      writer.write(archive)
      writer.write(signatures)
    case .processProvenBlock(let last, let archive, let proof):
      writer.write(UInt8(13))
      writer.write(last)
      writer.write(archive)
      writer.write(proof)
    case .allocateRewards(let key, let amount): writer.write(tag: 14, key, amount)
    case .pullRewards: writer.write(UInt8(15))
    case .slash(let keys):
      writer.write(UInt8(16))
      writer.writeCount(keys.count)
      for key in keys { writer.write(key) }
    }
  }

  /// Reads which it is, and what it needs.
  public init(from reader: inout ByteReader) throws(Malformed) {
    try self.init(from: &reader, mayPropose: true)
  }

  private init(from reader: inout ByteReader, mayPropose: Bool) throws(Malformed) {
    switch try reader.readUInt8() {
    case 1 where mayPropose:
      // A proposal to propose would be a way to nest without end.
      let count = try reader.readCount("proposed calls", limit: 64, minimumSize: 1)
      var calls: [ContractCall] = []
      for _ in 0..<count { calls.append(try ContractCall(from: &reader, mayPropose: false)) }
      self = .propose(calls)
    case 2: self = .approve(try reader.readUInt64())
    case 3: self = .execute(try reader.readUInt64())
    case 4: self = .stake(try reader.readFixed(), try Amount(from: &reader))
    case 5: self = .exitStake(try reader.readFixed())
    case 6: self = .withdraw(try reader.readFixed())
    case 7: self = .addValidator(try reader.readFixed())
    case 8: self = .removeValidator(try reader.readFixed())
    case 9: self = .declarePresence
    case 10:
      self = .publish(try reader.readBytes("published bytes", limit: Self.publishLimit))
    case 11: self = .enter(try SlotNumber(from: &reader), try Entry(from: &reader))
    case 12:
      let header = try RollupHeader(from: &reader)
      let archive: Digest = try reader.readFixed()
      self = .processPendingBlock(
        header, archive: archive,
        signatures: try reader.readArray("signatures", limit: Committee.limit, minimumSize: 68))
    case 13:
      let last = try BlockNumber(from: &reader)
      let archive: Digest = try reader.readFixed()
      self = .processProvenBlock(last, archive: archive, proof: try EpochProof(from: &reader))
    case 14: self = .allocateRewards(try reader.readFixed(), try Amount(from: &reader))
    case 15: self = .pullRewards
    case 16:
      let count = try reader.readCount("addresses", limit: Self.listLimit, minimumSize: 32)
      var keys: [PublicKey] = []
      for _ in 0..<count { keys.append(try reader.readFixed()) }
      self = .slash(keys)
    case let tag: throw .unknownTag(tag, of: "contract call")
    }
  }
}

extension ByteWriter {
  fileprivate mutating func write(tag: UInt8, _ number: UInt64) {
    write(tag)
    write(number)
  }

  fileprivate mutating func write(tag: UInt8, _ calls: [ContractCall]) {
    write(tag)
    write(calls)
  }

  fileprivate mutating func write(tag: UInt8, _ key: PublicKey, _ amount: Amount? = nil) {
    write(tag)
    write(key)
    if let amount { amount.encode(to: &self) }
  }
}
