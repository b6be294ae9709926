import Witan
import WitanCrypto
import WitanEvents
import WitanRollup

/// A proposer that makes two blocks for its slot, each alone a good one.
extension RollupRun {
  /// Each block goes to a half of the proposer's neighbours, who pass on what they have. Whoever receives the second knows
  /// what the proposer did, and attests to neither unless it has attested already.
  mutating func equivocate(
    _ slot: SlotNumber, _ one: Prepared, by proposer: Int, rank: Int
  ) {
    var other = one
    other.effects.append(1)
    other.header.effects = SHA256.hash(other.effects)
    other.header.stateRoot = SHA256.hash(one.header.stateRoot.bytes)
    metrics.equivocations += 1
    let blocks = [one, other]
    let reaches = zip(blocks, [Flood.Half.first, .second]).map { block, half in
      record(
        .blockProposed, at: block.time, actor: proposer, value: UInt64(block.header.transactions),
        detail: 2, slot: slot)
      spread(from: proposer, to: half, tenths: 10)
      recordLosses(at: block.time, slot, of: 0)
      return flood.reaches
    }
    var doubts = [Micros](repeating: Micros(.max), count: keys.count)
    var firsts = reaches
    for node in keys.indices where node != proposer {
      let isFirst = reaches[0][node].arrival <= reaches[1][node].arrival
      let (early, late) = (reaches[isFirst ? 0 : 1][node], reaches[isFirst ? 1 : 0][node])
      guard early.isReached else { continue }
      record(.blockReceived, of: one, by: proposer, early, at: node, slot)
      // Only the first is ever voted for.
      firsts[isFirst ? 1 : 0][node].arrival = Flood.never
      guard late.isReached else { continue }
      doubts[node] = one.time + Micros(UInt64(late.arrival))
      record(
        .equivocationSeen, at: doubts[node], actor: node, subject: proposer,
        value: UInt64(UInt32(bitPattern: late.relay)), hops: Int(late.hops), slot: slot)
      convicts.insert(proposer)
    }
    let votes = zip(blocks, firsts).map {
      attest(slot, $0, by: proposer, $1, doubtedAt: doubts)
    }
    // It tries its luck with the one that more have signed; the other's transactions are the same.
    let best = votes[0].count >= votes[1].count ? 0 : 1
    submit(slot, blocks[best], by: proposer, votes[best], rank: rank)
  }
}
