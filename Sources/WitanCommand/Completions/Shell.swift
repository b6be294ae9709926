/// The shells that can complete a command line of ours.
enum Shell: String, CaseIterable, Sendable {
  /// The GNU one.
  case bash
  /// The Z shell.
  case zsh
  /// The friendly one.
  case fish

  /// The script that teaches this shell all commands of the program that `root` describes.
  func script(for root: CommandSyntax) -> String {
    switch self {
    case .bash: BashCompletion(root: root).script
    case .zsh: ZshCompletion(root: root).script
    case .fish: FishCompletion(root: root).script
    }
  }
}

extension CommandSyntax {
  /// Everything with a name that may stand on this command's line.
  var allOptions: [ParameterSyntax] { options + shared }

  /// The words that call it, without the program's own name.
  var words: String { path.dropFirst().joined(separator: " ") }
}

extension Candidates {
  /// The words there are, of a program that `root` describes.
  func words(in root: CommandSyntax) -> [Candidate] {
    switch self {
    case .none, .files: []
    case .words(let words): words
    case .commands: root.subcommands.map { Candidate($0.name, meaning: $0.summary) }
    }
  }
}

extension String {
  /// The text between single quotes, as bash and zsh read it.
  var shellQuoted: String {
    "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
