import Witan
import WitanCrypto
import WitanDraw
import WitanLedger
import WitanProofs
import WitanSimulation

extension FuzzTarget {
  /// The first byte says which form the rest is in.
  static let decode = FuzzTarget(
    "Decode", "Every form in which anything is written: messages, records, claims, files.",
    dictionary: Format.dictionary
  ) { (bytes) throws(Finding) in
    guard let first = bytes.first, Int(first) < Format.all.count else { return false }
    return try Format.all[Int(first)].check(Array(bytes.dropFirst()))
  }
}

extension Format {
  /// A new one comes at the end: inputs name forms by their place.
  static let all: [Format] = core + certificates + proofs + ledger + texts + snapshots

  // MARK: The core

  private static let core: [Format] = [
    Format(Message.self) { (message) throws(Finding) in
      // Nobody signed it, or somebody of this network did: neither may trap.
      _ = try? Town.four.verifier.verify(message)
    },
    Format(Journal.Record.self),
    Format(Request.self),
    Format(Query.self),
    Format(Sealed<ReplyBody>.self, named: "Reply"),
    Format(Sealed<AnswerBody>.self, named: "Answer"),
    Format(Block.self),
    Format(BlockHeader.self),
    Format(Genesis.self),
    Format(Parameters.self),
    Format(Membership.self),
    Format(CheckpointImage.self),
    Format(SnapshotProof.self),
    Format(Evidence.self) { (evidence) throws(Finding) in
      _ = try? evidence.verify(by: Town.four.verifier)
    },
  ]

  private static let certificates: [Format] = [
    Format(Lock.self),
    Format(SignatureSet.self),
    Format(CommitCertificate.self) { (certificate) throws(Finding) in
      _ = Town.four.verifier.fault(of: certificate)
    },
    Format(CheckpointCertificate.self) { (certificate) throws(Finding) in
      _ = Town.four.verifier.fault(of: certificate)
    },
    Format(EpochChange.self) { (change) throws(Finding) in
      _ = Town.four.verifier.fault(of: change)
    },
  ]

  // MARK: Claims

  private static let proofs: [Format] = [
    Format(Claim.self),
    Format(SignedClaim.self),
    Format(ProofBlock.self),
    Format(ProofRules.self),
    Format(FalseVote.self),
    Format(BlockExcerpt.self),
    Format(Ruling.self),
  ]

  // MARK: The ledger

  private static let ledger: [Format] = [
    Format(TreeProof.self),
    Format(LedgerOperation.self),
    Format(StateTransition.self),
    Format(LedgerProof.self),
    Format(StateKey.self),
    Format(Record.self),
    Format(VerdictCertificate.self),
    Format(SettledClaim.self),
    Format(Economy.self),
    Format(Account.self),
    Format(Validator.self),
    Format(Note.self),
  ]

  // MARK: Files

  private static let texts: [Format] = [
    .text("Scenario") {
      try? Scenario(parsing: $0)
    } writing: {
      $0.description
    },
    .text("Choices") {
      Choices(token: $0)
    } writing: {
      $0.token
    },
    Format("ClaimFile") { (bytes) throws(Finding) in
      guard let file = try? ClaimFile(bytes, title: "") else { return false }
      let written = ClaimFile.text(of: file.claim, file.signed)
      guard let again = try? ClaimFile(written, title: "") else {
        throw Finding(
          "round trip", "a claim's file doesn't read: \(String(decoding: written, as: UTF8.self))")
      }
      try expect(again.claim == file.claim, "round trip", "a claim's file holds another claim")
      try expect(again.signed == file.signed, "round trip", "a claim's file is signed otherwise")
      return true
    },
  ]

  // MARK: States

  private static let snapshots: [Format] = [
    Format("KeyValueStore") { (bytes) throws(Finding) in
      var store = KeyValueStore()
      guard (try? store.restore(bytes)) != nil else { return false }
      var again = KeyValueStore()
      try expect(
        (try? again.restore(store.snapshot)) != nil, "round trip", "a snapshot doesn't restore")
      try expect(again.snapshot == store.snapshot, "canonicity", "a state has two snapshots")
      return true
    },
    Format("LedgerPieces") { (bytes) throws(Finding) in
      guard let tree = try? MerkleTree(pieces: [bytes]) else { return false }
      let pieces = (0..<TreeChunk.count(of: tree)).compactMap { index in
        (try? TreeChunk.piece(index, of: tree))?.encoded
      }
      try expect(
        pieces.count == TreeChunk.count(of: tree), "round trip", "a whole tree can't be cut")
      let again = try? MerkleTree(pieces: pieces)
      try expect(again?.root == tree.root, "round trip", "a tree's pieces make another tree")
      for (index, piece) in pieces.enumerated() {
        try expect(
          LedgerImage.verifies(
            piece, proof: [], at: index, of: pieces.count, root: tree.root), "piece",
          "a tree's own piece is refused")
      }
      return true
    },
  ]
}
