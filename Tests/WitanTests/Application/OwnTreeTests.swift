import Testing
import Witan
import WitanCrypto

/// An application with a tree of its own: 256 places, each with a byte or nothing, under a root that stands first in
/// the snapshot. Its proofs are a path of eight digests, for presence and absence alike.
private struct Places: StateMachine {
  private var values: [UInt8: UInt8] = [:]

  private static func leaf(_ value: UInt8?) -> Digest {
    value.map { SHA256.hash([0, $0]) } ?? Digest.zero
  }

  private static func node(_ left: Digest, _ right: Digest) -> Digest {
    var hash = SHA256()
    hash.update(left)
    hash.update(right)
    return hash.finish()
  }

  private var levels: [[Digest]] {
    var levels = [(0...255).map { Self.leaf(values[UInt8($0)]) }]
    while let level = levels.last, level.count > 1 {
      levels.append(
        stride(from: 0, to: level.count, by: 2).map { Self.node(level[$0], level[$0 + 1]) })
    }
    return levels
  }

  mutating func apply(_ request: Request, in header: BlockHeader) -> [UInt8] {
    for operation in request.operations where operation.count == 2 {
      values[operation[0]] = operation[1]
    }
    return []
  }

  var snapshot: [UInt8] {
    var writer = ByteWriter()
    writer.write(levels[8][0])
    for place in UInt8(0)...255 {
      writer.write(values[place] != nil)
      writer.write(values[place] ?? 0)
    }
    return writer.bytes
  }

  mutating func restore(_ snapshot: [UInt8]) throws {
    var restored: [UInt8: UInt8] = [:]
    guard snapshot.count == 32 + 512 else { throw Malformed.truncated }
    for place in 0...255 where snapshot[32 + 2 * place] == 1 {
      restored[UInt8(place)] = snapshot[33 + 2 * place]
    }
    values = restored
  }

  private struct Proof: Canonical {
    let root: SnapshotProof
    let path: [Digest]

    init(root: SnapshotProof, path: [Digest]) {
      self.root = root
      self.path = path
    }

    func encode(to writer: inout ByteWriter) {
      writer.write(root)
      for digest in path { writer.write(digest) }
    }

    init(from reader: inout ByteReader) throws(Malformed) {
      root = try SnapshotProof(from: &reader)
      var path: [Digest] = []
      for _ in 0..<8 { path.append(try reader.readFixed()) }
      self.path = path
    }
  }

  func prove(_ query: [UInt8], in tree: ChunkTree) -> ProvedAnswer? {
    guard query.count == 1, let root = SnapshotProof(of: [0..<32], in: tree) else { return nil }
    let levels = levels
    let path = (0..<8).map { levels[$0][Int(query[0]) >> $0 ^ 1] }
    let answer = values[query[0]].map { [$0] } ?? []
    return ProvedAnswer(answer: answer, proof: Proof(root: root, path: path).encoded)
  }

  static func check(
    query: [UInt8], answer: [UInt8], proof: [UInt8], under state: CheckpointSummary
  ) throws(Unproved) {
    let claim: Proof
    do { claim = try Proof(decoding: proof) } catch { throw .malformed(error) }
    guard query.count == 1, answer.count < 2 else { throw .irrelevant("the question") }
    var digest = leaf(answer.first)
    for (level, sibling) in claim.path.enumerated() {
      let isRight = query[0] >> level & 1 == 1
      digest = isRight ? node(sibling, digest) : node(digest, sibling)
    }
    let root = try claim.root.opened(under: state).bytes(0..<32)
    guard root.elementsEqual(digest.encodedBytes) else { throw .otherAnswer }
  }
}

extension Digest {
  fileprivate var encodedBytes: [UInt8] {
    var writer = ByteWriter()
    writer.write(self)
    return writer.bytes
  }
}

/// The seam is wide enough for an application that proves things by a tree of its own.
@Suite("An application with its own tree")
struct OwnTreeTests {
  @Test("It proves what is there and what isn't, through the host as it is")
  func provesByItsOwnTree() throws {
    let signer = SimulatedAuthority(seed: 1).signer(0)
    var places = Places()
    let header = Block(
      height: 4, previous: .zero, proposer: 0, timestamp: 1, epoch: 0, requests: []
    ).header
    _ = places.apply(
      Request(
        number: 1, expiry: 9, operations: [[3, 30], [5, 0]], signer: signer, chain: .zero),
      in: header)
    let tree = ChunkTree(places.snapshot)
    let state = CheckpointSummary(
      sequence: 4, lastBlock: .zero, timestamp: 1, applicationRoot: tree.root,
      applicationChunks: 1, sessionsRoot: .zero, sessionChunks: 1, epoch: 0, members: .zero)
    var host = StateMachineHost(Places())
    try host.restore(places.snapshot, at: 4)
    #expect(host.machine.snapshot == places.snapshot)
    for (key, answer) in [(3, [30]), (5, [0]), (4, [])] as [(UInt8, [UInt8])] {
      let proved = try #require(places.prove([key], in: tree))
      #expect(proved.answer == answer)
      try Places.check(query: [key], answer: answer, proof: proved.proof, under: state)
      for (other, wrong) in [(key, [9]), (key ^ 1, [9]), (key ^ 1, answer + [1])]
        as [(UInt8, [UInt8])]
      {
        #expect(throws: Unproved.self) {
          try Places.check(query: [other], answer: wrong, proof: proved.proof, under: state)
        }
      }
    }
  }
}
