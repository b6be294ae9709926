/// When to colour what is printed.
enum ColorChoice: String, CaseIterable, Sendable {
  /// Never.
  case never
  /// On a terminal, unless the environment says `NO_COLOR`.
  case auto
  /// Always, wherever the output goes.
  case always
}

/// The options that every command has.
struct SharedOptions: Hashable, Sendable {
  /// Whether standard output is for programs.
  var json = false
  /// When to colour.
  var color = ColorChoice.auto

  /// How they are given.
  static let parameters: [Parameter<SharedOptions>] = [
    .flag("json", \.json, "print JSON and nothing else"),
    .option("color", \.color, .oneOf(placeholder: "WHEN"), "colour: never, auto or always"),
  ]

  /// Help is known to the parser itself.
  static let help = ParameterSyntax(
    role: .flag, name: "help", placeholder: "", help: "show this help")
}
