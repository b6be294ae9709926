import Testing

@testable import WitanCommand

@Suite(.serialized) struct MemoryGaugeTests {
  @Test func `memory that is touched shows, at its peak and while it is held`() {
    let size = 64 << 20
    var held: [UInt8] = []
    let change = MemoryGauge.measure {
      held = [UInt8](repeating: 1, count: size)
    }
    consume(held)
    // Other tests run in this process too, so the bounds are wide.
    #expect(change.growth > size / 2)
    #expect(change.peak >= size)
    #expect(MemoryGauge.resident > size / 2)
  }
}
