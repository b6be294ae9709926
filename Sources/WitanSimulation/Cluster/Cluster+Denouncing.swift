import Witan
import WitanProofs

/// Correct machines keep proof against those who vouch for blocks whose claims don't hold.
extension Cluster {
  /// A machine hears a vote.
  @inline(__always)
  mutating func watchVote(_ message: Message, at index: Int) {
    guard machines[index].voteWatch != nil, let signed = message.signed,
      let proof = machines[index].voteWatch?.saw(signed)
    else { return }
    tell(.reports, index, .denounced(proof))
  }

  /// A machine's application refused a block.
  mutating func denounce(_ block: Block, at index: Int) {
    guard let examiner = machines[index].host.machine.ledger?.network?.examiner,
      let proofs = machines[index].voteWatch?.refuse(block, examiner)
    else { return }
    for proof in proofs { tell(.reports, index, .denounced(proof)) }
  }
}
