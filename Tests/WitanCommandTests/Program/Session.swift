@testable import WitanCommand

/// A call of a program without a process: what it printed where, and how it ended.
struct Session {
  let code: ExitCode
  let output: String
  let errors: String

  /// Calls `witan`, or another program.
  init(
    _ arguments: String..., program: Program = .witan, outputIsTerminal: Bool = false,
    errorsAreTerminal: Bool = false, refusesColor: Bool = false
  ) {
    self.init(
      arguments, program, outputIsTerminal: outputIsTerminal,
      errorsAreTerminal: errorsAreTerminal, refusesColor: refusesColor)
  }

  /// Calls `witan` with the words of a line.
  init(line: String, errorsAreTerminal: Bool = false) {
    self.init(
      line.split(separator: " ").map(String.init), .witan, outputIsTerminal: false,
      errorsAreTerminal: errorsAreTerminal, refusesColor: false)
  }

  private init(
    _ arguments: [String], _ program: Program, outputIsTerminal: Bool, errorsAreTerminal: Bool,
    refusesColor: Bool
  ) {
    let output = MemorySink()
    let errors = MemorySink()
    let surroundings = Surroundings(
      output: output, errors: errors, outputIsTerminal: outputIsTerminal,
      errorsAreTerminal: errorsAreTerminal, refusesColor: refusesColor)
    self.code = program.run(arguments, in: surroundings)
    self.output = output.text
    self.errors = errors.text
  }
}
