import Testing
import Witan

@testable import WitanCommand

@Suite struct HumanTests {
  @Test func `thousands are set apart`() {
    #expect(Human.count(0) == "0")
    #expect(Human.count(999) == "999")
    #expect(Human.count(1_000) == "1,000")
    #expect(Human.count(-1_234_567) == "-1,234,567")
    #expect(Human.count(UInt64.max) == "18,446,744,073,709,551,615")
    #expect(Human.count(Int64.min) == "-9,223,372,036,854,775,808")
  }

  @Test func `numbers have three significant digits or all before the point`() {
    #expect(Human.number(0) == "0")
    #expect(Human.number(1.3) == "1.30")
    #expect(Human.number(13.04) == "13.0")
    #expect(Human.number(130.4) == "130")
    #expect(Human.number(12_345.6) == "12,346")
    #expect(Human.number(0.042) == "0.0420")
    #expect(Human.number(-1.5) == "-1.50")
    #expect(Human.number(.infinity) == "∞")
    #expect(Human.number(.nan) == "—")
    #expect(Human.decimal(0.995, places: 2) == "1.00")
    #expect(Human.decimal(-0.001, places: 2) == "0.00")
  }

  @Test func `times are in the unit that suits them`() {
    #expect(Human.time(nanoseconds: 0) == "0 ns")
    #expect(Human.time(nanoseconds: 850) == "850 ns")
    #expect(Human.time(nanoseconds: 999.6) == "1.00 µs")
    #expect(Human.time(nanoseconds: 1_300_000) == "1.30 ms")
    #expect(Human.time(.milliseconds(20)) == "20.0 ms")
    #expect(Human.time(.seconds(2)) == "2.00 s")
    #expect(Human.time(.seconds(90)) == "90.0 s")
    #expect(Human.time(.seconds(120)) == "2 min")
    #expect(Human.time(.seconds(200)) == "3 min 20 s")
  }

  @Test func `bytes are in binary units`() {
    #expect(Human.bytes(0) == "0 B")
    #expect(Human.bytes(512) == "512 B")
    #expect(Human.bytes(1 << 16) == "64 KiB")
    #expect(Human.bytes(3 << 29) == "1.50 GiB")
    #expect(Human.bytes((1 << 20) - 1) == "1.00 MiB")
    #expect(Human.bytes(-2048) == "-2 KiB")
    #expect(Human.bytes(UInt64.max).hasSuffix(" EiB"))
  }
}
