import Witan
import WitanCrypto

/// What a place in the state is for. Its key is a hash, so that nobody chooses where in the tree an entry stands.
public enum StateKey: Hashable, Sendable {
  /// An account.
  case account(PublicKey)
  /// A validator, by its name.
  case validator(ReplicaID)
  /// The name of the validator that signs with a key.
  case validatorKey(PublicKey)
  /// The names of the validators who keep a stake.
  case roster
  /// Who is in office.
  case office
  /// How much there is of everything.
  case supply
  /// The rules that the genesis laid down.
  case economy
  /// A claim, by its digest.
  case claim(Digest)
  /// An offence that was punished.
  case offence(Digest)
  /// A ring of keys.
  case ring(Digest)
  /// The tag with which a member of a ring has acted.
  case ringTag(ring: Digest, tag: PublicKey)
  /// A claim that was proved, by the digest of what it claims.
  case proof(Digest)
  /// Something that a claim has spent, by its digest.
  case spend(Digest)

  /// The key of the tree.
  public var digest: Digest {
    var writer = ByteWriter()
    encode(to: &writer)
    return SHA256.hash(Array("witan/1k".utf8) + writer.bytes)
  }
}

extension StateKey: Canonical {
  /// Writes what it is for, and whose.
  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .account(let key):
      writer.write(UInt8(1))
      writer.write(key)
    case .validator(let id):
      writer.write(UInt8(2))
      writer.write(id)
    case .validatorKey(let key):
      writer.write(UInt8(3))
      writer.write(key)
    case .roster: writer.write(UInt8(4))
    case .office: writer.write(UInt8(5))
    case .supply: writer.write(UInt8(6))
    case .economy: writer.write(UInt8(7))
    case .claim(let digest):
      writer.write(UInt8(8))
      writer.write(digest)
    case .offence(let digest):
      writer.write(UInt8(9))
      writer.write(digest)
    case .ring(let digest):
      writer.write(UInt8(10))
      writer.write(digest)
    case .ringTag(let ring, let tag):
      writer.write(UInt8(11))
      writer.write(ring)
      writer.write(tag)
    case .proof(let digest):
      writer.write(UInt8(12))
      writer.write(digest)
    case .spend(let digest):
      writer.write(UInt8(13))
      writer.write(digest)
    }
  }

  /// Reads what it is for, and whose.
  public init(from reader: inout ByteReader) throws(Malformed) {
    switch try reader.readUInt8() {
    case 1: self = .account(try reader.readFixed())
    case 2: self = .validator(try ReplicaID(from: &reader))
    case 3: self = .validatorKey(try reader.readFixed())
    case 4: self = .roster
    case 5: self = .office
    case 6: self = .supply
    case 7: self = .economy
    case 8: self = .claim(try reader.readFixed())
    case 9: self = .offence(try reader.readFixed())
    case 10: self = .ring(try reader.readFixed())
    case 11:
      let ring: Digest = try reader.readFixed()
      self = .ringTag(ring: ring, tag: try reader.readFixed())
    case 12: self = .proof(try reader.readFixed())
    case 13: self = .spend(try reader.readFixed())
    case let tag: throw .unknownTag(tag, of: "state key")
    }
  }
}
