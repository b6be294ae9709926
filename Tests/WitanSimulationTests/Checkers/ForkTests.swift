import Testing
import WitanCrypto

@testable import Witan
@testable import WitanSimulation

/// A leader and a second member, of four, that have the other two decide different blocks: one more than the network
/// bears.
private struct Forger: Adversary {
  private var forged: Set<SequenceNumber> = []

  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    guard case .prePrepare(let proposal) = message, receiver == nil, scene.id == 0,
      forged.insert(proposal.statement.sequence).inserted
    else { return }
    let block = proposal.body
    let other = Block(
      height: block.header.height, previous: block.header.previous, proposer: 0,
      timestamp: block.header.timestamp + 1, epoch: 0, requests: block.requests)
    push(block, to: 2, &scene)
    push(other, to: 3, &scene)
  }

  private func push(_ block: Block, to victim: ReplicaID, _ scene: inout Scene) {
    func statement(_ kind: StatementKind) -> Statement {
      Statement(
        kind, epoch: 0, view: scene.view, sequence: block.header.height, digest: block.digest)
    }
    if let signed = scene.sign(statement(.prePrepare), as: 0) {
      scene.pass(.prePrepare(Sealed(signed: signed, body: block)), to: .one(victim))
    }
    if let signed = scene.sign(statement(.prepare), as: 1) {
      scene.pass(.prepare(signed), to: .one(victim))
    }
    for name: ReplicaID in [0, 1] {
      if let signed = scene.sign(statement(.commit), as: name) {
        scene.pass(.commit(signed), to: .one(victim))
      }
    }
  }
}

/// Whole clusters: beyond the fault bound the order breaks, which is seen and proved.
@Suite struct ForkTests {
  @Test func twoLiarsInFourBreakTheOrderAndAreConvicted() throws {
    var run = try Run(.init(replicas: 4, seed: 5), blocks: 4)
    run.cluster.corrupt(0, with: Forger())
    run.cluster.corrupt(1, with: Forger())
    run.run(until: .seconds(5))
    #expect(!run.isSafe)
    let fork = try #require(run.violations.first { $0.kind == .fork })
    #expect(fork.sequence == 1)
    #expect(Set(run.violations.map(\.kind)).isSubset(of: [.fork, .state, .linearisability]))
    let verdict = try #require(run.oracle.accountability.verdict)
    #expect(verdict.culprits == [0, 1])
    #expect(verdict.violations.count == 1)
    #expect(run.excuse == .tooManyFaulty(2, bound: 1))
  }

  @Test func aForkThatConvictsTooFewIsUnaccountable() throws {
    // One decision of the fork isn't known to anybody who audits: nothing can be proved.
    var checker = AccountabilityChecker(try #require(Recording.usual).vantage)
    checker.audit(forks: [1], at: 5)
    #expect(checker.violations.map(\.kind) == [.unaccountable])
  }

  @Test(arguments: 0..<4 as Range<UInt64>) func oneLiarInFourBreaksNothing(seed: UInt64) throws {
    var configuration = Cluster.Configuration(replicas: 4, seed: seed)
    configuration.conditions.quality.loss = 0.1
    var run = try Run(configuration, blocks: 6)
    run.cluster.corrupt(0, with: Forger())
    run.run(until: .seconds(120))
    #expect(run.violations == [])
    #expect(run.isDone, "\(run.diagnosis)")
    #expect(run.culprits.map(\.name) == [0])
    #expect(run.culprits.first?.suspicions ?? 0 > 0)
  }
}
