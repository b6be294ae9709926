import Testing
import WitanCrypto

@testable import Witan
@testable import WitanSimulation

/// What a key has, or that it has nothing, proved by one replica that may be a liar.
@Suite("Proofs of what a key has")
struct KeyProofTests {
  private let signer = SimulatedAuthority(seed: 1).signer(0)

  private func store(_ entries: [(key: [UInt8], value: [UInt8])]) -> KeyValueStore {
    var store = KeyValueStore()
    let header = Block(
      height: 1, previous: .zero, proposer: 0, timestamp: 1, epoch: 0, requests: []
    ).header
    for (index, entry) in entries.enumerated() {
      let operation = KeyValueStore.Operation.put(key: entry.key, value: entry.value)
      let request = Request(
        number: UInt64(index + 1), expiry: 9, operations: [operation.bytes], signer: signer,
        chain: .zero)
      _ = store.apply(request, in: header)
    }
    return store
  }

  private func summary(_ tree: ChunkTree) -> CheckpointSummary {
    CheckpointSummary(
      sequence: 4, lastBlock: .zero, timestamp: 1, applicationRoot: tree.root,
      applicationChunks: UInt32(tree.count), sessionsRoot: .zero, sessionChunks: 1, epoch: 0,
      members: .zero)
  }

  private func fault(
    _ key: [UInt8], _ answer: [UInt8], _ proof: KeyValueStore.Proof, _ state: CheckpointSummary
  ) -> Unproved? {
    do throws(Unproved) {
      try KeyValueStore.check(query: key, answer: answer, proof: proof.encoded, under: state)
      return nil
    } catch { return error }
  }

  private func finding(_ key: [UInt8], in store: KeyValueStore) -> KeyValueStore.Finding {
    store.values[key].map { .value($0) } ?? .absent
  }

  // Red if the check doesn't compare the keys, on either side of the place.
  @Test("Whatever is proved of a key is what it has, with every place and every other key's proof")
  func nothingButTheTruth() throws {
    // A value that reads like an entry, and an empty value, are no other than others.
    let fake = KeyValueStore.Operation.put(key: [3], value: [9]).bytes.dropFirst()
    let all: [(key: [UInt8], value: [UInt8])] = [
      ([], [1]), ([2], []), ([4], Array(fake)), ([4, 0], [1]), ([6], [2]),
    ]
    let keys: [[UInt8]] = [
      [], [0], [1], [2], [2, 0], [3], [4], [4, 0], [4, 0, 0], [5], [6], [7],
    ]
    for chosen in 0..<1 << all.count {
      let store = store(all.indices.filter { chosen & 1 << $0 != 0 }.map { all[$0] })
      let tree = ChunkTree(store.snapshot)
      let state = summary(tree)
      let whole = try #require(SnapshotProof(of: [0..<store.snapshot.count], in: tree))
      let answers = Set(keys.map { finding($0, in: store).bytes })
      for key in keys {
        let truth = finding(key, in: store).bytes
        let proved = try #require(store.prove(key, in: tree))
        #expect(proved.answer == truth)
        try KeyValueStore.check(
          query: key, answer: truth, proof: proved.proof, under: state)
        for place in 0...UInt32(all.count) + 1 {
          let proof = KeyValueStore.Proof(place: place, shown: whole)
          for answer in answers where fault(key, answer, proof, state) == nil {
            #expect(answer == truth, "\(key) at \(place)")
          }
        }
      }
    }
  }

  /// A state of several chunks, with values that reach from one into the next.
  private func large(_ salt: UInt8 = 0) -> KeyValueStore {
    store((0..<9).map { ([2 * $0], [UInt8](repeating: $0 &+ salt, count: 60_000)) })
  }

