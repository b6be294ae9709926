import Testing
import WitanCrypto

@testable import Witan

/// A state in pieces, each of which is checked alone.
@Suite struct ChunkTreeTests {
  private static let size = ChunkTree.chunkSize

  private func state(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
  }

  @Test(
    "Every piece of a state belongs to its root, at its place only",
    arguments: [0, 1, 2, 3, 4, 5, 7].flatMap { chunks in
      [-1, 0, 1].map { chunks * ChunkTree.chunkSize + $0 }
    }.filter { $0 >= 0 })
  func pieces(of total: Int) throws {
    let bytes = state(total)
    let tree = ChunkTree(bytes)
    #expect(tree.count == max(1, (total + Self.size - 1) / Self.size))
    var joined: [UInt8] = []
    for index in 0..<tree.count {
      let (piece, proof) = try #require(tree.chunk(index))
      joined += piece
      for (place, count) in [(index, tree.count), (index + 1, tree.count), (index, tree.count + 1)]
      {
        let isRight = place == index && count == tree.count
        let verifies = ChunkTree.verifies(
          piece, proof: proof, at: place, of: count, root: tree.root)
        #expect(verifies == isRight, "\(index) at \(place) of \(count)")
      }
    }
    #expect(joined == bytes)
    #expect(tree.chunk(tree.count) == nil && tree.chunk(-1) == nil && tree.chunk(.max) == nil)
  }

  @Test("A piece, proof or root with any bit changed is refused")
  func bits() throws {
    let tree = ChunkTree(state(4 * Self.size + 9))
    let (piece, proof) = try #require(tree.chunk(4))
    #expect(piece.count == 9 && proof.count == 1)
    let (first, path) = try #require(tree.chunk(0))
    #expect(path.count == 3)
    for bit in 0..<8 * piece.count {
      var changed = piece
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(!ChunkTree.verifies(changed, proof: proof, at: 4, of: 5, root: tree.root))
    }
    for bit in 0..<256 {
      #expect(
        !ChunkTree.verifies(piece, proof: proof, at: 4, of: 5, root: flipped(tree.root, bit)))
      for step in path.indices where bit % 16 == 0 {
        var changed = path
        changed[step] = flipped(path[step], bit)
        #expect(!ChunkTree.verifies(first, proof: changed, at: 0, of: 5, root: tree.root))
      }
    }
  }

  private func flipped(_ digest: Digest, _ bit: Int) -> Digest {
    var bytes = digest.bytes
    bytes[bit / 8] ^= 1 << (bit % 8)
    return Digest(bytes: bytes) ?? .zero
  }

  @Test("A proof with a step more, a step less or in another order is refused")
  func proofs() throws {
    let tree = ChunkTree(state(5 * Self.size))
    let (piece, proof) = try #require(tree.chunk(1))
    for wrong in [proof + [.zero], Array(proof.dropLast()), proof.reversed(), []] {
      #expect(!ChunkTree.verifies(piece, proof: wrong, at: 1, of: 5, root: tree.root))
    }
  }

  @Test("Only the last piece may be short, and none may be long")
  func lengths() throws {
    let tree = ChunkTree(state(2 * Self.size))
    let (piece, proof) = try #require(tree.chunk(0))
    let short = Array(piece.dropLast())
    #expect(!ChunkTree.verifies(short, proof: proof, at: 0, of: 2, root: tree.root))
    #expect(!ChunkTree.verifies(piece + [0], proof: proof, at: 0, of: 2, root: tree.root))
  }

  @Test("An inner node doesn't pass for a piece")
  func innerNodes() throws {
    let tree = ChunkTree(state(4 * Self.size))
    let (_, proof) = try #require(tree.chunk(0))
    // The two children of the root's left child, as though they were a piece of a state of two.
    let (_, sibling) = try #require(tree.chunk(1))
    let children = sibling[0].bytes + proof[0].bytes
    #expect(
      !ChunkTree.verifies(children, proof: [proof[1]], at: 0, of: 2, root: tree.root))
  }

  @Test("Impossible indexes and counts are refused without a trap")
  func impossible() {
    let tree = ChunkTree([1])
    for (index, count) in [
      (-1, 1), (0, 0), (0, -1), (1, 1), (0, .max), (.max, .max), (.max - 1, .max), (.min, .min),
      (1 << 32, 1 << 33),
    ] {
      #expect(!ChunkTree.verifies([1], proof: [], at: index, of: count, root: tree.root))
    }
  }
}
