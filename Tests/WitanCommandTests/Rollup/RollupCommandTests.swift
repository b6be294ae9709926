import Foundation
import Testing
import WitanSimulation

@testable import WitanCommand

@Suite struct RollupCommandTests {
  private func json(_ session: Session) throws -> [String: Any] {
    let data = Data(session.output.utf8)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test func `a run says everything that the contract of the command names`() throws {
    let session = Session(line: "rollup --cluster local --epochs 3 --l1-finality 4 --json")
    #expect(session.code == .success)
    let report = try json(session)
    let named = [
      "slots", "proposed", "pending", "proven", "finalised", "missedSlots", "failedRuns",
      "attestationsPerBlock", "validatorsAvailable", "rewards", "slashed", "metrics", "digest",
      "wallMillis", "eventCount",
    ]
    #expect(named.allSatisfy { report[$0] != nil })
    #expect(report["slots"] as? Int == 12)
    let metrics = try #require(report["metrics"] as? [String: Any])
    let measured = [
      "advanceMillis", "prepareMillis", "collectMillis", "verifyMillis", "submitMillis",
      "simultaneousProofs", "sequencerTPS", "pendingTPS", "provenTPS", "syncTPS",
    ]
    #expect(measured.allSatisfy { metrics[$0] is Double || metrics[$0] is Int })
  }

  @Test func `the same seed and options give the same bytes, wall time aside`() throws {
    func told(_ seed: Int) -> String {
      let session = Session(line: "rollup --cluster local --epochs 2 --seed \(seed) --json")
      return session.output.replacing(/"wallMillis":[^}]*/, with: "")
    }
    #expect(told(5) == told(5))
    #expect(told(5) != told(6))
  }

  @Test(arguments: [
    ("--honest 0.5", "--honest 0.5: 0.5 + 0.1 + 0.05 is 0.65, and shares must add up to 1"),
    (
      "--committee 60 --validators 50",
      "--committee 60 --validators 50: a committee of 60 can't be drawn from 50 validators"
    ),
    (
      "--validators 20",
      "--validators 20: a committee of 48 can't be drawn from 20 validators"
    ),
    ("--mesh 8,9,12,6", "--mesh 8,9,12,6: D_low 9, D 8 and D_high 12 are out of order"),
    ("--mesh 8,6,7,6", "--mesh 8,6,7,6: D_low 6, D 8 and D_high 7 are out of order"),
    ("--offline-provers 3", "--offline-provers 3: 3 provers can't be offline of 1"),
    ("--slots-per-epoch 0", "--slots-per-epoch 0 "), ("--slot 0s", "--slot 0s "),
    ("--tps 1:2:3", "--tps 1:2:3 has too many parts"), ("--p2p maybe", "--p2p maybe is neither"),
    ("--response fixed:1s,fixed:2s", "--response fixed:1s,fixed:2s has 2 entries"),
    ("--nat 0.1,2,0.3", "--nat 0.1,2,0.3 has '2' as entry 2"),
    ("--validators 0", "--validators 0 "), ("--committee 0", "--committee 0 "),
    ("--l1-offline 1", "--l1-offline 1: a modelled L1 has no replicas"),
    (
      "--l1 replicated --l1-reorganisation 0.1",
      "--l1-reorganisation 0.1: a replicated L1 takes no block back"
    ),
    ("--equivocating 2 --p2p off", "--equivocating 2 --p2p off: without gossip nobody"),
    ("--partition 60s..180s", "--partition 60s..180s lacks the ':'"),
    ("--partition 60s..9s:0.5", "--partition 60s..9s:0.5 ends before it begins"),
    ("--partition 60s:0.5", "--partition 60s:0.5 names a moment"),
    ("--partition 60s..90s:2", "--partition 60s..90s:2 "),
    ("--proving maybe", "--proving maybe is not one of on, modelled, off"),
    ("--cluster moon", "--cluster moon is not one of local, sprtn, devnet"),
    ("--epochs 1 --events out.xml", "--events out.xml says no format"),
  ])
  func `what can't be is refused with the rule and the values, and ends with 2`(
    _ line: String, _ complaint: String
  ) {
    let session = Session(line: "rollup \(line)")
    #expect(session.code == .usage)
    #expect(session.output == "")
    #expect(session.errors.hasPrefix("witan rollup: \(complaint)"), "\(session.errors)")
  }

  @Test func `events are written as they come, a line each`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for ending in ["jsonl", "csv"] {
      let path = folder.appending(path: "events.\(ending)").path
      let session = Session(
        line: "rollup --cluster local --epochs 1 --l1-finality 2 --events \(path) --json")
      let count = try #require(try json(session)["eventCount"] as? Int)
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let lines = text.split(separator: "\n")
      #expect(lines.count == count + (ending == "csv" ? 1 : 0))
      if ending == "csv" {
        #expect(lines.allSatisfy { $0.count { $0 == "," } == 7 })
        #expect(lines[0] == "timestamp_ms,slot,event_type,actor,subject,value,detail,hops")
      } else {
        let first = try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any]
        #expect(first?["event_type"] as? String == "SIMULATION_START")
        #expect(first?["validators"] as? Int == 4)
      }
    }
  }

  @Test func `stress prints every strain on every network, and draws it`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).html").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let session = Session(
      line: "rollup stress --sequencers 4,6 --provers 1 --slots 12s --epochs 2 --out \(path) --json"
    )
    #expect(session.code == .success)
    let lines = session.output.split(separator: "\n")
    #expect(lines.count == 2 * StressCommand.Strain.allCases.count)
    for strain in StressCommand.Strain.allCases {
      #expect(lines.count { $0.contains("\"strain\":\"\(strain.rawValue)\"") } == 2)
    }
    let page = try String(contentsOfFile: path, encoding: .utf8)
    #expect(page.contains("<svg") && page.contains("from one pending block to the next (ms)"))
  }

  @Test func `a chart shows every point of every line, and says what it is`() {
    let chart = LineChart(
      title: "a < b", across: "n",
      lines: [.init(name: "one", points: [(1, 2), (2, 8)]), .init(name: "two", points: [])])
    let svg = chart.svg
    #expect(svg.contains("a &lt; b") && svg.contains(">one<") && svg.contains(">two<"))
    #expect(svg.components(separatedBy: "<circle").count == 3)
    // The highest value is at the top of its scale, which is a round number.
    #expect(svg.contains(">8<"))
  }
}
