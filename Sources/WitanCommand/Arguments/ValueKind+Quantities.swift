import Witan

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
        let value: UInt64
        do throws(UnitTable.Fault) {
          value = try table.parse(text)
        } catch {
          throw InvalidValue(error, kind: "size", table: table, example: "64KiB")
        }
        guard range.contains(value) else {
          let (low, high) = (table.format(range.lowerBound), table.format(range.upperBound))
          throw InvalidValue("is out of range", remedy: "give a size from \(low) to \(high)")
        }
        return value
      },
      format: { table.format($0) })
  }
}

extension Micros {
  /// The longest that a command accepts: ten years, far from every overflow.
  static let longestGiven = Micros.seconds(10 * 365 * 86_400)

  /// Reads `250us`, `20ms`, `1.5s`, `2m`.
  static func parse(_ text: some StringProtocol) throws(InvalidValue) -> Micros {
    let span: Micros
    do throws(UnitTable.Fault) {
      span = Micros(try UnitTable.durations.parse(text))
    } catch {
      throw InvalidValue(error, kind: "duration", table: .durations, example: "20ms")
    }
    guard span <= longestGiven else {
      throw InvalidValue("is too long", remedy: "give at most \(longestGiven)")
    }
    return span
  }
}

extension InvalidValue {
  /// What is wrong with a number and its unit.
  fileprivate init(_ fault: UnitTable.Fault, kind: String, table: UnitTable, example: String) {
    let units = table.names
    switch fault {
    case .noNumber:
      self.init("is not a \(kind)", remedy: "give a number and its unit, like \(example)")
    case .noUnit:
      self.init("has no unit", remedy: "add one of \(units), like \(example)")
    case .unknownUnit(let unit):
      self.init("has the unknown unit \(unit.quoted)", remedy: "use \(units), like \(example)")
    case .tooFine:
      self.init(
        "is too fine", remedy: "give a whole multiple of 1\(table.units[0].name), like \(example)")
    case .tooLarge:
      self.init("is too large", remedy: "give a smaller \(kind), like \(example)")
    }
  }
}
