import Witan

/// From when to when.
package struct TimeSpan: Hashable, Sendable, CustomStringConvertible {
  /// When it begins.
  package var begins: Micros
  /// When it ends; nil is never.
  package var ends: Micros?
  /// Whether it is but a moment.
  package var isMoment: Bool

  /// A span.
  package init(from begins: Micros, until ends: Micros?, isMoment: Bool = false) {
    self.begins = begins
    self.ends = ends
    self.isMoment = isMoment
  }

  /// Reads `1s..3s`, `2s..` or `4s`.
  package init(parsing text: String) throws(InvalidValue) {
    guard let dots = text.firstRange(of: "..") else {
      self.init(from: try Micros.parse(text), until: nil, isMoment: true)
      return
    }
    let begins = try Micros.parse(text[..<dots.lowerBound])
    let rest = text[dots.upperBound...]
    let ends = rest.isEmpty ? nil : try Micros.parse(rest)
    if let ends, ends <= begins {
      throw InvalidValue("ends before it begins", remedy: "give times like 1s..3s")
    }
    self.init(from: begins, until: ends)
  }

  /// `1s..3s`, `2s..` or `4s`.
  package var description: String {
    isMoment ? "\(begins)" : "\(begins)..\(ends.map(\.description) ?? "")"
  }
}
