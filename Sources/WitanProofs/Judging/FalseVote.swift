import Witan
import WitanCrypto

/// Proof that a replica vouched for an invalid block: its signed proposal or prepare, and the block.
///
/// Whoever has the genesis can check it, and a solver of the network's version. A correct replica examines a block before
/// it votes, or has seen a quorum that did, so that none can be made against one while the faulty weigh at most f. Only
/// faults that every replica finds count: that a claim took down one machine's worker proves nothing.
public struct FalseVote: Equatable, Sendable, Canonical {
  /// What the replica signed.
  public let vote: SignedStatement
  /// The block it signed for.
  public let block: Block

  /// Evidence, unchecked.
  public init(vote: SignedStatement, block: Block) {
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
    /// The block is valid.
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
      case .validBlock: "the block is valid"
      case .notReproducible(let fault): "another replica may find otherwise: \(fault)"
      }
    }
  }

  /// Checks the proof; returns what is wrong with the block that the culprit vouched for.
  public func verify(
    by verifier: Verifier, _ examiner: BlockExaminer<some Adjudicator>
  ) throws(Fault) -> BlockFault {
    let statement = vote.statement
    guard statement.kind == .prePrepare || statement.kind == .prepare else {
      throw .noVote(statement.kind)
    }
    guard statement.digest == block.digest, statement.sequence == block.header.height else {
      throw .otherBlock
    }
    guard let members = verifier.members(of: statement.epoch),
      let member = members.members.first(where: { $0.id == vote.signer })
    else { throw .notMember(vote.signer) }
    guard
      statement.isSigned(
        vote.signature, by: member.key, chain: examiner.chain, scheme: examiner.scheme)
    else { throw .badSignature }
    guard let fault = examiner.examine(block).fault else { throw .validBlock }
    guard fault.isReproducible else { throw .notReproducible(fault) }
    return fault
  }

  /// Writes vote and block.
  public func encode(to writer: inout ByteWriter) {
    writer.write(vote)
    writer.write(block)
  }

  /// Reads vote and block.
  public init(from reader: inout ByteReader) throws(Malformed) {
    vote = try SignedStatement(from: &reader)
    block = try Block(from: &reader)
  }
}
