import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanLedger

@testable import WitanNode

@Suite("A store whose machine died, or whose disk lies")
struct TornStoreTests {
  private func grown(_ tree: MerkleTree, _ height: UInt64) throws -> MerkleTree {
    var tree = tree
    try tree.apply(
      (UInt8(0)..<20).map { .put(SHA256.hash([$0, UInt8(height)]), [UInt8(height)]) })
    return tree
  }

  @Test("Whatever of its log a dying machine wrote, a store has some state that was kept, whole")
  func tornLog() throws {
    let file = ScratchFile()
    var trees: [UInt64: Digest] = [:]
    var tree = MerkleTree()
    var store = TreeStore(try SQLiteBacking(path: file.path))
    for height in UInt64(1)...6 {
      tree = try grown(tree, height)
      try store.keep(tree, at: height)
      trees[height] = tree.root
    }
    try store.release(below: 3)
    let (good, log) = (try #require(file.contents), try #require(file.log))
    try #require(log.count > 100_000)
    let copy = ScratchFile()
    var draw = Draw(seed: 3)
    var latest: Set<UInt64> = []
    for round in 0..<60 {
      // What wasn't synced is lost from some place on, or is there with a bit of it flipped.
      var torn = Array(log[..<draw.integer(in: 0...log.count)])
      if round.isMultiple(of: 3), !torn.isEmpty {
        torn[draw.integer(in: 0...torn.count - 1)] ^= 1 << draw.integer(in: UInt8(0)...7)
      }
      try copy.replace(with: good, log: torn)
      let store = TreeStore(try SQLiteBacking(path: copy.path))
      let roots = try store.roots()
      #expect(roots.allSatisfy { trees[$0.height] == $0.root })
      #expect(try store.verify() == Int(roots.last?.height ?? 0) * 20)
      latest.insert(roots.last?.height ?? 0)
    }
    #expect(latest.count > 4, "some lost much, some little")
  }

  @Test("A tree that was read from a height can be kept at that height again")
  func keptAgain() throws {
    let file = ScratchFile()
    var store = TreeStore(try SQLiteBacking(path: file.path))
    try store.keep(try grown(MerkleTree(), 1), at: 1)
    let read = try #require(try store.latest()).tree
    try store.keep(read, at: 1)
    #expect(try store.verify() == 20)
    try store.keep(try grown(read, 2), at: 1)
    #expect(try store.verify() == 40)
    try store.release(below: 2)
    #expect(try store.verify() == 0)
  }

  @Test("A root whose row was changed is refused, and so is a root that is said to weigh otherwise")
  func changedRoot() throws {
    for change in 0..<4 {
      let file = ScratchFile()
      var store = TreeStore(try SQLiteBacking(path: file.path))
      try store.keep(try grown(MerkleTree(), 1), at: 1)
      _ = try store.backing.use { (database) throws(SQLite.Failure) in
        switch change {
        case 0: try database.run("UPDATE roots SET height = 2")
        case 1: try database.run("UPDATE roots SET weight = weight + 1")
        case 2: try database.run("UPDATE roots SET digest = zeroblob(32)")
        default: try database.run("UPDATE roots SET seal = zeroblob(32)")
        }
      }
      #expect(throws: TreeFault.self) { try store.latest() }
      #expect(throws: TreeFault.self) { try SQLiteBacking(path: file.path) }
    }
    var memory = MemoryBacking()
    let tree = try grown(MerkleTree(), 1)
    var store = TreeStore(memory)
    try store.keep(tree, at: 1)
    memory = store.backing
    memory.add(StoredRoot(height: 1, root: tree.root, weight: tree.weight - 1))
    #expect(throws: TreeFault.damaged(tree.root)) { try TreeStore(memory).latest() }
  }

  @Test("What is lost or damaged on a disk is missed by name, and comes back with a peer's pieces")
  func repaired() throws {
    let file = ScratchFile()
    let tree = try TreeChunkTests.tree(7)
    var store = TreeStore(try SQLiteBacking(path: file.path))
    try store.keep(tree, at: 1)
    // A third of the nodes is gone, and another third is something else.
    _ = try store.backing.use { (database) throws(SQLite.Failure) in
      try database.run("DELETE FROM nodes WHERE hex(digest) < '55'")
      try database.run("UPDATE nodes SET bytes = zeroblob(40) WHERE hex(digest) < 'AA'")
    }
    #expect(throws: TreeFault.self) { try store.verify() }
    for index in (0..<TreeChunk.count(of: tree)).reversed() {
      try store.repair(with: try #require(try TreeChunk.piece(index, of: tree)), at: 1)
    }
    let entries = try tree.entries(in: .zero...all)
    #expect(try store.verify() == entries.count)
    #expect(try store.latest()?.tree.entries(in: .zero...all) == entries)
    try store.release(below: 2)
    #expect(try store.roots().isEmpty)
  }

  @Test("A step of the history that isn't what its place says is refused: nobody walks in circles")
  func misplacedStep() throws {
    let file = ScratchFile()
    var bank = try Bank()
    for _ in 0..<4 { try bank.ask(0, bank.transfer(0, 1, 1)) }
    let backing = try SQLiteBacking(path: file.path)
    try backing.keep(bank.transitions)
    #expect(try backing.transition(from: 3)?.height == 3)
    _ = try backing.use { (database) throws(SQLite.Failure) in
      try database.run("UPDATE history SET height = 9 WHERE height = 3")
    }
    #expect(try backing.transition(from: 2)?.height == 2)
    #expect(try backing.transition(from: 3)?.height == 4)
    #expect(throws: TreeFault.self) { try backing.transition(from: 5) }
  }
}
