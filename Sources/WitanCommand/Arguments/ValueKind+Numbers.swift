import WitanSimulation

extension ValueKind where Value: FixedWidthInteger {
  /// A whole number in a range.
  static func integer(_ range: ClosedRange<Value>) -> ValueKind {
    ValueKind(
      placeholder: "N",
      parse: { (text) throws(InvalidValue) in try Value(parsing: text, in: range) },
      format: { "\($0)" })
  }
}

extension ValueKind where Value == UInt64 {
  /// What a seeded generator starts from: 64 bits, decimal or hexadecimal.
  static var seed: ValueKind {
    ValueKind(
      placeholder: "N",
      parse: { (text) throws(InvalidValue) in
        try UInt64(parsingSeed: text)
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
        try Double(parsingProbability: text)
      },
      format: { $0.shortDescription })
  }
}
