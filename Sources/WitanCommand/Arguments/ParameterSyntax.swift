/// What people and shells need to know of one option, flag or operand.
struct ParameterSyntax: Hashable, Sendable {
  /// What part it plays on a command line.
  enum Role: Hashable, Sendable {
    /// `--name`: there or not.
    case flag
    /// `--name VALUE`, at most once.
    case option
    /// `--name VALUE`, any number of times.
    case repeatableOption
    /// A value without a name, by its position.
    case operand(Arity)
  }

  /// How many values an operand takes.
  enum Arity: Hashable, Sendable {
    /// Exactly one.
    case one
    /// One or none.
    case optional
    /// None, one or more.
    case any
    /// At least one.
    case some
  }

  /// The part it plays.
  var role: Role
  /// The name without its dashes; for an operand the placeholder.
  var name: String
  /// What stands for the value in help; empty for a flag.
  var placeholder: String
  /// What it does, in a phrase.
  var help: String
  /// What holds when it isn't given, as it would be given.
  var defaultText: String?
  /// What a shell can offer for the value.
  var candidates: Candidates = .none

  /// Whether it is an operand.
  var isOperand: Bool { if case .operand = role { true } else { false } }
  /// Whether a value belongs to it.
  var takesValue: Bool { role != .flag }

  /// How it is spelt: `--loss P`, `--json`, `FILE…`.
  var spelling: String {
    switch role {
    case .flag: "--\(name)"
    case .option, .repeatableOption: "--\(name) \(placeholder)"
    case .operand(.one): placeholder
    case .operand(.optional): "[\(placeholder)]"
    case .operand(.any): "[\(placeholder)…]"
    case .operand(.some): "\(placeholder)…"
    }
  }

  /// The help with what else there is to say: the default, and that it may be repeated.
  var fullHelp: String {
    var notes: [String] = []
    if role == .repeatableOption { notes.append("repeatable") }
    if let defaultText { notes.append("default: \(defaultText)") }
    return notes.isEmpty ? help : "\(help) (\(notes.joined(separator: "; ")))"
  }
}
