import Witan
import WitanSimulation

extension ValueKind where Value == SimulateOptions.PlannedFault {
  /// Who doesn't hear whom: `1s..3s:0,1|2,3`, or one way only: `1s..3s:0,1->2,3`.
  static var partition: ValueKind {
    planned("SPAN:GROUPS") { (text) throws(InvalidValue) in
      let example = "give it like 1s..3s:0,1|2,3"
      guard let colon = text.firstIndex(of: ":") else {
        throw InvalidValue("lacks the ':' between its time and its groups", remedy: example)
      }
      let span = try TimeSpan(lasting: String(text[..<colon]))
      let groups = String(text[text.index(after: colon)...])
      if let arrow = groups.firstRange(of: "->") {
        let from = try NodeSet(parsing: String(groups[..<arrow.lowerBound]))
        let to = try NodeSet(parsing: String(groups[arrow.upperBound...]))
        return Fault(.cut(from: from, to: to), from: span.begins, until: span.ends)
      }
      var sets: [NodeSet] = []
      for group in groups.split(separator: "|", omittingEmptySubsequences: false) {
        sets.append(try NodeSet(parsing: String(group)))
      }
      return Fault(.partition(sets), from: span.begins, until: span.ends)
    }
  }

  /// Who dies, and starts again: `2@1s..4s`.
  static var crash: ValueKind {
    planned("REPLICAS@SPAN") { (text) throws(InvalidValue) in
      guard let sign = text.firstIndex(of: "@") else {
        throw InvalidValue("doesn't say when", remedy: "give it like 2@1s..4s")
      }
      let nodes = try NodeSet(parsing: String(text[..<sign]))
      let span = try TimeSpan(parsing: String(text[text.index(after: sign)...]))
      return Fault(.crash(nodes), from: span.begins, until: span.ends)
    }
  }

  private static func planned(
    _ placeholder: String, _ read: @escaping @Sendable (String) throws(InvalidValue) -> Fault
  ) -> ValueKind {
    ValueKind(
      placeholder: placeholder,
      parse: { (text) throws(InvalidValue) in Value(text: text, fault: try read(text)) },
      format: { $0.text })
  }
}

extension TimeSpan {
  /// Reads `1s..3s` or `1s..`, and no moment.
  init(lasting text: String) throws(InvalidValue) {
    try self.init(parsing: text)
    guard !isMoment else {
      throw InvalidValue(
        "names a moment", remedy: "say until when, like 1s..3s, or for ever, like 1s..")
    }
  }
}

extension ValueKind where Value == SimulateOptions.Casting {
  /// Names of adversaries, separated by commas, or the wish to see them.
  static var casting: ValueKind {
    let names = Adversaries.all.map(\.name)
    let explanation = Candidate("list", meaning: "explain them all")
    return ValueKind(
      placeholder: "NAME,…",
      candidates: .words(
        Adversaries.all.map { Candidate($0.name, meaning: $0.sentence) } + [explanation]),
      parse: { (text) throws(InvalidValue) in
        if text == "list" { return .list }
        let given = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        for name in given where !names.contains(name) {
          let subject =
            given.count == 1 ? "is no adversary" : "has \(name.quoted), which is no adversary"
          let guess = Suggestion.nearest(to: name, among: names).map { "did you mean \($0)?" }
          throw InvalidValue(subject, remedy: guess ?? "see --adversary list for those there are")
        }
        return .names(given)
      },
      format: { casting in
        switch casting {
        case .list: "list"
        case .names(let names): names.joined(separator: ",")
        }
      })
  }
}
