import Glibc

/// What a command finds around it: where its output goes and what those places can show.
struct Surroundings {
  /// Standard output.
  var output: any TextSink
  /// Standard error.
  var errors: any TextSink
  /// Whether standard output is a terminal.
  var outputIsTerminal = false
  /// Whether standard error is a terminal.
  var errorsAreTerminal = false
  /// Whether the environment asks for no colour, by `NO_COLOR` or because the terminal is dumb.
  var refusesColor = false
  /// The time in nanoseconds on a clock that never steps back.
  var now: () -> UInt64 = { 0 }

  /// The surroundings of this process.
  static func ofProcess() -> Surroundings {
    let noColor = variable("NO_COLOR").map { !$0.isEmpty } ?? false
    return Surroundings(
      output: DescriptorSink(STDOUT_FILENO, named: "standard output"),
      errors: DescriptorSink(STDERR_FILENO, named: "standard error"),
      outputIsTerminal: isatty(STDOUT_FILENO) == 1,
      errorsAreTerminal: isatty(STDERR_FILENO) == 1,
      refusesColor: noColor || variable("TERM") == "dumb",
      now: { Clock.wall.nanoseconds })
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Whether to colour what goes to a place.
  func allowsColor(_ choice: ColorChoice, terminal: Bool) -> Bool {
    switch choice {
    case .never: false
    case .always: true
    case .auto: terminal && !refusesColor
    }
  }
}
