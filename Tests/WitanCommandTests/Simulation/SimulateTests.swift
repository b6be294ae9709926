import Testing

@testable import Witan
@testable import WitanCommand
@testable import WitanSimulation

@Suite struct SimulateTests {
  // MARK: What is well

  @Test func `programs get one object with all that is promised`() throws {
    let session = Session(
      line: "simulate --json --seed 7 --replicas 7 --faulty 2 --adversary silent")
    #expect(session.code == .success)
    #expect(session.errors == "")
    #expect(session.output.filter(\.isNewline).count == 1)
    let account = try Account(session)
    #expect((account.seed, account.replicas, account.faulty) == (7, 7, 2))
    #expect(account.adversaries == ["silent"])
    #expect(account.decided >= 20 && account.safe && account.live && account.reasons.isEmpty)
    #expect(account.viewChanges > 0 && account.views == account.viewChanges + 1)
    #expect(account.messages > 0 && account.bytes > account.messages)
    #expect(account.digest.count == 64 && account.stateRoots.count == 7)
    #expect(account.violations.isEmpty && account.evidence.isEmpty)
    let finality = account.finalityMillis
    #expect(finality.p50 ?? 0 > 0)
    #expect(finality.p50 ?? 0 <= finality.p99 ?? 0 && finality.p99 ?? 0 <= finality.max ?? 0)
  }

  @Test func `the same seed and options give the same output, and another seed another`() {
    func lines(_ seed: Int) -> [Substring] {
      let options = "--latency uniform:5ms..60ms --loss 0.05 --crash 1@200ms..1s --blocks 6"
      return Session(line: "simulate \(options) --seed \(seed)").output.split(separator: "\n")
        .filter { !$0.hasPrefix("wall") }
    }
    #expect(lines(5) == lines(5))
    #expect(lines(5) != lines(6))
  }

  @Test(arguments: Adversaries.all.map(\.name))
  func `one liar of four does no harm, whatever it does`(_ adversary: String) throws {
    let session = Session(line: "simulate --json --adversary \(adversary) --blocks 6")
    let account = try Account(session)
    #expect(session.code == .success, "\(account.reasons) \(account.violations)")
    #expect(account.faulty == 1 && Set(account.culprits.map(\.replica)) == [0])
  }

  @Test func `a partition without a quorum halts, and goes on when it heals`() throws {
    let account = try Account(of: "--partition 500ms..5s:0,1|2,3 --blocks 20")
    #expect(account.safe && account.live && account.decided >= 20)
    #expect(account.virtualMillis > 5_000)
  }

