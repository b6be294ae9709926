import Testing
import WitanCrypto

@testable import Witan

/// A view-change that hides what its signer committed, and all that only looks like one.
///
/// r2 committed block 3 of a chain of four in view 2, unless a test says otherwise.
@Suite struct OmissionTests {
  let network: Network
  let blocks: [Block]
  /// Another chain, which took the first one's place.
  let fork: [Block]

  private let shown = EvidenceFault.nothingHidden("it shows what the commit proves")

  init() throws {
    network = try Network()
    blocks = network.blocks(4)
    fork = network.blocks(4, fork: 1)
  }

  private var commit: SignedStatement {
    network.vote(.commit, for: blocks[2].digest, at: 3, view: 2, by: 2)
  }

  private func stable(_ block: Block) -> CheckpointCertificate {
    network.certificate(network.summary(after: block.header))
  }

  private func decided(_ block: Block, _ view: View) -> Lock {
    .committed(network.committed(block.header, view: view), block.header)
  }

  private func fault(_ viewChange: ViewChange, commit: SignedStatement? = nil) -> EvidenceFault? {
    do throws(EvidenceFault) {
      let evidence = Evidence.omission(commit: commit ?? self.commit, viewChange: viewChange)
      try evidence.verify(network.genesis, scheme: network.scheme)
      return nil
    } catch {
      return error
    }
  }

  private func viewChange(
    to view: View = 5, by id: ReplicaID = 2, stable: CheckpointCertificate? = nil,
    _ locks: (Block, View)...
  ) -> ViewChange {
    network.viewChange(
      to: view, by: id, stable: stable, locks: locks.map { network.lock($0, view: $1) })
  }

  // MARK: What a correct replica may say

