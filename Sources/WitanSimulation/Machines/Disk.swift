import Witan
import WitanCrypto
import WitanDraw

/// A machine's disk: its journal, and the application's states at checkpoints.
///
/// What was written reaches the platter with the next sync. A machine that dies before loses what came after some
/// record, or all of it, and may leave half a record behind, which its checksum tells.
struct Disk: Sendable {
  /// Why a journal can't be read.
  enum Damage: Error, Equatable, Sendable {
    /// A record's checksum isn't that of its bytes.
    case checksum(record: Int)
    /// A record that the checksum vouches for has no meaning.
    case malformed(record: Int)
  }

  /// One record as it lies on the platter.
  private struct Line: Sendable {
    var bytes: [UInt8]
    let checksum: Digest
  }

  /// What is on the platter, folded, but for the first `synced` records of the log.
  private var durable = Journal.Recovery()
  /// The same byte by byte, for disks that are watched closely.
  private var lines: [Line]?
  /// The record that was being written when the power failed: a part of it.
  private var torn: Line?
  /// What was written since the platter was folded last: first what is on it, then what isn't yet.
  private var log: [Journal.Record] = []
  private var synced = 0
  /// Whether the log has a checkpoint, at which most of what came before it can be left out.
  private var hasCheckpoint = false
  /// How many of the unsynced records the sync under way covers.
  private var syncing: Int?
  /// The application's states at checkpoints. They are written out when somebody reads them: most are never read.
  private(set) var states: [(sequence: SequenceNumber, application: ReplicatedApplication)] = []
  /// Which states are to be released, each when so many more records are on the platter: until then the journal on it may
  /// rest on one of them.
  private var releases: [(records: Int, before: SequenceNumber)] = []
  /// How long a sync takes.
  var syncTime: Micros = 0
  /// Whether there is room for nothing more.
  var isFull = false

  /// A journal on the platter byte by byte is rewritten when it has so many more records than it needs.
  private static let slack = 4_096
  /// So many records are folded at once, if no checkpoint comes before: folding each alone would keep what the next
  /// checkpoint drops.
  private static let foldSize = 1_024

  // MARK: Writing

  /// Writes a record; false when there is no room.
  mutating func write(_ record: consuming Journal.Record) -> Bool {
    guard !isFull else { return false }
    if case .stable = record { hasCheckpoint = true }
    log.append(record)
    return true
  }

  /// Whether all that was written is on the platter.
  var isSynced: Bool { synced == log.count }

  /// Whether a sync is under way.
  var isSyncing: Bool { syncing != nil }

  /// Begins a sync of all that was written; false when one is under way.
  mutating func beginSync() -> Bool {
    guard syncing == nil else { return false }
    syncing = written
    return true
  }

  /// How many records of the present sync, or of those still to come, must be done until all that was written so far
  /// is on the platter.
  var written: Int { log.count - synced }

  /// A sync is done; how many records it put on the platter.
  mutating func endSync() -> Int {
    let count = syncing ?? written
    syncing = nil
    settle(count)
    return count
  }

  private mutating func settle(_ count: Int) {
    defer { release(afterSyncing: count) }
    guard lines == nil else {
      for record in log.prefix(count) {
        durable.absorb(record)
        append(record)
      }
      log.removeFirst(count)
      return
    }
    synced += count
    if hasCheckpoint && isSynced || synced >= Self.foldSize { fold() }
  }

  private mutating func fold() {
    durable.absorb(contentsOf: log[..<synced])
    log.removeFirst(synced)
    synced = 0
    hasCheckpoint = false
  }

  mutating func save(_ application: ReplicatedApplication, at sequence: SequenceNumber) {
    states.removeAll { $0.sequence == sequence }
    states.append((sequence, application))
  }

  /// Releases states once all that was written so far is on the platter.
  mutating func releaseStates(before sequence: SequenceNumber) {
    releases.append((written, sequence))
    release(afterSyncing: 0)
  }

  /// How many states there are that nobody has asked to release.
  var statesInUse: Int {
    let needless = releases.last?.before ?? 0
    return states.count { $0.sequence >= needless }
  }

  private mutating func release(afterSyncing count: Int) {
    for index in releases.indices { releases[index].records -= count }
    while let first = releases.first, first.records <= 0 {
      states.removeAll { $0.sequence < first.before }
      releases.removeFirst()
    }
  }

  // MARK: What goes wrong

  /// The machine dies: of what wasn't synced, as many records stay as the disk happened to have written.
  mutating func losePower(_ draw: inout Draw) {
    let kept = draw.integer(in: 0...written)
    settle(kept)
    tear(&draw)
    log.removeLast(written)
    releases.removeAll()
    syncing = nil
  }

  private mutating func tear(_ draw: inout Draw) {
    torn = nil
    guard written > 0 else { return }
    let bytes = log[log.count - written].encoded
    let length = draw.integer(in: 0...bytes.count - 1)
    torn = Line(bytes: Array(bytes.prefix(length)), checksum: SHA256.hash(bytes))
  }

  /// Keeps every byte from now on, so that bits can flip.
  mutating func keepBytes() {
    guard lines == nil else { return }
    fold()
    lines = []
    for record in durable.compacted { append(record) }
  }

  private mutating func append(_ record: Journal.Record) {
    let bytes = record.encoded
    lines?.append(Line(bytes: bytes, checksum: SHA256.hash(bytes)))
    let compacted = durable.compacted
    guard let count = lines?.count, count > compacted.count + Self.slack else { return }
    lines = compacted.map { Line(bytes: $0.encoded, checksum: SHA256.hash($0.encoded)) }
  }

  /// Flips a bit of what is on the platter; false when there is nothing on it.
  mutating func flipBit(_ draw: inout Draw) -> Bool {
    keepBytes()
    guard let count = lines?.count, count > 0 else { return false }
    let line = draw.integer(in: 0...count - 1)
    guard let bits = lines?[line].bytes.count, bits > 0 else { return false }
    lines?[line].bytes[draw.integer(in: 0...bits - 1)] ^= 1 << draw.integer(in: 0...UInt8(7))
    return true
  }

  // MARK: Reading

  /// What the journal amounts to, if it is whole: what no sync vouched for may end in the middle of a record.
  func recovery() throws(Damage) -> Journal.Recovery {
    var recovery = lines == nil ? durable : Journal.Recovery()
    if lines == nil { recovery.absorb(contentsOf: log[..<synced]) }
    let vouched = lines ?? []
    for (index, line) in (vouched + (torn.map { [$0] } ?? [])).enumerated() {
      guard SHA256.hash(line.bytes) == line.checksum else {
        if index == vouched.count { break }
        throw .checksum(record: index)
      }
      guard let record = try? Journal.Record(decoding: line.bytes) else {
        throw .malformed(record: index)
      }
      recovery.absorb(record)
    }
    return recovery
  }
}
