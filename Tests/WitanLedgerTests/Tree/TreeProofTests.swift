import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanLedger

@Suite("Proofs from a tree")
struct TreeProofTests {
  @Test("Any keys' proof shows what they have, and what they don't, with nothing but the root")
  func provesPresenceAndAbsence() {
    property(cases: 150) { draw in
      let (tree, naive) = try Self.tree(&draw)
      let keys = try draw(.arrays(of: treeKeys, count: 1...5))
      let bytes = try tree.proof(of: keys).encoded
      let shown = try TreeProof(decoding: bytes).tree(under: tree.root)
      for key in keys {
        try expect(try shown.value(of: key) == naive.values[key])
        let proof = try TreeProof(decoding: bytes)
        try expect(try proof.value(of: key, under: tree.root) == naive.values[key])
        let other = Result { try proof.value(of: key, under: SHA256.hash([1])) }
        try expect((try? other.get()) == nil)
      }
      let hidden = try draw(treeKeys)
      let answers = [
        Result { try shown.value(of: hidden) },
        Result { try TreeProof(decoding: bytes).value(of: hidden, under: tree.root) },
      ].map { (try? $0.get()) ?? nil }
      try expect(answers[0] == answers[1])
    }
  }

  @Test("A proof with any bit changed is refused, or still shows the truth")
  func tampered() {
    property(cases: 200) { draw in
      let (tree, naive) = try Self.tree(&draw)
      let key = try draw(treeKeys)
      var bytes = try tree.proof(of: [key]).encoded
      let place = draw.integer(in: 0...bytes.count - 1)
      bytes[place] ^= 1 << draw.integer(in: UInt8(0)...7)
      guard let proof = try? TreeProof(decoding: bytes),
        let shown = try? proof.tree(under: tree.root)
      else { return }
      if let value = try? shown.value(of: key) { try expect(value == naive.values[key]) }
      if let value = try? proof.value(of: key, under: tree.root) {
        try expect(value == naive.values[key])
      }
    }
  }

  @Test("Whatever bytes decode as a proof encode to themselves, and none traps")
  func canonical() {
    property(cases: 300) { draw in
      var bytes: [UInt8]
      if draw.chance(0.5) {
        bytes = try Self.tree(&draw).0.proof(of: [try draw(treeKeys)]).encoded
        let place = draw.integer(in: 0...bytes.count - 1)
        bytes[place] = draw.integer(in: UInt8(0)...255)
        if draw.chance(0.3) { bytes.removeLast(draw.integer(in: 0...bytes.count)) }
      } else {
        bytes = [UInt8(draw.integer(in: 0...9)), 0, 0, 0] + (try draw(.bytes(count: 0...90)))
      }
      guard let proof = try? TreeProof(decoding: bytes) else { return }
      try expect(proof.encoded == bytes)
      let tree = try? proof.tree(under: SHA256.hash([1]))
      try expect(tree == nil)
    }
  }

  @Test("A proof for another root is refused, and what it hides is refused")
  func otherRoot() throws {
    var tree = MerkleTree()
    let keys = (UInt8(0)..<20).map { SHA256.hash([$0]) }
    try tree.apply(keys.map { .put($0, [7]) })
    let proof = try tree.proof(of: [keys[0]])
    try tree.apply([.put(keys[1], [8])])
    #expect(throws: TreeFault.self) { try proof.tree(under: tree.root) }
    let shown = try tree.proof(of: [keys[0]]).tree(under: tree.root)
    #expect(throws: TreeFault.self) { try shown.value(of: keys[1]) }
  }

  @Test("A proof claims no more memory than its bytes, and no depth that runs backwards")
  func bounded() throws {
    let flood: [UInt8] = [0xff, 0xff, 0xff, 0x7f, 1, 1]
    #expect(throws: Malformed.self) { try TreeProof(decoding: flood) }
    // A whole tree of five nodes, the second of which forks no deeper than the first.
    let hidden: [UInt8] = [2] + [UInt8](repeating: 1, count: 32) + [9, 0, 0, 0, 0, 0, 0, 0]
    let shown: [UInt8] = [0] + [UInt8](repeating: 2, count: 32) + [0, 0, 0, 0]
    for (depth, isRight) in [(8, false), (9, false), (10, true)] as [(UInt8, Bool)] {
      let bytes: [UInt8] = [5, 0, 0, 0, 1, 9, 1, depth] + shown + hidden + hidden
      #expect(((try? TreeProof(decoding: bytes)) != nil) == isRight)
    }
  }

