import Testing
import Witan
import WitanCrypto
import WitanDraw
import WitanSimulation

/// Clients that work by themselves, honest and hostile ones.
@Suite("Clients") struct ClientTests {
  private static func cluster(
    clients: Int, castings: [Casting] = [], loss: Double = 0
  ) throws -> Cluster {
    var configuration = Cluster.Configuration(replicas: 4, seed: 4)
    configuration.clients = clients
    configuration.castings = castings
    configuration.conditions.quality.loss = loss
    return try Cluster(configuration)
  }

  private static func finished(_ cluster: inout Cluster) -> [Cluster.Finished] {
    cluster.takeHappenings().compactMap {
      if case .finished(let finished) = $0.event { finished } else { nil }
    }
  }

  private static func ran(_ finished: [Cluster.Finished]) -> Int {
    finished.count { if case .executed = $0.completion { true } else { false } }
  }

  @Test func aClosedLoopAsksWhenItWasAnswered() throws {
    var cluster = try Self.cluster(clients: 1)
    cluster.employ(0, Load(.closedLoop(pause: .fixed(50_000)), limit: 5))
    cluster.run(for: .seconds(20))
    let finished = Self.finished(&cluster)
    #expect(finished.map(\.tag) == [1, 2, 3, 4, 5])
    #expect(Self.ran(finished) == 5)
    #expect(cluster.applications.map(\.count) == [5, 5, 5, 5])
  }

  @Test func anOpenLoopAsksWhetherAnsweredOrNot() throws {
    var cluster = try Self.cluster(clients: 1)
    cluster.partition([[0, 1], [2, 3]])
    cluster.employ(0, Load(.openLoop(gap: .fixed(100_000)), limit: 20))
    cluster.run(for: .seconds(3))
    #expect(Self.finished(&cluster).isEmpty)
    cluster.heal()
    cluster.run(for: .seconds(60))
    #expect(Self.ran(Self.finished(&cluster)) == 20)
  }

  @Test func burstsAskManyAtOnce() throws {
    var cluster = try Self.cluster(clients: 1)
    cluster.employ(0, Load(.bursts(size: .fixed(6), gap: .fixed(500_000)), limit: 15))
    cluster.run(for: .seconds(20))
    #expect(Self.ran(Self.finished(&cluster)) == 15)
  }

  @Test func manySessionsAreAnsweredThroughLossAndFalseReplies() throws {
    var cluster = try Self.cluster(
      clients: 8, castings: [Casting("false-replies", machines: [1])], loss: 0.1)
    for client in 0..<8 {
      cluster.employ(client, Load(.closedLoop(pause: .exponential(mean: 20_000)), limit: 4))
    }
    cluster.run(for: .seconds(120))
    let finished = Self.finished(&cluster)
    #expect(Self.ran(finished) == 32)
    for one in finished {
      guard case .executed(let result, _) = one.completion else { continue }
      #expect(result != Array("no such thing".utf8))
    }
  }

  @Test(arguments: Roguery.allCases)
  func aHostileClientHoldsNobodyUp(roguery: Roguery) throws {
    var cluster = try Self.cluster(clients: 2)
    cluster.employ(1, roguery)
    cluster.employ(0, Load(.closedLoop(pause: .fixed(100_000)), limit: 5))
    cluster.run(for: .seconds(4))
    #expect(Self.ran(Self.finished(&cluster).filter { $0.client == 0 }) == 5)
    #expect(Set(cluster.replicas.map(\.view)) == [0])
    switch roguery {
    case .signsBadly: #expect(cluster.applications.map(\.count) == [5, 5, 5, 5])
    case .equivocates, .floods: #expect(cluster.applications.allSatisfy { $0.count > 10 })
    }
  }

  @Test func everyRogueryHasItsSentence() {
    #expect(Set(Roguery.allCases.map(\.sentence)).count == Roguery.allCases.count)
  }
}
