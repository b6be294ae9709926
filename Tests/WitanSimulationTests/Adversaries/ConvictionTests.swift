import Testing
import Witan
import WitanCrypto
import WitanSimulation

/// Who says two things is convicted; and too many who do so together break the network, which shows that the watch
/// isn't blind.
@Suite("Convictions") struct ConvictionTests {
  @Test(arguments: [1, 2, 3] as [UInt64]) func aDoubleVoterIsConvicted(seed: UInt64) throws {
    var ordeal = try Ordeal([Casting("double-voter", machines: [1])], seed: seed)
    ordeal.load(4)
    let isSettled = ordeal.settle()
    #expect(isSettled, "\(ordeal.summary)")
    #expect(Set(ordeal.evidence.map(\.culprit)) == [1])
    #expect(ordeal.forks.isEmpty)
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func anEquivocatingLeaderIsConvicted(seed: UInt64) throws
  {
    let casting = Casting("equivocating-leader", machines: [0], victims: [5, 6])
    var ordeal = try Ordeal(replicas: 7, [casting], seed: seed)
    ordeal.load(4)
    let isSettled = ordeal.settle()
    #expect(isSettled, "\(ordeal.summary)")
    #expect(Set(ordeal.evidence.map(\.culprit)) == [0])
    #expect(ordeal.forks.isEmpty)
  }

  @Test func twoDifferentProposalsLeaveAnEquivocatingLeader() throws {
    var ordeal = try Ordeal([Casting("equivocating-leader", machines: [0], victims: [3])]) {
      $0.watch.insert(.messages)
    }
    ordeal.cluster.submit(.put(key: [1], value: [1]))
    ordeal.cluster.run(for: .milliseconds(200))
    var proposed: [ReplicaID: Set<Digest>] = [:]
    for happening in ordeal.cluster.takeHappenings() where happening.node == 0 {
      guard case .sent(.prePrepare(let proposal), let receiver) = happening.event,
        proposal.statement.sequence == 1
      else { continue }
      for name in receiver.map({ [$0] }) ?? [1, 2, 3] as [ReplicaID] {
        proposed[name, default: []].insert(proposal.body.digest)
      }
    }
    #expect(proposed.values.allSatisfy { $0.count == 1 })
    #expect(proposed[1] != nil && proposed[1] == proposed[2])
    #expect(proposed[3] != nil && proposed[3] != proposed[1])
  }

  @Test(arguments: [4, 7, 10]) func tooManyTogetherForkTheNetwork(replicas: Int) throws {
    let faulty = (replicas - 1) / 3 + 1
    var ordeal = try Ordeal(
      replicas: replicas,
      [
        Casting("equivocating-leader", machines: [0]),
        Casting("double-voter", machines: NodeSet(1..<faulty)),
      ])
    ordeal.load(4)
    ordeal.run(for: .seconds(1))
    #expect(ordeal.forks.contains(1))
  }

  @Test(arguments: [4, 7]) func tooManyTwinsForkTheNetwork(replicas: Int) throws {
    let faulty = (replicas - 1) / 3 + 1
    var ordeal = try Ordeal(
      replicas: replicas, [Casting("twins", machines: NodeSet(0..<faulty))]
    ) {
      $0.conditions.quality.latency = .uniform(low: 5_000, high: 30_000)
    }
    // Each twin has the requests at another time, so that the two propose different blocks.
    for tag in 1...3 as ClosedRange<UInt64> {
      for client in 0...1 { ordeal.cluster.ask(client, .submit(tag: tag, operations: [[1]])) }
    }
    ordeal.run(for: .seconds(2))
    #expect(!ordeal.forks.isEmpty)
  }

  @Test func equivocatorsOfTwoCoalitionsDontForkIt() throws {
    var ordeal = try Ordeal([
      Casting("equivocating-leader", machines: [0], coalition: 0),
      Casting("withheld-votes", machines: [1], coalition: 1),
    ])
    ordeal.load(4)
    ordeal.run(for: .seconds(5))
    #expect(ordeal.forks.isEmpty)
  }
}
