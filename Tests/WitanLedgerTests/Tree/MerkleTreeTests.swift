import PropertyKit
import Testing
import WitanCrypto
import WitanLedger

/// Keys that part early, late, and at every place between.
let treeKeys = Generator<Digest>("key") { draw in
  let crowd = draw.integer(in: UInt8(0)...7)
  var bytes = [UInt8](repeating: 0, count: 32)
  switch draw.integer(in: 0...2) {
  case 0: bytes = SHA256.hash([crowd]).bytes
  case 1: bytes[31] = crowd
  default: bytes[Int(draw.integer(in: UInt8(0)...31))] = 1 << crowd
  }
  return try #require(Digest(bytes: bytes))
}

let treeChanges = Generator<MerkleTree.Change>("change") { draw in
  let key = try draw(treeKeys)
  return draw.chance(0.3) ? .delete(key) : .put(key, try draw(.bytes(count: 0...40)))
}

/// What a tree should have, as a dictionary.
struct NaiveTree {
  var values: [Digest: [UInt8]] = [:]

  mutating func apply(_ changes: [MerkleTree.Change]) {
    for change in changes { values[change.key] = change.value }
  }

  var entries: [(key: Digest, value: [UInt8])] {
    values.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
  }

  /// The root from the definition, with nothing in common with the tree's code: the shortest common beginning of the
  /// first and the last key parts them all.
  static func node(
    _ entries: ArraySlice<(key: Digest, value: [UInt8])>
  ) -> (digest: Digest, weight: UInt64) {
    guard let first = entries.first, let last = entries.last else { return (.zero, 0) }
    if entries.count == 1 {
      return (SHA256.hash([0x10] + first.key.bytes + first.value), 36 + UInt64(first.value.count))
    }
    func bits(_ key: Digest) -> [Bool] {
      key.bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 == 1 } }
    }
    let depth = zip(bits(first.key), bits(last.key)).prefix { $0.0 == $0.1 }.count
    let middle = entries.firstIndex { bits($0.key)[depth] } ?? entries.endIndex
    let (left, right) = (node(entries[..<middle]), node(entries[middle...]))
    func word(_ number: UInt64) -> [UInt8] { (0..<8).map { UInt8(number >> ($0 * 8) & 0xff) } }
    let bytes =
      [0x11, UInt8(depth)] + word(left.weight) + word(right.weight) + left.digest.bytes
      + right.digest.bytes
    return (SHA256.hash(bytes), left.weight + right.weight)
  }

  var root: Digest { Self.node(entries[...]).digest }
}

@Suite("A sparse Merkle tree")
struct MerkleTreeTests {
  @Test("Any batches give the entries, the root and the order that the definition gives")
  func naiveModel() {
    property(cases: 150) { draw in
      var tree = MerkleTree()
      var naive = NaiveTree()
      for _ in 0..<draw.integer(in: 1...3) {
        let changes = try draw(.arrays(of: treeChanges, count: 0...24))
        try tree.apply(changes)
        naive.apply(changes)
        try expect(tree.root == naive.root)
      }
      try expect(try tree.entries(in: .zero...all).map(\.key) == naive.entries.map(\.key))
      for key in naive.values.keys { try expect(try tree.value(of: key) == naive.values[key]) }
      let other = try draw(treeKeys)
      try expect(try tree.value(of: other) == naive.values[other])
      try expect(tree.isEmpty == naive.values.isEmpty)
    }
  }

  @Test("The root doesn't depend on the order of updates, nor on how they are batched")
  func orderIndependent() {
    property { draw in
      let entries = try draw(.dictionaries(keys: treeKeys, values: .bytes(), count: 0...20))
      let puts = entries.map { MerkleTree.Change.put($0.key, $0.value) }
        .sorted { $0.key < $1.key }
      var whole = MerkleTree()
      try whole.apply(puts)
      var single = MerkleTree()
      for change in draw.shuffled(puts) { try single.apply([change]) }
      try expect(whole.root == single.root)
      for change in draw.shuffled(puts) { try single.apply([.delete(change.key)]) }
      try expect(single.root == .zero)
    }
  }

  @Test("A copy stays as it was, whatever becomes of the other")
  func persistent() {
    property { draw in
      var tree = MerkleTree()
      var snapshots: [(MerkleTree, NaiveTree)] = []
      var naive = NaiveTree()
      for _ in 0..<5 {
        let changes = try draw(.arrays(of: treeChanges, count: 0...8))
        try tree.apply(changes)
        naive.apply(changes)
        snapshots.append((tree, naive))
      }
      for (tree, naive) in snapshots {
        try expect(tree.root == naive.root)
        try expect(try tree.entries(in: .zero...all).map(\.value) == naive.entries.map(\.value))
      }
    }
  }

  @Test("A range has the entries from its lower to its upper end, and no more than the limit")
  func ranges() {
    property { draw in
      var tree = MerkleTree()
      var naive = NaiveTree()
      let changes = try draw(.arrays(of: treeChanges, count: 0...24))
      try tree.apply(changes)
      naive.apply(changes)
      let ends = [try draw(treeKeys), try draw(treeKeys)].sorted()
      let limit = draw.integer(in: 0...30)
      let expected = naive.entries.filter { (ends[0]...ends[1]).contains($0.key) }.prefix(limit)
      let entries = try tree.entries(in: ends[0]...ends[1], limit: limit)
      try expect(entries.map(\.key) == expected.map(\.key))
    }
  }

  @Test("A value that is too long is refused, with its key, and nothing is changed")
  func longValue() throws {
    var tree = MerkleTree()
    let key = SHA256.hash([1])
    let long = [UInt8](repeating: 0, count: MerkleTree.valueLimit + 1)
    #expect(throws: TreeFault.longValue(key, count: long.count)) {
      try tree.apply([.put(SHA256.hash([2]), [2]), .put(key, long)])
    }
    #expect(tree.isEmpty)
    try tree.apply([.put(key, Array(long.dropLast()))])
    #expect(try tree.value(of: key)?.count == MerkleTree.valueLimit)
  }

  @Test("The depth grows with the logarithm of the number of entries")
  func compact() throws {
    var tree = MerkleTree()
    let keys = (0..<2_000).map { SHA256.hash([UInt8($0 & 0xff), UInt8($0 >> 8)]) }
    try tree.apply(keys.map { .put($0, [1]) })
    let longest = try keys.map { try tree.proof(of: [$0]).encoded.count }.max() ?? 0
    // A node of a proof takes at most 43 bytes; 11 forks are needed, 24 would be twice as many.
    #expect(longest < 24 * 43)
  }
}

let all = Digest(bytes: [UInt8](repeating: 0xff, count: 32)) ?? .zero
