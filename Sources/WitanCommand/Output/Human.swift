import Witan

/// Numbers as people read them.
enum Human {
  /// A whole number with a comma every three digits: `12,345`.
  static func count(_ value: some BinaryInteger) -> String {
    let digits = String(value.magnitude)
    var result = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { result += "," }
      result.append(digit)
    }
    return result
  }

  /// A number with three significant digits or all before its point: `1.30`, `0.0421`, `12,345`.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "—" : value < 0 ? "-∞" : "∞" }
    guard value != 0 else { return "0" }
    // The scale is chosen by comparing, so that no logarithm is rounded differently elsewhere; just below a
    // power of ten the digits round up to it.
    let magnitude = value.magnitude / 0.9995
    var places = 2
    var bound = 10.0
    while magnitude >= bound, places > 0 {
      places -= 1
      bound *= 10
    }
    bound = 1
    while magnitude < bound, places < 12 {
      places += 1
      bound /= 10
    }
    return decimal(value, places: places)
  }

  /// A number with so many digits after its point, and commas before.
  static func decimal(_ value: Double, places: Int) -> String {
    let scale = (0..<places).reduce(1.0) { result, _ in result * 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 0x1p63 else { return "\(value)" }
    let whole = UInt64(scaled)
    let divisor = UInt64(scale)
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard places > 0 else { return sign + count(whole) }
    let fraction = String(whole % divisor)
    let zeros = String(repeating: "0", count: places - fraction.count)
    return "\(sign)\(count(whole / divisor)).\(zeros)\(fraction)"
  }

  /// A span of time in the unit that suits it: `850 ns`, `1.30 ms`, `2.00 s`, `3 min 20 s`.
  static func time(nanoseconds: Double) -> String {
    switch nanoseconds.magnitude {
    case ..<999.5: "\(number(nanoseconds)) ns"
    case ..<999_500: "\(number(nanoseconds / 1e3)) µs"
    case ..<999_500_000: "\(number(nanoseconds / 1e6)) ms"
    case ..<119_500_000_000: "\(number(nanoseconds / 1e9)) s"
    default: minutes(Int64(nanoseconds / 1e9))
    }
  }

  /// A span of time in the unit that suits it.
  static func time(_ span: Micros) -> String { time(nanoseconds: Double(span.rawValue) * 1e3) }

  /// A number of bytes in the binary unit that suits it: `512 B`, `64 KiB`, `1.50 GiB`.
  static func bytes(_ value: some BinaryInteger) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var scaled = Double(value)
    var unit = 0
    while scaled.magnitude >= 1023.5, unit < units.count - 1 {
      scaled /= 1024
      unit += 1
    }
    let text = scaled == scaled.rounded() ? decimal(scaled, places: 0) : number(scaled)
    return "\(text) \(units[unit])"
  }

  private static func minutes(_ seconds: Int64) -> String {
    let rest = seconds % 60
    return rest == 0 ? "\(seconds / 60) min" : "\(seconds / 60) min \(rest) s"
  }
}