  @Test("A liar's proofs are refused, each with its reason")
  func lies() throws {
    let store = large()
    let tree = ChunkTree(store.snapshot)
    let state = summary(tree)
    let right = try #require(store.prove([8], in: tree))
    let proof = try KeyValueStore.Proof(decoding: right.proof)
    let chunks = proof.shown.chunks
    #expect(chunks.count >= 2 && chunks.count < tree.count)
    func say(_ place: UInt32, _ chunks: [StateChunk]) -> KeyValueStore.Proof {
      KeyValueStore.Proof(place: place, shown: SnapshotProof(chunks: chunks))
    }
    #expect(fault([8], right.answer, proof, state) == nil)
    // Another answer; another key's entry, which is truly there; absence of what is there.
    let other = try #require(store.prove([10], in: tree))
    let otherProof = try KeyValueStore.Proof(decoding: other.proof)
    #expect(fault([8], other.answer, proof, state) == .otherAnswer)
    #expect(fault([8], other.answer, otherProof, state) != nil)
    #expect(fault([12], other.answer, otherProof, state) == .irrelevant("the entry"))
    #expect(fault([9], other.answer, otherProof, state) != nil)
    let absent = try #require(store.prove([7], in: tree))
    let absentProof = try KeyValueStore.Proof(decoding: absent.proof)
    #expect(absent.answer == KeyValueStore.Finding.absent.bytes)
    #expect(fault([8], absent.answer, absentProof, state) == .otherAnswer)
    #expect(fault([9], absent.answer, absentProof, state) == .irrelevant("the entry"))
    #expect(fault([5], absent.answer, absentProof, state) == .irrelevant("the entry before"))
    #expect(fault([8], right.answer, say(99, chunks), state) == .irrelevant("the place"))
    // Nothing shown, less than is needed, twice the same, another order, what isn't the application's.
    #expect(fault([8], right.answer, say(proof.place, []), state) == .missing(40..<44))
    for index in chunks.indices {
      var less = chunks
      less.remove(at: index)
      guard case .missing? = fault([8], right.answer, say(proof.place, less), state) else {
        Issue.record("without \(chunks[index].address)")
        return
      }
    }
    for wrong in [chunks + [chunks[0]], [chunks[0]] + chunks, chunks.reversed()] {
      guard case .misplacedChunk? = fault([8], right.answer, say(proof.place, wrong), state) else {
        Issue.record("\(wrong.map(\.address))")
        return
      }
    }
    let sessions = StateChunk(
      address: .sessions(0), bytes: chunks[0].bytes, proof: chunks[0].proof)
    #expect(
      fault([8], right.answer, say(proof.place, [sessions]), state)
        == .malformed(.invalid("part of the state")))
    // Bytes that aren't the state's, cut off, or from elsewhere in it.
    let cut = StateChunk(
      address: chunks[0].address, bytes: Array(chunks[0].bytes.dropLast()), proof: chunks[0].proof)
    let moved = StateChunk(
      address: .application(7), bytes: chunks[0].bytes, proof: chunks[0].proof)
    for wrong in [[cut], [moved]] {
      guard case .foreignChunk? = fault([8], right.answer, say(proof.place, wrong), state) else {
        Issue.record("\(wrong[0].address)")
        return
      }
    }
    // The same proof under another state's root.
    let elsewhere = summary(ChunkTree(large(1).snapshot))
    #expect(fault([8], right.answer, proof, elsewhere) == .foreignChunk(0))
  }

  @Test("Bytes that are no proof are refused")
  func malformed() throws {
    let store = large()
    let tree = ChunkTree(store.snapshot)
    let right = try #require(store.prove([8], in: tree))
    for bytes in [[], [0], Array(right.proof.dropLast()), right.proof + [0]] {
      do throws(Unproved) {
        try KeyValueStore.check(
          query: [8], answer: right.answer, proof: bytes, under: summary(tree))
        Issue.record("\(bytes.count) bytes are taken for a proof")
      } catch {
        guard case .malformed = error else {
          Issue.record("\(error)")
          return
        }
      }
    }
  }

  @Test("No range that is empty or goes beyond the state is shown, and none is read")
  func degenerateRanges() throws {
    let tree = ChunkTree([UInt8](repeating: 1, count: 100_000))
    for range in [0..<0, 5..<5, 100_000..<100_000, 99_999..<100_001, 0..<Int.max] {
      #expect(SnapshotProof(of: [range], in: tree) == nil)
      #expect(SnapshotProof(of: [0..<1, range], in: tree) == nil)
    }
    let shown = try #require(SnapshotProof(of: [70_000..<70_001], in: tree))
      .opened(under: summary(tree))
    #expect(try shown.bytes(70_000..<70_003) == [1, 1, 1])
    for range in [
      0..<0, 70_000..<70_000, 65_535..<65_537, 99_999..<100_001, 0..<1, 0..<Int.max,
      Int.max - 1..<Int.max, -1..<70_000,
    ] {
      #expect(throws: Unproved.missing(range)) { try shown.bytes(range) }
    }
  }

  @Test("A finding's bytes tell absence from an empty value")
  func findings() {
    for finding in [KeyValueStore.Finding.absent, .value([]), .value([0])] {
      #expect(KeyValueStore.Finding(finding.bytes) == finding)
    }
    for bytes in [[], [0, 0], [2]] as [[UInt8]] { #expect(KeyValueStore.Finding(bytes) == nil) }
  }

  @Test("A snapshot whose ends aren't its entries' is no state")
  func ends() throws {
    let snapshot = store([([1], [1]), ([2], [2])]).snapshot
    var restored = KeyValueStore()
    try restored.restore(snapshot)
    #expect(restored.snapshot == snapshot)
    for offset in 44..<60 {
      var wrong = snapshot
      wrong[offset] ^= 1
      #expect(throws: Malformed.self) { try restored.restore(wrong) }
    }
  }

  @Test("Every reason says what is wrong")
  func descriptions() {
    let reasons: [Unproved] = [
      .noProof, .noCheck, .malformed(.truncated), .foreignChunk(1), .misplacedChunk(1),
      .missing(0..<1), .irrelevant("the entry"), .otherAnswer,
    ]
    #expect(Set(reasons.map(\.description)).count == reasons.count)
  }
}
