import Testing
import Witan
import WitanLedger
import WitanSimulation

/// Whoever comes late fetches the state, from several at once.
@Suite struct NewcomerTests {
  @Test func `a newcomer has the state of the others, and a liar among them costs a piece`() throws
  {
    var configuration = Cluster.Configuration(replicas: 4, seed: 1)
    configuration.application = .ledger
    configuration.accounts = 4_000
    configuration.clients = 1
    configuration.asleep = [3]
    configuration.castings = [Casting("state-lies", machines: [2])]
    configuration.conditions.quality.latency = .fixed(20_000)
    configuration.parameters.checkpointInterval = 2
    configuration.parameters.window = 4
    var cluster = try Cluster(configuration)
    // So far that nobody remembers the blocks that lead there: only the state does.
    for number in UInt64(0)..<12 {
      let give = LedgerOperation.transfer(to: cluster.key(of: 0), amount: 1, nonce: number)
      cluster.ask(0, .submit(tag: number, operations: [give.encoded]))
      pass(&cluster, until: 0, has: SequenceNumber(number + 1))
    }
    _ = cluster.takeHappenings()
    let begins = cluster.now
    try cluster.restart(3)
    pass(&cluster, until: 3, has: 12)
    #expect(cluster.replica(at: 3).executed >= 12)
    #expect(cluster.ledgers[3].root == cluster.ledgers[0].root)
    #expect(cluster.ledgers[3].image.count >= 4)
    #expect(cluster.now - begins < .seconds(20))
    var liars: Set<ReplicaID> = []
    var sources = 0
    for happening in cluster.takeHappenings() where happening.node == 3 {
      switch happening.event {
      case .report(.liar(let peer)): liars.insert(peer)
      case .report(.transferEnded): sources += 1
      default: break
      }
    }
    #expect(liars == [2])
    #expect(sources == 1)
  }

  private func pass(_ cluster: inout Cluster, until machine: Int, has sequence: SequenceNumber) {
    let limit = cluster.now + .seconds(60)
    while cluster.replica(at: machine).executed < sequence, cluster.now < limit {
      cluster.run(for: .milliseconds(10))
    }
  }
}
