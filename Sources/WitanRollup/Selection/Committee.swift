import Witan
import WitanCrypto

/// Who proposes and attests in an epoch: the same for all of it, in the order in which they were drawn.
public struct Committee: Hashable, Sendable, Canonical {
  /// The epoch.
  public let epoch: Epoch
  /// What the order follows from.
  public let seed: Digest
  /// Its members' keys, by seat.
  public let members: [PublicKey]

  /// The most members: what an entry of the contracts' state has room for.
  public static let limit = 1_000

  /// A committee.
  public init(epoch: Epoch, seed: Digest, members: [PublicKey]) {
    self.epoch = epoch
    self.seed = seed
    self.members = members
  }

  /// How many signatures a block needs: two thirds of the committee and one more. 33 of 48; all of one, two or three.
  public var threshold: Int { Self.threshold(of: members.count) }

  /// How many signatures a block needs in a committee of this size.
  public static func threshold(of size: Int) -> Int { 2 * size / 3 + 1 }

  /// What is random about a slot of this epoch: an input that nobody could choose.
  public func randomness(of slot: SlotNumber) -> [UInt8] {
    Array("witan/1f".utf8) + seed.bytes + slot.encoded
  }

  /// Writes every field.
  public func encode(to writer: inout ByteWriter) {
    writer.write(epoch)
    writer.write(seed)
    writer.writeCount(members.count)
    for key in members { writer.write(key) }
  }

  /// Reads every field.
  public init(from reader: inout ByteReader) throws(Malformed) {
    epoch = try Epoch(from: &reader)
    seed = try reader.readFixed()
    let count = try reader.readCount("committee members", limit: Self.limit, minimumSize: 32)
    var members: [PublicKey] = []
    for _ in 0..<count { members.append(try reader.readFixed()) }
    self.members = members
  }
}
