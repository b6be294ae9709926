import Testing
import Witan
import WitanCrypto
import WitanDraw
import WitanSimulation

/// Random clusters under loss, crashes between effects, and partitions, watched by all checkers.
@Suite struct ChaosTests {
  @Test(arguments: 0..<8) func randomFaultsNeverSplitTheClusterAndProgressReturns(seed: UInt64)
    throws
  {
    var chaos = try Chaos(seed: seed)
    try chaos.run()
  }
}

/// One random run: faults for a while, then none.
struct Chaos {
  var draw: Draw
  var watched: Run

  init(seed: UInt64) throws {
    draw = Draw(seed: seed)
    var configuration = Cluster.Configuration(
      replicas: draw.integer(in: 4...7), seed: draw.next())
    configuration.conditions.quality.loss = Double(draw.integer(in: 0...20)) / 100
    configuration.conditions.quality.latency = .fixed(draw.integer(in: 1...40) * 1_000)
    configuration.parameters.checkpointInterval = draw.integer(in: 2...8)
    configuration.parameters.window =
      configuration.parameters.checkpointInterval * draw.integer(in: 2...4)
    if draw.chance(0.5) {
      configuration.parameters.epochLength = configuration.parameters.checkpointInterval * 2
    }
    configuration.parameters.blockRequestLimit = 4
    configuration.clients = 2
    var load = Run.Load()
    load.asks = 40
    load.keys = 8
    watched = try Run(configuration, blocks: .max, load: load)
  }

  mutating func run() throws {
    let count = watched.cluster.configuration.replicas
    for _ in 0..<60 {
      switch draw.integer(in: 0...9) {
      case 0...4:
        watched.cluster.submit(.put(key: [UInt8(draw.integer(in: 100...109))], value: [1]))
      case 5:
        let victim = ReplicaID(UInt32(draw.integer(in: 0...count - 1)))
        watched.cluster.crash(victim, afterEffects: draw.integer(in: 0...30))
      case 6:
        let victim = ReplicaID(UInt32(draw.integer(in: 0...count - 1)))
        try watched.cluster.restart(victim)
      case 7:
        let cut = draw.integer(in: 0...count)
        let ids = draw.shuffled((0..<count).map { ReplicaID(UInt32($0)) })
        watched.cluster.partition([Array(ids[..<cut]), Array(ids[cut...])])
      case 8: watched.cluster.heal()
      default: break
      }
      watched.run(until: watched.cluster.now + .milliseconds(draw.integer(in: 1...1_500)))
      watched.takeStock()
      watched.oracle.look(at: watched.cluster)
    }
    let settlement = watched.settle(.healed)
    #expect(watched.violations == [])
    #expect(settlement.isSettled)
    #expect(watched.oracle.memory.looks > 60)
  }
}
