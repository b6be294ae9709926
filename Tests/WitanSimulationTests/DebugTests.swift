import Testing
import Foundation
import Witan
import WitanSimulation

@Suite struct DebugTests {
  @Test func debug() throws {
    guard let seed = ProcessInfo.processInfo.environment["CHAOS"].flatMap(UInt64.init) else { return }
    var chaos = try Chaos(seed: seed)
    try? chaos.run()
    print("UP", chaos.cluster.liveness)
    print("PARAMS", chaos.cluster.configuration.parameters.checkpointInterval, chaos.cluster.configuration.parameters.window, chaos.cluster.configuration.parameters.epochLength)
    for (time, replica, report) in chaos.cluster.reports {
      var text = "\(report)"
      if case .evidence(let e) = report, case .omission(let c, let v) = e {
        text = "OMISSION commit \(c.statement.view) \(c.statement.sequence) vc view \(v.statement.view) base \(v.body.stable?.sequence ?? 0) locks \(v.body.locks.map { "\($0.header.height)@\($0.view)" })"
      }
      print("T", time, replica, text.prefix(160))
    }
    for r in chaos.cluster.replicas { print(r.id, r.executed, r.view, r.phase, r.epoch, r.stableCheckpoint?.sequence ?? 0, r.waitingRequests) }
  }
}

@Suite struct SweepTests {
  @Test func sweep() throws {
    guard let range = ProcessInfo.processInfo.environment["SWEEP"]?.split(separator: "-").compactMap({ UInt64($0) }), range.count == 2 else { return }
    for seed in range[0]..<range[1] {
      print("SEED", seed)
      var chaos = try Chaos(seed: seed)
      try? chaos.run()
    }
  }
}
