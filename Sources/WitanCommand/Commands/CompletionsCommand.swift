/// `witan completions`: a script that teaches a shell.
enum CompletionsCommand {
  /// How it is called.
  struct Options: Hashable, Sendable {
    /// The shell to teach.
    var shell: Shell?
  }

  /// The command.
  static let command: Command = Command(
    "completions", .learn, "print a script that completes command lines in a shell",
    options: Options(),
    parameters: [
      .operand(
        \.shell, .oneOf(placeholder: "SHELL"), isRequired: true, "your shell: bash, zsh or fish")
    ],
    examples: [
      Example("source <(witan completions bash)", "completes in this session of bash"),
      Example(
        "witan completions fish > ~/.config/fish/completions/witan.fish",
        "completes in every session of fish"),
    ]
  ) { options, output in
    guard let shell = options.shell else { return .usage }
    let script = shell.script(for: Program.witan.syntax)
    output.line(String(script.dropLast()))
    output.record(["shell": .string(shell.rawValue), "script": .string(script)])
    return .success
  }
}
