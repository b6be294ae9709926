import Witan

/// Something that must never happen, and did.
public struct Violation: Equatable, Sendable {
  /// What kind of thing.
  public enum Kind: String, CaseIterable, Sendable {
    /// Two blocks at one sequence.
    case fork
    /// A sequence was left out, or executed again in one life.
    case order
    /// A block doesn't follow the one before it.
    case chain
    /// What was executed wasn't asked, wasn't signed, or isn't a block that may be agreed on.
    case invalid
    /// A block was executed that too few correct members had found valid.
    case unvouched
    /// A request ran twice, or ran though it mustn't, or didn't though it must.
    case sessions
    /// A certificate doesn't certify.
    case certificate
    /// A state isn't the one that the agreed order leads to.
    case state
    /// A replica said what contradicts what it said before.
    case contradiction
    /// A correct replica stands convicted.
    case falseEvidence = "false-evidence"
    /// The order broke, and too few are convicted of it.
    case unaccountable
    /// What clients got can't be explained by any order.
    case linearisability
    /// A replica holds more than its parameters allow.
    case memory
    /// A replica's own state is broken.
    case invariant
    /// What must happen didn't.
    case liveness

    /// Whether something went wrong, and not just too slowly.
    public var isSafety: Bool { self != .liveness }
  }

  /// What kind of thing.
  public let kind: Kind
  /// Where: a machine, or a client, which are counted after the machines.
  public let node: Int
  /// At which sequence; zero where none is meant.
  public let sequence: SequenceNumber
  /// What, for people.
  public let detail: String
  /// When.
  public let time: Micros

  /// A violation.
  public init(kind: Kind, node: Int, sequence: SequenceNumber, detail: String, time: Micros) {
    self.kind = kind
    self.node = node
    self.sequence = sequence
    self.detail = detail
    self.time = time
  }
}

extension Violation: CustomStringConvertible {
  /// Kind, place and time, and what happened: `fork at r2, #7, 120ms: …`.
  public var description: String {
    let place = sequence == 0 ? "" : ", #\(sequence)"
    return "\(kind.rawValue) at node \(node)\(place), \(time): \(detail)"
  }
}

/// The violations a checker found: the first ones, and how many there were.
public struct Findings: Sendable {
  /// The first ones, in the order in which they were found.
  public private(set) var violations: [Violation] = []
  /// How many there were.
  public private(set) var count = 0

  /// What is broken once is often broken ever after; the first few tell why.
  static let limit = 64

  mutating func add(
    _ kind: Violation.Kind, at happening: Happening, _ sequence: SequenceNumber = 0,
    detail: @autoclosure () -> String
  ) {
    add(kind, node: happening.node, time: happening.time, sequence, detail: detail())
  }

  mutating func add(
    _ kind: Violation.Kind, node: Int, time: Micros, _ sequence: SequenceNumber = 0,
    detail: @autoclosure () -> String
  ) {
    count += 1
    guard violations.count < Self.limit else { return }
    violations.append(
      Violation(kind: kind, node: node, sequence: sequence, detail: detail(), time: time))
  }
}
