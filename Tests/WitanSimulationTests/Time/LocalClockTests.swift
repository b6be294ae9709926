import Testing
import Witan
import WitanSimulation

@Suite("Local clock") struct LocalClockTests {
  @Test(arguments: [-500_000, -1, 0, 1, 100_000, 500_000] as [Int64])
  func noSpanIsOverInNoTime(drift: Int64) {
    var clock = LocalClock()
    clock.set(drift: drift, at: 0)
    for local in UInt64(1)...100 {
      let span = clock.span(Micros(local))
      #expect(span > 0)
      // It ends when the clock shows it has, to a microsecond.
      let shown = clock.monotonic(at: span).rawValue
      #expect(shown + 1 >= local && shown <= local + 2, "\(local) became \(shown)")
    }
    #expect(clock.span(0) == 0)
  }
}
