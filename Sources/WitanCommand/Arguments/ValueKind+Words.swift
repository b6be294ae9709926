import WitanSimulation

extension ValueKind
where Value: CaseIterable & RawRepresentable<String> {
  /// One of an enumeration's words.
  static func oneOf(_ type: Value.Type = Value.self, placeholder: String? = nil) -> ValueKind {
    let words = type.allCases.map(\.rawValue)
    return ValueKind(
      placeholder: placeholder ?? words.joined(separator: "|"),
      candidates: .words(words.map { Candidate($0) }),
      parse: { (text) throws(InvalidValue) in
        if let value = Value(rawValue: text) { return value }
        let problem = "is not one of \(words.joined(separator: ", "))"
        let guess = Suggestion.nearest(to: text, among: words)
        throw InvalidValue(
          problem, remedy: guess.map { "did you mean \($0)?" } ?? "give \(words.listed(by: "or"))")
      },
      format: { $0.rawValue })
  }
}

extension ValueKind where Value == String {
  /// Any text that isn't empty.
  static func text(_ placeholder: String) -> ValueKind {
    ValueKind(
      placeholder: placeholder,
      parse: { (text) throws(InvalidValue) in
        guard !text.isEmpty else { throw InvalidValue("is empty", remedy: "give some text") }
        return text
      },
      format: { $0 })
  }

  /// A path; whether there is a file is for the command to find out.
  static var file: ValueKind {
    ValueKind(
      placeholder: "FILE",
      candidates: .files,
      parse: { (text) throws(InvalidValue) in
        guard !text.isEmpty else { throw InvalidValue("is empty", remedy: "give a file's path") }
        return text
      },
      format: { $0 })
  }
}

extension ValueKind {
  /// Values of one kind, separated by commas: `1,1,2`.
  static func list<Element>(
    of element: ValueKind<Element>, count: ClosedRange<Int>, example: String
  ) -> ValueKind where Value == [Element] {
    ValueKind(
      placeholder: "LIST",
      parse: { (text) throws(InvalidValue) in
        let texts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard count.contains(texts.count) else {
          let (low, high) = (count.lowerBound, count.upperBound)
          let right = low == high ? "exactly \(low)" : "from \(low) to \(high)"
          let entries = texts.count == 1 ? "entry" : "entries"
          throw InvalidValue(
            "has \(texts.count) \(entries)", remedy: "give \(right), like \(example)")
        }
        var values: [Element] = []
        for (index, text) in texts.enumerated() {
          do throws(InvalidValue) {
            values.append(try element.parse(text))
          } catch {
            throw InvalidValue(
              "has \(text.quoted) as entry \(index + 1), which \(error.problem)",
              remedy: "\(error.remedy), with commas between, like \(example)")
          }
        }
        return values
      },
      format: { $0.map(element.format).joined(separator: ",") })
  }
}
