import Witan

/// The entries in a snapshot of a `KeyValueStore`, read by place.
///
/// The snapshot has the number of entries and the place where each one ends at places of their own, so that an entry's
/// bytes are known by its place among the entries alone. (Were they known by what is written there, a value could be
/// made that reads like an entry.) The entries are sorted by key, and a quorum certified it: so a key that isn't found
/// between two entries that are next to each other is in none.
struct SortedEntries {
  /// The bytes at a range of the snapshot.
  typealias Source = (Range<Int>) throws(Unproved) -> [UInt8]

  private static let countOffset = 32 + 8
  private static let endsOffset = countOffset + 4

  private let source: Source
  /// How many there are.
  let count: Int

  init(_ source: @escaping Source) throws(Unproved) {
    self.source = source
    let bytes = try source(Self.countOffset..<Self.endsOffset)
    count = Int(try Self.read(bytes) { (reader) throws(Malformed) in try reader.readUInt32() })
  }

  /// The entry at a place.
  func entry(at place: Int) throws(Unproved) -> (key: [UInt8], value: [UInt8]) {
    let start = place == 0 ? 0 : try end(at: place - 1)
    let end = try end(at: place)
    let base = Self.endsOffset + 8 * count
    guard start < end else { throw .malformed(.invalid("end of an entry")) }
    let bytes = try source(base + start..<base + end)
    return try Self.read(bytes) { (reader) throws(Malformed) in
      let key = try reader.readBytes("bytes of a key", limit: 4_096)
      return (key, try reader.readBytes("bytes of a value", limit: 65_536))
    }
  }

  private func end(at place: Int) throws(Unproved) -> Int {
    let offset = Self.endsOffset + 8 * place
    let bytes = try source(offset..<offset + 8)
    let end = try Self.read(bytes) { (reader) throws(Malformed) in try reader.readUInt64() }
    // What no snapshot reaches is no end, and can be reckoned with below.
    guard end < UInt64(Bounds.chunks) * UInt64(ChunkTree.chunkSize) else {
      throw .malformed(.invalid("end of an entry"))
    }
    return Int(end)
  }

  /// How many entries have a smaller key: the place where the key is, or would be.
  func place(of key: [UInt8]) throws(Unproved) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if try entry(at: middle).key.lexicographicallyPrecedes(key) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// What there is at a key, if this is the place where it is or would be.
  func finding(of key: [UInt8], at place: Int) throws(Unproved) -> KeyValueStore.Finding {
    guard (0...count).contains(place) else { throw .irrelevant("the place") }
    if place < count {
      let entry = try entry(at: place)
      if entry.key == key { return .value(entry.value) }
      guard key.lexicographicallyPrecedes(entry.key) else { throw .irrelevant("the entry") }
    }
    if place > 0 {
      let before = try entry(at: place - 1)
      guard before.key.lexicographicallyPrecedes(key) else { throw .irrelevant("the entry before") }
    }
    return .absent
  }

  private static func read<Value>(
    _ bytes: [UInt8], _ body: (inout ByteReader) throws(Malformed) -> Value
  ) throws(Unproved) -> Value {
    let result = bytes.withUnsafeBytes { bytes -> Result<Value, Malformed> in
      var reader = ByteReader(bytes)
      do throws(Malformed) {
        let value = try body(&reader)
        try reader.finish()
        return .success(value)
      } catch { return .failure(error) }
    }
    switch result {
    case .success(let value): return value
    case .failure(let fault): throw .malformed(fault)
    }
  }
}
