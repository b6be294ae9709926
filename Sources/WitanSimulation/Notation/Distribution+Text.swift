import Witan
import WitanDraw

extension Distribution {
  /// A distribution of spans of time, as an option takes it: `normal:50ms,20ms`.
  package var optionText: String {
    switch self {
    case .fixed(let span): "fixed:\(Micros(span))"
    case .uniform(let low, let high): "uniform:\(Micros(low))..\(Micros(high))"
    case .normal(let mean, let deviation): "normal:\(Micros(mean)),\(Micros(deviation))"
    case .exponential(let mean): "exponential:\(Micros(mean))"
    case .lognormal(let median, let sigma):
      "lognormal:\(Micros(median)),\(sigma.shortDescription)"
    }
  }
}

extension Distribution {
  /// The shapes by name.
  package enum Shape: String, CaseIterable {
    case fixed, uniform, normal, exponential, lognormal

    /// A distribution of this shape, as an option takes it.
    package var example: String {
      switch self {
      case .fixed: "fixed:20ms"
      case .uniform: "uniform:10ms..50ms"
      case .normal: "normal:50ms,20ms"
      case .exponential: "exponential:30ms"
      case .lognormal: "lognormal:40ms,0.6"
      }
    }
  }

  /// Reads a distribution of spans of time, which it holds in microseconds.
  package init(parsing text: String) throws(InvalidValue) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map(String.init) ?? ""
    guard let shape = Shape(rawValue: name) else {
      throw InvalidValue("is not a distribution", remedy: Self.remedy(for: name))
    }
    let rest = parts.count == 2 ? parts[1] : ""
    let like = "give it like \(shape.example)"
    switch shape {
    case .fixed:
      self = .fixed(try Self.span(rest, like: like))
    case .exponential:
      self = .exponential(mean: try Self.span(rest, like: like))
    case .uniform:
      let ends = try Self.pair(rest, separator: "..", like: like)
      let low = try Self.span(ends.0, like: like)
      let high = try Self.span(ends.1, like: like)
      guard low <= high else {
        throw InvalidValue("has its ends the wrong way round", remedy: like)
      }
      self = .uniform(low: low, high: high)
    case .normal:
      let both = try Self.pair(rest, separator: ",", like: like)
      self = .normal(
        mean: try Self.span(both.0, like: like), deviation: try Self.span(both.1, like: like))
    case .lognormal:
      let both = try Self.pair(rest, separator: ",", like: like)
      let median = try Self.span(both.0, like: like)
      guard let sigma = Double(decimal: String(both.1)), (0...10).contains(sigma) else {
        let given = String(both.1).quoted
        throw InvalidValue("has \(given), which is not a number from 0 to 10", remedy: like)
      }
      self = .lognormal(median: median, sigma: sigma.magnitude)
    }
  }

  private static func remedy(for name: String) -> String {
    let guess = Suggestion.nearest(to: name, among: Shape.allCases.map(\.rawValue))
    if let shape = guess.flatMap(Shape.init(rawValue:)) { return "did you mean \(shape.example)?" }
    return "give one like \(Shape.allCases.map(\.example).listed(by: "or"))"
  }

  private static func span(_ text: Substring, like: String) throws(InvalidValue) -> UInt64 {
    do {
      return try Micros.parse(text).rawValue
    } catch {
      let given = String(text).quoted
      let problem = text.isEmpty ? "lacks a duration" : "has \(given), which \(error.problem)"
      throw InvalidValue(problem, remedy: like)
    }
  }

  private static func pair(
    _ text: Substring, separator: String, like: String
  ) throws(InvalidValue) -> (Substring, Substring) {
    guard let range = text.firstRange(of: separator) else {
      throw InvalidValue("lacks its second parameter", remedy: like)
    }
    return (text[..<range.lowerBound], text[range.upperBound...])
  }
}
