import PropertyKit
import Testing
import WitanCrypto
import WitanLedger
import WitanNode

@Suite("Trees in a store")
struct TreeStoreTests {
  @Test("Whatever is kept comes back at its height; released trees leave nothing behind")
  func keepsAndReleases() {
    property(cases: 60) { draw in
      var store = TreeStore(MemoryBacking())
      var kept: [(MerkleTree, NaiveTree)] = []
      var naive = NaiveTree()
      for height in UInt64(0)...4 {
        // Every other update is of a tree that was read back, most of which is missing from memory.
        var tree = try store.latest()?.tree ?? MerkleTree()
        if draw.chance(0.5), let last = kept.last { tree = last.0 }
        let changes = try draw(.arrays(of: treeChanges, count: 0...10))
        try tree.apply(changes)
        naive.apply(changes)
        try store.keep(tree, at: height)
        kept.append((tree, naive))
      }
      let first = draw.integer(in: UInt64(0)...5)
      try store.release(below: first)
      for height in UInt64(0)...4 {
        let tree = try store.tree(at: height)
        try expect((tree != nil) == (height >= first))
        guard let tree else { continue }
        try expect(tree.root == kept[Int(height)].1.root)
        let entries = try tree.entries(in: .zero...all)
        try expect(entries.map(\.value) == kept[Int(height)].1.entries.map(\.value))
      }
      _ = try store.verify()
      try store.release(below: 9)
      try expect(store.backing.count == 0)
    }
  }

  @Test("A file has the same trees as memory, also when it is opened again")
  func onDisk() throws {
    let file = ScratchFile()
    var tree = MerkleTree()
    var roots: [Digest] = []
    do {
      var store = TreeStore(try SQLiteBacking(path: file.path))
      for height in UInt64(1)...5 {
        try tree.apply((0..<50).map { .put(SHA256.hash([UInt8($0), UInt8(height)]), [1]) })
        try store.keep(tree, at: height)
        roots.append(tree.root)
      }
      try store.release(below: 3)
    }
    var store = TreeStore(try SQLiteBacking(path: file.path))
    #expect(try store.roots().map(\.root) == Array(roots[2...]))
    #expect(try store.verify() == 250)
    var latest = try #require(try store.latest()).tree
    try latest.apply([.delete(SHA256.hash([0, 1]))])
    try tree.apply([.delete(SHA256.hash([0, 1]))])
    #expect(latest == tree)
    try store.keep(latest, at: 6)
    #expect(try TreeStore(SQLiteBacking(path: file.path, isReadOnly: true)).verify() == 249)
  }

  @Test("What a change that fails halfway has written is gone")
  func allOrNothing() throws {
    let file = ScratchFile()
    var store = TreeStore(try SQLiteBacking(path: file.path))
    var tree = MerkleTree()
    try tree.apply((UInt8(0)..<40).map { .put(SHA256.hash([$0]), [1]) })
    try store.keep(tree, at: 1)
    // A tree most of which this store has never seen can't be kept in it.
    var other = MerkleTree()
    try other.apply((UInt8(40)..<80).map { .put(SHA256.hash([$0]), [1]) })
    let part = try other.proof(of: [SHA256.hash([40])]).tree(under: other.root)
    #expect(throws: TreeFault.self) { try store.keep(part, at: 2) }
    #expect(try store.roots().map(\.height) == [1])
    #expect(try store.verify() == 40)
    try store.release(below: 2)
    #expect(try store.verify() == 0)
  }

  @Test(
    "A flipped bit anywhere in a file is found at open or at first touch, and never changes a value"
  )
  func flippedBits() throws {
    let file = ScratchFile()
    var tree = MerkleTree()
    let keys = (UInt8(0)..<60).map { SHA256.hash([$0]) }
    try tree.apply(keys.map { .put($0, Array($0.bytes[..<20])) })
    do {
      var store = TreeStore(try SQLiteBacking(path: file.path))
      try store.keep(tree, at: 1)
    }
    let good = try #require(file.contents)
    var found = 0
    var draw = Draw(seed: 1)
    for _ in 0..<150 {
      var bad = good
      let place = draw.integer(in: 0...good.count - 1)
      bad[place] ^= 1 << draw.integer(in: UInt8(0)...7)
      try file.replace(with: bad)
      do {
        let store = TreeStore(try SQLiteBacking(path: file.path))
        for key in keys {
          let value = try store.tree(at: 1)?.value(of: key)
          #expect(value == Array(key.bytes[..<20]))
        }
      } catch { found += 1 }
    }
    #expect(found > 30, "most of the file is nodes")
  }

  @Test("A file cut short is refused, and a foreign one isn't touched")
  func cutShort() throws {
    let file = ScratchFile()
    var tree = MerkleTree()
    try tree.apply((UInt8(0)..<200).map { .put(SHA256.hash([$0]), [1]) })
    do {
      var store = TreeStore(try SQLiteBacking(path: file.path))
      try store.keep(tree, at: 1)
    }
    let good = try #require(file.contents)
    for share in [0.9, 0.5, 0.1, 0.01] {
      try file.replace(with: Array(good[..<Int(Double(good.count) * share)]))
      #expect(throws: TreeFault.self) {
        try TreeStore(SQLiteBacking(path: file.path, isReadOnly: true)).verify()
      }
    }
    try file.replace(with: Array("not a ledger at all, but a letter".utf8))
    #expect(throws: TreeFault.self) { try SQLiteBacking(path: file.path) }
    #expect(file.contents == Array("not a ledger at all, but a letter".utf8))
  }

  @Test("Lost parts come back with a peer's piece, and a liar's piece changes nothing")
  func repair() throws {
    let tree = try TreeChunkTests.tree(7)
    var store = TreeStore(MemoryBacking())
    try store.keep(tree, at: 1)
    var backing = store.backing
    let lost = try tree.entries(in: .zero...all)[40].key
    let leaf = try #require(try tree.value(of: lost))
    let digest = SHA256.hash([0x10] + lost.bytes + leaf)
    backing.keep(digest, [1, 2, 3])
    store = TreeStore(backing)
    #expect(throws: TreeFault.damaged(digest)) { try store.tree(at: 1)?.value(of: lost) }
    #expect(throws: TreeFault.damaged(digest)) { try store.verify() }
    let liar = try #require(try TreeChunk.piece(0, of: TreeChunkTests.tree(8)))
    #expect(throws: TreeFault.self) { try store.repair(with: liar, at: 1) }
    for index in 0..<TreeChunk.count(of: tree) {
      try store.repair(with: try #require(try TreeChunk.piece(index, of: tree)), at: 1)
    }
    #expect(try store.tree(at: 1)?.value(of: lost) == leaf)
    try store.release(below: 2)
    #expect(store.backing.count == 0)
  }
}
