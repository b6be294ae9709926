/// Admits a script's commands one by one. It knows the shape of each, which names they bring in, and what a term may
/// contain; whether the terms are well-sorted is the solver's to say.
struct ScriptReader {
  /// What a script is read for.
  enum Purpose: Sendable {
    /// A claim: anything that is admitted, and an assertion at least.
    case claim
    /// The witness of a claim: definitions of functions only.
    case witness
  }

  let bytes: [UInt8]
  let tokens: [ScriptToken]
  var position = 0
  /// All names that were declared. Overloading is refused: one name, one meaning.
  var names: Set<String> = []
  /// How large the definitions are once written out, by name.
  var sizes: [String: Int] = [:]
  var expansion = 0
  private var purpose = Purpose.claim
  private var logic: String?
  private var status: Script.Status?
  private var information: [Script.Attribute] = []
  private var commands: [Script.Command] = []
  private var isEnded = false
  private var isAsserted = false
  private var line = 1
  private var counted = 0

  init(_ bytes: [UInt8], tokens: [ScriptToken]) {
    self.bytes = bytes
    self.tokens = tokens
  }

  mutating func script(of purpose: Purpose) throws(ScriptRefusal) -> Script {
    self.purpose = purpose
    var count = 0
    while position < tokens.count {
      count += 1
      guard count <= ScriptBounds.commands else {
        throw refusal(.tooMany(.commands, limit: ScriptBounds.commands))
      }
      try command()
    }
    guard isAsserted || purpose == .witness else { throw refusal(.nothingAsserted) }
    return Script(logic: logic, status: status, information: information, commands: commands)
  }

  private mutating func command() throws(ScriptRefusal) {
    let start = position
    guard current?.kind == .open else { throw expected(.command) }
    position += 1
    guard let word = current, word.kind == .symbol else { throw expected(.commandName) }
    let name = text(word)
    try checkPlace(of: name)
    position += 1
    var kind: Script.Command.Kind?
    switch name {
    case "set-logic": kind = try setLogic()
    case "set-info": try setInfo()
    case "declare-sort", "define-sort", "declare-datatype", "declare-datatypes":
      kind = try sortCommand(name)
    case "declare-const": kind = .declaration(try constant())
    case "declare-fun": kind = .declaration(try function())
    case "define-fun": kind = .definition(try definition(isRecursive: false))
    case "define-fun-rec":
      _ = try definition(isRecursive: true)
      kind = .recursiveDefinitions
    case "define-funs-rec":
      try recursiveDefinitions()
      kind = .recursiveDefinitions
    case "assert":
      try term()
      isAsserted = true
      kind = .assertion
    // What any solver's script ends with. It asks for what judging does anyway.
    case "check-sat", "exit": isEnded = true
    default:
      position -= 1
      throw refusal(.command(shown(word)))
    }
    try close()
    guard let kind else { return }
    // Commands come in order, so each line is counted once.
    let place = tokens[start].start
    line += bytes[counted..<place].count { $0 == UInt8(ascii: "\n") }
    counted = place
    commands.append(Script.Command(kind: kind, text: text(start..<position), line: line))
  }

  private func checkPlace(of name: String) throws(ScriptRefusal) {
    switch (name, purpose) {
    case ("define-fun", .witness): break
    case (_, .witness): throw refusal(.command(String(name.prefix(40))))
    // Nothing may follow the question, or it would be asserted to some readers and not to others.
    case ("exit", _): break
    case _ where isEnded && Vocabulary.commands.contains(name): throw refusal(.misplaced(name))
    case ("set-logic", _) where logic != nil || !commands.isEmpty:
      throw refusal(.misplaced(name))
    default: break
    }
  }

  // MARK: What scripts say of themselves

  private mutating func setLogic() throws(ScriptRefusal) -> Script.Command.Kind {
    guard let word = current, word.kind == .symbol else { throw expected(.name) }
    let name = text(word)
    guard Vocabulary.logics.contains(name) else { throw refusal(.logic(shown(word))) }
    logic = name
    position += 1
    return .setLogic
  }

  private mutating func setInfo() throws(ScriptRefusal) {
    guard let word = current, word.kind == .keyword else { throw expected(.keyword) }
    let keyword = text(word)
    guard Vocabulary.information.contains(keyword) else {
      throw refusal(.attribute(shown(word)))
    }
    position += 1
    let start = position
    if keyword == ":status" {
      guard let word = current, let said = Script.Status(rawValue: text(word)) else {
        throw expected(.value)
      }
      guard status == nil else { throw refusal(.misplaced(keyword)) }
      status = said
      position += 1
    } else {
      guard current?.kind != .close else { throw expected(.value) }
      try attributeValue()
    }
    information.append(Script.Attribute(keyword: keyword, value: text(start..<position)))
  }

  /// A literal, a symbol, or a list of such.
  private mutating func attributeValue() throws(ScriptRefusal) {
    var depth = 0
    repeat {
      guard let token = current else { throw expected(.closing) }
      if token.kind == .open { depth += 1 }
      if token.kind == .close { depth -= 1 }
      guard depth <= ScriptBounds.depth else {
        throw refusal(.tooMany(.depth, limit: ScriptBounds.depth))
      }
      position += 1
    } while depth > 0
  }

  // MARK: Functions

  private mutating func constant() throws(ScriptRefusal) -> Script.Declaration {
    let name = try newName()
    return Script.Declaration(
      name: self.name(name), spelling: text(name), parameters: [], result: try sort())
  }

  private mutating func function() throws(ScriptRefusal) -> Script.Declaration {
    let name = try newName()
    try open()
    var parameters: [String] = []
    while current?.kind != .close { parameters.append(try sort()) }
    try close()
    return Script.Declaration(
      name: self.name(name), spelling: text(name), parameters: parameters, result: try sort())
  }

  /// A definition is written out wherever it is used, unless it is recursive.
  private mutating func definition(
    isRecursive: Bool
  ) throws(ScriptRefusal) -> Script.Declaration {
    let name = try newName()
    let parameters = try self.parameters()
    let result = try sort()
    let size = try term()
    if !isRecursive { sizes[self.name(name)] = size }
    return Script.Declaration(
      name: self.name(name), spelling: text(name), parameters: parameters, result: result)
  }

  private mutating func parameters() throws(ScriptRefusal) -> [String] {
    try open()
    var sorts: [String] = []
    while current?.kind != .close {
      try open()
      try boundName()
      sorts.append(try sort())
      try close()
    }
    try close()
    return sorts
  }

  private mutating func recursiveDefinitions() throws(ScriptRefusal) {
    try open()
    var count = 0
    while current?.kind != .close {
      try open()
      _ = try newName()
      _ = try parameters()
      _ = try sort()
      try close()
      count += 1
    }
    try close()
    try open()
    for _ in 0..<count { try term() }
    try close()
  }
}
