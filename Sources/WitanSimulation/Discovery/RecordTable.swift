import Witan
import WitanCrypto

/// The nodes that a node knows, in buckets by the distance of their keys from its own, as in Kademlia.
///
/// Three rules keep liars from filling it: who spoke for itself and answers is never pushed out by a newcomer,
/// and pushes out those who are only spoken of; a bucket takes a few, and half of all keys belong into the first, a quarter into the second, and so on; and
/// one machine has at most two entries, whatever keys it makes up. Keys that are sought have a bucket of their own
/// with room for all of them.
struct RecordTable: Sendable {
  struct Entry: Sendable {
    var record: PeerRecord
    /// Where its key lies.
    let position: UInt64
    /// When it was last heard of from itself, or first from others.
    var heard: Micros
    /// When it was last asked.
    var asked: Micros?
    /// How often in a row it didn't answer.
    var failures = 0
    /// Whether it spoke for itself from its address, and so is worth telling others of.
    var isConfirmed: Bool

    init(_ record: PeerRecord, heard: Micros, isConfirmed: Bool) {
      (self.record, self.heard, self.isConfirmed) = (record, heard, isConfirmed)
      position = RecordTable.position(of: record.subject)
    }
  }

  /// The most entries of one machine: a node that changes its key has two for a while.
  static let perAddress = 2
  /// Beyond this many leading bits in common all keys share a bucket: 2²⁴ nodes are more than there are.
  static let depth = 24

  private let own: UInt64
  private let capacity: Int
  /// Only asked for single keys, so its order is never seen.
  private let sought: Set<PublicKey>
  private(set) var buckets: [[Entry]]

  init(own key: PublicKey, bucketSize: Int, sought: Set<PublicKey> = []) {
    own = Self.position(of: key)
    capacity = bucketSize
    self.sought = sought
    buckets = Array(repeating: [], count: Self.depth + 1)
  }

  /// Where a key lies: its digest decides, since anybody can choose a key.
  static func position(of key: PublicKey) -> UInt64 {
    let digest = key.withBytes { SHA256.hash($0) }
    return digest.withBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
  }

  private func bucket(of key: PublicKey) -> Int {
    sought.contains(key)
      ? Self.depth : min(Self.depth - 1, (Self.position(of: key) ^ own).leadingZeroBitCount)
  }

  var count: Int { buckets.reduce(0) { $0 + $1.count } }

  /// All entries, the farthest bucket first and the longest known first in each.
  var entries: [Entry] { buckets.flatMap(\.self) }

  func entry(of key: PublicKey) -> Entry? {
    buckets[bucket(of: key)].first { $0.record.subject == key }
  }

  /// Changes an entry.
  mutating func update(_ key: PublicKey, _ change: (inout Entry) -> Void) {
    let bucket = bucket(of: key)
    guard let index = buckets[bucket].firstIndex(where: { $0.record.subject == key }) else {
      return
    }
    change(&buckets[bucket][index])
  }

  /// Takes in one who isn't there; who had to go for it, or nil if there is no room for it.
  mutating func insert(_ entry: Entry) -> (isStored: Bool, removed: PublicKey?) {
    let address = entry.record.address
    guard entries.count(where: { $0.record.address == address }) < Self.perAddress else {
      return (false, nil)
    }
    let bucket = bucket(of: entry.record.subject)
    if bucket == Self.depth || buckets[bucket].count < capacity {
      buckets[bucket].append(entry)
      return (true, nil)
    }
    let silent = buckets[bucket].firstIndex { $0.failures > 0 }
    let hearsay = entry.isConfirmed ? buckets[bucket].firstIndex { !$0.isConfirmed } : nil
    guard let place = silent ?? hearsay else { return (false, nil) }
    let removed = buckets[bucket].remove(at: place).record.subject
    buckets[bucket].append(entry)
    return (true, removed)
  }

  /// Removes those of whom this is true; their keys.
  mutating func removeAll(where isGone: (Entry) -> Bool) -> [PublicKey] {
    var gone: [PublicKey] = []
    for bucket in buckets.indices {
      gone += buckets[bucket].filter(isGone).map(\.record.subject)
      buckets[bucket].removeAll(where: isGone)
    }
    return gone
  }

  /// The confirmed entries that are nearest to a key.
  func nearest(to target: PublicKey, count: Int) -> [PeerRecord] {
    let position = Self.position(of: target)
    let near = buckets.flatMap { bucket in
      bucket.filter(\.isConfirmed).map { entry in
        (distance: entry.position ^ position, record: entry.record)
      }
    }
    return near.sorted { $0.distance < $1.distance }.prefix(count).map(\.record)
  }
}
