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
  /// A request touches a handful of places: looking through a list is faster than a table.
  private var entries: [Entry] = []

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
    if let place = entries.firstIndex(where: { $0.key == digest }) { return place }
    let record = try read(digest)
    entries.append(Entry(key: digest, before: record, now: record))
    return entries.count - 1
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
      return Office(epoch: 0, members: [])
    }
    return office
  }

  mutating func supply() throws(LedgerRefusal) -> Supply {
    guard case .supply(let supply)? = try record(.supply) else { return Supply() }
    return supply
  }
}
