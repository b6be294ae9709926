import Witan
import WitanCrypto
import WitanDraw
import WitanLedger

extension FuzzTarget {
  static let merkle = FuzzTarget(
    "Merkle", "Trees of state against a plain dictionary, and proofs with something wrong in them.",
    drawing: MerkleCase.self)
}

/// Changes of a tree, each followed by questions; then lies about its proofs and pieces.
struct MerkleCase: DrawnCase {
  private let batches: [[Change]]
  private let questions: [Digest]
  private let lies: [Lie]

  private struct Change: Sendable {
    let key: Digest
    /// How long the value is, and what it is made of; nil deletes.
    let value: (count: Int, byte: UInt8)?

    var bytes: [UInt8]? { value.map { Array(repeating: $0.byte, count: $0.count) } }
  }

  /// A change of one byte of something that was proved, or of its length.
  private struct Lie: Sendable {
    let place: Int
    let flip: UInt8
    let cut: Bool
  }

  init?(drawing draw: inout Draw) {
    let batchCount = draw.integer(in: 1...4)
    batches = (0..<batchCount).map { _ in
      draw.span("batch") { draw in
        (0..<draw.integer(in: 0...12)).map { _ in
          draw.span("change") { draw in
            Change(
              key: Self.key(&draw),
              value: draw.chance(0.25) ? nil : (Self.size(&draw), draw.integer(in: 0...255)))
          }
        }
      }
    }
    questions = (0..<4).map { _ in Self.key(&draw) }
    lies = (0..<draw.integer(in: 1...6)).map { _ in
      Lie(
        place: draw.integer(in: 0...1_023), flip: draw.integer(in: 1...255),
        cut: draw.chance(0.1))
    }
  }

  /// Few keys, many of which agree in all but some bits, wherever these are.
  private static func key(_ draw: inout Draw) -> Digest {
    var bytes = [UInt8](repeating: 0, count: 32)
    for _ in 0..<draw.integer(in: 0...2) {
      let place = [0, 31, 1, 30, 15, 16, 7, 8][draw.integer(in: 0...7)]
      bytes[place] ^= 1 << draw.integer(in: 0...UInt8(7))
    }
    return Digest(bytes: bytes) ?? .zero
  }

  /// Mostly short; now and then as long as it may be, so that there is more than one piece, or longer.
  private static func size(_ draw: inout Draw) -> Int {
    switch draw.integer(in: 0...15) {
    case 15: draw.integer(in: MerkleTree.valueLimit - 1...MerkleTree.valueLimit + 1)
    case 13, 14: draw.integer(in: 0...40_000)
    default: draw.integer(in: 0...40)
    }
  }

  var description: String {
    batches.map { batch in
      batch.map { change in
        "\(change.key) = " + (change.value.map { "\($0.count) times \($0.byte)" } ?? "none")
      }.joined(separator: "\n")
    }.joined(separator: "\n--\n")
  }

