import Testing
import WitanCrypto

@testable import Witan

/// A journal that is rewritten amounts to what it did, whatever stood in it and in whichever order.
@Suite struct CompactionTests {
  // Red if a proposal that is read again drives out the blocks that were kept beside it.
  @Test(
    "A locked block outlives the journal's rewriting, though another was proposed before in its place"
  )
  func lockedBlock() throws {
    let network = try Network()
    let (proposed, locked) = (network.blocks(1)[0], network.blocks(1, fork: 1)[0])
    #expect(proposed.header.height == locked.header.height && proposed.digest != locked.digest)
    // View 0 proposed the one; the next view proposes the other again, which is fetched, and prepared.
    let records: [Journal.Record] = [
      .accepted(network.proposal(proposed)), .block(locked),
      .locked(network.lock(locked, view: 1)),
    ]
    for count in 1...records.count {
      let recovery = Journal.Recovery(records.prefix(count))
      let again = Journal.Recovery(recovery.compacted)
      #expect(again.compacted == recovery.compacted)
      let last = count == 1 ? proposed : locked
      #expect(again.inOrder.first?.block(last.digest) == last)
    }
  }

  // Red if a block is kept for ever because it once was locked.
  @Test("Of the blocks of one place no more are kept than count")
  func supersededBlocks() throws {
    let network = try Network()
    let forks = (UInt64(0)..<6).map { network.blocks(1, fork: $0)[0] }
    var records: [Journal.Record] = []
    for (view, block) in forks.enumerated() {
      records += [.block(block), .locked(network.lock(block, view: View(UInt64(view))))]
    }
    let recovery = Journal.Recovery(records)
    #expect(recovery.inOrder.first?.blocks == [forks[5]])
    #expect(Journal.Recovery(recovery.compacted).compacted == recovery.compacted)
  }
}
