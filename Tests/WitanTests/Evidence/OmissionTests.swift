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

  init() throws {
    network = try Network()
    blocks = network.blocks(4)
    fork = network.blocks(4, fork: 1)
  }

  private var commit: SignedStatement {
    network.vote(.commit, for: blocks[2].digest, at: 3, view: 2, by: 2)
  }

  /// The headers from block 3 down to the one at this height.
  private func headers(downTo height: Int) -> [BlockHeader] {
    blocks[(height - 1)...2].reversed().map(\.header)
  }

  private func stable(_ block: Block) -> CheckpointCertificate {
    network.certificate(network.summary(after: block.header))
  }

  private func fault(
    _ viewChange: ViewChange, commit: SignedStatement? = nil, headers: [BlockHeader] = []
  ) -> EvidenceFault? {
    do throws(EvidenceFault) {
      let evidence = Evidence.omission(
        commit: commit ?? self.commit, viewChange: viewChange, headers: headers)
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
  func shown() {
    let shown = EvidenceFault.nothingHidden("it shows a lock on that sequence")
    for view in [2, 3, 4] as [View] {
      #expect(fault(viewChange((blocks[0], 2), (blocks[1], 2), (blocks[2], view))) == shown)
    }
    #expect(
      fault(viewChange((blocks[0], 0), (blocks[1], 1), (blocks[2], 2), (blocks[3], 0))) == shown,
      "blocks below may have been decided in earlier views")
    #expect(fault(viewChange(stable: stable(blocks[1]), (blocks[2], 2))) == shown)
  }

  @Test("A later view's lock on that sequence took its place")
  func superseded() {
    #expect(
      fault(viewChange((fork[0], 3), (fork[1], 3), (fork[2], 3)))
        == .nothingHidden("it shows a lock on that sequence"))
    #expect(
      fault(
        viewChange((blocks[0], 2), (blocks[1], 2), (network.block(3, after: blocks[1].digest), 4)))
        == .nothingHidden("it shows a lock on that sequence"))
  }

  @Test("A later view's lock below took the place of what the committed block stands on")
  func supersededBelow() {
    let ends = viewChange((fork[0], 3))
    let superseded = EvidenceFault.nothingHidden("its chain may have been superseded")
    #expect(fault(ends, headers: headers(downTo: 2)) == superseded)
    #expect(fault(ends, headers: headers(downTo: 1)) == superseded)
    #expect(fault(ends, headers: headers(downTo: 3)) == superseded)
    #expect(
      fault(viewChange((blocks[0], 2), (fork[1], 3)), headers: headers(downTo: 3)) == superseded)
  }

  @Test("A checkpoint covers the commit")
  func covered() {
    let covered = EvidenceFault.nothingHidden("a checkpoint covers the commit")
    #expect(fault(viewChange(stable: stable(blocks[2]))) == covered)
    #expect(fault(viewChange(stable: stable(blocks[3]))) == covered)
  }

  @Test("A checkpoint below that isn't on the committed block's chain")
  func checkpointOfFork() {
    #expect(
      fault(viewChange(stable: stable(fork[0])), headers: headers(downTo: 2))
        == .nothingHidden("its chain may have been superseded"))
  }

  @Test("It left a view before, or the very one in which it committed")
  func earlier() {
    for view in [1, 2] as [View] {
      #expect(
        fault(viewChange(to: view), headers: headers(downTo: 1))
          == .nothingHidden("it comes before the commit"))
    }
  }

  @Test("Another replica's commit, or one of another epoch, doesn't bind it")
  func unrelated() {
    let all = headers(downTo: 1)
    #expect(fault(viewChange(by: 1), headers: all) == .unrelated)
    let later = network.viewChange(to: 5, by: 2, epoch: 1)
    #expect(fault(later, headers: all) == .unrelated)
    let prepare = network.vote(.prepare, for: blocks[2].digest, at: 3, view: 2, by: 2)
    #expect(fault(viewChange(), commit: prepare, headers: all) == .unrelated)
    let status = network.seal(.status, viewChange().body, view: 5, by: 2)
    #expect(fault(status, headers: all) == .unrelated)
  }

  // MARK: What only a faulty one says

  @Test("It shows nothing at all, and the block stands on the genesis")
  func nothing() {
    #expect(fault(viewChange(), headers: headers(downTo: 1)) == nil)
    #expect(fault(viewChange(to: 3), headers: headers(downTo: 1)) == nil)
    #expect(fault(viewChange(to: View(.max)), headers: headers(downTo: 1)) == nil)
    #expect(
      Evidence.omission(commit: commit, viewChange: viewChange(), headers: []).culprit == 2)
  }

  @Test("It shows nothing above a checkpoint on which the block stands")
  func nothingAboveCheckpoint() {
    #expect(fault(viewChange(stable: stable(blocks[0])), headers: headers(downTo: 2)) == nil)
    #expect(fault(viewChange(stable: stable(blocks[1])), headers: headers(downTo: 3)) == nil)
  }

  @Test("Its chain ends on a block on which the committed one stands, so it could have gone on")
  func cutShort() {
    for view in [2, 3, 4] as [View] {
      #expect(fault(viewChange((blocks[0], view)), headers: headers(downTo: 2)) == nil)
      #expect(
        fault(viewChange((blocks[0], 2), (blocks[1], view)), headers: headers(downTo: 3)) == nil)
    }
    #expect(
      fault(viewChange(stable: stable(blocks[0]), (blocks[1], 2)), headers: headers(downTo: 3))
        == nil)
  }

  @Test("Its chain ends below with an older lock, which can have superseded nothing")
  func olderEnd() {
    #expect(fault(viewChange((fork[0], 1))) == nil)
    #expect(fault(viewChange((fork[0], 0), (fork[1], 1))) == nil)
  }

  @Test("It shows an older lock on that sequence")
  func olderLock() {
    #expect(fault(viewChange((blocks[0], 2), (blocks[1], 2), (blocks[2], 1))) == nil)
    #expect(fault(viewChange((fork[0], 1), (fork[1], 1), (fork[2], 1))) == nil)
  }

  @Test("It shows another lock of the same view on that sequence")
  func otherLock() {
    #expect(fault(viewChange((fork[0], 2), (fork[1], 2), (fork[2], 2))) == nil)
  }

  // MARK: Proofs that don't hold

  @Test("The headers lead from the committed block to the end of the chain, without a gap")
  func headers() {
    let all = headers(downTo: 1)
    let begin = EvidenceFault.nothingHidden("the headers don't begin with the committed block")
    let chain = EvidenceFault.nothingHidden("the headers aren't a chain")
    let end = EvidenceFault.nothingHidden("its chain may have been superseded")
    #expect(fault(viewChange()) == begin)
    #expect(fault(viewChange(), headers: Array(all.dropFirst())) == begin)
    #expect(fault(viewChange(), headers: fork[...2].reversed().map(\.header)) == begin)
    #expect(fault(viewChange(), headers: [all[0], all[2]]) == chain)
    #expect(fault(viewChange(), headers: [all[0], fork[1].header, all[2]]) == chain)
    #expect(fault(viewChange(), headers: Array(all.dropLast())) == end)
    #expect(fault(viewChange((blocks[0], 2)), headers: all) == end)
  }

  @Test("A header whose height jumps proves nothing, though it names its parent")
  func heights() {
    let high = network.block(9, after: blocks[0].digest)
    let commit = network.vote(.commit, for: high.digest, at: 9, view: 2, by: 2)
    #expect(
      fault(viewChange(), commit: commit, headers: [high.header, blocks[0].header])
        == .nothingHidden("the headers aren't a chain"))
  }

  @Test("The commit and the view-change are its own")
  func forged() {
    let others = network.vote(.commit, for: blocks[2].digest, at: 3, view: 2, by: 1)
    let commit = SignedStatement(
      statement: others.statement, signer: 2, signature: others.signature)
    #expect(
      fault(viewChange(), commit: commit, headers: headers(downTo: 1)) == .badSignature)
    let signed = viewChange(by: 1).signed
    let forged = ViewChange(
      signed: SignedStatement(
        statement: signed.statement, signer: 2, signature: signed.signature),
      body: viewChange(by: 1).body)
    #expect(fault(forged, headers: headers(downTo: 1)) == .badSignature)
  }

  @Test("The last sequence of all traps nobody")
  func largestNumbers() {
    let last = network.block(SequenceNumber(.max), after: blocks[2].digest)
    let commit = network.vote(.commit, for: last.digest, at: SequenceNumber(.max), by: 2)
    #expect(
      fault(viewChange(), commit: commit, headers: [last.header, blocks[2].header])
        == .nothingHidden("the headers aren't a chain"))
    let first = network.block(SequenceNumber(.max), after: network.chain)
    let own = network.vote(.commit, for: first.digest, at: SequenceNumber(.max), by: 2)
    #expect(
      fault(viewChange(), commit: own, headers: [first.header])
        == .nothingHidden("its chain may have been superseded"))
  }
}
