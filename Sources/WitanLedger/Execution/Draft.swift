import Witan
import WitanCrypto

/// What one request is about to change: all of it becomes true, or none.
struct Draft {
  private struct Entry {
    let key: Digest
    let before: Record?
    var now: Record?
  }

  /// What the ledger has, the earlier requests of the block included.
  private let read: (Digest) throws(LedgerRefusal) -> Record?
  private var entries: [Entry] = []
  /// Where the entry of a key is, for those who touch many: for a handful, looking through the list is faster.
  private var places: [Digest: Int] = [:]
  private static let handful = 16

  init(_ read: @escaping (Digest) throws(LedgerRefusal) -> Record?) { self.read = read }

  /// What is at a place, with the draft's own changes.
  mutating func record(_ key: StateKey) throws(LedgerRefusal) -> Record? {
    entries[try place(of: key)].now
  }

  /// Changes what is at a place.
  mutating func set(_ key: StateKey, _ record: Record?) throws(LedgerRefusal) {
    entries[try place(of: key)].now = record
  }

  private mutating func place(of key: StateKey) throws(LedgerRefusal) -> Int {
    let digest = key.digest
    let known =
      entries.count <= Self.handful
      ? entries.firstIndex { $0.key == digest } : places[digest]
    if let known { return known }
    let record = try read(digest)
    entries.append(Entry(key: digest, before: record, now: record))
    let place = entries.count - 1
    if entries.count == Self.handful + 1 {
      for (place, entry) in entries.enumerated() { places[entry.key] = place }
    } else if entries.count > Self.handful {
      places[digest] = place
    }
    return place
  }

  /// What is to change; refused when value would appear or vanish by it.
  func changes() throws(LedgerRefusal) -> [(key: Digest, record: Record?)] {
    var sum: Int128 = 0
    var changes: [(key: Digest, record: Record?)] = []
    for entry in entries where entry.now != entry.before {
      sum += (entry.now?.holdings ?? 0) - (entry.before?.holdings ?? 0)
      changes.append((entry.key, entry.now))
    }
    guard sum == 0 else { throw .unbalanced }
    return changes
  }
}

extension Draft {
  mutating func account(_ key: PublicKey) throws(LedgerRefusal) -> Account {
    guard case .account(let account)? = try record(.account(key)) else { return Account() }
    return account
  }

  /// Adds to what a key owns.
  mutating func pay(_ amount: Amount, to key: PublicKey) throws(LedgerRefusal) {
    var account = try account(key)
    account.balance = try account.balance.plus(amount)
    try set(.account(key), .account(account))
  }

  /// Takes from what a key owns, by the number that its next spending must have.
  mutating func spend(
    _ amount: Amount, of key: PublicKey, nonce: UInt64
  ) throws(LedgerRefusal) {
    var account = try account(key)
    guard account.nonce == nonce, nonce < .max else { throw .wrongNonce }
    guard amount > 0 else { throw .nothing }
    account.balance = try account.balance.minus(amount)
    account.nonce = nonce + 1
    try set(.account(key), .account(account))
  }

  mutating func validator(_ id: ReplicaID) throws(LedgerRefusal) -> Validator {
    guard case .validator(let validator)? = try record(.validator(id)) else {
      throw .unknownValidator
    }
    return validator
  }

  mutating func validator(_ id: ReplicaID, of owner: PublicKey) throws(LedgerRefusal) -> Validator {
    let validator = try validator(id)
    guard validator.owner == owner else { throw .notOwner }
    return validator
  }

  mutating func roster() throws(LedgerRefusal) -> [ReplicaID] {
    guard case .roster(let ids)? = try record(.roster) else { return [] }
    return ids
  }

  mutating func office() throws(LedgerRefusal) -> Office {
    guard case .office(let office)? = try record(.office) else {
      return Office(epoch: 0, seats: [])
    }
    return office
  }

  mutating func supply() throws(LedgerRefusal) -> Supply {
    guard case .supply(let supply)? = try record(.supply) else { return Supply() }
    return supply
  }
}
