import Testing
import Witan
import WitanDraw
import WitanSimulation

@Suite("Scenario text") struct ScenarioTextTests {
  @Test func whatIsntSaidHasItsDefault() throws {
    #expect(try Scenario(parsing: "") == Scenario())
    #expect(Scenario().description.isEmpty)
  }

  @Test func everyStatementReadsBackAsItWasWritten() throws {
    let text = """
      # The leader dies.
      #
      # Then everything else happens.
      replicas 7
      reserve 2
      weights 1,1,2,1,1,1,3
      clients 3
      blocks 12
      claims 2
      latency normal:50ms,20ms
      loss 0.05
      duplicate 0.01
      reorder 0.1
      corrupt 0.001
      bandwidth 10MiB
      gst 5s
      bound 500ms
      topology gossip
      nat 0.05
      symmetric 0.5
      followers 12
      bootstrap 2
      mesh 4,3,6,2
      heartbeat 500ms
      stay exponential:600s
      absence uniform:1s..30s
      application ledger
      signatures real
      checkpoint 8
      window 32
      epoch 16
      batch 4
      patience 1s
      sync 2ms
      limit 90s
      seed 77
      adversary silent on 1 in view 2-5 at sequence 3 from 1s until 2s with chance 0.25 towards 0,2 in coalition 1
      adversary twins on 2
      1s..3s partition 0,1 | 2-6
      1s..3s cut 0 -> 1,2
      1s..3s clog 0-3 -> 4
      1s..9s swizzle 0-6
      1s..2s link 0 -> 1 latency fixed:1s loss 0.5
      1s..4s crash 0
      2s..4s crash 1 after 7 effects
      2s.. crash 3
      1s..2s pause 1
      1s..2s drift 1 -200
      3s step 1 -2s
      1s..2s full-disk 1
      1s.. slow-disk 1 5ms
      4s flip 9
      3s reconfigure 0 1 2 7:2

      """
    #expect(try Scenario(parsing: text).description == text)
  }

  @Test func commentsAndBlanksAreForPeople() throws {
    let scenario = try Scenario(
      parsing: "# A story\n\n  replicas   7 # seven\n# no story\n1s..2s partition 0,1|2-6")
    #expect(scenario.story == ["A story"])
    #expect(scenario.replicas == 7)
    #expect(
      scenario.faults == [
        Fault(.partition([[0, 1], [2, 3, 4, 5, 6]]), from: .seconds(1), until: .seconds(2))
      ])
  }

  @Test(arguments: [
    (
      "replicas 4\nloss 1.2",
      "line 2, column 6: '1.2' is not a probability; give a number from 0 to 1"
    ),
    ("replicas", "line 1, column 9: a value is missing; end the line with it"),
    ("replicas 4 5", "line 1, column 12: '5' is too much; end the statement before it"),
    ("seed 1\nseed 2", "line 2, column 1: seed is said twice; leave one of the two"),
    ("replcas 4", "line 1, column 1: 'replcas' is no statement; did you mean replicas?"),
    (
      "1s..3s partition 0,1 | 2,9",
      "line 1, column 1: there is no replica 9 among 4 machines; replicas are counted from 0 to 3"
    ),
    (
      "1s..3s partition 0,1 | 1,2",
      "line 1, column 1: 1 is on both sides of the partition; put each replica in one group"
    ),
    ("3s..1s crash 2", "line 1, column 1: '3s..1s' ends before it begins; give times like 1s..3s"),
    ("1s..3s crush 2", "line 1, column 8: 'crush' is nothing that happens; did you mean crash?"),
    ("1s..3s cut 0 1", "line 1, column 14: '1' stands where '->' is due; put '->' here"),
    (
      "1s pause 2",
      "line 1, column 1: pause lasts for a while; say until when, like 1s..3s, or for ever, like 1s.."
    ),
    (
      "1s..2s flip 2",
      "line 1, column 1: flip happens at a moment, not for a while; give one time, like 3s"
    ),
    ("adversary slient on 1", "line 1, column 11: 'slient' is no adversary; did you mean silent?"),
    (
      "adversary silent on 5",
      "line 1, column 1: there is no replica 5 among 4; replicas are counted from 0 to 3"
    ),
    (
      "adversary silent on 1 never",
      "line 1, column 23: 'never' says nothing about an adversary; give in view, at sequence, from, until, with chance, towards or in coalition"
    ),
    ("weights 1,2", "line 1, column 1: there are 2 weights for 4 replicas; give one for each"),
    (
      "1s..2s link 0 -> 1",
      "line 1, column 19: nothing is said about the link; give latency or loss"
    ),
    (
      "1s..2s crash 2 after x effects",
      "line 1, column 22: 'x' is not a whole number; give a whole number from 0 to 1000000"
    ),
    ("nat 0.1", "line 1, column 1: nat matters to gossip alone; say topology gossip too"),
    (
      "topology gossip\nmesh 8,6,12",
      "line 2, column 6: '8,6,12' is no mesh; give D, D_low, D_high and D_lazy, like 8,6,12,6"
    ),
    (
      "topology gossip\nmesh 4,6,12,6",
      "line 2, column 1: no mesh can be so; D_low ≤ D ≤ D_high must hold"
    ),
    ("latency fixed", "line 1, column 9: 'fixed' lacks a duration; give it like fixed:20ms"),
  ])
  func anErrorSaysWhereAndWhatWouldBeRight(text: String, message: String) {
    do {
      _ = try Scenario(parsing: text)
      Issue.record("\(text) was understood")
    } catch {
      #expect(error.description == message)
    }
  }

  @Test func aNetworkThatCantBeginIsRefusedWhereItIsDescribed() {
    do {
      _ = try Scenario(parsing: "blocks 3\ncheckpoint 64\nwindow 100")
      Issue.record("an impossible window was understood")
    } catch {
      #expect(error.line == 2)
      #expect(error.problem == "no network can begin so")
    }
  }

  @Test(arguments: 0..<200) func noTextTraps(seed: UInt64) {
    var draw = Draw(seed: seed)
    let pieces = [
      "replicas", "4", "1s..3s", "partition", "|", "->", "0,1", "#", "\n", " ", "adversary",
      "silent", "on", "in", "view", "18446744073709551615", "-", "crash", "after", "effects", "é",
      "\u{0}", "..", "2-1", "99999999999999999999", "step", "+", "latency", "uniform:2s..1s",
    ]
    var text = ""
    for _ in 0..<draw.integer(in: 0...40) {
      text += draw.pick(pieces) ?? ""
      if draw.chance(0.7) { text += " " }
    }
    guard let scenario = try? Scenario(parsing: text) else { return }
    #expect((try? Scenario(parsing: scenario.description)) == scenario)
  }
}
