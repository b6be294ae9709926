import Witan

extension Micros {
  /// The longest that a command accepts: ten years, far from every overflow.
  package static let longestGiven = Micros.seconds(10 * 365 * 86_400)

  /// Reads `250us`, `20ms`, `1.5s`, `2m`.
  package static func parse(_ text: some StringProtocol) throws(InvalidValue) -> Micros {
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

extension UInt64 {
  /// Reads a number of bytes: `512B`, `64KiB`, `1GiB`.
  package init(parsingSize text: some StringProtocol) throws(InvalidValue) {
    do throws(UnitTable.Fault) {
      self = try UnitTable.sizes.parse(text)
    } catch {
      throw InvalidValue(error, kind: "size", table: .sizes, example: "64KiB")
    }
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
