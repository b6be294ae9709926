/// The parts into which the overview of all commands is divided.
enum Chapter: String, CaseIterable, Sendable {
  /// Runs in virtual time, and looking into them.
  case study = "Study"
  /// Claims and their proofs.
  case prove = "Prove"
  /// The rollup layer and its events.
  case rollUp = "Roll up"
  /// Real nodes and clients.
  case run = "Run"
  /// How fast it is.
  case measure = "Measure"
  /// About the command itself.
  case learn = "Learn"
}

/// A command line that teaches, with what it does.
struct Example: Hashable, Sendable {
  /// The line as it is typed.
  var line: String
  /// What it does.
  var meaning: String

  init(_ line: String, _ meaning: String) {
    self.line = line
    self.meaning = meaning
  }
}

/// What people and shells need to know of a command: help and completions come from nothing else.
struct CommandSyntax: Hashable, Sendable {
  /// The words that call it: `["witan", "simulate"]`.
  var path: [String]
  /// Its part of the overview.
  var chapter: Chapter
  /// What it does, in one line that begins with a verb.
  var summary: String
  /// What else is worth knowing, in a paragraph or a few; may be empty.
  var discussion: [String]
  /// Its own options, flags and operands.
  var parameters: [ParameterSyntax]
  /// Those that every command has.
  var shared: [ParameterSyntax]
  /// At least two.
  var examples: [Example]
  /// The commands below it.
  var subcommands: [CommandSyntax]
  /// Whether it can be called without naming one of those.
  var isRunnable: Bool

  /// The word that calls it, after the words of its parent.
  var name: String { path.last ?? "" }
  /// All the words that call it.
  var call: String { path.joined(separator: " ") }
  /// The parameters with names.
  var options: [ParameterSyntax] { parameters.filter { !$0.isOperand } }
  /// The parameters without.
  var operands: [ParameterSyntax] { parameters.filter(\.isOperand) }

  /// How it is called: `witan simulate [options]`.
  var usage: String {
    var words = [call]
    if !subcommands.isEmpty { words.append(isRunnable ? "[COMMAND]" : "COMMAND") }
    words += operands.map(\.spelling)
    words.append("[options]")
    return words.joined(separator: " ")
  }

  /// This command and all below it, parents first.
  var tree: [CommandSyntax] { [self] + subcommands.flatMap(\.tree) }
}
