/// What came of running a property.
public struct PropertyReport: Sendable, CustomStringConvertible {
  /// A case that failed, made as small as could be.
  public struct FailedCase: Sendable {
    /// How it fails.
    public var failure: Failure
    /// All that is needed to have it again; nil for what isn't about one case.
    public var choices: Choices?
    /// What it drew, in the order in which it did.
    public var drawn: [String] = []
    /// What it noted.
    public var notes: [String] = []
    /// How many cases were run to make it smaller.
    public var shrinks = 0
    /// Whether it is known to be as small as these means can make it.
    public var isMinimal = false

    /// The choices as one word.
    public var token: String? { choices?.token }
  }

  /// The property's name.
  public let title: String
  /// What saved cases know it by.
  public let key: String
  /// How many cases were run, without those that were discarded.
  public internal(set) var cases = 0
  /// How many were discarded.
  public internal(set) var discarded = 0
  /// Whether these were all cases that there are.
  public internal(set) var isExhaustive = false
  /// The seed that they follow from.
  public internal(set) var seed: UInt64
  /// The distinct failures, in the order in which they were found.
  public internal(set) var failures: [FailedCase] = []
  /// What the cases were like, a line each.
  public internal(set) var distribution: [String] = []
  /// The largest score of each name that a case reported to ``WitanDraw/Draw/maximise(_:_:)``.
  public internal(set) var bestScores: [String: Double] = [:]

  /// All of it, for people.
  public var description: String {
    ([summary] + distribution + failures.map { text(of: $0) }).joined(separator: "\n")
  }

  /// One line about the cases.
  var summary: String {
    let all = isExhaustive ? "all " : ""
    let discards = discarded > 0 ? ", \(discarded) discarded" : ""
    return "\(title): \(all)\(cases) cases\(discards)"
  }

  /// What is said about a failure: what was drawn, what was wrong, and how to have it again.
  func text(of failed: FailedCase) -> String {
    guard let token = failed.token else { return "\(title): \(failed.failure.message)" }
    let size = failed.isMinimal ? "as small as it gets" : "the smallest so far"
    var lines = ["\(title) fails (\(size), after \(failed.shrinks) cases of shrinking):"]
    lines += failed.drawn.map { "  \($0)" }
    lines += failed.notes.map { "  · \($0)" }
    lines.append("  \(failed.failure.message)")
    lines.append("Again: @Test(.replay(\"\(token)\"))")
    lines.append("Keep:  \(key): \(token)")
    return lines.joined(separator: "\n")
  }
}
