extension String {
  /// The text as it may be shown in a message: as it is when it is plain, and else between quotes, with
  /// control characters written out, so that no input can drive the terminal, and not too long.
  package var quotedIfNeeded: String {
    let limit = 80
    let shown = count > limit ? String(prefix(limit)) + "…" : self
    let plain = !shown.isEmpty && shown.unicodeScalars.allSatisfy(\.isPlain)
    return plain ? shown : shown.quoted
  }

  /// The text between single quotes, with control characters written out.
  package var quoted: String {
    var result = "'"
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default:
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "'"
  }
}

extension Unicode.Scalar {
  fileprivate var isPlain: Bool {
    properties.isAlphabetic || properties.numericType != nil
      || "_-./:,=+%@|>…".unicodeScalars.contains(self)
  }
}
