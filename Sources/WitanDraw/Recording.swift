/// What was chosen in one case, and how it belongs together.
public struct Recording: Hashable, Sendable, Codable {
  /// One choice.
  public struct Entry: Hashable, Sendable, Codable {
    /// What was chosen.
    public var value: UInt64
    /// The largest that could have been.
    public var bound: UInt64
  }

  /// Choices that were made for one thing: an element, a list, a command.
  public struct Span: Hashable, Sendable, Codable {
    /// What they were for, as a number that follows from its name.
    public var label: UInt64
    /// How many spans are around it.
    public var depth: Int
    /// Where among the choices they are.
    public var range: Range<Int>
  }

  /// The choices in the order in which they were made.
  public internal(set) var entries: [Entry] = []
  /// What belongs together, in the order in which it began.
  public internal(set) var spans: [Span] = []
  /// Whether more was asked for than may be recorded; what was beyond was answered by zero.
  public internal(set) var isTruncated = false
  /// Whether choices that were replayed were just those that were asked for: none missing, none too large,
  /// none left over.
  public internal(set) var fits = true

  /// A recording of nothing.
  public init() {}

  /// The choices alone.
  public var choices: Choices { Choices(entries.map(\.value)) }

  /// Whether another recording made the same choices within the same bounds.
  public func matches(_ other: Recording) -> Bool { entries == other.entries }
}

extension Recording {
  /// Choices of which nothing is known but what they were.
  public init(replaying choices: Choices) {
    entries = choices.values.map { Entry(value: $0, bound: .max) }
  }
}
