import Testing
import WitanCrypto

@testable import Witan

/// A view-change is correct if its checkpoint is certified and its locks are proved and without gaps
/// (TOCS §4.5.1; F18, F31).
@Suite struct ViewChangeVerificationTests {
  let network: Network
  let blocks: [Block]

  init() throws {
    network = try Network()
    blocks = network.blocks(4)
  }

  private func rejection(of viewChange: ViewChange, verifier: Verifier? = nil) -> Rejection? {
    do throws(Rejection) {
      _ = try (verifier ?? network.verifier).verify(.viewChange(viewChange))
      return nil
    } catch {
      return error
    }
  }

  private func rejection(_ locks: [Lock], to view: View = 3) -> Rejection? {
    rejection(of: network.viewChange(to: view, by: 2, locks: locks))
  }

  private var stable: CheckpointCertificate {
    network.certificate(network.summary(after: blocks[0].header))
  }

  @Test("Locks from the genesis on, of any views before")
  func chains() {
    #expect(rejection([]) == nil)
    let decided = Lock.committed(network.committed(blocks[2].header, view: 2), blocks[2].header)
    #expect(rejection([network.lock(blocks[0])]) == nil)
    #expect(
      rejection([network.lock(blocks[0], view: 2), network.lock(blocks[1]), decided]) == nil)
  }

  @Test("Locks from the checkpoint on")
  func aboveCheckpoint() {
    let viewChange = network.viewChange(
      to: 1, by: 3, stable: stable, locks: [network.lock(blocks[1]), network.lock(blocks[2])])
    #expect(rejection(of: viewChange) == nil)
    for first in [0, 2] {
      let wrong = network.viewChange(
        to: 1, by: 3, stable: stable, locks: [network.lock(blocks[first])])
      #expect(rejection(of: wrong) == .contradictory("the order of locks"))
    }
  }

  @Test("Locks leave no gap and stand in order")
  func gaps() {
    let fork = network.blocks(2, fork: 1)
    let broken = Rejection.contradictory("the order of locks")
    #expect(rejection([network.lock(blocks[1])]) == broken)
    #expect(rejection([network.lock(blocks[0]), network.lock(blocks[2])]) == broken)
    #expect(rejection([network.lock(blocks[1]), network.lock(blocks[0])]) == broken)
    #expect(rejection([network.lock(blocks[0]), network.lock(blocks[0])]) == broken)
    #expect(rejection([network.lock(fork[0]), network.lock(fork[1])]) == nil)
  }

  @Test("A lock needn't follow the one below, which a later view may have replaced")
  func superseded() {
    let fork = network.blocks(2, fork: 1)
    #expect(rejection([network.lock(blocks[0], view: 1), network.lock(fork[1])]) == nil)
    #expect(rejection([network.lock(blocks[0]), network.lock(fork[1], view: 1)]) == nil)
    #expect(rejection([network.lock(network.block(1, after: fork[0].digest))]) == nil)
    let overtaken = network.viewChange(
      to: 1, by: 3, stable: stable, locks: [network.lock(fork[1]), network.lock(blocks[2])])
    #expect(rejection(of: overtaken) == nil)
  }

  @Test("A lock is of an earlier view than the one asked for")
  func laterViews() {
    for (view, next) in [(3, 3), (4, 3), (View(.max), View(.max)), (0, 0)] as [(View, View)] {
      #expect(
        rejection([network.lock(blocks[0], view: view)], to: next)
          == .contradictory("a lock's view"))
    }
    #expect(rejection([network.lock(blocks[0], view: 2)], to: View(.max)) == nil)
  }

  @Test("A lock is of the same epoch")
  func otherEpoch() throws {
    let block = network.block(epoch: 1)
    #expect(rejection([network.lock(block)]) == .contradictory("a lock's view"))
  }

  @Test("A lock that proves nothing is refused (F18)")
  func badLocks() {
    let header = blocks[0].header
    let weak = network.prepared(header, by: [1])
    #expect(rejection([.prepared(weak)]) == .badCertificate(.noQuorum(2, needed: 3)))
    let twice = network.prepared(header, by: [0, 1, 2])
    #expect(rejection([.prepared(twice)]) == .badCertificate(.leaderCountedTwice))
    let undecided = network.committed(header, by: [1, 2])
    #expect(
      rejection([.committed(undecided, header)]) == .badCertificate(.noQuorum(2, needed: 3)))
    // Prepared in view 0, claimed for view 1.
    let prepared = network.prepared(header)
    let moved = PreparedCertificate(
      header: header, epoch: 0, view: 1, proposal: prepared.proposal, prepares: prepared.prepares)
    #expect(rejection([.prepared(moved)]) == .badCertificate(.badSignature(1)))
  }

  @Test("No more locks than a window has slots")
  func tooMany() throws {
    var parameters = Parameters()
    (parameters.checkpointInterval, parameters.window) = (1, 2)
    let network = try Network(parameters: parameters)
    let locks = network.blocks(3).map { network.lock($0) }
    let verifier = network.verifier
    #expect(
      rejection(of: network.viewChange(to: 1, by: 1, locks: locks), verifier: verifier)
        == .overLimit("locks"))
    #expect(
      rejection(
        of: network.viewChange(to: 1, by: 1, locks: locks.dropLast()), verifier: verifier) == nil)
  }

  @Test("The checkpoint is certified, of this epoch, and at the sequence that the statement names")
  func checkpoints() throws {
    let summary = network.summary(after: blocks[0].header)
    let weak = network.certificate(summary, by: [0, 3])
    #expect(
      rejection(of: network.viewChange(to: 1, by: 1, stable: weak))
        == .badCertificate(.noQuorum(2, needed: 3)))
    let next = try Network(5).members
    let later = network.change(to: next).certificate
    #expect(
      rejection(of: network.viewChange(to: 1, by: 1, stable: later))
        == .contradictory("the stable checkpoint's epoch"))
    let strange = network.certificate(network.summary(after: blocks[0].header, members: next))
    #expect(
      rejection(of: network.viewChange(to: 1, by: 1, stable: strange))
        == .contradictory("the stable checkpoint's members"))
    for sequence in [0, 2, SequenceNumber(.max)] {
      let elsewhere = network.seal(
        .viewChange, ViewChangeBody(stable: stable, locks: []), view: 1, sequence: sequence,
        by: 1)
      #expect(rejection(of: elsewhere) == .contradictory("the sequence"))
    }
  }

  @Test("In a later epoch, it builds on the checkpoint that began the epoch, or a later one")
  func laterEpoch() throws {
    let next = try Membership(network.members.members + [network.member(4)])
    let change = network.change(to: next)
    var verifier = network.verifier
    verifier.learn(change)
    let bare = network.viewChange(to: 1, by: 4, epoch: 1)
    #expect(
      rejection(of: bare, verifier: verifier)
        == .contradictory("the stable checkpoint's absence"))
    #expect(rejection(of: bare) == .unknownEpoch(1))
    let first = network.viewChange(to: 1, by: 4, stable: change.certificate, epoch: 1)
    #expect(rejection(of: first, verifier: verifier) == nil)
    #expect(
      rejection(of: network.viewChange(to: 1, by: 1, stable: stable, epoch: 1), verifier: verifier)
        == .contradictory("the stable checkpoint's epoch"))
  }

  @Test("At the end of all sequences, nothing follows")
  func lastSequence() {
    let last = network.block(SequenceNumber(.max))
    let stable = network.certificate(network.summary(after: last.header))
    #expect(rejection(of: network.viewChange(to: View(.max), by: 1, stable: stable)) == nil)
    let beyond = network.block(SequenceNumber(.max), after: last.digest)
    #expect(
      rejection(
        of: network.viewChange(
          to: View(.max), by: 1, stable: stable, locks: [network.lock(beyond)]))
        == .contradictory("the order of locks"))
  }
}
