@testable import WitanCommand

/// A call of a program without a process: what it printed where, and how it ended.
struct Session {
  let code: ExitCode
  let output: String
  let errors: String

  /// Calls `witan`, or another program.
  init(
    _ arguments: String..., program: Program = .witan, outputIsTerminal: Bool = false,
    refusesColor: Bool = false
  ) {
    let output = MemorySink()
    let errors = MemorySink()
    let surroundings = Surroundings(
      output: output, errors: errors, outputIsTerminal: outputIsTerminal,
      refusesColor: refusesColor)
    self.code = program.run(arguments, in: surroundings)
    self.output = output.text
    self.errors = errors.text
  }
}
