import Witan
import WitanDraw

extension Scenario: CustomStringConvertible {
  /// The longest text that is read.
  package static let textLimit = 1 << 20
  /// The most faults, and the most adversaries, that are read.
  static let statementLimit = 10_000

  /// The text: what isn't the default, then who lies, then what befalls the cluster by time.
  public var description: String {
    var lines = story.map { $0.isEmpty ? "#" : "# \($0)" }
    for setting in ScenarioSetting.all {
      if let value = setting.write(self) { lines.append("\(setting.name) \(value)") }
    }
    lines += adversaries.map(\.description)
    lines += faults.map(\.description)
    return lines.map { $0 + "\n" }.joined()
  }

  /// Reads a text; throws where it can't be understood, or describes what can't be.
  public init(parsing text: String) throws(ScenarioError) {
    self.init()
    guard text.utf8.count <= Self.textLimit else {
      throw ScenarioError(
        line: 1, column: 1, problem: "the text has more than \(Self.textLimit) bytes",
        remedy: "give a shorter one")
    }
    var places = Places()
    var isStory = true
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if isStory, line.hasPrefix("#") {
        story.append(String(line.dropFirst(line.hasPrefix("# ") ? 2 : 1)))
        continue
      }
      isStory = false
      var words = Words(line, line: index + 1)
      if words.isAtEnd { continue }
      try readStatement(&words, &places)
      guard words.isAtEnd else {
        throw words.error(
          "\((words.peek ?? "").quoted) is too much", remedy: "end the statement before it")
      }
    }
    try check(places)
  }

  /// Where statements stand, for what can be judged only when all are known.
  private struct Places {
    var settings: [String: Words] = [:]
    var faults: [Words] = []
    var adversaries: [Words] = []
  }

  private mutating func readStatement(
    _ words: inout Words, _ places: inout Places
  ) throws(ScenarioError) {
    let start = words
    let first = try words.word("a statement")
    if let setting = ScenarioSetting.all.first(where: { $0.name == first }) {
      guard places.settings.updateValue(start, forKey: first) == nil else {
        throw start.error("\(first) is said twice", remedy: "leave one of the two")
      }
      var copy = self
      try words.value("a value") { (text) throws(InvalidValue) in
        try setting.read(text, &copy)
      }
      self = copy
    } else if first == "adversary" {
      adversaries.append(try Casting(&words))
      places.adversaries.append(start)
    } else if first.first?.isNumber == true {
      faults.append(try Self.readFault(start, &words))
      places.faults.append(start)
    } else {
      let names = ScenarioSetting.all.map(\.name) + ["adversary"]
      let guess = Suggestion.nearest(to: first, among: names).map { "did you mean \($0)?" }
      throw start.error(
        "\(first.quoted) is no statement",
        remedy: guess ?? "begin with a setting, with 'adversary', or with a time like 1s..3s")
    }
    guard faults.count + adversaries.count <= Self.statementLimit else {
      throw start.error("there are too many statements", remedy: "split the scenario")
    }
  }

  private static func readFault(
    _ start: Words, _ words: inout Words
  ) throws(ScenarioError) -> Fault {
    words = start
    let span = try words.value("a time") { (text) throws(InvalidValue) in
      try TimeSpan(parsing: text)
    }
    let here = words
    let name = try words.word("what happens")
    guard let form = FaultForm.all.first(where: { $0.name == name }) else {
      let names = FaultForm.all.map(\.name)
      let guess = Suggestion.nearest(to: name, among: names).map { "did you mean \($0)?" }
      throw here.error(
        "\(name.quoted) is nothing that happens",
        remedy: guess ?? "give \(names.listed(by: "or"))")
    }
    let effect = try form.read(&words)
    if effect.isMomentary, !span.isMoment {
      throw start.error(
        "\(name) happens at a moment, not for a while", remedy: "give one time, like 3s")
    }
    if span.isMoment, !effect.isMomentary, name != "crash" {
      throw start.error(
        "\(name) lasts for a while", remedy: "say until when, like 1s..3s, or for ever, like 1s..")
    }
    return Fault(effect, from: span.begins, until: span.ends)
  }

  /// What is wrong with statements that are each right alone, told where they stand.
  private func check(_ places: Places) throws(ScenarioError) {
    guard let flaw else { return }
    let place =
      switch flaw.statement {
      case .settings(let names): names.lazy.compactMap { places.settings[$0] }.first
      case .adversary(let index): places.adversaries[index]
      case .fault(let index): places.faults[index]
      }
    // Where nothing was said, nothing said can be wrong.
    guard let place else { return }
    throw place.error(flaw.problem, remedy: flaw.remedy)
  }
}
