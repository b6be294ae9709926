import Testing
import WitanDraw

@testable import Witan

@Suite("Patience")
struct PacemakerTests {
  private func pacemaker(after delay: Micros, times: Int = 100) -> Pacemaker {
    var pacemaker = Pacemaker(parameters: Parameters())
    for _ in 0..<times { pacemaker.note(delay: delay) }
    return pacemaker
  }

  @Test("On a network whose delays aren't known yet, it is what the genesis says")
  func initial() {
    #expect(Pacemaker(parameters: Parameters()).patience == .seconds(2))
  }

  @Test("It follows delays from 1 ms to 10 s, with room for every hop of an agreement")
  func follows() {
    var last: Micros = 0
    for millis in [1, 10, 50, 100, 500, 501, 1_000, 5_000, 10_000] as [UInt64] {
      let delay = Micros.milliseconds(millis)
      let patience = pacemaker(after: delay).patience
      #expect(patience >= delay * 8)
      #expect(patience >= last)
      last = patience
    }
    #expect(pacemaker(after: .milliseconds(1)).patience < .milliseconds(300))
    #expect(pacemaker(after: .seconds(1)).patience > pacemaker(after: .milliseconds(500)).patience)
  }

  @Test("It never leaves its bounds, whatever is measured")
  func bounds() {
    var parameters = Parameters()
    parameters.patienceCeiling = .seconds(10)
    var pacemaker = Pacemaker(parameters: parameters)
    for delay in [0, 1, Micros(.max), .seconds(3_600), 0, 7] as [Micros] {
      pacemaker.note(delay: delay)
      pacemaker.noteFailedView()
      #expect(pacemaker.patience >= parameters.patienceFloor)
      #expect(pacemaker.patience <= parameters.patienceCeiling)
      #expect(pacemaker.retransmission > 0)
    }
    for _ in 0..<100 { pacemaker.noteFailedView() }
    #expect(pacemaker.patience == .seconds(10))
  }

  @Test("As delays climb beyond 500 ms, it grows before a request would time out in vain")
  func climbs() {
    var draw = Draw(seed: 1)
    var pacemaker = self.pacemaker(after: .milliseconds(20))
    var delay: UInt64 = 20_000
    while delay < 5_000_000 {
      // Request, pre-prepare, prepare, commit: each as long as the network takes, half as much again at worst.
      let hops = (0..<4).map { _ in Micros(delay + draw.integer(in: 0...delay / 2)) }
      let needed = hops.reduce(0, +)
      #expect(needed < pacemaker.patience, "at a delay of \(Micros(delay))")
      pacemaker.note(delay: (hops[2] + hops[3]) / 2)
      delay += delay / 20
    }
    #expect(pacemaker.patience > .seconds(20))
  }

  @Test("When delays improve, it comes back within some tens of decisions")
  func comesBack() {
    var pacemaker = self.pacemaker(after: .seconds(3))
    #expect(pacemaker.patience > .seconds(20))
    for _ in 0..<64 { pacemaker.note(delay: .milliseconds(5)) }
    #expect(pacemaker.patience < .seconds(1))
  }

  @Test("A machine that slept an hour forgets it as fast")
  func slept() {
    var pacemaker = self.pacemaker(after: .milliseconds(5))
    pacemaker.note(delay: .seconds(3_600))
    #expect(pacemaker.patience <= .seconds(120))
    for _ in 0..<64 { pacemaker.note(delay: .milliseconds(5)) }
    #expect(pacemaker.patience < .seconds(1))
  }

  @Test("Failed views double it, and decisions take that back step by step")
  func backoff() {
    var pacemaker = self.pacemaker(after: .milliseconds(50))
    let base = pacemaker.patience
    for round in UInt64(1)...3 {
      pacemaker.noteFailedView()
      #expect(pacemaker.patience == base * (1 << round))
    }
    var spans: [Micros] = []
    for _ in 0..<12 {
      pacemaker.noteProgress()
      spans.append(pacemaker.patience)
    }
    #expect(spans == spans.sorted(by: >))
    #expect(spans.last == base)
    #expect(spans.first == base * 8, "one decision doesn't take all of it back")
  }

