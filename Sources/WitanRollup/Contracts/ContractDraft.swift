import Witan
import WitanCrypto
import WitanLedger

/// What a transaction is about to change: all of it becomes true, or none.
struct ContractDraft {
  private struct Entry {
    let key: ContractKey
    let digest: Digest
    let before: [UInt8]?
    var now: [UInt8]?
    /// What the place holds more than before.
    var gain: Int128
  }

  let rules: RollupRules
  let network: Contracts.Network
  /// What is told to whoever watches.
  var events: [ContractEvent] = []
  private let tree: MerkleTree
  /// A transaction touches a handful of places: looking through a list is faster than a table.
  private var entries: [Entry] = []

  init(_ tree: MerkleTree, rules: RollupRules, network: Contracts.Network) {
    self.tree = tree
    self.rules = rules
    self.network = network
  }

  /// What is at a place, with the draft's own changes.
  mutating func read<Value: Canonical>(
    _ key: ContractKey, as type: Value.Type = Value.self
  ) throws(ContractRefusal) -> Value? {
    guard let bytes = entries[try place(of: key)].now else { return nil }
    return try decode(bytes)
  }

  /// What was at a place before the draft: for those who look at many.
  func peek<Value: Canonical>(
    _ key: ContractKey, as type: Value.Type = Value.self
  ) throws(ContractRefusal) -> Value? {
    let bytes: [UInt8]?
    do { bytes = try tree.value(of: key.digest) } catch { throw .unreadable }
    guard let bytes else { return nil }
    return try decode(bytes)
  }

  /// Whether anything is at a place.
  mutating func has(_ key: ContractKey) throws(ContractRefusal) -> Bool {
    entries[try place(of: key)].now != nil
  }

  private func decode<Value: Canonical>(_ bytes: [UInt8]) throws(ContractRefusal) -> Value {
    do { return try Value(decoding: bytes) } catch { throw .unreadable }
  }

  /// Changes what is at a place.
  mutating func write(_ value: some Canonical, to key: ContractKey) throws(ContractRefusal) {
    try write(bytes: value.encoded, to: key, gain: 0)
  }

  /// Changes what is at a place that may hold value.
  mutating func write<Value: Canonical & Holding>(
    _ value: Value, to key: ContractKey
  ) throws(ContractRefusal) {
    let held: Value? = try read(key)
    try write(
      bytes: value.encoded, to: key, gain: value.holdings - (held?.holdings ?? 0))
  }

  /// Leaves nothing at a place.
  mutating func erase<Value: Canonical & Holding>(
    _ key: ContractKey, _ type: Value.Type
  ) throws(ContractRefusal) {
    let held: Value? = try read(key)
    try write(bytes: nil, to: key, gain: -(held?.holdings ?? 0))
  }

  /// Leaves nothing at a place that holds no value.
  mutating func erase(_ key: ContractKey) throws(ContractRefusal) {
    try write(bytes: nil, to: key, gain: 0)
  }

  private mutating func write(
    bytes: [UInt8]?, to key: ContractKey, gain: Int128
  ) throws(ContractRefusal) {
    guard bytes.map({ $0.count <= MerkleTree.valueLimit }) ?? true else { throw .tooLarge }
    let place = try place(of: key)
    entries[place].now = bytes
    entries[place].gain += gain
  }

  private mutating func place(of key: ContractKey) throws(ContractRefusal) -> Int {
    if let place = entries.firstIndex(where: { $0.key == key }) { return place }
    let digest = key.digest
    let bytes: [UInt8]?
    do { bytes = try tree.value(of: digest) } catch { throw .unreadable }
    entries.append(Entry(key: key, digest: digest, before: bytes, now: bytes, gain: 0))
    return entries.count - 1
  }

  /// What is to change; refused when value would appear or vanish by it.
  func changes() throws(ContractRefusal) -> [MerkleTree.Change] {
    guard entries.reduce(Int128(0), { $0 + $1.gain }) == 0 else { throw .unbalanced }
    return entries.filter { $0.now != $0.before }.map { entry in
      entry.now.map { .put(entry.digest, $0) } ?? .delete(entry.digest)
    }
  }
}

/// Something that holds value, which is counted.
protocol Holding {
  /// What it holds. What was issued counts against what holds it, so that all together hold nothing.
  var holdings: Int128 { get }
}

extension L1Account: Holding {
  var holdings: Int128 { Int128(balance.units) + Int128(claimable.units) }
}

extension StakeRecord: Holding {
  var holdings: Int128 { Int128(amount.units) }
}

extension Treasury: Holding {
  var holdings: Int128 {
    [free, rewards, deposits, burnt].reduce(-Int128(issued.units)) { $0 + Int128($1.units) }
  }
}

extension ContractDraft {
  mutating func clock() throws(ContractRefusal) -> L1Block { try required(.clock) }
  mutating func head() throws(ContractRefusal) -> ChainHead { try required(.head) }
  mutating func treasury() throws(ContractRefusal) -> Treasury { try required(.treasury) }
  mutating func registry() throws(ContractRefusal) -> Registry { try required(.registry) }

  private mutating func required<Value: Canonical>(
    _ key: ContractKey
  ) throws(ContractRefusal) -> Value {
    guard let value: Value = try read(key) else { throw .unreadable }
    return value
  }

  mutating func account(_ key: PublicKey) throws(ContractRefusal) -> L1Account {
    try read(.account(key)) ?? L1Account()
  }

  /// The epoch of the present block of L1.
  mutating func epoch() throws(ContractRefusal) -> Epoch {
    rules.timetable.epoch(at: try clock().time)
  }

  /// The slot of the present block of L1.
  mutating func slot() throws(ContractRefusal) -> SlotNumber {
    rules.timetable.slot(at: try clock().time)
  }

  /// Adds to what a key owns.
  mutating func pay(_ amount: Amount, to key: PublicKey) throws(ContractRefusal) {
    var account = try account(key)
    account.balance = try account.balance.adding(amount)
    try write(account, to: .account(key))
  }

  /// Adds to what a key may pull.
  mutating func credit(_ amount: Amount, to key: PublicKey) throws(ContractRefusal) {
    var account = try account(key)
    account.claimable = try account.claimable.adding(amount)
    try write(account, to: .account(key))
  }
}

extension Amount {
  /// The sum; refused when it is beyond what there may be.
  func adding(_ other: Amount) throws(ContractRefusal) -> Amount {
    do { return try plus(other) } catch { throw .overflow }
  }

  /// The difference; refused when there isn't so much.
  func taking(_ other: Amount) throws(ContractRefusal) -> Amount {
    do { return try minus(other) } catch { throw .insufficient }
  }
}
