extension ValueKind where Value: FixedWidthInteger {
  /// A whole number in a range.
  static func integer(_ range: ClosedRange<Value>) -> ValueKind {
    let right = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    return ValueKind(
      placeholder: "N",
      parse: { (text) throws(InvalidValue) in
        guard text.isWholeNumber else {
          throw InvalidValue("is not a whole number", remedy: "give \(right)")
        }
        // Digits that don't fit the type are out of every range of it.
        guard let value = Value(text), range.contains(value) else {
          throw InvalidValue("is out of range", remedy: "give \(right)")
        }
        return value
      },
      format: { "\($0)" })
  }
}

extension ValueKind where Value == UInt64 {
  /// What a seeded generator starts from: 64 bits, decimal or hexadecimal.
  static var seed: ValueKind {
    ValueKind(
      placeholder: "N",
      parse: { (text) throws(InvalidValue) in
        let hexadecimal = text.hasPrefix("0x") ? text.dropFirst(2) : nil
        let digits = hexadecimal ?? Substring(text)
        guard digits.allSatisfy({ $0.isASCII && $0.isHexDigit }),
          let value = UInt64(digits, radix: hexadecimal == nil ? 10 : 16)
        else {
          throw InvalidValue(
            "is not a seed",
            remedy: "give a whole number from 0 to \(UInt64.max), decimal or like 0x5eed")
        }
        return value
      },
      format: { "\($0)" })
  }
}

extension ValueKind where Value == Double {
  /// A number from 0 to 1.
  static var probability: ValueKind {
    ValueKind(
      placeholder: "P",
      parse: { (text) throws(InvalidValue) in
        guard let value = Double(decimal: text), (0...1).contains(value) else {
          throw InvalidValue("is not a probability", remedy: "give a number from 0 to 1")
        }
        return value.magnitude
      },
      format: { $0.shortDescription })
  }
}

extension Double {
  /// A number in decimal notation; the names of infinities and the hexadecimal form are no input for people.
  init?(decimal text: String) {
    guard text.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }), let value = Double(text),
      value.isFinite
    else { return nil }
    self = value
  }

  /// The shortest text that reads back as this number, without `.0` where it is whole.
  var shortDescription: String {
    let text = description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension String {
  /// Whether this is a number made of digits alone, perhaps with a minus.
  var isWholeNumber: Bool {
    let digits = hasPrefix("-") ? dropFirst() : Substring(self)
    return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