  func check(_ traces: inout Traces) throws(Finding) {
    var tree = MerkleTree()
    var model: [Digest: [UInt8]] = [:]
    var past: [(MerkleTree, [Digest: [UInt8]])] = []
    for batch in batches {
      let before = tree
      let changes = batch.map { change in
        change.bytes.map { MerkleTree.Change.put(change.key, $0) } ?? .delete(change.key)
      }
      // Of several changes of one key the last one counts, also for what is too long.
      let last = Dictionary(batch.map { ($0.key, $0.bytes) }) { $1 }
      let isTooLong = last.values.contains { $0?.count ?? 0 > MerkleTree.valueLimit }
      let isApplied = (try? tree.apply(changes)) != nil
      try expect(isApplied != isTooLong, "apply", "a change that \(isTooLong ? "can't" : "can") be")
      if isApplied {
        for (key, value) in last { model[key] = value }
      } else {
        try expect(tree.root == before.root, "apply", "what was refused changed the tree")
      }
      past.append((tree, model))
      try compare(tree, with: model)
    }
    // A tree that was copied stays as it was.
    for (tree, model) in past { try compare(tree, with: model) }
    try checkProofs(of: tree, model)
    try checkPieces(of: tree)
    traces.note(UInt64(model.count) << 8 | UInt64(min(TreeChunk.count(of: tree), 255)))
  }

  private func compare(_ tree: MerkleTree, with model: [Digest: [UInt8]]) throws(Finding) {
    for key in questions + model.keys.sorted() {
      try expect(Self.shown { try tree.value(of: key) } == [model[key]], "value", "of \(key)")
    }
    try expect(tree.isEmpty == model.isEmpty, "value", "emptiness")
    let weight = model.values.reduce(0) { $0 + 36 + UInt64($1.count) }
    try expect(tree.weight == weight, "weight", "\(tree.weight), not \(weight)")
    // The root follows from the entries alone: one by one, the last key first.
    var other = MerkleTree()
    for key in model.keys.sorted().reversed() {
      if let value = model[key] { try? other.apply([.put(key, value)]) }
    }
    try expect(other.root == tree.root, "root", "it depends on the order of changes")
  }

  // MARK: Lies

  private func checkProofs(of tree: MerkleTree, _ model: [Digest: [UInt8]]) throws(Finding) {
    guard let proof = try? tree.proof(of: questions) else {
      throw Finding("proof", "there is none of \(questions)")
    }
    for key in questions {
      try expect(
        Self.shown { try proof.value(of: key, under: tree.root) } == [model[key]], "proof",
        "of \(key)")
    }
    for lie in lies {
      guard let lying = try? TreeProof(decoding: told(lie, proof.encoded)) else { continue }
      for key in questions {
        let shown = Self.shown { try lying.value(of: key, under: tree.root) }
        try expect(
          shown == [] || shown == [model[key]], "forgery",
          "a false proof shows another value of \(key)")
      }
    }
  }

  private func checkPieces(of tree: MerkleTree) throws(Finding) {
    let count = TreeChunk.count(of: tree)
    var pieces: [[UInt8]] = []
    for index in 0..<count {
      guard let piece = try? TreeChunk.piece(index, of: tree) else {
        throw Finding("piece", "there is none at \(index)")
      }
      pieces.append(piece.encoded)
      try expect(
        TreeChunk.entries(of: piece, at: index, of: count, under: tree.root) != nil, "piece",
        "the true one at \(index) is refused")
    }
    for index in 0..<count {
      let next = (index + 1) % count
      // An entry that is as long as a piece is all that there is in each of two.
      guard pieces[index] != pieces[next], let piece = try? TreeProof(decoding: pieces[index])
      else {
        continue
      }
      try expect(
        TreeChunk.entries(of: piece, at: next, of: count, under: tree.root) == nil, "piece",
        "that of \(index) passes for another")
    }
    let again = try? MerkleTree(pieces: pieces)
    try expect(again?.root == tree.root, "piece", "all together make another tree")
    for lie in lies {
      let index = lie.place % count
      let bytes = told(lie, pieces[index])
      guard bytes != pieces[index], let piece = try? TreeProof(decoding: bytes) else { continue }
      try expect(
        TreeChunk.entries(of: piece, at: index, of: count, under: tree.root) == nil, "forgery",
        "a false piece is taken at \(index)")
    }
  }

  /// What is shown of a key, a value or that it has none; nothing where nothing is.
  private static func shown(_ answer: () throws -> [UInt8]?) -> [[UInt8]?] {
    do { return [try answer()] } catch { return [] }
  }

  private func told(_ lie: Lie, _ bytes: [UInt8]) -> [UInt8] {
    guard !bytes.isEmpty else { return bytes }
    var bytes = bytes
    if lie.cut { bytes.removeLast(min(bytes.count, lie.place)) }
    guard !bytes.isEmpty else { return bytes }
    bytes[lie.place * 7 % bytes.count] ^= lie.flip
    return bytes
  }
}
