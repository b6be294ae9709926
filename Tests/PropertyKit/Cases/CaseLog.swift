import Synchronization
import Testing

/// What a case says about itself while it runs.
final class CaseLog: Sendable {
  /// What is said.
  struct Content: Codable, Sendable {
    /// What the case is one of.
    var labels: Set<String> = []
    /// What is required of the share of cases that are like something, and whether this one is.
    var covers: [String: Cover] = [:]
    /// Values of which the distribution is wanted.
    var collected: [String: [String]] = [:]
    /// What is to be made as large as may be.
    var scores: [String: Double] = [:]
    /// What was drawn, for the report.
    var drawn: [String] = []
    /// What else there is to say, for the report.
    var notes: [String] = []
    /// The expectations that weren't met.
    var failures: [Failure] = []
    fileprivate var depth = 0
  }

  /// A required share.
  struct Cover: Codable, Sendable {
    var share: Double
    var isMet: Bool
  }

  private let content = Mutex(Content())
  /// Whether values are written down for people to read.
  let isExplaining: Bool

  /// Where the case runs, if it does so on a lane.
  let lane = Mutex<Lane?>(nil)

  init(isExplaining: Bool) { self.isExplaining = isExplaining }

  var all: Content { content.withLock { $0 } }

  func update(_ change: (inout sending Content) -> Void) {
    content.withLock { change(&$0) }
  }

  func record(_ issue: Issue) {
    let failure: Failure
    if let error = issue.error {
      failure = Failure(error)
    } else if let location = issue.sourceLocation {
      let text = "\(issue)".replacing(" (error)", with: "")
      failure = Failure(expectation: text, at: location)
    } else {
      failure = Failure(kind: .expectation, identity: "\(issue.kind)", message: "\(issue)")
    }
    update { $0.failures.append(failure) }
  }

  // MARK: - What was drawn

  func enter() { update { $0.depth += 1 } }
  func leave() { update { $0.depth -= 1 } }

  /// Writes down what a property drew itself, but not what that was made of.
  func noteDrawn(_ name: String?, _ value: some Any) {
    guard isExplaining else { return }
    let text = swiftLiteral(value)
    update { content in
      guard content.depth == 1 else { return }
      content.drawn.append("\(name ?? "draw \(content.drawn.count + 1)") = \(text)")
    }
  }
}

/// What a case tells about itself. Each of these does nothing in a draw that no property made.
extension Draw {
  private var log: CaseLog? { companion as? CaseLog }

  /// Counts the case among those of this name; the report says how many there were.
  public func label(_ name: String) { log?.update { $0.labels.insert(name) } }

  /// Counts the case among those of this name if it is one.
  public func classify(_ isSo: Bool, _ name: String) {
    if isSo { label(name) }
  }

  /// Adds a value to a distribution, which the report prints.
  public func collect(_ name: String, _ value: some Any) {
    guard let log else { return }
    let text = "\(value)"
    log.update { $0.collected[name, default: []].append(text) }
  }

  /// Requires that at least this share of the cases is like that. The property fails when it is as good as
  /// certain that fewer are; while it isn't certain either way, more cases are run.
  public func cover(atLeast share: Double, _ name: String, when isSo: Bool) {
    log?.update { content in
      let isMet = isSo || content.covers[name]?.isMet == true
      content.covers[name] = .init(share: share, isMet: isMet)
    }
  }

  /// Makes the search look for cases in which this is larger: what is nearly wrong, long, or full.
  public func maximise(_ score: Double, _ name: String = "score") {
    guard score.isFinite else { return }
    log?.update { $0.scores[name] = max($0.scores[name] ?? score, score) }
  }

  /// Says something that the report of a failure repeats.
  public func note(_ text: @autoclosure () -> String) {
    guard let log, log.isExplaining else { return }
    let text = text()
    log.update { $0.notes.append(text) }
  }
}
