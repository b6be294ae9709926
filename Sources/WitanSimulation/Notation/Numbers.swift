/// Numbers as people write them.
extension Double {
  /// Reads a number from 0 to 1.
  package init(parsingProbability text: String) throws(InvalidValue) {
    guard let value = Double(decimal: text), (0...1).contains(value) else {
      throw InvalidValue("is not a probability", remedy: "give a number from 0 to 1")
    }
    self = value.magnitude
  }
}

extension UInt64 {
  /// Reads what a seeded generator starts from: 64 bits, decimal or hexadecimal.
  package init(parsingSeed text: String) throws(InvalidValue) {
    let hexadecimal = text.hasPrefix("0x") ? text.dropFirst(2) : nil
    let digits = hexadecimal ?? Substring(text)
    guard digits.allSatisfy({ $0.isASCII && $0.isHexDigit }),
      let value = UInt64(digits, radix: hexadecimal == nil ? 10 : 16)
    else {
      throw InvalidValue(
        "is not a seed",
        remedy: "give a whole number from 0 to \(UInt64.max), decimal or like 0x5eed")
    }
    self = value
  }
}

extension FixedWidthInteger {
  /// Reads a whole number in a range.
  package init(
    parsing text: String, in range: ClosedRange<Self>
  ) throws(InvalidValue) {
    let right = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    guard text.isWholeNumber else {
      throw InvalidValue("is not a whole number", remedy: "give \(right)")
    }
    // Digits that don't fit the type are out of every range of it.
    guard let value = Self(text), range.contains(value) else {
      throw InvalidValue("is out of range", remedy: "give \(right)")
    }
    self = value
  }
}

extension Double {
  /// A number in decimal notation; the names of infinities and the hexadecimal form are no input for people.
  package init?(decimal text: String) {
    guard text.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }), let value = Double(text),
      value.isFinite
    else { return nil }
    self = value
  }

  /// The shortest text that reads back as this number, without `.0` where it is whole.
  package var shortDescription: String {
    let text = description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension String {
  /// Whether this is a number made of digits alone, perhaps with a minus.
  package var isWholeNumber: Bool {
    let digits = hasPrefix("-") ? dropFirst() : Substring(self)
    return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
