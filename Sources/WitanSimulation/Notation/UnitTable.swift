/// Units, and how numbers that carry one of them are read and written: `20ms`, `1.5MiB`.
///
/// Everything is whole multiples of the smallest unit; no floating point comes near it.
package struct UnitTable: Sendable {
  /// The units from the smallest to the largest, with how many of the smallest each holds.
  package var units: [(name: String, size: UInt64)]

  /// Microseconds, milliseconds, seconds, and minutes, in microseconds.
  package static let durations = UnitTable(units: [
    ("us", 1), ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000),
  ])

  /// Bytes and their binary multiples, in bytes.
  package static let sizes = UnitTable(units: [
    ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30),
  ])

  /// Why a text is not a number with a unit.
  package enum Fault: Error {
    /// It doesn't begin with a number.
    case noNumber
    /// Nothing follows the number.
    case noUnit
    /// What follows the number is none of the units.
    case unknownUnit(String)
    /// It isn't a whole multiple of the smallest unit.
    case tooFine
    /// It doesn't fit 64 bits.
    case tooLarge
  }

  /// The number of smallest units that `text` says.
  package func parse(_ text: some StringProtocol) throws(Fault) -> UInt64 {
    let number = text.prefix { ($0.isASCII && $0.isNumber) || $0 == "." }
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = parts.first, !whole.isEmpty, parts.count <= 2, parts.last?.isEmpty == false
    else { throw .noNumber }
    let name = String(text.dropFirst(number.count))
    guard !name.isEmpty else { throw .noUnit }
    guard let unit = units.first(where: { $0.name == name }) else { throw .unknownUnit(name) }

    // 1.25s is 125 seconds over 100: exact, or refused.
    let fraction = parts.count == 2 ? parts[1] : ""
    guard fraction.count <= 9, let digits = UInt64("\(whole)\(fraction)") else {
      throw fraction.count > 9 ? .tooFine : .tooLarge
    }
    let (product, overflow) = digits.multipliedReportingOverflow(by: unit.size)
    if overflow { throw .tooLarge }
    let divisor = (0..<fraction.count).reduce(UInt64(1)) { result, _ in result * 10 }
    guard product.isMultiple(of: divisor) else { throw .tooFine }
    return product / divisor
  }

  /// The number in the largest unit that holds it whole.
  package func format(_ count: UInt64) -> String {
    let fitting = units.last { count >= $0.size && count.isMultiple(of: $0.size) } ?? units[0]
    return "\(count / fitting.size)\(fitting.name)"
  }

  /// The units for people: `us, ms, s or m`.
  package var names: String { units.map(\.name).listed(by: "or") }
}

extension [String] {
  /// The words as a sentence lists them: `a, b or c`.
  package func listed(by conjunction: String) -> String {
    guard let last, count > 1 else { return first ?? "" }
    return "\(dropLast().joined(separator: ", ")) \(conjunction) \(last)"
  }
}
