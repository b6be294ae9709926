import Testing

/// How a case failed.
public struct Failure: Error, Hashable, Sendable, Codable, CustomStringConvertible {
  /// In which way.
  public enum Kind: String, Hashable, Sendable, Codable {
    /// An expectation wasn't met.
    case expectation
    /// An error was thrown.
    case error
    /// The process trapped.
    case trap
    /// The case didn't end.
    case hang
    /// It failed once, and not again with the same choices, or made others.
    case flaky
    /// The property as a whole isn't in order: what it covers, or how it draws.
    case coverage, health
    /// A saved case no longer means anything.
    case stale
  }

  /// In which way.
  public var kind: Kind
  /// What makes two failures the same one, though they say other things: where it was, or the kind of error.
  public var identity: String
  /// What was wrong.
  public var message: String
  /// Where, if that is known.
  public var place: Place?

  /// A place in the source.
  public struct Place: Hashable, Sendable, Codable {
    /// The module and the file.
    public var fileID: String
    /// The path of the file.
    public var filePath: String
    /// The line, counted from one.
    public var line: Int
    /// The column, counted from one.
    public var column: Int

    init(_ location: SourceLocation) {
      fileID = location.fileID
      filePath = location.filePath
      line = location.line
      column = location.column
    }

    /// The place as Swift Testing has it.
    public var location: SourceLocation {
      SourceLocation(fileID: fileID, filePath: filePath, line: line, column: column)
    }
  }

  /// Whether two failures are the same one.
  public static func == (one: Failure, other: Failure) -> Bool {
    one.kind == other.kind && one.identity == other.identity
  }

  /// Hashes what makes failures the same one.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(identity)
  }

  /// What was wrong.
  public var description: String { message }
}

extension Failure {
  /// An expectation that wasn't met here.
  init(expectation message: String, at location: SourceLocation) {
    self.init(
      kind: .expectation, identity: "\(location.fileID):\(location.line):\(location.column)",
      message: message, place: Place(location))
  }

  /// An error that a case threw. Two of one type, and of one case where it is an enumeration, are the same.
  init(_ error: any Error) {
    if let failure = error as? Failure {
      self = failure
      return
    }
    let mirror = Mirror(reflecting: error)
    var name = String(reflecting: type(of: error))
    if mirror.displayStyle == .enum {
      name += "." + (mirror.children.first?.label ?? "\(error)")
    }
    self.init(kind: .error, identity: name, message: "threw \(name): \(error)", place: nil)
  }

  /// A case that didn't end within so many milliseconds.
  init(hangingFor milliseconds: Int32) {
    self.init(
      kind: .hang, identity: "hang", message: "didn't end within \(milliseconds) ms", place: nil)
  }

  /// A signal that ended a process, with what it had printed on its way out.
  init(signal: Int32, printed: String = "") {
    let names: [Int32: String] = [
      4: "illegal instruction", 5: "trap", 6: "abort", 7: "bus error", 8: "arithmetic fault",
      11: "segmentation fault",
    ]
    let said = printed.split(separator: "\n").map(String.init)
      .last { $0.contains("Fatal error") || $0.contains("failed") }
    let name = names[signal] ?? "signal \(signal)"
    // The file and the line come before the message, which may name values.
    let identity = said?.split(separator: ": ").first.map(String.init) ?? name
    self.init(
      kind: .trap, identity: identity, message: "trapped: \(said ?? name)", place: nil)
  }
}

/// Fails the case unless this holds.
///
/// Swift Testing's `#expect` and `#require` do as well in a property. This one ends the case at once, costs
/// nothing while it holds, and needs no test around it.
public func expect(
  _ condition: Bool, _ message: @autoclosure () -> String = "expectation not met",
  sourceLocation: SourceLocation = #_sourceLocation
) throws(Failure) {
  if !condition { throw Failure(expectation: message(), at: sourceLocation) }
}

/// Fails the case unless the two are equal, and says what they are.
public func expectEqual<Value: Equatable>(
  _ one: Value, _ other: Value, _ message: @autoclosure () -> String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) throws(Failure) {
  guard one != other else { return }
  let said = message()
  throw Failure(
    expectation: "\(swiftLiteral(one)) is not \(swiftLiteral(other))"
      + (said.isEmpty ? "" : ": \(said)"),
    at: sourceLocation)
}
