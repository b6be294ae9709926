import WitanDraw

/// Something to fuzz: bytes go in, and checks say what is wrong with what they led to.
///
/// ```
/// bytes ──▶ a case ──▶ what is checked ──▶ nothing, or a finding
///             │                    └──────▶ traces: the states that were reached
///             └ read as a format, or drawn: then each byte is part of a choice
/// ```
///
/// It knows nothing of whoever makes the bytes: a fuzzer, a folder of past findings, or a test.
public struct FuzzTarget: Sendable {
  /// What became of an input.
  public enum Outcome: Equatable, Sendable {
    /// Nothing is wrong.
    case sound
    /// The bytes make no case, so that nothing was checked and nothing should be made of them.
    case unfit
    /// Something is wrong.
    case found(Finding)
  }

  /// Its name, as folders and programs have it.
  public let name: String
  /// What it attacks, in a sentence.
  public let sentence: String
  /// Words that inputs are made of, where a fuzzer wouldn't come by them soon.
  public let dictionary: [[UInt8]]
  private let input: Input

  private enum Input: Sendable {
    case bytes(@Sendable ([UInt8]) throws(Finding) -> Bool)
    case choices(any DrawnCase.Type)
  }

  /// A target that reads bytes as they are; the check says whether they were a case at all.
  public init(
    _ name: String, _ sentence: String, dictionary: [[UInt8]] = [],
    check: @escaping @Sendable ([UInt8]) throws(Finding) -> Bool
  ) {
    self.name = name
    self.sentence = sentence
    self.dictionary = dictionary
    input = .bytes(check)
  }

  /// A target whose cases are drawn.
  public init(_ name: String, _ sentence: String, drawing type: any DrawnCase.Type) {
    self.name = name
    self.sentence = sentence
    dictionary = []
    input = .choices(type)
  }

  /// Whether bytes are choices, so that ``ChoiceMutator`` knows what to change.
  public var isDrawn: Bool { if case .choices = input { true } else { false } }

  /// Checks what these bytes lead to.
  public func run(_ bytes: [UInt8], noting traces: inout Traces) -> Outcome {
    do throws(Finding) {
      switch input {
      case .bytes(let check): return try check(bytes) ? .sound : .unfit
      case .choices(let type):
        var draw = Draw(bytes: bytes)
        guard let drawn = type.init(drawing: &draw) else { return .unfit }
        try drawn.check(&traces)
        return .sound
      }
    } catch { return .found(error) }
  }

  /// Checks what these bytes lead to, and remembers no states.
  public func run(_ bytes: [UInt8]) -> Outcome {
    var traces = Traces()
    return run(bytes, noting: &traces)
  }

  /// The case that these bytes make, for people; nil where they make none, or where they are the case.
  public func description(of bytes: [UInt8]) -> String? {
    guard case .choices(let type) = input else { return nil }
    var draw = Draw(bytes: bytes)
    return type.init(drawing: &draw)?.description
  }

  /// What changes these bytes choice by choice; nil where they aren't choices.
  public var mutator: ChoiceMutator? {
    guard case .choices(let type) = input else { return nil }
    return ChoiceMutator { draw in _ = type.init(drawing: &draw) }
  }

  /// The smallest bytes found that have a finding of the same kind, by the shrinker that properties use; nil where bytes
  /// aren't choices, or have no finding.
  public func shrunk(_ bytes: [UInt8], budget: Int) -> [UInt8]? {
    guard case .choices(let type) = input, case .found(let finding) = run(bytes) else {
      return nil
    }
    func outcome(_ choices: Choices) -> Shrinker<String>.Outcome {
      var draw = Draw(replaying: choices)
      guard let drawn = type.init(drawing: &draw), let recording = draw.recording else {
        return .passed
      }
      var traces = Traces()
      do throws(Finding) { try drawn.check(&traces) } catch {
        return .failed(error.kind, recording)
      }
      return .passed
    }
    var draw = Draw(bytes: bytes)
    _ = type.init(drawing: &draw)
    guard let recording = draw.recording else { return nil }
    var shrinker = Shrinker(recording, failure: finding.kind, budget: budget, run: outcome)
    shrinker.shrink()
    return ChoiceMutator.bytes(of: shrinker.best)
  }
}

/// A case whose every part was chosen: bytes that are choices are always one, and bytes that differ little are cases that
/// differ little.
public protocol DrawnCase: CustomStringConvertible, SendableMetatype {
  /// Draws a case, doing nothing with it yet; nil where what was drawn is none worth the time.
  init?(drawing draw: inout Draw)

  /// Does what the case says, notes the states that are reached, and throws what is wrong.
  func check(_ traces: inout Traces) throws(Finding)
}

/// Something that must not be, and is.
public struct Finding: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of thing: what stays the same when the case is made smaller.
  public let kind: String
  /// What exactly, for people.
  public let detail: String

  /// A finding.
  public init(_ kind: String, _ detail: String) {
    self.kind = kind
    self.detail = detail
  }

  /// Kind and detail.
  public var description: String { "\(kind): \(detail)" }
}

/// The states that an input reached, as numbers: what is new among them is worth keeping an input for, though all of the
/// code that leads there was run before.
public struct Traces: Sendable {
  /// The states, each once, in the order in which they were reached.
  public private(set) var states: [UInt64] = []
  private var known: Set<UInt64> = []

  /// None yet.
  public init() {}

  /// Notes a state.
  public mutating func note(_ state: UInt64) {
    if known.insert(state).inserted { states.append(state) }
  }
}

/// Throws unless something holds.
func expect(_ condition: Bool, _ kind: String, _ detail: @autoclosure () -> String) throws(Finding)
{
  guard condition else { throw Finding(kind, detail()) }
}
