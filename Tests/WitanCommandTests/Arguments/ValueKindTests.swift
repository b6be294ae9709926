import Testing
import Witan

@testable import WitanCommand

@Suite struct ValueKindTests {
  private func fault<Value>(_ kind: ValueKind<Value>, _ text: String) -> String {
    do {
      let value = try kind.parse(text)
      return "parsed as \(value)"
    } catch {
      return "\(error.problem); \(error.remedy)"
    }
  }

  @Test func `whole numbers keep to their range and their type`() throws {
    let kind = ValueKind<Int>.integer(0...10)
    #expect(try kind.parse("0") == 0)
    #expect(try kind.parse("007") == 7)
    let outside = "is out of range; give a whole number from 0 to 10"
    let wrong = "is not a whole number; give a whole number from 0 to 10"
    for text in ["11", "-1", "99999999999999999999999"] { #expect(fault(kind, text) == outside) }
    for text in ["", "x", "1.5", "1e3", "+5", "٣", " 5", "--5"] {
      #expect(fault(kind, text) == wrong)
    }
  }

  @Test func `probabilities go from 0 to 1`() throws {
    let kind = ValueKind<Double>.probability
    #expect(try kind.parse("0") == 0)
    #expect(try kind.parse("1") == 1)
    #expect(try kind.parse("5e-2") == 0.05)
    #expect(kind.format(try kind.parse("-0")) == "0")
    for text in ["1.2", "-0.1", "nan", "inf", "0x1p-1", "", "half", "0,5", "1e999"] {
      #expect(fault(kind, text) == "is not a probability; give a number from 0 to 1")
    }
  }

  @Test func `durations are exact to the microsecond`() throws {
    let kind = ValueKind<Micros>.duration()
    #expect(try kind.parse("250us") == 250)
    #expect(try kind.parse("20ms") == .milliseconds(20))
    #expect(try kind.parse("1.5s") == .milliseconds(1_500))
    #expect(try kind.parse("2m") == .seconds(120))
    #expect(try kind.parse("0s") == 0)
    #expect(try kind.parse("0.000001s") == 1)
  }

  @Test func `durations that aren't are refused with what to write`() {
    let kind = ValueKind<Micros>.duration()
    #expect(fault(kind, "20") == "has no unit; add one of us, ms, s or m, like 20ms")
    #expect(fault(kind, "20h") == "has the unknown unit 'h'; use us, ms, s or m, like 20ms")
    #expect(fault(kind, "ms") == "is not a duration; give a number and its unit, like 20ms")
    #expect(fault(kind, "1..5s") == "is not a duration; give a number and its unit, like 20ms")
    #expect(fault(kind, "5.s") == "is not a duration; give a number and its unit, like 20ms")
    #expect(fault(kind, "-5s") == "is not a duration; give a number and its unit, like 20ms")
    #expect(fault(kind, "0.5us") == "is too fine; give a whole multiple of 1us, like 20ms")
    #expect(fault(kind, "0.00000000001s").hasPrefix("is too fine"))
    #expect(fault(kind, "99999999999999999999s").hasPrefix("is too large"))
    #expect(fault(kind, "99999999999999m").hasPrefix("is too large"))
    #expect(fault(kind, "99999999999s") == "is too long; give at most 315360000s")
    let short = ValueKind<Micros>.duration(.seconds(1)...Micros.seconds(90))
    #expect(fault(short, "2m") == "is out of range; give a duration from 1s to 90s")
  }

  @Test func `sizes are binary`() throws {
    let kind = ValueKind<UInt64>.size(1...(1 << 30))
    #expect(try kind.parse("64KiB") == 65_536)
    #expect(try kind.parse("1.5MiB") == 1_572_864)
    #expect(try kind.parse("512B") == 512)
    #expect(fault(kind, "64") == "has no unit; add one of B, KiB, MiB or GiB, like 64KiB")
    #expect(fault(kind, "64kB").hasPrefix("has the unknown unit 'kB'; use B, KiB"))
    #expect(fault(kind, "2GiB") == "is out of range; give a size from 1B to 1GiB")
    #expect(kind.format(65_536) == "64KiB")
    #expect(kind.format(65_537) == "65537B")
  }

  @Test func `seeds are 64 bits, decimal or hexadecimal`() throws {
    let kind = ValueKind<UInt64>.seed
    #expect(try kind.parse("18446744073709551615") == .max)
    #expect(try kind.parse("0xDEADbeef") == 0xDEAD_BEEF)
    for text in ["", "0x", "-1", "+1", "18446744073709551616", "beef", "0x1_0"] {
      #expect(fault(kind, text).hasPrefix("is not a seed; give a whole number"))
    }
  }

  @Test func `lists name the entry that is wrong`() throws {
    let kind = ValueKind<[UInt64]>.list(of: .integer(1...9), count: 1...3, example: "1,1,2")
    #expect(try kind.parse("1,1,2") == [1, 1, 2])
    #expect(kind.format([1, 2]) == "1,2")
    #expect(
      fault(kind, "1,x") == "has 'x' as entry 2, which is not a whole number; "
        + "give a whole number from 1 to 9, with commas between, like 1,1,2")
    #expect(fault(kind, "1,,2").hasPrefix("has '' as entry 2, which is not a whole number"))
    #expect(fault(kind, "1,1,1,1") == "has 4 entries; give from 1 to 3, like 1,1,2")
  }

  @Test func `texts and files may be anything but empty`() throws {
    #expect(try ValueKind<String>.text("NAME").parse("--odd") == "--odd")
    #expect(fault(.file, "") == "is empty; give a file's path")
    #expect(ValueKind<String>.file.candidates == .files)
  }
}
