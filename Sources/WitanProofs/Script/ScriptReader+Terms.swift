/// Terms and sorts. They are read without recursion, so that no nesting exhausts a stack.
extension ScriptReader {
  /// What the words directly within a pair of parentheses are.
  private enum Frame {
    /// Terms, or sorts within them.
    case terms
    /// `(let …`, `(forall …`, `(exists …`: the bindings come next.
    case binder
    /// The bindings themselves: each in parentheses, its name first.
    case bindings
    /// `(! …`: a term, then attributes.
    case annotation
    /// `(_ …`: a name and indices.
    case indexed
  }

  /// Reads a term, and returns how large it is once definitions are written out.
  @discardableResult
  mutating func term() throws(ScriptRefusal) -> Int {
    try expression(.term)
  }

  /// Reads a sort, and returns it as the solver is to read it.
  mutating func sort() throws(ScriptRefusal) -> String {
    let start = position
    guard current?.kind == .open || current?.isSymbol == true else { throw expected(.sort) }
    try expression(.sort)
    return text(start..<position)
  }

  @discardableResult
  mutating func expression(_ due: ScriptRefusal.Expectation) throws(ScriptRefusal) -> Int {
    var frames: [Frame] = []
    var size = 0
    repeat {
      guard let token = current else {
        throw frames.isEmpty ? expected(due) : expected(.closing)
      }
      switch token.kind {
      case .open: try enter(&frames)
      case .close:
        guard frames.popLast() != nil else { throw expected(due) }
        position += 1
      case .keyword:
        try annotate(token, in: frames.last)
      case .symbol, .quotedSymbol:
        size += try symbol(token, in: frames.last)
      case .numeral where frames.last == .indexed:
        try numeral(atMost: ScriptBounds.index, .index)
      case .numeral, .decimal, .hexadecimal, .binary, .string:
        guard due == .term || !frames.isEmpty else { throw expected(due) }
        position += 1
      }
      size += 1
      guard size <= ScriptBounds.expansion else {
        throw refusal(.tooMany(.expansion, limit: ScriptBounds.expansion))
      }
    } while !frames.isEmpty
    try grow(by: size)
    return size
  }

  /// Goes into a pair of parentheses, past the word that says what it is.
  private mutating func enter(_ frames: inout [Frame]) throws(ScriptRefusal) {
    guard frames.count < ScriptBounds.depth else {
      throw refusal(.tooMany(.depth, limit: ScriptBounds.depth))
    }
    position += 1
    switch frames.last {
    case .binder:
      // The list of bindings; what follows it is a term.
      frames[frames.count - 1] = .terms
      frames.append(.bindings)
      return
    case .bindings:
      try boundName()
      frames.append(.terms)
      return
    case .indexed: throw expected(.value)
    case .terms, .annotation, nil: break
    }
    guard let head = current, head.kind == .symbol else {
      frames.append(.terms)
      return
    }
    let word = text(head)
    switch word {
    case "let", "forall", "exists": frames.append(.binder)
    case "!": frames.append(.annotation)
    case "_": frames.append(.indexed)
    case "as", "match": frames.append(.terms)
    default:
      frames.append(.terms)
      return
    }
    position += 1
  }

  private mutating func annotate(
    _ token: ScriptToken, in frame: Frame?
  ) throws(ScriptRefusal) {
    guard frame == .annotation else { throw refusal(.expected(.term, found: shown(token))) }
    let keyword = text(token)
    guard Vocabulary.annotations.contains(keyword) else {
      throw refusal(.attribute(shown(token)))
    }
    position += 1
    switch keyword {
    // A named term is a name for all that follows.
    case ":named": _ = try newName()
    case ":weight": try numeral(atMost: ScriptBounds.index, .index)
    case ":qid", ":skolemid": try boundName()
    default: break
    }
  }

  /// Returns how much larger than one word it is once written out.
  private mutating func symbol(
    _ token: ScriptToken, in frame: Frame?
  ) throws(ScriptRefusal) -> Int {
    switch frame {
    case .bindings, .binder: throw expected(.opening)
    case .indexed:
      // Only letters may stand among indices, as in `(_ is cons)` and `(_ map f)`.
      position += 1
      return 0
    case .terms, .annotation, nil: break
    }
    let name = name(token)
    guard token.kind == .quotedSymbol || !Vocabulary.reserved.contains(name) else {
      throw refusal(.form(shown(token)))
    }
    position += 1
    return sizes[name] ?? 0
  }
}
