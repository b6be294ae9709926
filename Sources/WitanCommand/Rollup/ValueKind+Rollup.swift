import Witan
import WitanDraw
import WitanSimulation

extension ValueKind where Value == Bool {
  /// `on` or `off`.
  static var onOff: ValueKind {
    ValueKind(
      placeholder: "on|off", candidates: .words([Candidate("on"), Candidate("off")]),
      parse: { (text) throws(InvalidValue) in
        switch text {
        case "on": return true
        case "off": return false
        default: throw InvalidValue("is neither on nor off", remedy: "give on or off")
        }
      },
      format: { $0 ? "on" : "off" })
  }
}

extension ValueKind where Value == (rate: UInt64, burst: UInt64) {
  /// A rate, and after a colon by how much it is higher at times: `10` or `10:5`.
  static var load: ValueKind {
    ValueKind(
      placeholder: "N[:BURST]",
      parse: { (text) throws(InvalidValue) in
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2 else {
          throw InvalidValue("has too many parts", remedy: "give it like 10 or 10:5")
        }
        let rate = try UInt64(parsing: parts[0], in: 0...100_000)
        return (rate, parts.count == 2 ? try UInt64(parsing: parts[1], in: 1...1_000) : 1)
      },
      format: { $0.burst == 1 ? "\($0.rate)" : "\($0.rate):\($0.burst)" })
  }
}

extension ValueKind where Value == RollupScenario.ByProfile<Double> {
  /// A probability for each profile, or one for all.
  static var byProfile: ValueKind {
    ValueKind(
      placeholder: "H,L,B",
      parse: { (text) throws(InvalidValue) in
        let kind = ValueKind<[Double]>.list(
          of: .probability, count: 1...3, example: "0.05,0.4,0.6")
        return try Value.spread(try kind.parse(text))
      },
      format: { $0.all.map(\.shortDescription).joined(separator: ",") })
  }
}

extension ValueKind where Value == RollupScenario.ByProfile<Distribution> {
  /// A distribution for each profile, or one for all.
  static var byProfile: ValueKind {
    ValueKind(
      placeholder: "H,L,B",
      parse: { (text) throws(InvalidValue) in
        // Distributions have commas of their own: a new one begins with its name.
        var texts: [String] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
          if part.contains(":") || texts.isEmpty {
            texts.append(String(part))
          } else {
            texts[texts.count - 1] += "," + part
          }
        }
        var values: [Distribution] = []
        for text in texts { values.append(try Distribution(parsing: text)) }
        return try Value.spread(values)
      },
      format: { $0.all.map(\.optionText).joined(separator: ",") })
  }
}

extension RollupScenario.ByProfile {
  /// One value for all, or one for each.
  fileprivate static func spread(_ values: [Value]) throws(InvalidValue) -> Self {
    switch values.count {
    case 1: return Self(values[0], values[0], values[0])
    case 3: return Self(values[0], values[1], values[2])
    default:
      throw InvalidValue(
        "has \(values.count) entries",
        remedy: "give one for all, or three: for honest, lazy and Byzantine")
    }
  }
}

extension ValueKind where Value == RollupScenario.Partition {
  /// When, and which share: `60s..180s:0.4`.
  static var cut: ValueKind {
    ValueKind(
      placeholder: "SPAN:P",
      parse: { (text) throws(InvalidValue) in
        guard let colon = text.lastIndex(of: ":") else {
          throw InvalidValue(
            "lacks the ':' between its time and its share", remedy: "give it like 60s..180s:0.4")
        }
        let span = try TimeSpan(lasting: String(text[..<colon]))
        let share = try ValueKind<Double>.probability.parse(
          String(text[text.index(after: colon)...]))
        return Value(from: span.begins, until: span.ends ?? Micros(.max), share: share)
      },
      format: { "\($0.from)..\($0.until):\($0.share.shortDescription)" })
  }
}
