import Synchronization
import Testing

/// Where the choices of a case come from.
enum Feed: Codable, Sendable, Hashable {
  /// A seed.
  case seed(UInt64)
  /// A case that was had before.
  case choices(Choices)
  /// The beginning of one, and then a seed.
  case branch(Choices, UInt64)
  /// A fuzzer.
  case bytes([UInt8])

  func draw(limit: Int) -> Draw {
    switch self {
    case .seed(let seed): Draw(recording: seed, limit: limit)
    case .choices(let choices): Draw(replaying: choices, limit: limit)
    case .branch(let choices, let seed): Draw(replaying: choices, thenSeed: seed, limit: limit)
    case .bytes(let bytes): Draw(bytes: bytes, limit: limit)
    }
  }
}

/// What became of a case.
struct CaseResult: Codable, Sendable {
  /// How it ended.
  enum Ending: Codable, Sendable {
    case passed, discarded
    case failed(Failure)
  }

  var ending: Ending
  var recording: Recording
  var log: CaseLog.Content
  var seconds: Double
  /// What it was fed, where it took its process down before it could say what it had chosen.
  var unrecorded: Feed?

  var failure: Failure? {
    if case .failed(let failure) = ending { failure } else { nil }
  }
  var isDiscarded: Bool {
    if case .discarded = ending { true } else { false }
  }
  /// What the shrinker sees.
  var outcome: Shrinker<Failure>.Outcome {
    failure.map { .failed($0, recording) } ?? .passed
  }
}

/// What a property is made of.
typealias Body = @Sendable (inout Draw) async throws -> Void

/// One case, before, while and after it runs.
final class Attempt: Sendable {
  let feed: Feed
  let log: CaseLog
  private let draw: Draw
  private let start = Mutex<ContinuousClock.Instant?>(nil)
  private let ended = Mutex<CaseResult?>(nil)

  init(_ feed: Feed, isExplaining: Bool = false, limit: Int) {
    self.feed = feed
    log = CaseLog(isExplaining: isExplaining)
    draw = feed.draw(limit: limit)
    draw.companion = log
  }

  /// What became of it; nil until it has ended.
  var result: CaseResult? { ended.withLock { $0 } }

  func run(_ body: Body) async {
    var draw = draw
    start.withLock { $0 = .now }
    do {
      try await body(&draw)
      end(log.all.failures.first.map { .failed($0) } ?? .passed)
    } catch {
      // What `#require` throws was recorded as an issue before.
      if let failure = log.all.failures.first {
        end(.failed(failure))
      } else {
        end(error is Discard ? .discarded : .failed(Failure(error)))
      }
    }
  }

  /// Says how it ended. Where a thread was lost in a trap, others say so in its place.
  func end(_ ending: CaseResult.Ending) {
    let began = start.withLock { $0 } ?? .now
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    let result = CaseResult(
      ending: ending, recording: draw.recording ?? Recording(), log: log.all, seconds: seconds)
    ended.withLock { $0 = result }
  }
}
