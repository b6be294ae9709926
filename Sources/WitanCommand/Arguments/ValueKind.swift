import WitanSimulation

/// A word that a shell can offer, with what it means.
struct Candidate: Hashable, Sendable {
  /// The word.
  var word: String
  /// What it means, or nothing.
  var meaning: String

  init(_ word: String, meaning: String = "") {
    self.word = word
    self.meaning = meaning
  }
}

/// What a shell can offer where a value is due.
enum Candidates: Hashable, Sendable {
  /// Nothing: the value is the person's to find.
  case none
  /// The files of the directory.
  case files
  /// The program's own commands.
  case commands
  /// These words and no others.
  case words([Candidate])

  /// The words, where there are such.
  var words: [Candidate] {
    if case .words(let words) = self { words } else { [] }
  }
}

/// A kind of value: how it is read from text, how it is written, and what it is called in help.
///
/// Every kind there is stands in an extension: `.integer(1...64)`, `.probability`, `.duration()`.
struct ValueKind<Value: Sendable>: Sendable {
  /// What stands for the value in help: `N`, `DIST`, `FILE`.
  var placeholder: String
  /// What a shell can offer.
  var candidates: Candidates = .none
  /// Reads the value.
  var parse: @Sendable (String) throws(InvalidValue) -> Value
  /// Writes the value so that reading gives it back.
  var format: @Sendable (Value) -> String

  /// The same kind under another name in help.
  func named(_ placeholder: String) -> ValueKind {
    var kind = self
    kind.placeholder = placeholder
    return kind
  }
}