  @Test("What was lost is said again soon, however many views failed")
  func repetition() {
    var pacemaker = self.pacemaker(after: .milliseconds(50))
    for _ in 0..<20 { pacemaker.noteFailedView() }
    #expect(pacemaker.patience == .seconds(120))
    #expect(pacemaker.retransmission <= pacemaker.basePatience)
  }

  @Test("When most agreements have to wait for a repetition, nobody waits ever longer for one")
  func loss() {
    var draw = Draw(seed: 1)
    var pacemaker = self.pacemaker(after: .milliseconds(20))
    for _ in 0..<2_000 {
      // One in eight gets through at once; the others are told again, once or a few times.
      let repetitions = draw.chance(0.125) ? 0 : draw.integer(in: 1...4 as ClosedRange<UInt64>)
      let sample = Micros.milliseconds(20) + pacemaker.retransmission * repetitions / 2
      pacemaker.note(delay: sample)
      #expect(pacemaker.retransmission <= .seconds(2))
      #expect(pacemaker.patience < .seconds(60))
    }
  }

  @Test("Where hardly an agreement goes through at once, single answers say how soon to ask again")
  func answers() throws {
    let members = try Council(7).members
    let silent = SeatSet(words: [0b11])
    var pacemaker = self.pacemaker(after: .milliseconds(400))
    #expect(pacemaker.retransmission >= .milliseconds(400))
    // Two of seven never answer. Of the answers of two others, two of eight come without a repetition; none of the last
    // one's.
    for round in 0..<8 {
      for seat in 2...3 {
        let span: Micros = round % 4 == 0 ? .milliseconds(20) : .milliseconds(700)
        pacemaker.note(answer: span, of: Seat(seat), among: 7)
      }
      pacemaker.note(answer: .milliseconds(900), of: Seat(4), among: 7)
    }
    pacemaker.noteRound(isStuck: false, among: members, besides: silent)
    #expect(pacemaker.retransmission >= .milliseconds(400), "a quorum needs the slow one too")
    for _ in 0..<2 { pacemaker.note(answer: .milliseconds(25), of: Seat(4), among: 7) }
    pacemaker.noteRound(isStuck: false, among: members, besides: silent)
    #expect(pacemaker.retransmission == .milliseconds(100))
    pacemaker.beginEpoch()
    #expect(pacemaker.retransmission >= .milliseconds(400), "others serve, who may be farther away")
  }

  @Test("Who asks in vain asks ever less often, and soon again when something comes of it")
  func rounds() throws {
    let members = try Council(4).members
    var pacemaker = self.pacemaker(after: .milliseconds(50))
    for _ in 0..<4 { pacemaker.noteFailedView() }
    let soon = pacemaker.retransmission
    func spans(_ count: Int, isStuck: Bool) -> [Micros] {
      (0..<count).map { _ in
        pacemaker.noteRound(isStuck: isStuck, among: members, besides: SeatSet())
        return pacemaker.repetition
      }
    }
    let asked = spans(40, isStuck: true)
    #expect(
      asked.prefix(3).allSatisfy { $0 == soon }, "what is lost by chance is asked for at once")
    #expect(asked == asked.sorted())
    #expect(asked.last == pacemaker.patience / 2)
    #expect(spans(1, isStuck: false) == [soon])
    _ = spans(9, isStuck: true)
    pacemaker.noteProgress()
    #expect(pacemaker.repetition == pacemaker.retransmission)
    _ = spans(9, isStuck: true)
    pacemaker.noteTurn()
    #expect(pacemaker.repetition == pacemaker.retransmission)
  }

  @Test("On a network that is slow indeed, nothing is said again before it can have arrived")
  func slow() {
    for millis in [1, 20, 100, 500, 2_000, 10_000] as [UInt64] {
      let pacemaker = self.pacemaker(after: .milliseconds(millis))
      #expect(pacemaker.retransmission >= .milliseconds(2 * millis))
    }
  }
}
