import Foundation
import Testing
import Witan
import WitanDraw

@testable import WitanSimulation

@Suite("Trials") struct TrialTests {
  private func trial(_ text: String) throws -> Trial {
    try Trial(of: Scenario(parsing: text))
  }

  @Test func aQuietClusterDecidesAndComesToRest() throws {
    let trial = try trial("")
    #expect(trial.verdict == nil)
    #expect(trial.decided == 20)
    #expect(trial.reached.all == [.decided, .settled])
  }

  @Test(arguments: [
    ("batch 1\nclients 4", [Milestone.pipelined]),
    ("0us..5s crash 0", [.viewOpened, .leaderIdle, .crash, .restart]),
    ("150ms..9s crash 0\n1s..9s cut 2,3 -> 1", [.viewChangesInARow]),
    ("checkpoint 4\nwindow 8\n300ms..5s crash 3", [.checkpoint, .stateTransfer]),
    ("checkpoint 4\nwindow 8\n900ms..2s crash 2", [.restartFromState]),
    (
      "checkpoint 4\nwindow 8\nepoch 8\nreserve 1\n100ms reconfigure 0 1 2 3 4",
      [.epoch, .membersChanged]
    ),
    ("adversary equivocating-leader on 0", [.evidence]),
    ("adversary invalid-blocks on 0", [.blockRefused]),
    ("application ledger\njudge simulated\nclaims 1\nblocks 10", [.claimPaid]),
    (
      "application ledger\njudge simulated\nclaims 1\nblocks 8\nreplicas 7\npatience 300ms\nseed 2\n"
        + "adversary invalid-blocks on 0\nadversary wrong-verdicts on 1 in coalition 1",
      [.falseVote, .blockRefused]
    ),
    ("100ms..1s full-disk 1", [.diskFull]),
    ("300ms flip 1\n301ms..400ms crash 1", [.diskDamaged]),
  ])
  func aStateThatIsReachedIsNamed(text: String, milestones: [Milestone]) throws {
    let trial = try trial(text)
    #expect(trial.verdict == nil)
    for milestone in milestones {
      #expect(trial.reached.contains(milestone), "\(milestone) in \(trial.reached.all)")
    }
  }

  @Test func theSameScenarioIsTheSameTrial() throws {
    var draw = Draw(seed: 12)
    let scenario = Scenario(drawing: &draw)
    let (first, second) = (try Trial(of: scenario), try Trial(of: scenario))
    #expect(first.events == second.events)
    #expect(first.reached == second.reached)
    #expect(first.span == second.span)
  }

  @Test func randomScenariosWithinTheBoundViolateNothing() throws {
    for seed in UInt64(1)...24 {
      var draw = Draw(seed: seed)
      let scenario = Scenario(drawing: &draw)
      guard scenario.replicas < 7 else { continue }
      let trial = try Trial(of: scenario)
      #expect(trial.verdict == nil, "seed \(seed)")
      #expect(trial.reached.contains(.decided), "seed \(seed)")
    }
  }

  /// What campaigns found, as small as it got. Each failed once, and mustn't again.
  @Test(arguments: FoundScenario.all) func whatWasFoundOnceStaysRight(_ found: FoundScenario)
    throws
  {
    let scenario = try Scenario(parsing: found.text)
    #expect(!scenario.story.isEmpty, "it doesn't say what it is about")
    let trial = try Trial(of: scenario)
    #expect(trial.verdict == nil)
    // Work without end is a fault too, whatever comes of it.
    #expect(trial.events < 300_000)
  }
}

/// A scenario that failed once, in the folder `Found`.
struct FoundScenario: CustomTestStringConvertible {
  let name: String
  let text: String

  var testDescription: String { name }

  static let all: [FoundScenario] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Found")
    let files =
      (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil))
      ?? []
    return files.filter { $0.pathExtension == "scenario" }.map {
      FoundScenario(
        name: $0.deletingPathExtension().lastPathComponent,
        text: (try? String(contentsOf: $0, encoding: .utf8)) ?? "")
    }.sorted { $0.name < $1.name }
  }()
}
