import Witan

/// What a judge found.
public struct Ruling: Hashable, Sendable {
  /// How it ended.
  public enum Outcome: Hashable, Sendable {
    /// What is claimed holds.
    case proved
    /// It doesn't: an assignment satisfies what was said to be contradictory, or what was said to satisfy doesn't.
    case refuted(String)
    /// The judge couldn't tell.
    case undecided(Undecided)
    /// It wasn't judged.
    case rejected(Rejection)
  }

  /// Why a judge can't tell.
  public enum Undecided: Hashable, Sendable {
    /// The budget ran out.
    case overBudget
    /// The solver gave up.
    case incomplete
  }

  /// Why a claim isn't judged.
  public enum Rejection: Hashable, Sendable {
    /// The script isn't admitted, or makes no sense: what, and where.
    case script(String)
    /// The witness isn't one: what is wrong with it.
    case witness(String)
    /// Checking it took down the process that did, by this signal.
    case crashed(signal: Int32)
    /// Checking it took more memory than there is for one claim.
    case outOfMemory
    /// Checking it took longer than its budget ever should.
    case timedOut
    /// No process could be had that would check it.
    case unavailable(String)
  }

  /// How it ended.
  public let outcome: Outcome
  /// What it took, by Z3's resource counter.
  public let resources: UInt64
  /// What it is worth: zero unless it is proved.
  public let difficulty: UInt64

  /// A ruling on a claim of so many bytes. Difficulty is the work, and a byte counts as a unit of it: there is no
  /// pleasing the judge with a large script that is nothing to check, and nothing is free.
  public init(_ outcome: Outcome, resources: UInt64 = 0, size: Int = 0) {
    self.outcome = outcome
    self.resources = resources
    difficulty = outcome == .proved ? resources &+ UInt64(size) : 0
  }

  /// Whether what is claimed holds.
  public var isProved: Bool { outcome == .proved }

  /// Whether every judge rules so, on whatever machine: what a process died of may be the machine's fault.
  public var isReproducible: Bool {
    guard case .rejected(let reason) = outcome else { return true }
    switch reason {
    case .script, .witness: return true
    case .crashed, .outOfMemory, .timedOut, .unavailable: return false
    }
  }

  /// The most bytes of a text in a ruling.
  static let textBytes = 4_096

  static func clipped(_ text: String) -> String {
    text.utf8.count <= textBytes
      ? text : String(decoding: text.utf8.prefix(textBytes - 4), as: UTF8.self) + "…"
  }
}

extension Ruling.Outcome: CustomStringConvertible {
  /// One word for it: `proved`, `refuted`, `undecided` or `rejected`.
  public var word: String {
    switch self {
    case .proved: "proved"
    case .refuted: "refuted"
    case .undecided: "undecided"
    case .rejected: "rejected"
    }
  }

  /// Why, for people; nothing where it is proved.
  public var reason: String? {
    switch self {
    case .proved: nil
    case .refuted(let example): example
    case .undecided(.overBudget): "the budget ran out"
    case .undecided(.incomplete): "the solver gave up"
    case .rejected(let rejection): rejection.description
    }
  }

  /// The word and the reason.
  public var description: String { reason.map { "\(word): \($0)" } ?? word }
}

extension Ruling.Rejection: CustomStringConvertible {
  /// Why, for people.
  public var description: String {
    switch self {
    case .script(let problem): problem
    case .witness(let problem): "the witness: \(problem)"
    case .crashed(let signal): "checking it crashed the solver (signal \(signal))"
    case .outOfMemory: "checking it takes too much memory"
    case .timedOut: "checking it takes too long"
    case .unavailable(let problem): "it can't be checked here: \(problem)"
    }
  }
}

extension Ruling: Canonical {
  /// Writes outcome, resources and difficulty.
  public func encode(to writer: inout ByteWriter) {
    switch outcome {
    case .proved: writer.write(UInt8(0))
    case .refuted(let text): Self.write(1, text, to: &writer)
    case .undecided(.overBudget): writer.write(UInt8(2))
    case .undecided(.incomplete): writer.write(UInt8(3))
    case .rejected(.script(let text)): Self.write(4, text, to: &writer)
    case .rejected(.witness(let text)): Self.write(5, text, to: &writer)
    case .rejected(.crashed(let signal)):
      writer.write(UInt8(6))
      writer.write(UInt32(bitPattern: signal))
    case .rejected(.outOfMemory): writer.write(UInt8(7))
    case .rejected(.timedOut): writer.write(UInt8(8))
    case .rejected(.unavailable(let text)): Self.write(9, text, to: &writer)
    }
    writer.write(resources)
    writer.write(difficulty)
  }

  private static func write(_ tag: UInt8, _ text: String, to writer: inout ByteWriter) {
    writer.write(tag)
    writer.write(bytes: Array(clipped(text).utf8))
  }

  /// Reads outcome, resources and difficulty.
  public init(from reader: inout ByteReader) throws(Malformed) {
    func text() throws(Malformed) -> String {
      let bytes = try reader.readBytes("bytes of a ruling's text", limit: Self.textBytes)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw .invalid("ruling's text")
      }
      return text
    }
    switch try reader.readUInt8() {
    case 0: outcome = .proved
    case 1: outcome = .refuted(try text())
    case 2: outcome = .undecided(.overBudget)
    case 3: outcome = .undecided(.incomplete)
    case 4: outcome = .rejected(.script(try text()))
    case 5: outcome = .rejected(.witness(try text()))
    case 6: outcome = .rejected(.crashed(signal: Int32(bitPattern: try reader.readUInt32())))
    case 7: outcome = .rejected(.outOfMemory)
    case 8: outcome = .rejected(.timedOut)
    case 9: outcome = .rejected(.unavailable(try text()))
    case let tag: throw .unknownTag(tag, of: "ruling")
    }
    resources = try reader.readUInt64()
    difficulty = try reader.readUInt64()
  }
}
