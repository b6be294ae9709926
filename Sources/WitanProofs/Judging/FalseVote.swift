import Witan
import WitanCrypto

/// Proof that a replica vouched for an invalid block: its signed proposal or prepare, and what is wrong with the block.
///
/// Whoever has the genesis can check it, and a solver of the network's version. A correct replica examines a block before
/// it votes, or has seen a quorum that did, so that none can be made against one while the faulty weigh at most f. Only
/// faults that every replica finds count: that a claim took down one machine's worker proves nothing.
public struct FalseVote: Equatable, Sendable, Canonical {
  /// What the replica signed.
  public let vote: SignedStatement
  /// What it signed for: the requests that make the block invalid.
  public let block: BlockExcerpt

  /// Evidence, unchecked.
  public init(vote: SignedStatement, block: BlockExcerpt) {
    self.vote = vote
    self.block = block
  }

  /// Who is convicted.
  public var culprit: ReplicaID { vote.signer }

  /// Why something offered as such evidence proves nothing.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The statement doesn't vouch for a block.
    case noVote(StatementKind)
    /// The statement is about another block.
    case otherBlock
    /// The signer wasn't a member, or its epoch isn't known.
    case notMember(ReplicaID)
    /// The signature isn't the signer's.
    case badSignature
    /// Nothing is wrong with what is shown of the block.
    case validBlock
    /// The block can't be judged here as every replica would.
    case notReproducible(BlockFault)

    /// What is wrong, for people.
    public var description: String {
      switch self {
      case .noVote(let kind): "a statement of kind \(kind) vouches for no block"
      case .otherBlock: "the statement is about another block"
      case .notMember(let id): "\(id) wasn't a member of that epoch"
      case .badSignature: "the signature isn't the signer's"
      case .validBlock: "nothing is wrong with what is shown of the block"
      case .notReproducible(let fault): "another replica may find otherwise: \(fault)"
      }
    }
  }

  /// Checks the proof with the genesis and, for later epochs, the succession of members; returns what is wrong with the
  /// block that the culprit vouched for. What makes some of a block's requests invalid makes the block invalid.
  public func verify(
    _ genesis: Genesis, lineage: [EpochChange] = [], _ examiner: BlockExaminer
  ) throws(Fault) -> BlockFault {
    try verifyVote(genesis, lineage: lineage, scheme: examiner.scheme)
    guard let fault = examiner.examine(requests: block.requests).fault else { throw .validBlock }
    guard fault.isReproducible else { throw .notReproducible(fault) }
    return fault
  }

  /// Checks all but whether the block is invalid: that the culprit vouched for this very block.
  public func verifyVote(
    _ genesis: Genesis, lineage: [EpochChange] = [], scheme: SignatureScheme
  ) throws(Fault) {
    let statement = vote.statement
    guard Self.vouches(statement.kind) else { throw .noVote(statement.kind) }
    guard statement.digest == block.header.digest, statement.sequence == block.header.height else {
      throw .otherBlock
    }
    let verifier = try? Verifier(
      genesis: genesis, lineage: lineage, upTo: statement.epoch, scheme: scheme)
    guard let members = verifier?.members(of: statement.epoch),
      let member = members.members.first(where: { $0.id == vote.signer })
    else { throw .notMember(vote.signer) }
    guard
      statement.isSigned(vote.signature, by: member.key, chain: genesis.digest, scheme: scheme)
    else { throw .badSignature }
  }

  /// Whether a statement of this kind vouches for a block.
  static func vouches(_ kind: StatementKind) -> Bool { kind == .prePrepare || kind == .prepare }

  /// Writes vote and block.
  public func encode(to writer: inout ByteWriter) {
    writer.write(vote)
    writer.write(block)
  }

  /// Reads vote and block.
  public init(from reader: inout ByteReader) throws(Malformed) {
    vote = try SignedStatement(from: &reader)
    block = try BlockExcerpt(from: &reader)
  }
}
