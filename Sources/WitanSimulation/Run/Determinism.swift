import Witan

/// Whether a run does the same again: two of one seed are run side by side, and their logs compared entry by entry.
public struct Determinism: Sendable {
  /// The first entry in which two runs of one seed differ.
  public struct Divergence: Equatable, Sendable, CustomStringConvertible {
    /// How many entries were the same.
    public let index: UInt64
    /// The entry after those in the first run; nil if it ended.
    public let first: Account.Line?
    /// The same in the second.
    public let second: Account.Line?

    /// Both entries, for people.
    public var description: String {
      func text(_ line: Account.Line?) -> String { line.map { "\($0)" } ?? "nothing" }
      return "after \(index) equal entries: \(text(first)), but again: \(text(second))"
    }
  }

  /// The first difference; nil when there is none.
  public private(set) var divergence: Divergence?
  /// How many entries were compared.
  public private(set) var entries: UInt64 = 0

  /// Runs twice what a configuration says, until a moment or until both have no more to do.
  ///
  /// `prepare` is called for each of the two runs before anything happens: it lets adversaries in.
  public init(
    of configuration: Cluster.Configuration, blocks: UInt64, load: Run.Load = Run.Load(),
    until limit: Micros, prepare: (inout Run) -> Void = { _ in }
  ) throws {
    var configuration = configuration
    configuration.keepsAccount = true
    configuration.keepsLog = true
    var first = try Run(configuration, blocks: blocks, load: load)
    var second = try Run(configuration, blocks: blocks, load: load)
    prepare(&first)
    prepare(&second)
    var isRunning = true
    while isRunning, first.cluster.now < limit, !compare(&first, &second) {
      let steps = (first.step(), second.step())
      isRunning = steps.0 || steps.1
      if first.cluster.now != second.cluster.now { isRunning = false }
    }
    _ = compare(&first, &second)
    if divergence == nil, first.cluster.account.digest != second.cluster.account.digest {
      divergence = Divergence(index: entries, first: nil, second: nil)
    }
  }

  /// Compares what two runs wrote into their logs since the last time; whether it differs.
  private mutating func compare(_ first: inout Run, _ second: inout Run) -> Bool {
    guard divergence == nil else { return true }
    let (left, right) = (first.cluster.account.takeLines(), second.cluster.account.takeLines())
    for index in 0..<max(left.count, right.count) {
      let pair = (
        left.indices.contains(index) ? left[index] : nil,
        right.indices.contains(index) ? right[index] : nil
      )
      guard pair.0 == pair.1 else {
        divergence = Divergence(index: entries, first: pair.0, second: pair.1)
        return true
      }
      entries += 1
    }
    return false
  }
}
