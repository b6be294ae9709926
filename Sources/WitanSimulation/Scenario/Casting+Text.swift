import Witan

extension Casting: CustomStringConvertible {
  /// The statement.
  public var description: String {
    var parts = ["adversary \(adversary) on \(machines)"]
    if let views = trigger.views { parts.append("in view \(Self.text(views))") }
    if let sequences = trigger.sequences { parts.append("at sequence \(Self.text(sequences))") }
    if trigger.from > 0 { parts.append("from \(trigger.from)") }
    if let until = trigger.until { parts.append("until \(until)") }
    if trigger.chance < 1 { parts.append("with chance \(trigger.chance.shortDescription)") }
    if let victims { parts.append("towards \(victims)") }
    if coalition > 0 { parts.append("in coalition \(coalition)") }
    return parts.joined(separator: " ")
  }

  private static func text(_ range: ClosedRange<some Comparable & CustomStringConvertible>)
    -> String
  {
    range.lowerBound == range.upperBound
      ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
  }

  /// The most coalitions there are.
  static let coalitionLimit = 64

  /// Reads what follows the word `adversary`.
  init(_ words: inout Words) throws(ScenarioError) {
    let name = try words.value("an adversary's name") { (text) throws(InvalidValue) in
      guard Adversaries.named(text) == nil else { return text }
      let names = Adversaries.all.map(\.name)
      let guess = Suggestion.nearest(to: text, among: names).map { "did you mean \($0)?" }
      throw InvalidValue("is no adversary", remedy: guess ?? "give \(names.listed(by: "or"))")
    }
    try words.expect("on")
    self.init(name, machines: try words.nodes())
    while !words.isAtEnd { try readCondition(&words) }
  }

  private mutating func readCondition(_ words: inout Words) throws(ScenarioError) {
    if words.take("in") {
      if words.take("coalition") {
        coalition = try words.value("a number") { (text) throws(InvalidValue) in
          try Int(parsing: text, in: 0...Self.coalitionLimit)
        }
        return
      }
      try words.expect("view")
      let range = try words.range("a view")
      trigger.views = View(range.lowerBound)...View(range.upperBound)
    } else if words.take("at") {
      try words.expect("sequence")
      let range = try words.range("a sequence")
      trigger.sequences = SequenceNumber(range.lowerBound)...SequenceNumber(range.upperBound)
    } else if words.take("from") {
      trigger.from = try words.value("a time") { (text) throws(InvalidValue) in
        try Micros.parse(text)
      }
    } else if words.take("until") {
      trigger.until = try words.value("a time") { (text) throws(InvalidValue) in
        try Micros.parse(text)
      }
    } else if words.take("with") {
      try words.expect("chance")
      trigger.chance = try words.value("a probability") { (text) throws(InvalidValue) in
        try Double(parsingProbability: text)
      }
    } else if words.take("towards") {
      victims = try words.nodes()
    } else {
      throw words.error(
        "\((words.peek ?? "").quoted) says nothing about an adversary",
        remedy: "give in view, at sequence, from, until, with chance, towards or in coalition")
    }
  }
}

extension Words {
  fileprivate mutating func range(
    _ expected: String
  ) throws(ScenarioError) -> ClosedRange<UInt64> {
    try value(expected) { (text) throws(InvalidValue) in
      let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      let first = try UInt64(parsing: String(ends[0]), in: 0...UInt64.max)
      guard ends.count == 2 else { return first...first }
      let last = try UInt64(parsing: String(ends[1]), in: 0...UInt64.max)
      guard first <= last else {
        throw InvalidValue("has its ends the wrong way round", remedy: "give it like 2-5")
      }
      return first...last
    }
  }
}
