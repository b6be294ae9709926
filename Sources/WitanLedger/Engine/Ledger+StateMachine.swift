import Witan
import WitanCrypto
import WitanProofs

/// The ledger as the application of a replica.
extension Ledger: StateMachine {
  /// Whether a request is of the ledger's operations. Whoever attributes claims does it one at a time: to check a ring
  /// of a hundred takes as long as hundreds of signatures. Claims must be proved: this is where they are judged, when
  /// they come as well as before a vote.
  public func admits(_ request: Request) -> Bool {
    guard let operations = try? Self.operations(of: request) else { return false }
    guard operations.count(where: \.isAttribution) <= 1,
      operations.allSatisfy({ $0.isAdmitted(by: network) })
    else { return false }
    let claims = operations.compactMap(\.claim)
    return claims.isEmpty || network?.examiner?.examine(claims).verdict == .valid
  }

  /// Whether a block's claims may stand together; that each may stand at all was asked of each request.
  public func validate(_ block: Block) -> Verdict {
    guard let examiner = network?.examiner else { return .valid }
    do throws(BlockFault) {
      if let fault = examiner.misfit(of: try examiner.claims(of: block.requests)) { throw fault }
      return .valid
    } catch { return .invalid(error.reason) }
  }

  /// Claims are proposed in the order of their difficulty.
  public var queue: ClaimQueue {
    ClaimQueue(blockBudget: network?.examiner?.rules.blockBudget ?? .max)
  }

  /// What a request's claims are worth.
  public func weigh(_ request: Request) -> ClaimQueue.Weight {
    guard let examiner = network?.examiner, let claims = try? examiner.claims(of: [request]),
      !claims.isEmpty
    else { return ClaimQueue.Weight() }
    return ClaimQueue.Weight(claims, examiner.court.rulings(on: claims.map(\.claim)))
  }

  /// A block begins.
  public mutating func begin(_ requests: [Request], in header: BlockHeader) {
    prepare(for: requests, in: header)
  }

  /// Runs a request; the result is a receipt.
  public mutating func apply(_ request: Request, in header: BlockHeader) -> [UInt8] {
    perform(request, in: header).bytes
  }

  /// The block's changes reach the tree. Where the state can't be read they don't, and the replica finds at the next
  /// checkpoint that its state isn't the certified one, and fetches that.
  public mutating func end(_ header: BlockHeader) { try? finish(header) }

  /// The state as checkpoints certify it.
  public var image: LedgerImage { LedgerImage(tree) }

  /// The whole state, entry by entry.
  public var snapshot: [UInt8] { (try? tree.flattened()) ?? [] }

  /// Takes the state of a snapshot.
  public mutating func restore(_ snapshot: [UInt8]) throws {
    self = try Ledger(tree: MerkleTree(flattened: snapshot), network: network)
  }

  /// Takes the state whose pieces these are.
  public mutating func restore(chunks: [[UInt8]]) throws {
    self = try Ledger(tree: MerkleTree(pieces: chunks), network: network)
  }

  /// A record, by the place that the query names: nothing, or a one and the record.
  public func answer(_ query: [UInt8]) -> [UInt8] {
    guard let key = try? StateKey(decoding: query) else { return [] }
    return (try? Self.answer(to: key, from: tree)) ?? []
  }

  static func answer(to key: StateKey, from tree: MerkleTree) throws(TreeFault) -> [UInt8] {
    try tree.value(of: key.digest).map { [1] + $0 } ?? [0]
  }

  /// The record at the place that the query names, or that there is none, with the proof.
  public func prove(_ query: [UInt8], in image: LedgerImage) -> ProvedAnswer? {
    guard let key = try? StateKey(decoding: query),
      let answer = try? Self.answer(to: key, from: image.tree),
      let proof = try? image.tree.proof(of: [key.digest])
    else { return nil }
    return ProvedAnswer(answer: answer, proof: proof.encoded)
  }

  /// Takes an answer only if it is what stands at this very place under the certified root.
  public static func check(
    query: [UInt8], answer: [UInt8], proof: [UInt8], under state: CheckpointSummary
  ) throws(Unproved) {
    guard try answer == self.answer(to: query, provedBy: proof, under: state.applicationRoot) else {
      throw .otherAnswer
    }
  }

  /// What a proof shows to be the answer to a query, under a root.
  static func answer(
    to query: [UInt8], provedBy proof: [UInt8], under root: Digest
  ) throws(Unproved) -> [UInt8] {
    let key: StateKey
    let shown: TreeProof
    do throws(Malformed) {
      key = try StateKey(decoding: query)
      shown = try TreeProof(decoding: proof)
    } catch { throw .malformed(error) }
    do throws(TreeFault) {
      return try shown.value(of: key.digest, under: root).map { [1] + $0 } ?? [0]
    } catch { throw .irrelevant("the proof") }
  }

  /// The record that an answer tells of; nil when there is none, or it is no answer.
  public static func record(in answer: [UInt8]) -> Record? {
    guard answer.first == 1 else { return nil }
    return try? Record(decoding: Array(answer.dropFirst()))
  }
}
