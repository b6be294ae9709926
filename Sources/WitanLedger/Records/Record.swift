import Witan
import WitanCrypto

/// What stands at a place of the state. Most are accounts, which are kept in place; what is larger is kept in a box.
public enum Record: Equatable, Sendable {
  /// What a key owns.
  case account(Account)
  /// Who checks claims.
  indirect case validator(Validator)
  /// The name of a validator.
  case name(ReplicaID)
  /// The names of the validators who keep a stake, in order.
  case roster([ReplicaID])
  /// Who is in office.
  indirect case office(Office)
  /// How much there is of everything.
  indirect case supply(Supply)
  /// The rules.
  indirect case economy(Economy)
  /// What a quorum found about a claim.
  indirect case claim(SettledClaim)
  /// In which block something was noted.
  case mark(SequenceNumber)
  /// The members of a ring.
  case ring([PublicKey])

  /// The most names in a roster.
  static let rosterLimit = 4_096

  /// What of value it holds. Issued units count against what holds them, so that all the state holds nothing.
  var holdings: Int128 {
    switch self {
    case .account(let account): Int128(account.balance.units)
    case .validator(let validator):
      validator.leaving.reduce(Int128(validator.stake.units)) { $0 + Int128($1.amount.units) }
    case .supply(let supply):
      Int128(supply.burnt.units) + Int128(supply.pool.units) - Int128(supply.issued.units)
    case .name, .roster, .office, .economy, .claim, .mark, .ring: 0
    }
  }
}

extension Record: Canonical {
  /// Writes which it is, and the record.
  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .account(let account):
      writer.write(UInt8(1))
      writer.write(account)
    case .validator(let validator):
      writer.write(UInt8(2))
      writer.write(validator)
    case .name(let id):
      writer.write(UInt8(3))
      writer.write(id)
    case .roster(let ids):
      writer.write(UInt8(4))
      writer.write(ids)
    case .office(let office):
      writer.write(UInt8(5))
      writer.write(office)
    case .supply(let supply):
      writer.write(UInt8(6))
      writer.write(supply)
    case .economy(let economy):
      writer.write(UInt8(7))
      writer.write(economy)
    case .claim(let claim):
      writer.write(UInt8(8))
      writer.write(claim)
    case .mark(let height):
      writer.write(UInt8(9))
      writer.write(height)
    case .ring(let keys):
      writer.write(UInt8(10))
      writer.writeCount(keys.count)
      for key in keys { writer.write(key) }
    }
  }

  /// Reads which it is, and the record.
  public init(from reader: inout ByteReader) throws(Malformed) {
    switch try reader.readUInt8() {
    case 1: self = .account(try Account(from: &reader))
    case 2: self = .validator(try Validator(from: &reader))
    case 3: self = .name(try ReplicaID(from: &reader))
    case 4:
      self = .roster(try reader.readArray("names", limit: Self.rosterLimit, minimumSize: 4))
    case 5: self = .office(try Office(from: &reader))
    case 6: self = .supply(try Supply(from: &reader))
    case 7: self = .economy(try Economy(from: &reader))
    case 8: self = .claim(try SettledClaim(from: &reader))
    case 9: self = .mark(try SequenceNumber(from: &reader))
    case 10: self = .ring(try reader.readKeys())
    case let tag: throw .unknownTag(tag, of: "record")
    }
  }
}

extension ByteReader {
  /// Reads as many keys as a ring may have.
  mutating func readKeys() throws(Malformed) -> [PublicKey] {
    let limit = RingSignature.ringSizes.upperBound
    let count = try readCount("keys of a ring", limit: limit, minimumSize: 32)
    var keys: [PublicKey] = []
    for _ in 0..<count { keys.append(try readFixed()) }
    return keys
  }
}