  @Test func `claims are judged by each replica where that takes little, and by a stand-in else`()
    throws
  {
    let small = Session(line: "simulate --blocks 6")
    #expect(small.output.contains("judged by each replica with Z3 "))
    #expect(Session(line: "simulate --blocks 2000 --limit 1s").output.contains("a stand-in for Z3"))
    #expect(Session(line: "simulate --blocks 6 --judge simulated").output.contains("a stand-in"))
    #expect(!Session(line: "simulate --blocks 2 --judge none").output.contains("judged by"))
    let wrong = Session(line: "simulate --application store --judge real")
    #expect(
      wrong.code == .usage && wrong.errors.contains("--judge real: the store takes no claims"))
  }

  @Test func `replicas that gossip agree too, and those that follow get to know`() throws {
    let session = Session(line: "simulate --json --topology gossip --followers 9 --blocks 4")
    let account = try Account(session)
    #expect(session.code == .success && account.gossiped > 0)
    #expect(account.followers == 9 && account.following > 0)
    let text = Session(line: "simulate --topology gossip --followers 9 --blocks 4").output
    #expect(text.contains("messages from neighbour to neighbour"))
    #expect(text.contains("9 of 9 are there"))
  }

  @Test func `no client of many replicas asks in vain for what can't be certified yet`() throws {
    let account = try Account(of: "--replicas 25 --latency uniform:20ms..90ms --blocks 24")
    #expect(account.live && account.decided >= 24)
    #expect(account.virtualMillis < 20_000)
  }

  // MARK: What isn't

  @Test(arguments: ["equivocating-leader", "twins"], [4, 7])
  func `one liar more than is borne forks the network, with proofs against liars alone`(
    _ adversary: String, _ replicas: Int
  ) throws {
    let faulty = (replicas - 1) / 3 + 1
    let line = "simulate --json --replicas \(replicas) --faulty \(faulty) --adversary \(adversary)"
    let session = Session(line: "\(line) --blocks 5 --limit 20s")
    #expect(session.code == .safety)
    #expect(session.errors.contains("those that lie weigh \(faulty)"))
    let account = try Account(session)
    #expect(account.violations.contains { $0.kind == "fork" && $0.sequence > 0 })
    #expect(Set(account.evidence.map(\.culprit)).count >= faulty)

    var scenario = Scenario()
    (scenario.application, scenario.judge) = (.ledger, .real)
    scenario.replicas = replicas
    let cluster = try Cluster(scenario.configuration)
    let verifier = Verifier(genesis: cluster.genesis, scheme: cluster.scheme)
    for proof in account.evidence {
      #expect(proof.culprit < faulty)
      let bytes = try #require([UInt8](hex: proof.proof))
      try Evidence(decoding: bytes).verify(by: verifier)
    }
  }

  @Test func `a fork is told with who is to blame`() {
    let text = Session(line: "simulate --faulty 2 --adversary equivocating-leader").output
    #expect(text.contains("\nsafe          no: "))
    #expect(text.contains("\n  fork #1 at r2, "))
    #expect(text.contains("\n  r0 signed two that exclude each other: commit "))
    #expect(text.contains("  by an audit\n"))
    #expect(text.contains("finality      none: no quorum of correct replicas executed one block"))
  }

  @Test func `with a third down and one more nothing is decided, and the report says why`() throws {
    let session = Session(line: "simulate --crash 0,1@1s --limit 20s")
    #expect(session.code == .liveness)
    let text = session.output.replacing("\n    ", with: " ")
    #expect(text.contains("live          no: not all were decided by the limit of 20s"))
    #expect(text.contains("weigh 2, and a quorum weighs 2.67, so that 0.67 is lacking."))
    #expect(text.contains("- R0 and r1 are down."))
    #expect(text.contains("1 client waits for an answer."))
    let account = try Account(of: "--crash 0,1@1s --limit 20s")
    #expect(account.safe && !account.live)
    #expect(account.reasons.contains("R0 and r1 are down."))
  }

  @Test func `a limit that came while all went well is told from a standstill`() {
    let session = Session(line: "simulate --blocks 1000 --limit 2s")
    #expect(session.code == .liveness)
    #expect(session.output.contains("Blocks were still being decided: a longer --limit"))
    let stuck = Session(line: "simulate --crash 0,1@1s --limit 20s").output
    #expect(!stuck.contains("still being decided"))
  }

  @Test func `too many that say nothing are an excuse, and no success`() {
    let session = Session(line: "simulate --faulty 2 --limit 10s")
    #expect(session.code == .liveness)
    #expect(session.output.contains("No progress is promised: members weighing 2 lie"))
  }

  // MARK: What people see

  @Test func `a table says what each liar did and whether it was caught`() throws {
    let text = Session(line: "simulate --adversary equivocating-leader").output
    let table = try #require(text.split(separator: "\n\n").last { $0.hasPrefix("liar") })
    let row = try #require(table.split(separator: "\n").dropFirst().first)
    #expect(row.hasPrefix("r0    equivocating-leader  "))
    #expect(row.contains(" told, ") && row.contains("  at "))
    let silent = Session(line: "simulate --adversary silent").output
    #expect(silent.contains("\nr0    silent     ") && silent.contains(" withheld  "))
    #expect(silent.contains("×           no\n"))
    #expect(!Session(line: "simulate --blocks 2").output.contains("liar"))
  }

  @Test func `messages are counted kind by kind, and the sum is that of all`() throws {
    let text = Session(line: "simulate --crash 0@1s..4s").output
    let table = try #require(text.split(separator: "\n\n").last { $0.hasPrefix("messages") })
    var counts: [String: Int] = [:]
    for line in table.split(separator: "\n").dropFirst() {
      let words = line.split(separator: " ").map(String.init)
      let place = try #require(words.firstIndex { $0.first?.isNumber == true })
      let name = words[..<place].joined(separator: " ")
      counts[name] = Int(words[place].replacing(",", with: ""))
    }
    let all = counts.removeValue(forKey: "all")
    #expect(all == counts.values.reduce(0, +))
    #expect(counts.keys.contains("view-change") && counts.keys.contains("pre-prepare"))
  }

  @Test func `of many blocks only those are shown that tell something`() {
    let text = Session(line: "simulate --blocks 200").output
    #expect(text.contains("   #24 "))
    #expect(!text.contains("  #100 "))
    #expect(text.contains(" more like it\n"))
    #expect(text.contains("  #200 "))
    let flooded = Session(line: "simulate --adversary flooding-peer --blocks 2").output
    #expect(flooded.split(separator: "\n").count < 90)
  }

  @Test func `progress is for terminals, and leaves nothing behind`() {
    let session = Session(line: "simulate --blocks 40", errorsAreTerminal: true)
    #expect(session.errors.contains("\rdeciding  ░"))
    #expect(session.errors.hasSuffix("\r\u{1B}[K"))
    #expect(Session(line: "simulate --blocks 40").errors == "")
  }

  @Test func `whoever asks for something that comes to nothing is told`() {
    let few = Session(line: "simulate --blocks 2 --faulty 1 --adversary silent,twins")
    #expect(few.errors.contains("warning: nobody plays twins: --faulty is too few"))
    let idle = Session(line: "simulate --blocks 2 --crash 1@5s..6s")
    #expect(idle.code == .success)
    #expect(idle.errors.contains("note: all 2 blocks were decided by "))
    #expect(idle.errors.contains("before 5s..6s crash 1; with more --blocks"))
  }

  @Test func `all adversaries can be listed, for people and for programs`() {
    let text = Session(line: "simulate --adversary list").output
    let lines = Session(line: "simulate --adversary list --json").output.split(separator: "\n")
    #expect(lines.count == Adversaries.all.count)
    for (role, line) in zip(Adversaries.all, lines) {
      #expect(text.contains("\n\(role.name) "))
      #expect(line.hasPrefix(#"{"name":"\#(role.name)","sentence":""#))
    }
    for line in text.split(separator: "\n") { #expect(line.displayWidth <= 96) }
  }
}

extension StringProtocol {
  fileprivate var displayWidth: Int { String(self).displayWidth }
}

extension [UInt8] {
  fileprivate init?(hex: String) {
    self = []
    var rest = hex.utf8[...]
    while let high = rest.popFirst(), let low = rest.popFirst() {
      guard let byte = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16) else {
        return nil
      }
      append(byte)
    }
  }
}