  @Test("Who knows a root and the proof of what changes finds the next root without the state")
  func statelessUpdate() {
    property(cases: 150) { draw in
      var (tree, _) = try Self.tree(&draw)
      let changes = try draw(.arrays(of: treeChanges, count: 1...6))
      var shown = try tree.proof(of: changes.map(\.key)).tree(under: tree.root)
      try shown.apply(changes)
      try tree.apply(changes)
      try expect(shown.root == tree.root)
    }
  }

  @Test("A proof of tens of thousands of keys, as large blocks need it, is read again")
  func many() throws {
    let keys = (0..<34_000).map { number in
      withUnsafeBytes(of: UInt64(number)) { SHA256.hash($0) }
    }
    var tree = MerkleTree()
    try tree.apply(keys.map { .put($0, [1]) })
    let proof = try TreeProof(decoding: tree.proof(of: keys).encoded)
    #expect(try proof.value(of: keys[33_999], under: tree.root) == [1])
  }

  static func tree(_ draw: inout Draw) throws -> (MerkleTree, NaiveTree) {
    var tree = MerkleTree()
    var naive = NaiveTree()
    let changes = try draw(.arrays(of: treeChanges, count: 0...24))
    try tree.apply(changes)
    naive.apply(changes)
    return (tree, naive)
  }
}

@Suite("A tree in pieces")
struct TreeChunkTests {
  /// A tree of a few pieces, with values of all lengths.
  static func tree(_ seed: UInt64, entries: Int = 300) throws -> MerkleTree {
    var draw = Draw(seed: seed)
    var tree = MerkleTree()
    try tree.apply(
      (0..<entries).map { index in
        let length = draw.chance(0.02) ? MerkleTree.valueLimit : draw.integer(in: 0...900)
        return .put(
          SHA256.hash([UInt8(index & 0xff), UInt8(index >> 8), UInt8(seed)]),
          [UInt8](repeating: UInt8(index & 0xff), count: length))
      })
    return tree
  }

  @Test("Together the pieces have every entry, and each fits into a chunk of state")
  func complete() throws {
    for seed in UInt64(1)...3 {
      let tree = try Self.tree(seed)
      let count = TreeChunk.count(of: tree)
      #expect(count > 2)
      var found: [Digest: [UInt8]] = [:]
      for index in 0..<count {
        let piece = try #require(try TreeChunk.piece(index, of: tree))
        #expect(piece.encoded.count <= Bounds.chunkBytes)
        let entries = TreeChunk.entries(of: piece, at: index, of: count, under: tree.root)
        for entry in try #require(entries) { found[entry.key] = entry.value }
      }
      var rebuilt = MerkleTree()
      try rebuilt.apply(found.map { .put($0.key, $0.value) })
      #expect(rebuilt == tree)
      #expect(try TreeChunk.piece(count, of: tree) == nil)
    }
  }

  @Test(
    "A true piece of another place is refused, and so are a wrong count, another root and less than all"
  )
  func misplaced() throws {
    let tree = try Self.tree(4)
    let count = TreeChunk.count(of: tree)
    let piece = try #require(try TreeChunk.piece(1, of: tree))
    #expect(TreeChunk.entries(of: piece, at: 0, of: count, under: tree.root) == nil)
    #expect(TreeChunk.entries(of: piece, at: 2, of: count, under: tree.root) == nil)
    #expect(TreeChunk.entries(of: piece, at: 1, of: count + 1, under: tree.root) == nil)
    #expect(TreeChunk.entries(of: piece, at: 1, of: count, under: .zero) == nil)
    let key = try #require(TreeChunk.entries(of: piece, at: 1, of: count, under: tree.root)?[0].key)
    let less = try tree.proof(of: [key])
    #expect(TreeChunk.entries(of: less, at: 1, of: count, under: tree.root) == nil)
    let more = try tree.proof(of: try tree.entries(in: .zero...all).map(\.key))
    #expect(TreeChunk.entries(of: more, at: 1, of: count, under: tree.root) == nil)
  }

  @Test("An empty tree is one empty piece")
  func empty() throws {
    let piece = try #require(try TreeChunk.piece(0, of: MerkleTree()))
    #expect(TreeChunk.entries(of: piece, at: 0, of: 1, under: .zero) == [])
  }
}
