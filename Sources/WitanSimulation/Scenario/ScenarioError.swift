/// What is wrong with a scenario's text, where, and what would be right.
public struct ScenarioError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line, counted from one.
  public let line: Int
  /// The column, counted from one.
  public let column: Int
  /// What is wrong.
  public let problem: String
  /// What would be right.
  public let remedy: String

  /// `line 3, column 6: '1.2' is not a probability; give a number from 0 to 1`.
  public var description: String { "line \(line), column \(column): \(problem); \(remedy)" }
}

/// The words of a statement, read one after the other.
struct Words {
  /// A word and where it begins.
  struct Word {
    let text: String
    let column: Int
  }

  let line: Int
  private let words: [Word]
  private var next = 0
  private let end: Int

  /// The words of a line; `|`, `->` are words of their own, and what follows a `#` is none.
  init(_ text: Substring, line: Int) {
    self.line = line
    var words: [Word] = []
    var word = ""
    var start = 1
    var column = 0
    func close(_ words: inout [Word]) {
      if !word.isEmpty { words.append(Word(text: word, column: start)) }
      word = ""
    }
    for character in text {
      column += 1
      if character == "#" { break }
      if character == " " || character == "\t" || character == "\r" {
        close(&words)
      } else if character == "|" {
        close(&words)
        words.append(Word(text: "|", column: column))
      } else if character == ">", word.hasSuffix("-") {
        word.removeLast()
        close(&words)
        words.append(Word(text: "->", column: column - 1))
      } else {
        if word.isEmpty { start = column }
        word.append(character)
      }
    }
    close(&words)
    self.words = words
    end = column + 1
  }

  /// Whether all words were read.
  var isAtEnd: Bool { next == words.count }

  /// The word that comes next.
  var peek: String? { isAtEnd ? nil : words[next].text }

  /// Where the next word begins, or the line ends.
  var column: Int { isAtEnd ? end : words[next].column }

  /// Something is wrong with the next word, or with its absence.
  func error(_ problem: String, remedy: String) -> ScenarioError {
    ScenarioError(line: line, column: column, problem: problem, remedy: remedy)
  }

  /// Reads a word.
  mutating func word(_ expected: String) throws(ScenarioError) -> String {
    guard let word = peek else {
      throw error("\(expected) is missing", remedy: "end the line with it")
    }
    next += 1
    return word
  }

  /// Reads a word that must be this one.
  mutating func expect(_ literal: String) throws(ScenarioError) {
    guard peek == literal else {
      let found = peek.map { "\($0.quoted) stands where '\(literal)' is due" }
      throw error(found ?? "'\(literal)' is missing", remedy: "put '\(literal)' here")
    }
    next += 1
  }

  /// Reads a word if it is this one.
  mutating func take(_ literal: String) -> Bool {
    guard peek == literal else { return false }
    next += 1
    return true
  }

  /// Reads a value; what is wrong with it is told with its place.
  mutating func value<Value>(
    _ expected: String, _ parse: (String) throws(InvalidValue) -> Value
  ) throws(ScenarioError) -> Value {
    let here = self
    let text = try word(expected)
    do {
      return try parse(text)
    } catch {
      throw here.error("\(text.quoted) \(error.problem)", remedy: error.remedy)
    }
  }
}
