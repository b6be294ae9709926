import Testing
import WitanCrypto
import WitanDraw

@testable import Witan

@Suite("Judging the leader")
struct LeaderMonitorTests {
  static let clients = (0..<64).map { SimulatedAuthority(seed: 1).signer(UInt64($0)).publicKey }

  private func judge(
    _ monitor: inout LeaderMonitor, delay: Micros, deviation: Micros = 0
  ) -> Suspicion? {
    monitor.judge(delay: delay, deviation: deviation, batchDelay: 0)
  }

  @Test("One that stays just under the patience is found out", arguments: [1, 10, 50, 200, 600])
  func slow(millis: UInt64) throws {
    let delay = Micros.milliseconds(millis)
    var pacemaker = Pacemaker(parameters: Parameters())
    for _ in 0..<50 { pacemaker.note(delay: delay) }
    var monitor = LeaderMonitor()
    for index in 0..<40 {
      monitor.noteProposed(
        client: Self.clients[index % 4], wait: pacemaker.patience * 9 / 10)
    }
    let suspicion = try #require(
      judge(&monitor, delay: delay, deviation: pacemaker.deviation))
    guard case .slow = suspicion else {
      Issue.record("\(suspicion)")
      return
    }
  }

  @Test("One that serves some clients only is found out", arguments: [1, 2, 3, 15])
  func unfair(starved: Int) throws {
    var monitor = LeaderMonitor()
    // Those in favour ask far more, so that the median tells nothing.
    for client in Self.clients[starved..<16] {
      for _ in 0..<80 { monitor.noteProposed(client: client, wait: .milliseconds(10)) }
    }
    for client in Self.clients[0..<starved] {
      for _ in 0..<4 { monitor.noteProposed(client: client, wait: .milliseconds(400)) }
    }
    let suspicion = try #require(judge(&monitor, delay: .milliseconds(5)))
    guard case .unfair(let slowest, _) = suspicion else {
      Issue.record("\(suspicion)")
      return
    }
    #expect(slowest == .milliseconds(400))
  }

  @Test("A fair and fast one never is, however delays scatter", arguments: [200, 20_000, 700_000])
  func fair(delay: UInt64) {
    for seed in UInt64(0)..<10 {
      var draw = Draw(seed: seed)
      var pacemaker = Pacemaker(parameters: Parameters())
      var monitor = LeaderMonitor()
      /// One to four times the delay, and ten times now and then.
      func hop(_ draw: inout Draw) -> UInt64 {
        draw.chance(0.01) ? delay * 10 : delay + draw.integer(in: 0...delay * 3)
      }
      for decision in 0..<400 {
        for _ in 0..<draw.integer(in: 1...8) {
          let here = hop(&draw)
          let there = hop(&draw) + hop(&draw)
          monitor.noteProposed(
            client: Self.clients[draw.integer(in: 0...63)],
            wait: Micros(there) - Micros(here))
        }
        pacemaker.note(delay: Micros((hop(&draw) + hop(&draw)) / 2))
        guard decision > 8 else { continue }
        let suspicion = monitor.judge(
          delay: pacemaker.delay, deviation: pacemaker.deviation, batchDelay: 0)
        #expect(suspicion == nil, "decision \(decision), seed \(seed)")
      }
    }
  }

  @Test("A few samples are no judgement, and each judgement begins anew")
  func samples() {
    var monitor = LeaderMonitor()
    for index in 0..<LeaderMonitor.sampleCount - 1 {
      monitor.noteProposed(client: Self.clients[index], wait: .seconds(9))
      #expect(judge(&monitor, delay: 1) == nil)
    }
    monitor.noteProposed(client: Self.clients[0], wait: .seconds(9))
    #expect(monitor.judge(delay: nil, deviation: 0, batchDelay: 0) == nil, "no delay, no measure")
    for _ in 0..<LeaderMonitor.sampleCount {
      monitor.noteProposed(client: Self.clients[0], wait: .seconds(9))
    }
    #expect(judge(&monitor, delay: 1) != nil)
    #expect(judge(&monitor, delay: 1) == nil)
    for _ in 0..<LeaderMonitor.sampleCount {
      monitor.noteProposed(client: Self.clients[0], wait: .seconds(9))
    }
    monitor.beginTerm()
    #expect(judge(&monitor, delay: 1) == nil, "a leader isn't judged by the one before")
  }

  @Test("Waits of any length, and any number of them, are borne")
  func extremes() {
    var monitor = LeaderMonitor()
    for index in 0..<20_000 {
      monitor.noteProposed(client: Self.clients[index % 64], wait: Micros(.max))
    }
    #expect(judge(&monitor, delay: Micros(.max)) == nil, "everything is allowed then")
  }

  @Test("Those that are out never weigh more than the fault bound", arguments: 1...12)
  func timeOuts(count: Int) throws {
    let powers = (0..<count).map { VotingPower(UInt64(1 + $0 * 7 % 3)) }
    let council = try Council(powers: powers)
    let members = council.members
    for seed in UInt64(0)..<20 {
      var draw = Draw(seed: seed)
      var monitor = LeaderMonitor()
      for _ in 0..<60 {
        if let leader = draw.pick(council.ids) { monitor.demote(leader) }
        for _ in 0..<draw.integer(in: 0...40) { monitor.noteDecision() }
        let out = council.ids.filter { monitor.isOut($0, members: members) }
        let power = out.reduce(VotingPower(0)) { $0 + powers[Int($1.rawValue)] }
        #expect(power <= members.quorum.faultBound)
      }
    }
  }

  @Test("A demotion ends, lasts twice as long the next time, and is forgiven in the end")
  func forgiveness() throws {
    let members = try Council(4).members
    var monitor = LeaderMonitor()
    func timeOut() -> Int {
      monitor.demote(2)
      var decisions = 0
      while monitor.isOut(2, members: members) {
        monitor.noteDecision()
        decisions += 1
      }
      return decisions
    }
    let spans = (0..<3).map { _ in timeOut() }
    #expect(spans == [64, 128, 256])
    for _ in 0..<2 * LeaderMonitor.forgiveness + 1 { monitor.noteDecision() }
    #expect(timeOut() == 128)
    for _ in 0..<100 * LeaderMonitor.forgiveness { monitor.noteDecision() }
    #expect(timeOut() == 64)
  }
}
