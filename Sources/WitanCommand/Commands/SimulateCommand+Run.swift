extension SimulateCommand {
  /// Runs the cluster and gives an account of it.
  static func run(_ options: SimulateOptions, output: Output) throws -> ExitCode {
    throw EnvironmentError(
      "this build has no simulator", remedy: "use a version that does")
  }
}
