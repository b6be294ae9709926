/// A script that was admitted: declarations, definitions and assertions, and nothing that makes a solver do anything.
///
/// It is the only form in which text reaches the solver, and what does is written anew from the words that were read
/// (`solverText`): had the reader and the solver different ideas of where a comment ends, the solver would never know.
public struct Script: Hashable, Sendable {
  /// What a script says of its own satisfiability.
  public enum Status: String, Hashable, Sendable {
    /// Some assignment satisfies all assertions.
    case sat
    /// None does.
    case unsat
    /// Its author doesn't know.
    case unknown
  }

  /// The logic it names, if any.
  public let logic: String?
  /// What it says of its own satisfiability, if anything.
  public let status: Status?
  /// What it says of itself, in order: keyword and value as written.
  public let information: [Attribute]
  /// The commands that the solver is to hear, in order.
  let commands: [Command]

  /// A keyword with what follows it.
  public struct Attribute: Hashable, Sendable {
    /// The keyword, with its colon.
    public let keyword: String
    /// Its value as written; a string with its quotes.
    public let value: String
  }

  /// A command that was admitted.
  struct Command: Hashable, Sendable {
    /// What commands do.
    enum Kind: Hashable, Sendable {
      case setLogic
      /// A sort, a data type, or a name for a sort: what others depend on, and which depends on none of them.
      case sort
      case declaration(Declaration)
      case definition(Declaration)
      case recursiveDefinitions
      case assertion
    }

    let kind: Kind
    /// The command, its words separated by single spaces.
    let text: String
    /// The line on which it was written.
    let line: Int
  }

  /// A function or constant with its signature.
  struct Declaration: Hashable, Sendable {
    /// The name without bars.
    let name: String
    /// The name as it is to be written.
    let spelling: String
    /// The sorts of its parameters, their words separated by single spaces.
    let parameters: [String]
    /// The sort of its value, likewise.
    let result: String
  }

  /// Reads a script, or says why it isn't admitted.
  public init(_ bytes: [UInt8]) throws(ScriptRefusal) {
    var reader = ScriptReader(bytes, tokens: try ScriptLexer.tokens(of: bytes))
    self = try reader.script(of: .claim)
  }

  /// Reads a script, or says why it isn't admitted.
  public init(_ text: String) throws(ScriptRefusal) { try self.init(Array(text.utf8)) }

  /// Reads the witness of a claim: definitions of functions and nothing else.
  init(witness bytes: [UInt8]) throws(ScriptRefusal) {
    var reader = ScriptReader(bytes, tokens: try ScriptLexer.tokens(of: bytes))
    self = try reader.script(of: .witness)
  }

  init(
    logic: String?, status: Status?, information: [Attribute], commands: [Command]
  ) {
    self.logic = logic
    self.status = status
    self.information = information
    self.commands = commands
  }

  /// What the solver reads.
  package var solverText: String { commands.map(\.text).joined(separator: "\n") }

  /// The functions and constants that an assignment gives values to.
  var declarations: [Declaration] {
    commands.compactMap {
      if case .declaration(let declaration) = $0.kind { declaration } else { nil }
    }
  }
}
