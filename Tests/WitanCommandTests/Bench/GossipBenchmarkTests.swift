import Testing

@testable import WitanCommand

/// The benchmarks of large networks, with smaller ones.
@Suite struct GossipBenchmarkTests {
  @Test func `P24 all to all, a block is decided in under 10 s of virtual time`() throws {
    let span = try GossipBenchmarks.timeToDecide(replicas: 40)
    // Three steps and the request can't be said in less than one mean delay each, with so many to wait for.
    #expect((0.3...10).contains(span))
  }

  @Test func `P24 many follow a committee over gossip in under 30 s of virtual time`() throws {
    let span = try GossipBenchmarks.timeToFollow(committee: 7, nodes: 200, blocks: 2)
    #expect((0.3...30).contains(span))
  }
}
