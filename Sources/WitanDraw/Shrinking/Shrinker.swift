/// Makes a failing case smaller, knowing nothing of it but its choices.
///
/// ```
///   best ──▶ delete spans, clear them, lower choices, ... ──▶ candidate
///    ▲                                                           │ run
///    └──────────── failed in the same way, and smaller ◀─────────┘
/// ```
///
/// Only a case that fails in the same way replaces the best so far, and only if its choices, as they were
/// recorded when it ran, are smaller: see ``Choices``. So the best never gets worse, it can be had at any
/// time, and it follows from the first case alone: two runs that are given the same count make it equally
/// small.
public struct Shrinker<Failure: Equatable & Sendable> {
  /// What became of a case.
  public enum Outcome: Sendable {
    /// It failed like this, and these were its choices.
    case failed(Failure, Recording)
    /// It passed, or it wasn't a case at all.
    case passed
  }

  /// How the case fails: what must stay the same.
  public let failure: Failure
  /// The smallest case that was found to fail so.
  public private(set) var best: Recording
  /// How many cases were run.
  public private(set) var attempts = 0
  /// How many of them were smaller and failed in the same way.
  public private(set) var improvements = 0
  /// How many cases may be run.
  public let budget: Int
  /// Whether the smallest case was reached before the budget ran out.
  public private(set) var isFinished = false

  private let run: (Choices) -> Outcome
  private let isOutOfTime: () -> Bool
  private var seen: Set<[UInt64]> = []

  /// A shrinker for this case, which failed like this.
  ///
  /// - Parameters:
  ///   - budget: How many cases may be run.
  ///   - isOutOfTime: Asked before each; what makes it true ends the search, and the best so far stands.
  ///   - run: Runs a case and says what became of it.
  public init(
    _ recording: Recording, failure: Failure, budget: Int = 5000,
    isOutOfTime: @escaping () -> Bool = { false },
    run: @escaping (Choices) -> Outcome
  ) {
    self.failure = failure
    best = recording
    self.budget = budget
    self.isOutOfTime = isOutOfTime
    self.run = run
  }

  /// Makes the case as small as it gets, or as the budget allows.
  public mutating func shrink() {
    // Each pass is cheap where those before it have done their work; the order is from coarse to fine.
    let passes: [(inout Shrinker) -> Void] = [
      { $0.deleteChildren() }, { $0.descend() }, { $0.clearSpans() }, { $0.lowerBranches() },
      { $0.deleteRuns() }, { $0.lowerEach() }, { $0.lowerAndDelete() }, { $0.lowerEqual() },
      { $0.sortChildren() }, { $0.shiftPairs() }, { $0.trade() },
    ]
    _ = consider([])
    var before: Recording
    repeat {
      before = best
      for pass in passes where !isSpent { pass(&self) }
    } while !isSpent && best != before
    isFinished = !isSpent
  }

  /// Whether no further case may be run.
  var isSpent: Bool { attempts >= budget || isOutOfTime() }

  /// The choices of the best case.
  var values: [UInt64] { best.entries.map(\.value) }

  /// Runs these choices if they are smaller than the best; true if they take its place.
  mutating func consider(_ candidate: [UInt64]) -> Bool {
    guard !isSpent, Choices(candidate) < best.choices, seen.insert(candidate).inserted else {
      return false
    }
    attempts += 1
    guard case .failed(failure, let recording) = run(Choices(candidate)),
      recording.choices < best.choices
    else { return false }
    best = recording
    improvements += 1
    return true
  }

  /// Runs the best case's choices with a few of them changed.
  mutating func consider(_ change: (inout [UInt64]) -> Void) -> Bool {
    var candidate = values
    change(&candidate)
    return consider(candidate)
  }

  /// Finds the smallest number below this one that works, supposing that what works goes on working upwards;
  /// where that doesn't hold, a smaller number than this one, if the search comes across any.
  mutating func lower(_ start: UInt64, works: (inout Shrinker, UInt64) -> Bool) {
    for small in 0..<min(start, 4) where works(&self, small) { return }
    guard start > 4 else { return }
    var (tooLow, high) = (UInt64(3), start)
    while high >> 1 > tooLow, works(&self, high >> 1) { high >>= 1 }
    while high - tooLow > 1, !isSpent {
      let middle = tooLow + (high - tooLow) / 2
      if works(&self, middle) { high = middle } else { tooLow = middle }
    }
    // What only works for some, such as even ones or those that stand for positive ones, has a few more chances.
    var below: UInt64 = 2
    while below <= 8, high > below + 3, !isSpent {
      if works(&self, high - below) {
        high -= below
        below = 2
      } else {
        below += 1
      }
    }
  }
}
