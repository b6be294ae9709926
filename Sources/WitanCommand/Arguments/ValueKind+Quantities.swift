import Witan
import WitanDraw
import WitanSimulation

extension ValueKind where Value == Micros {
  /// A span of time, whole in microseconds: `250us`, `20ms`, `1.5s`, `2m`.
  static func duration(
    _ range: ClosedRange<Micros> = 0...Micros.longestGiven
  ) -> ValueKind {
    ValueKind(
      placeholder: "TIME",
      parse: { (text) throws(InvalidValue) in
        let value = try Micros.parse(text)
        guard range.contains(value) else {
          throw InvalidValue(
            "is out of range",
            remedy: "give a duration from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
      },
      format: { $0.description })
  }
}

extension ValueKind where Value == UInt64 {
  /// A number of bytes: `512B`, `64KiB`, `1GiB`.
  static func size(_ range: ClosedRange<UInt64> = 0...(1 << 50)) -> ValueKind {
    let table = UnitTable.sizes
    return ValueKind(
      placeholder: "SIZE",
      parse: { (text) throws(InvalidValue) in
        let value = try UInt64(parsingSize: text)
        guard range.contains(value) else {
          let (low, high) = (table.format(range.lowerBound), table.format(range.upperBound))
          throw InvalidValue("is out of range", remedy: "give a size from \(low) to \(high)")
        }
        return value
      },
      format: { table.format($0) })
  }
}

extension ValueKind where Value == Distribution {
  /// A distribution of spans of time.
  static var distribution: ValueKind {
    ValueKind(
      placeholder: "DIST",
      parse: { (text) throws(InvalidValue) in try Distribution(parsing: text) },
      format: { $0.optionText })
  }
}
