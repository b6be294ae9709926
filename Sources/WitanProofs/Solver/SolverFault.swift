/// What the solver refused to do, or couldn't.
public enum SolverFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text isn't well-sorted, or uses what nobody declared; the line is the script's own where it is known.
  case illFormed(String, line: Int?)
  /// The solver had no memory left.
  case outOfMemory
  /// The solver failed in some other way.
  case failed(String)

  /// What is wrong, for people.
  public var description: String {
    switch self {
    case .illFormed(let message, let line?): "line \(line): \(message)"
    case .illFormed(let message, nil): message
    case .outOfMemory: "the solver ran out of memory"
    case .failed(let message): "the solver failed: \(message)"
    }
  }
}
