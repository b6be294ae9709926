/// The words of a script, one by one.
extension ScriptReader {
  var current: ScriptToken? { position < tokens.count ? tokens[position] : nil }

  /// A word as written.
  func text(_ token: ScriptToken) -> String {
    String(decoding: bytes[token.start..<token.end], as: UTF8.self)
  }

  /// A symbol's name: bars aren't part of it, so that `|x|` and `x` are one.
  func name(_ token: ScriptToken) -> String {
    guard token.kind == .quotedSymbol else { return text(token) }
    return String(decoding: bytes[(token.start + 1)..<(token.end - 1)], as: UTF8.self)
  }

  /// A word for people, cut short.
  func shown(_ token: ScriptToken?) -> String {
    guard let token else { return "the end" }
    let text = text(token)
    return text.count <= 40 ? text : text.prefix(40) + "…"
  }

  /// Words as the solver is to read them: no comments, single spaces.
  func text(_ range: Range<Int>) -> String {
    var result: [UInt8] = []
    for index in range {
      let token = tokens[index]
      let isGlued =
        index == range.lowerBound || token.kind == .close || tokens[index - 1].kind == .open
      if !isGlued { result.append(UInt8(ascii: " ")) }
      result.append(contentsOf: bytes[token.start..<token.end])
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// A refusal where the reader stands.
  func refusal(_ reason: ScriptRefusal.Reason) -> ScriptRefusal {
    ScriptRefusal(reason, at: current?.start ?? bytes.count, in: bytes)
  }

  func expected(_ due: ScriptRefusal.Expectation) -> ScriptRefusal {
    if current?.kind == .close, due == .command { return refusal(.unopened) }
    return refusal(.expected(due, found: shown(current)))
  }

  mutating func open() throws(ScriptRefusal) {
    guard current?.kind == .open else { throw expected(.opening) }
    position += 1
  }

  mutating func close() throws(ScriptRefusal) {
    guard current?.kind == .close else { throw expected(.closing) }
    position += 1
  }

  /// A name that this command brings in for all that follow.
  mutating func newName() throws(ScriptRefusal) -> ScriptToken {
    guard let token = current, token.isSymbol else { throw expected(.name) }
    let name = name(token)
    guard !Vocabulary.isTaken(name) else { throw refusal(.reservedName(shown(token))) }
    guard names.insert(name).inserted else { throw refusal(.declaredTwice(shown(token))) }
    position += 1
    return token
  }

  /// A name that holds within a term or a definition only.
  mutating func boundName() throws(ScriptRefusal) {
    guard let token = current, token.isSymbol else { throw expected(.name) }
    guard !Vocabulary.isTaken(name(token)) else { throw refusal(.reservedName(shown(token))) }
    position += 1
  }

  mutating func numeral(
    atMost limit: Int, _ quantity: ScriptRefusal.Quantity
  ) throws(ScriptRefusal) {
    guard let token = current, token.kind == .numeral else { throw expected(.numeral) }
    guard let value = Int(text(token)), value <= limit else {
      throw refusal(.tooMany(quantity, limit: limit))
    }
    position += 1
  }

  /// Adds to what the script comes to once definitions are written out.
  mutating func grow(by size: Int) throws(ScriptRefusal) {
    expansion += size
    guard expansion <= ScriptBounds.expansion else {
      throw refusal(.tooMany(.expansion, limit: ScriptBounds.expansion))
    }
  }
}
