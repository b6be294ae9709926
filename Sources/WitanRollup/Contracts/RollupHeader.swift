import Witan
import WitanCrypto
import WitanLedger

/// A block of the rollup as L1 sees it.
public struct RollupHeader: Hashable, Sendable, Canonical {
  /// Its number.
  public var number: BlockNumber
  /// The slot in which it was proposed.
  public var slot: SlotNumber
  /// Commits to all blocks before it.
  public var previous: Digest
  /// The world state after it.
  public var stateRoot: Digest
  /// Commits to its effects.
  public var effects: Digest
  /// How many transactions it has.
  public var transactions: UInt32
  /// What they pay the proposer. It leaves the rollup.
  public var fees: Amount
  /// All value in the world state before it.
  public var valueBefore: Amount
  /// All value in the world state after it.
  public var valueAfter: Amount

  /// A header.
  public init(
    number: BlockNumber, slot: SlotNumber, previous: Digest, stateRoot: Digest, effects: Digest,
    transactions: UInt32, fees: Amount, valueBefore: Amount, valueAfter: Amount
  ) {
    self.number = number
    self.slot = slot
    self.previous = previous
    self.stateRoot = stateRoot
    self.effects = effects
    self.transactions = transactions
    self.fees = fees
    self.valueBefore = valueBefore
    self.valueAfter = valueAfter
  }

  /// Commits to this block and all before it.
  public var archive: Digest { SHA256.hash(Array("witan/1h".utf8) + encoded) }

  /// What a member of the committee signs to say that it executed the block and came to the same.
  public static func signedBytes(archive: Digest, chain: Digest) -> [UInt8] {
    Array("witan/1b".utf8) + chain.bytes + archive.bytes
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(number)
    writer.write(slot)
    writer.write(previous)
    writer.write(stateRoot)
    writer.write(effects)
    writer.write(transactions)
    writer.write(fees)
    writer.write(valueBefore)
    writer.write(valueAfter)
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    number = try BlockNumber(from: &reader)
    slot = try SlotNumber(from: &reader)
    previous = try reader.readFixed()
    stateRoot = try reader.readFixed()
    effects = try reader.readFixed()
    transactions = try reader.readUInt32()
    fees = try Amount(from: &reader)
    valueBefore = try Amount(from: &reader)
    valueAfter = try Amount(from: &reader)
  }
}