  @Test("It shows the lock, of the commit's view or a later one")
  func lock() {
    for view in [2, 3, 4] as [View] {
      #expect(fault(viewChange((blocks[0], 2), (blocks[1], 2), (blocks[2], view))) == shown)
    }
    #expect(
      fault(viewChange((blocks[0], 2), (blocks[1], 3), (blocks[2], 2), (blocks[3], 0))) == shown,
      "above, it may be locked since an earlier view")
    #expect(fault(viewChange(stable: stable(blocks[1]), (blocks[2], 2))) == shown)
  }

  @Test("A later view's lock on that sequence took its place")
  func superseded() {
    #expect(fault(viewChange((fork[0], 3), (fork[1], 3), (fork[2], 3))) == shown)
    let other = network.block(3, after: blocks[1].digest)
    #expect(fault(viewChange((blocks[0], 2), (blocks[1], 2), (other, 4))) == shown)
  }

  @Test("A later view's locks took the place of what the committed block stands on")
  func supersededBelow() {
    #expect(fault(viewChange((fork[0], 3), (blocks[1], 2), (blocks[2], 2))) == shown)
    #expect(fault(viewChange((fork[0], 3), (fork[1], 3), (blocks[2], 2))) == shown)
    #expect(fault(viewChange((blocks[0], 4), (fork[1], 3), (fork[2], 3))) == shown)
    #expect(fault(viewChange(stable: stable(fork[0]), (blocks[1], 2), (blocks[2], 2))) == shown)
  }

  @Test("What was decided in an earlier view needs no later lock")
  func decidedBefore() {
    let locks = [
      decided(blocks[0], 0), network.lock(blocks[1], view: 2), network.lock(blocks[2], view: 2),
    ]
    #expect(fault(network.viewChange(to: 5, by: 2, locks: locks)) == shown)
    let all = [decided(blocks[0], 0), decided(blocks[1], 1), decided(blocks[2], 1)]
    #expect(fault(network.viewChange(to: 5, by: 2, locks: all)) == shown)
  }

  @Test("A checkpoint covers the commit")
  func covered() {
    let covered = EvidenceFault.nothingHidden("a checkpoint covers the commit")
    #expect(fault(viewChange(stable: stable(blocks[2]))) == covered)
    #expect(fault(viewChange(stable: stable(blocks[3]))) == covered)
  }

  @Test("It left a view before, or the very one in which it committed")
  func earlier() {
    for view in [1, 2] as [View] {
      #expect(fault(viewChange(to: view)) == .nothingHidden("it comes before the commit"))
    }
  }

  @Test("Another replica's commit, or one of another epoch, doesn't bind it")
  func unrelated() {
    #expect(fault(viewChange(by: 1)) == .unrelated)
    #expect(fault(network.viewChange(to: 5, by: 2, epoch: 1)) == .unrelated)
    let prepare = network.vote(.prepare, for: blocks[2].digest, at: 3, view: 2, by: 2)
    #expect(fault(viewChange(), commit: prepare) == .unrelated)
    #expect(fault(network.seal(.status, viewChange().body, view: 5, by: 2)) == .unrelated)
  }

  // MARK: What only a faulty one says

  @Test("It shows nothing at all")
  func nothing() {
    #expect(fault(viewChange()) == nil)
    #expect(fault(viewChange(to: 3)) == nil)
    #expect(fault(viewChange(to: View(.max))) == nil)
    #expect(Evidence.omission(commit: commit, viewChange: viewChange()).culprit == 2)
  }

  @Test("It shows nothing above a checkpoint below the block")
  func nothingAboveCheckpoint() {
    #expect(fault(viewChange(stable: stable(blocks[0]))) == nil)
    #expect(fault(viewChange(stable: stable(blocks[1]))) == nil)
    #expect(fault(viewChange(stable: stable(fork[1]))) == nil)
  }

  @Test("Its locks end below, whatever they are")
  func cutShort() {
    for view in [0, 1, 2, 3, 4] as [View] {
      #expect(fault(viewChange((blocks[0], view))) == nil)
      #expect(fault(viewChange((fork[0], view))) == nil)
      #expect(fault(viewChange((blocks[0], 2), (blocks[1], view))) == nil)
    }
    #expect(fault(viewChange(stable: stable(blocks[0]), (blocks[1], 2))) == nil)
  }

  @Test("It shows an older lock on that sequence")
  func olderLock() {
    #expect(fault(viewChange((blocks[0], 2), (blocks[1], 2), (blocks[2], 1))) == nil)
    #expect(fault(viewChange((fork[0], 3), (fork[1], 3), (fork[2], 1))) == nil)
  }

  @Test("It shows an older lock below, where it must have been prepared in the commit's view")
  func olderLockBelow() {
    for block in [blocks[0], fork[0]] {
      #expect(fault(viewChange((block, 1), (blocks[1], 2), (blocks[2], 2))) == nil)
    }
    #expect(fault(viewChange((blocks[0], 4), (blocks[1], 1), (blocks[2], 4))) == nil)
  }

  @Test("It shows another lock of the same view on that sequence")
  func otherLock() {
    #expect(fault(viewChange((blocks[0], 2), (blocks[1], 2), (fork[2], 2))) == nil)
  }

  @Test("Its locks leave out a sequence, though there are enough of them")
  func gap() {
    #expect(fault(viewChange((blocks[0], 2), (blocks[2], 2), (blocks[3], 2))) == nil)
  }

  // MARK: Proofs that don't hold

  @Test("The commit and the view-change are its own")
  func forged() {
    let others = network.vote(.commit, for: blocks[2].digest, at: 3, view: 2, by: 1)
    let commit = SignedStatement(
      statement: others.statement, signer: 2, signature: others.signature)
    #expect(fault(viewChange(), commit: commit) == .badSignature)
    let signed = viewChange(by: 1).signed
    let forged = ViewChange(
      signed: SignedStatement(
        statement: signed.statement, signer: 2, signature: signed.signature),
      body: viewChange(by: 1).body)
    #expect(fault(forged) == .badSignature)
  }

  @Test("The last sequence of all traps nobody")
  func largestNumbers() {
    let own = network.vote(.commit, for: blocks[0].digest, at: SequenceNumber(.max), by: 2)
    #expect(fault(viewChange(), commit: own) == nil)
    #expect(fault(viewChange((blocks[0], 2)), commit: own) == nil)
    let last = network.block(SequenceNumber(.max), after: blocks[2].digest)
    #expect(
      fault(viewChange(stable: stable(last)), commit: own)
        == .nothingHidden("a checkpoint covers the commit"))
  }
}
