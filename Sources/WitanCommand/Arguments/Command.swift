/// A command: how it is called, and what it does then.
///
/// It is written as a description bound to a struct of options, whose initial values are the defaults:
///
/// ```swift
/// Command(
///   "greet", .learn, "say hello", options: GreetOptions(),
///   parameters: [.option("name", \.name, .text("NAME"), "whom to greet")],
///   examples: [Example("witan greet --name Ada", "greets Ada"), …]
/// ) { options, output in
///   output.line("Hello, \(options.name)!")
///   return .success
/// }
/// ```
struct Command: Sendable {
  /// What one call of a command asks for, once its arguments are understood.
  struct Call: Sendable {
    /// The options that every command has.
    var shared: SharedOptions
    /// Does what was asked.
    var body: @Sendable (Output) throws -> ExitCode
  }

  /// The word that calls it.
  let name: String
  /// The commands below it.
  let subcommands: [Command]
  /// Understands its arguments; nothing where a command has no meaning without one of those below it.
  let parse: (@Sendable ([String], SharedOptions) throws(UsageError) -> Call)?
  /// Describes it, given the words before its own.
  let describe: @Sendable (_ parent: [String]) -> CommandSyntax

  /// A command that does something.
  init<Options: Sendable>(
    _ name: String, _ chapter: Chapter, _ summary: String, discussion: [String] = [],
    options initial: Options, parameters: [Parameter<Options>], examples: [Example],
    subcommands: [Command] = [],
    run: @escaping @Sendable (Options, Output) throws -> ExitCode
  ) {
    self.name = name
    self.subcommands = subcommands
    self.parse = { (arguments, shared) throws(UsageError) in
      var both = Both(options: initial, shared: shared)
      let parser = ArgumentParser<Both<Options>>(
        parameters: parameters.map { $0.lifted(into: \.options) }
          + SharedOptions.parameters.map { $0.lifted(into: \.shared) })
      try parser.parse(arguments, into: &both)
      let options = both.options
      return Call(shared: both.shared) { try run(options, $0) }
    }
    self.describe = { parent in
      let path = parent + [name]
      return CommandSyntax(
        path: path, chapter: chapter, summary: summary, discussion: discussion,
        parameters: parameters.described(with: initial), shared: .shared, examples: examples,
        subcommands: subcommands.map { $0.describe(path) }, isRunnable: true)
    }
  }

  /// A command that only holds others.
  init(
    _ name: String, _ chapter: Chapter, _ summary: String, discussion: [String] = [],
    examples: [Example], subcommands: [Command]
  ) {
    self.name = name
    self.subcommands = subcommands
    self.parse = nil
    self.describe = { parent in
      let path = parent + [name]
      return CommandSyntax(
        path: path, chapter: chapter, summary: summary, discussion: discussion, parameters: [],
        shared: .shared, examples: examples, subcommands: subcommands.map { $0.describe(path) },
        isRunnable: false)
    }
  }

  private struct Both<Options: Sendable>: Sendable {
    var options: Options
    var shared: SharedOptions
  }
}

extension [ParameterSyntax] {
  /// The options that every command has, and help.
  static var shared: [ParameterSyntax] {
    SharedOptions.parameters.described(with: SharedOptions()) + [SharedOptions.help]
  }
}

extension Array {
  /// What people and shells need to know of these parameters, with the defaults.
  func described<Root>(with initial: Root) -> [ParameterSyntax] where Element == Parameter<Root> {
    map { parameter in
      var syntax = parameter.syntax
      syntax.defaultText = parameter.defaultText(initial)
      return syntax
    }
  }
}
