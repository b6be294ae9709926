/// Why bytes aren't the canonical form of anything.
public enum Malformed: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes end before the value does.
  case truncated
  /// The value ends before the bytes do.
  case trailingBytes(Int)
  /// Written by a version of the format that isn't spoken here.
  case unknownVersion(UInt8)
  /// A tag that names no kind of the thing.
  case unknownTag(UInt8, of: StaticName)
  /// A count or length above what the format allows.
  case tooLong(StaticName, count: Int, limit: Int)
  /// Bytes that say what another, canonical form says.
  case notCanonical(StaticName)
  /// A value that the thing can't have.
  case invalid(StaticName)
  /// A genesis or members that no network can begin or go on with.
  case impossible(ImpossibleGenesis)

  /// What is wrong, for people.
  public var description: String {
    switch self {
    case .truncated: "the bytes end too early"
    case .trailingBytes(let count): "\(count) bytes follow the end"
    case .unknownVersion(let version):
      "format version \(version) isn't spoken here; version \(ByteWriter.formatVersion) is"
    case .unknownTag(let tag, let name): "\(tag) isn't a kind of \(name)"
    case .tooLong(let name, let count, let limit): "\(count) is too many \(name); at most \(limit)"
    case .notCanonical(let name): "\(name) isn't in canonical form"
    case .invalid(let name): "\(name) has a value it can't have"
    case .impossible(let fault): fault.description
    }
  }
}

/// A name known when the program was built, so that errors carry no text from outside.
public struct StaticName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// As it lies in the program: every list that is read has a name at hand, and nearly none needs it.
  private let text: StaticString

  /// The name as written in the source.
  public init(stringLiteral text: StaticString) { self.text = text }

  /// The name.
  public var description: String { text.description }

  /// Whether both are the same name.
  public static func == (a: StaticName, b: StaticName) -> Bool { a.description == b.description }

  /// Feeds the name to the hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
