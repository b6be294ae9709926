import Testing

@testable import WitanCommand

/// What is asked for and can't be, and what is asked for in a file.
@Suite struct SimulateInputTests {
  @Test(arguments: [
    ("--loss 1.2", "--loss 1.2 is not a probability; give a number from 0 to 1"),
    ("--replicas 0", "--replicas 0 is out of range; give a whole number from 1 to 4096"),
    ("--faulty 5", "--faulty 5 is more than the 4 replicas there are; give 4 at most"),
    ("--adversary slient", "--adversary slient is no adversary; did you mean silent?"),
    (
      "--adversary silent,zz",
      "--adversary silent,zz has 'zz', which is no adversary; see --adversary list for those there are"
    ),
    ("--weights 1,1,2", "--weights 1,1,2: there are 3 weights for 4 replicas; give one for each"),
    (
      "--partition 1s..3s:0,1|2,9",
      "--partition 1s..3s:0,1|2,9: there is no replica 9 among 4 machines; replicas are counted from 0 to 3"
    ),
    (
      "--partition 1s..3s:0,1|1,2",
      "--partition 1s..3s:0,1|1,2: 1 is on both sides of the partition; put each replica in one group"
    ),
    (
      "--partition 3s..1s:0|1",
      "--partition 3s..1s:0|1 ends before it begins; give times like 1s..3s"
    ),
    (
      "--partition 2s:0|1",
      "--partition 2s:0|1 names a moment; say until when, like 1s..3s, or for ever, like 1s.."
    ),
    (
      "--partition 0|1",
      "--partition 0|1 lacks the ':' between its time and its groups; give it like 1s..3s:0,1|2,3"
    ),
    (
      "--partition 1s..2s:0,1->2,7",
      "--partition 1s..2s:0,1->2,7: there is no replica 7 among 4 machines; replicas are counted from 0 to 3"
    ),
    (
      "--crash 9@1s",
      "--crash 9@1s: there is no replica 9 among 4 machines; replicas are counted from 0 to 3"
    ),
    ("--crash 2", "--crash 2 doesn't say when; give it like 2@1s..4s"),
    (
      "--crash x@1s",
      "--crash x@1s is not a list of replicas; give numbers and ranges, like 0,2,5-7"
    ),
    ("--followers 5", "--followers 5: followers matters to gossip alone; say topology gossip too"),
    ("--gst 5", "--gst 5 has no unit; add one of us, ms, s or m, like 20ms"),
    ("--limit 0s", "--limit 0s is out of range; give a duration from 1ms to 315360000s"),
    ("--topology mesh", "--topology mesh is not one of full, gossip; give full or gossip"),
    (
      "--scenario /no/such",
      "/no/such: can't open it: No such file or directory; see where the path leads"
    ),
    ("--scenario /", "/: can't read it: Is a directory; see where the path leads"),
    (
      "--save-scenario /no/such",
      "/no/such: can't create it: No such file or directory; see where the path leads"
    ),
  ])
  func `what can't be is refused, and what would be right is said`(
    _ options: String, _ message: String
  ) {
    let session = Session(line: "simulate \(options)")
    #expect(session.code == .usage)
    #expect(session.output == "")
    #expect(session.errors == "witan simulate: \(message)\ntry witan simulate --help\n")
  }

  @Test(arguments: [
    ("replicas 4\nloss 1.2\n", "2:6: '1.2' is not a probability; give a number from 0 to 1"),
    (
      "# A story\n\n1s..3s partition 0,1 | 2,9\n",
      "3:1: there is no replica 9 among 4 machines; replicas are counted from 0 to 3"
    ),
    ("replcas 7\n", "1:1: 'replcas' is no statement; did you mean replicas?"),
    ("followers 3\n", "1:1: followers matters to gossip alone; say topology gossip too"),
  ])
  func `a file with an error is refused with its line and column`(
    _ text: String, _ message: String
  ) throws {
    let file = try ScratchFile(text)
    for call in ["simulate --scenario", "replay"] {
      let session = Session(line: "\(call) \(file.path)")
      #expect(session.code == .usage)
      #expect(session.output == "")
      #expect(session.errors.contains("\(file.path):\(message)\n"), "\(session.errors)")
    }
  }

  @Test func `what isn't text is refused`() throws {
    let file = try ScratchFile()
    try #require(TextFile.write("seed 1\n", to: file.path) == ())
    #expect(Session(line: "replay \(file.path)").code == .success)
    let session = Session("replay", "/proc/self/exe")
    #expect(session.code == .usage)
    #expect(session.errors.contains("/proc/self/exe: it "))
  }

  @Test func `an option changes what a file says, and nothing else of it`() throws {
    let file = try ScratchFile("replicas 7\nseed 3\nblocks 4\n1s..2s crash 6\n")
    let plain = try Account(of: "--scenario \(file.path)")
    #expect((plain.replicas, plain.seed) == (7, 3))
    let changed = try Account(of: "--scenario \(file.path) --seed 9")
    #expect((changed.replicas, changed.seed) == (7, 9))
  }

  @Test func `who is to blame is named: the option that no longer fits what the file says`() throws
  {
    let file = try ScratchFile("replicas 7\n1s..2s crash 6\n")
    let session = Session(line: "simulate --scenario \(file.path) --replicas 4")
    #expect(session.code == .usage)
    #expect(
      session.errors.contains(
        "--replicas 4 for \(file.path) with '1s..2s crash 6': there is no replica 6 among 4"))
  }

  @Test func `what is run can be kept, and run again to the same digest`() throws {
    let file = try ScratchFile()
    let options =
      "--replicas 5 --faulty 1 --adversary double-voter --loss 0.1 --seed 4 --blocks 8"
      + " --partition 300ms..2s:0,1|2-4 --partition 2s..3s:0->1 --crash 3@1s..2s --gst 4s"
    let first = try Account(of: "\(options) --save-scenario \(file.path)")
    #expect(file.text.hasPrefix("# A scenario for witan replay."))
    #expect(file.text.contains("\nadversary double-voter on 0\n"))
    #expect(file.text.contains("\n2s..3s cut 0 -> 1\n"))
    let again = try Account(Session(line: "replay \(file.path) --json"))
    #expect(again.digest == first.digest)
    #expect(try Account(of: "--scenario \(file.path)").digest == first.digest)
  }
}
