import Testing
import Witan
import WitanCrypto
import WitanDraw
import WitanSimulation

/// Random clusters under loss, crashes between effects, and partitions, watched from outside.
@Suite struct ChaosTests {
  @Test(arguments: 0..<24) func randomFaultsNeverSplitTheClusterAndProgressReturns(seed: UInt64)
    throws
  {
    var chaos = try Chaos(seed: seed)
    try chaos.run()
  }
}

/// One random run: faults for a while, then none, with what must hold.
struct Chaos {
  var draw: Draw
  var cluster: Cluster
  var decided: [SequenceNumber: Digest] = [:]

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
    cluster = try Cluster(configuration)
  }

  mutating func run() throws {
    let count = cluster.configuration.replicas
    var submitted: UInt64 = 0
    for _ in 0..<60 {
      switch draw.integer(in: 0...9) {
      case 0...4:
        submitted = cluster.submit(.put(key: [UInt8(draw.integer(in: 0...9))], value: [1]))
      case 5:
        let victim = ReplicaID(UInt32(draw.integer(in: 0...count - 1)))
        cluster.crash(victim, afterEffects: draw.integer(in: 0...30))
      case 6:
        let victim = ReplicaID(UInt32(draw.integer(in: 0...count - 1)))
        try cluster.restart(victim)
      case 7:
        let cut = draw.integer(in: 0...count)
        let ids = draw.shuffled((0..<count).map { ReplicaID(UInt32($0)) })
        cluster.partition([Array(ids[..<cut]), Array(ids[cut...])])
      case 8: cluster.heal()
      default: break
      }
      cluster.run(for: .milliseconds(draw.integer(in: 1...1_500)))
      try check()
    }
    cluster.heal()
    cluster.conditions.quality.loss = 0
    for index in 0..<count { try cluster.restart(ReplicaID(UInt32(index))) }
    submitted = cluster.submit(.put(key: [1], value: [2]))
    let limit = cluster.now + .seconds(600)
    while cluster.now < limit {
      cluster.run(for: .seconds(2))
      try check()
      if isSettled(submitted) { break }
    }
    #expect(
      isSettled(submitted),
      "\(cluster.replicas.map(\.executed)) \(cluster.replicas.map(\.view)) \(cluster.replicas.map(\.phase)) \(cluster.replicas.map(\.waitingRequests))"
    )
  }

  func isSettled(_ number: UInt64) -> Bool {
    Set(cluster.replicas.map(\.executed)).count == 1
      && cluster.replicas.allSatisfy { $0.waitingRequests == 0 }
      && Set(cluster.applications.map(\.history)).count == 1
  }

  mutating func check() throws {
    for happening in cluster.takeHappenings() {
      guard case .report(let report) = happening.event else { continue }
      let replica = happening.node
      switch report {
      case .decided(let certificate, let header):
        let known = decided[header.height]
        try #require(known == nil || known == header.digest, "fork at \(header.height)")
        decided[header.height] = header.digest
        try #require(certificate.digest == header.digest)
      case .evidence(let evidence):
        Issue.record("\(replica) convicts \(evidence.culprit): \(evidence)")
      case .diverged(let sequence, _, _): Issue.record("\(replica) diverged at \(sequence)")
      case .liar(let id): Issue.record("\(replica) says \(id) lies")
      case .rejected(let rejection, let kind, let from) where rejection.provesFault:
        Issue.record(
          "\(replica) rejects \(String(describing: kind)) from \(String(describing: from)): \(rejection)"
        )
      default: break
      }
    }
    for replica in cluster.replicas {
      if let fault = replica.invariantFault ?? replica.slotFault {
        Issue.record("\(replica.id): \(fault)")
      }
    }
  }
}
