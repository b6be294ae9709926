import Testing

@testable import Witan

@Suite("What peers may ask")
struct PeerAllowancesTests {
  @Test("A peer spends what it has and no more, and nothing of another's")
  func spend() {
    var allowances = PeerAllowances(peers: 2)
    var spent = 0
    while allowances.spend(1, by: Seat(0), at: 0) { spent += 1 }
    #expect(spent == 256)
    #expect(allowances.spend(256, by: Seat(1), at: 0) == true)
  }

  @Test(
    "It comes back with time, the same however often it is asked for",
    arguments: [1, 5_500, 250_000])
  func refill(step: UInt64) {
    var allowances = PeerAllowances(peers: 1)
    #expect(allowances.spend(256, by: Seat(0), at: 0) == true)
    var spent = 0
    var now: UInt64 = 0
    let end: UInt64 = step == 1 ? 100_000 : 4_000_000
    while now < end {
      now += step
      while allowances.spend(1, by: Seat(0), at: Micros(now)) { spent += 1 }
    }
    let due = Int(now * PeerAllowances.refillPerSecond / 1_000_000)
    #expect((due - 1...due + 1).contains(spent))
  }

  @Test(
    "It never exceeds its capacity, nor does a clock that jumps trap",
    arguments: [3_600_000_000, UInt64.max])
  func capacity(clock: UInt64) {
    let now = Micros(clock)
    var allowances = PeerAllowances(peers: 1)
    #expect(allowances.spend(257, by: Seat(0), at: now) == false)
    #expect(allowances.spend(256, by: Seat(0), at: now) == true)
    #expect(
      allowances.spend(1, by: Seat(0), at: 0) == false, "a clock that steps back gives nothing")
  }

  @Test("What no correct replica sends costs much, and what anybody may send costs nothing")
  func charges() {
    var allowances = PeerAllowances(peers: 1)
    allowances.charge(Seat(0), for: .staleView, at: 0)
    #expect(allowances.spend(256, by: Seat(0), at: 0) == true)
    for _ in 0..<1_000 { allowances.charge(Seat(0), for: .equivocation, at: 0) }
    #expect(allowances.spend(1, by: Seat(0), at: .milliseconds(900)) == false)
    #expect(allowances.spend(1, by: Seat(0), at: .seconds(2)) == true, "but not for ever")
  }

  @Test("A fault after a long silence costs as much as any")
  func chargesAfterSilence() {
    var allowances = PeerAllowances(peers: 1)
    allowances.charge(Seat(0), for: .equivocation, at: .seconds(50))
    #expect(allowances.spend(193, by: Seat(0), at: .seconds(50)) == false)
    #expect(allowances.spend(192, by: Seat(0), at: .seconds(50)) == true)
  }
}
