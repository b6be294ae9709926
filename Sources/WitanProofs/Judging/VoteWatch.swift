import Witan
import WitanCrypto

/// Sees who votes for blocks that were refused here, whichever comes first, the vote or the refusal.
///
/// The core forgets a view's votes with the view, and a refusal ends the view; so whoever stands between network and
/// core keeps the latest of them here, and gets the proof against whoever vouched for an invalid block.
public struct VoteWatch: Sendable {
  /// How many votes, and how many refused blocks, are remembered; the oldest give way.
  public struct Memory: Hashable, Sendable {
    /// Votes.
    public var votes = 4_096
    /// Blocks.
    public var blocks = 16

    /// The defaults.
    public init() {}
  }

  private let memory: Memory
  private var votes: [SignedStatement] = []
  private var oldest = 0
  private var refused: [BlockExcerpt] = []

  /// Has seen nothing yet.
  public init(_ memory: Memory = Memory()) { self.memory = memory }

  /// A statement whose signature was verified; the proof, if it vouches for a block that was refused.
  public mutating func saw(_ statement: SignedStatement) -> FalseVote? {
    guard FalseVote.vouches(statement.statement.kind) else { return nil }
    let block = refused.first { $0.header.digest == statement.statement.digest }
    if let block { return FalseVote(vote: statement, block: block) }
    if votes.count < memory.votes {
      votes.append(statement)
    } else {
      votes[oldest] = statement
      oldest = (oldest + 1) % memory.votes
    }
    return nil
  }

  /// A block was refused; the proofs against all who were seen to vouch for it. None where its claims aren't to blame,
  /// or others might find otherwise.
  public mutating func refuse(_ block: Block, _ examiner: BlockExaminer) -> [FalseVote] {
    guard !refused.contains(where: { $0.header.digest == block.digest }),
      let (fault, places) = examiner.findFault(in: block.requests), fault.isReproducible
    else { return [] }
    let excerpt = BlockExcerpt(block, at: places)
    if refused.count >= memory.blocks { refused.removeFirst() }
    refused.append(excerpt)
    return votes.filter { $0.statement.digest == block.digest }
      .map { FalseVote(vote: $0, block: excerpt) }
  }
}
