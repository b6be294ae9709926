/// How a command ended, as scripts see it.
enum ExitCode: Int32, CaseIterable, Sendable {
  /// All is well.
  case success = 0
  /// The thing that was examined is bad: a refuted claim, an invalid block, a goal that was missed.
  case bad = 1
  /// The command was asked for something it can't understand, or was given input that is malformed.
  case usage = 2
  /// Two correct replicas disagreed, or something else happened that never may.
  case safety = 3
  /// Nothing went wrong, but what had to happen didn't.
  case liveness = 4
  /// The surroundings failed: a full disk, a port that is taken, a library that is missing.
  case environment = 5
}
