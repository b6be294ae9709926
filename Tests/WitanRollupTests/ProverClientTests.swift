import Testing
import Witan

@testable import WitanRollup

/// D19: startEpoch, addTx and finalizeEpoch, by the table.
@Suite struct ProverClientTests {
  private let jobs = (1...4).map { ProverClient.Job(block: BlockNumber($0), transactions: 10) }

  @Test func `an epoch is proved when it is finalised and all its jobs are done`() {
    var client = ProverClient(capacity: 2)
    #expect(client.handle(.startEpoch(7)) == [])
    #expect(client.handle(.addTx(jobs[0])) == [.prove(jobs[0])])
    #expect(client.handle(.addTx(jobs[1])) == [.prove(jobs[1])])
    // There is no room for a third.
    #expect(client.handle(.addTx(jobs[2])) == [])
    #expect(client.handle(.proved(jobs[1])) == [.prove(jobs[2])])
    #expect(client.handle(.finalizeEpoch) == [])
    #expect(client.handle(.proved(jobs[0])) == [])
    #expect(client.handle(.proved(jobs[2])) == [.epochProved(7)])
    #expect(client.handle(.startEpoch(8)) == [])
    #expect(client.handle(.finalizeEpoch) == [.epochProved(8)])
  }

  @Test func `what comes at the wrong time is refused`() {
    var client = ProverClient(capacity: 1)
    #expect(client.handle(.addTx(jobs[0])) == [.refused])
    #expect(client.handle(.finalizeEpoch) == [.refused])
    _ = client.handle(.startEpoch(1))
    #expect(client.handle(.startEpoch(2)) == [.refused])
    _ = client.handle(.addTx(jobs[0]))
    _ = client.handle(.finalizeEpoch)
    #expect(client.handle(.addTx(jobs[1])) == [.refused])
    #expect(client.handle(.startEpoch(2)) == [.refused])
    #expect(client.handle(.finalizeEpoch) == [.refused])
    #expect(client.handle(.proved(jobs[0])) == [.epochProved(1)])
  }
}
