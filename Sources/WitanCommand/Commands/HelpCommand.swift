/// `witan help`: the overview, or one command's page.
enum HelpCommand {
  /// How it is called.
  struct Options: Hashable, Sendable {
    /// The words that call the command to explain; none for the overview.
    var path: [String] = []
  }

  /// The command.
  static let command: Command = Command(
    "help", .learn, "explain a command, or list them all",
    options: Options(),
    parameters: [
      .operands(\.path, .commandName, atLeastOne: false, "the command to explain")
    ],
    examples: [
      Example("witan help", "lists all commands"),
      Example("witan help simulate", "explains one of them"),
    ]
  ) { options, output in
    var syntax = Program.witan.syntax
    for word in options.path {
      guard let next = syntax.subcommands.first(where: { $0.name == word }) else {
        throw UsageError.unknownCommand(word, among: syntax.subcommands.map(\.name))
      }
      syntax = next
    }
    HelpPage(syntax).print(to: output)
    return .success
  }
}

extension ValueKind where Value == String {
  /// The name of a command.
  fileprivate static var commandName: ValueKind {
    var kind = ValueKind.text("COMMAND")
    kind.candidates = .commands
    return kind
  }
}
