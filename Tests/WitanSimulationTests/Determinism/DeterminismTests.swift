import Foundation
import Testing
import Witan
import WitanCrypto

@testable import WitanSimulation

/// Sends what it should, in the order of a hash table.
private struct Hasty: Adversary {
  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    guard receiver == nil else { return scene.pass(message, to: Audience(receiver)) }
    for other in Set(scene.others) { scene.pass(message, to: .one(other)) }
  }
}

/// The same seed gives the same run, today, on another machine, in a debug build and in a release build.
@Suite("Determinism") struct DeterminismTests {
  @Test func twoRunsOfOneSeedAreOne() throws {
    var configuration = Cluster.Configuration(replicas: 4, seed: 3)
    configuration.conditions.quality = LinkQuality(
      latency: .uniform(low: 1_000, high: 30_000), loss: 0.05, duplicate: 0.05)
    configuration.clients = 3
    let same = try Determinism(of: configuration, blocks: 10, until: .seconds(20))
    #expect(same.divergence == nil)
    #expect(same.entries > 500)
  }

  @Test func aHashTablesOrderIsFoundOut() throws {
    var configuration = Cluster.Configuration(replicas: 7, seed: 3)
    configuration.conditions.quality.latency = .uniform(low: 1_000, high: 30_000)
    let found = try Determinism(of: configuration, blocks: 10, until: .seconds(20)) {
      $0.cluster.corrupt(0, with: Hasty())
    }
    let divergence = try #require(found.divergence)
    #expect(divergence.first != divergence.second)
    #expect(divergence.index > 0)
  }

  @Test(arguments: ["lying-state", "message-storm"])
  func faultsAndLiesAreTheSameInTwoRuns(name: String) throws {
    let scenario = try Story("\(name).scenario").scenario
    let same = try Determinism(
      of: scenario.configuration, blocks: scenario.blocks, until: .seconds(1)
    ) { $0.cluster.plan(scenario.faults) }
    #expect(same.divergence == nil)
    #expect(same.entries > 500)
  }

  /// The digests were written by a run in another process, and perhaps in another build.
  @Test(.enabled(if: !Keepsake.isRecording), arguments: Keepsake.names)
  func aStoryIsToldAsItWasTheFirstTime(name: String) throws {
    let line = try Keepsake.line(of: name)
    #expect(try Keepsake.kept.contains(line), "it is now: \(line)")
  }

  @Test func anotherSeedTellsAnotherStory() throws {
    var scenario = try Story("rough-links.scenario").scenario
    let first = try Keepsake.digest(of: scenario)
    scenario.seed += 1
    #expect(try Keepsake.digest(of: scenario) != first)
  }

  @Test(.enabled(if: Keepsake.isRecording)) func digestsAreRecordedAndTheRunFails() throws {
    let lines = try Keepsake.names.map(Keepsake.line)
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: Keepsake.source)
    Issue.record("the digests were recorded: run again without WITAN_RECORD")
  }
}

/// The digests of some stories, kept beside them: whatever changes what a run does changes these.
private enum Keepsake {
  static let names = ["quiet", "rough-links", "lost-tail", "lying-state", "re-weighting"]
  static let isRecording = ProcessInfo.processInfo.environment["WITAN_RECORD"] == "1"
  static let source = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Stories/digests.txt")

  static var kept: [String] {
    get throws {
      let file = Bundle.module.bundleURL.appending(path: "Stories/digests.txt")
      return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }
  }

  static func line(of name: String) throws -> String {
    "\(name) \(try digest(of: Story("\(name).scenario").scenario).hex)"
  }

  static func digest(of scenario: Scenario) throws -> Digest {
    let telling = try Telling(scenario)
    return telling.digest
  }
}
