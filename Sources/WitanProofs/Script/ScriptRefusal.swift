/// Why a script isn't admitted, and where.
public struct ScriptRefusal: Error, Hashable, Sendable {
  /// What is wrong.
  public let reason: Reason
  /// The line of it, counted from one.
  public let line: Int
  /// The column of it, counted from one in characters.
  public let column: Int

  /// What can be wrong with a script. Texts from the script are cut to a few characters.
  public enum Reason: Hashable, Sendable {
    /// It has more bytes than allowed.
    case tooLong(Int)
    /// There are more of these than allowed.
    case tooMany(Quantity, limit: Int)
    /// The bytes aren't UTF-8.
    case invalidUTF8
    /// A character that no script may contain here.
    case character(UInt8)
    /// A literal or a quoted symbol begins here and never ends.
    case unclosed(Opening)
    /// A number isn't written as the standard wants it.
    case malformedNumber
    /// A parenthesis closes nothing.
    case unopened
    /// Something else should stand here.
    case expected(Expectation, found: String)
    /// A command that isn't admitted.
    case command(String)
    /// An attribute that isn't admitted.
    case attribute(String)
    /// A logic that isn't known.
    case logic(String)
    /// A form that isn't admitted in terms.
    case form(String)
    /// A name that the language or a theory has taken, or that solvers keep for themselves.
    case reservedName(String)
    /// A name that was declared before.
    case declaredTwice(String)
    /// A command that comes too late or twice.
    case misplaced(String)
    /// Nothing is asserted.
    case nothingAsserted
  }

  /// What is counted.
  public enum Quantity: String, Hashable, Sendable {
    /// Tokens of the script.
    case tokens
    /// Parentheses open at once.
    case depth = "nested parentheses"
    /// Commands.
    case commands
    /// Bytes of a symbol.
    case symbolBytes = "bytes in a symbol"
    /// Bytes of a string.
    case stringBytes = "bytes in a string"
    /// Digits of a number.
    case digits = "digits in a number"
    /// The value of an index.
    case index = "units in an index"
    /// The size of definitions that are written out.
    case expansion = "terms once definitions are written out"
  }

  /// What may be opened and left so.
  public enum Opening: String, Hashable, Sendable {
    /// `"`.
    case string = "string"
    /// `|`.
    case quotedSymbol = "quoted symbol"
    /// `(`.
    case parenthesis = "parenthesis"
  }

  /// What may be due.
  public enum Expectation: String, Hashable, Sendable {
    /// `(` before a command.
    case command = "a command in parentheses"
    /// The name of a command.
    case commandName = "the name of a command"
    /// Any name.
    case name = "a name"
    /// `(`.
    case opening = "("
    /// `)`.
    case closing = ")"
    /// A sort.
    case sort = "a sort"
    /// A term.
    case term = "a term"
    /// A number.
    case numeral = "a number"
    /// `:name`.
    case keyword = "an attribute"
    /// The value of an attribute.
    case value = "a value"
  }
}

extension ScriptRefusal: CustomStringConvertible {
  /// What is wrong, where, and what would be right.
  public var description: String { "line \(line), column \(column): \(reason)" }
}

extension ScriptRefusal.Reason: CustomStringConvertible {
  /// What is wrong, for people.
  public var description: String {
    switch self {
    case .tooLong(let count): "\(count) bytes are too long; at most \(ScriptBounds.bytes)"
    case .tooMany(let quantity, let limit): "too many \(quantity.rawValue); at most \(limit)"
    case .invalidUTF8: "these bytes aren't UTF-8"
    case .character(let byte): "the character 0x\(String(byte, radix: 16)) may not stand here"
    case .unclosed(let opening): "this \(opening.rawValue) never ends"
    case .malformedNumber: "this is no number as SMT-LIB writes them"
    case .unopened: "this parenthesis closes nothing"
    case .expected(let due, let found): "\(due.rawValue) should stand here, not \(found)"
    case .command(let name): "the command \(name) isn't admitted"
    case .attribute(let name): "the attribute \(name) isn't admitted"
    case .logic(let name): "the logic \(name) isn't known"
    case .form(let name): "\(name) isn't admitted in terms"
    case .reservedName(let name): "\(name) has a meaning already; choose another name"
    case .declaredTwice(let name): "\(name) was declared before"
    case .misplaced(let name): "\(name) may not stand here"
    case .nothingAsserted: "nothing is asserted"
    }
  }
}
