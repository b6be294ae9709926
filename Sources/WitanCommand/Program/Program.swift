import WitanSimulation

/// The whole command line: commands, and what surrounds every call of one.
struct Program: Sendable {
  /// The word that calls it.
  let name: String
  /// What it is, in one line.
  let summary: String
  /// Which version it is.
  let version: String
  /// What it can do.
  let commands: [Command]

  /// Itself, described as the command above all others.
  var syntax: CommandSyntax {
    CommandSyntax(
      path: [name], chapter: .learn, summary: summary, discussion: [],
      parameters: Front.parameters.described(with: Front()),
      shared: .shared,
      examples: [
        Example("\(name) help simulate", "how to call one command"),
        Example("\(name) simulate --json", "what it says, for a program"),
      ],
      subcommands: commands.map { $0.describe([name]) }, isRunnable: true)
  }

  /// Does what the arguments ask for, and says how it ended.
  func run(_ arguments: [String], in surroundings: Surroundings) -> ExitCode {
    let code = answer(arguments, in: surroundings)
    surroundings.output.flush()
    // Output that got lost is a failure whatever else happened: a full disk must not look like success.
    guard let failure = surroundings.output.failure else { return code }
    return complain(Complaint(failure, by: name), .environment, in: surroundings)
  }

  private func answer(_ arguments: [String], in surroundings: Surroundings) -> ExitCode {
    var path = [name]
    do {
      let task = try resolve(arguments, &path)
      let output = Output(of: path.joined(separator: " "), task.shared, in: surroundings)
      return try task.body(output)
    } catch let error as UsageError {
      let call = path.joined(separator: " ")
      let complaint = Complaint(error, by: call, pointer: "try \(call) --help")
      return complain(complaint, .usage, in: surroundings)
    } catch let error as EnvironmentError {
      let complaint = Complaint(error, by: path.joined(separator: " "))
      return complain(complaint, .environment, in: surroundings)
    } catch {
      let unexpected = EnvironmentError(
        "unexpected failure: \(error)", remedy: "this is a fault worth reporting")
      let complaint = Complaint(unexpected, by: path.joined(separator: " "))
      return complain(complaint, .environment, in: surroundings)
    }
  }

  private func complain(
    _ complaint: Complaint, _ code: ExitCode, in surroundings: Surroundings
  ) -> ExitCode {
    surroundings.output.flush()
    surroundings.errors.write(complaint.text)
    surroundings.errors.flush()
    return code
  }
}

extension Program {
  /// Finds out what the arguments ask for. `path` grows by every command on the way, so that an error knows
  /// whose it is.
  func resolve(_ arguments: [String], _ path: inout [String]) throws(UsageError) -> Command.Call {
    var rest = arguments[...]
    let front = try takeFront(&rest)
    if front.version { return Command.Call(shared: front.shared, body: sayVersion) }
    let isNamed = rest.first != nil && rest.first != "--help" && rest.first != "-h"
    guard isNamed else { return page(of: path, front.shared) }

    var level = commands
    var current: Command?
    while let word = rest.first, let next = level.first(where: { $0.name == word }) {
      rest.removeFirst()
      path.append(word)
      current = next
      level = next.subcommands
    }
    guard let current else { throw .unknownCommand(rest.first ?? "", among: commands.map(\.name)) }
    let asksForHelp = ArgumentParser<SharedOptions>.asksForHelp(Array(rest))
    if asksForHelp { return page(of: path, front.shared) }
    guard let parse = current.parse else {
      guard let word = rest.first else {
        let names = current.subcommands.map(\.name).listed(by: "or")
        throw UsageError("a command is missing", remedy: "give \(names)")
      }
      throw .unknownCommand(word, among: current.subcommands.map(\.name))
    }
    return try parse(Array(rest), front.shared)
  }

  /// What may stand before the name of a command, besides what every command has.
  private struct Front: Sendable {
    var shared = SharedOptions()
    var version = false

    static let parameters: [Parameter<Front>] = [
      .flag("version", \.version, "say which version this is")
    ]
  }

  /// The options that stand before the name of a command.
  private func takeFront(_ rest: inout ArraySlice<String>) throws(UsageError) -> Front {
    let parser = ArgumentParser<Front>(
      parameters: SharedOptions.parameters.map { $0.lifted(into: \.shared) } + Front.parameters)
    let valued = SharedOptions.parameters.map(\.syntax).filter(\.takesValue).map { "--\($0.name)" }
    var options: [String] = []
    while let word = rest.first, word.hasPrefix("-"), word != "--help", word != "-h" {
      options.append(word)
      rest.removeFirst()
      if valued.contains(word), let value = rest.popFirst() { options.append(value) }
    }
    var front = Front()
    try parser.parse(options, into: &front)
    return front
  }

  private func page(of path: [String], _ shared: SharedOptions) -> Command.Call {
    Command.Call(shared: shared) { output in
      guard let syntax = syntax.tree.first(where: { $0.path == path }) else { return .usage }
      HelpPage(syntax).print(to: output)
      return .success
    }
  }

  private func sayVersion(_ output: Output) -> ExitCode {
    output.line("\(name) \(version)")
    output.record(["name": .string(name), "version": .string(version)])
    return .success
  }
}

extension UsageError {
  /// A word that calls none of the commands there are.
  static func unknownCommand(_ word: String, among names: [String]) -> UsageError {
    let problem = "there is no command \(word.quoted)"
    if let guess = Suggestion.nearest(to: word, among: names) {
      return UsageError(problem, remedy: "did you mean \(guess)?")
    }
    return UsageError(problem, remedy: "give \(names.listed(by: "or"))")
  }
}
