/// A word of a script: where it stands and what it is.
struct ScriptToken: Sendable {
  /// What a word can be.
  enum Kind: UInt8, Sendable {
    case open, close, symbol, quotedSymbol, keyword, numeral, decimal, hexadecimal, binary, string
  }

  /// What it is.
  let kind: Kind
  /// The place of its first byte.
  let start: Int
  /// The place after its last byte.
  let end: Int

  var isSymbol: Bool { kind == .symbol || kind == .quotedSymbol }
}

/// Cuts a script into words exactly as SMT-LIB 2.6 does (§3.1), so that nothing hides in strings, quoted symbols or
/// comments; and refuses what isn't printable, wherever it stands.
struct ScriptLexer {
  private let bytes: [UInt8]
  private var offset = 0

  /// A lexer of bytes that are known to be UTF-8.
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// All words.
  static func tokens(of bytes: [UInt8]) throws(ScriptRefusal) -> [ScriptToken] {
    guard bytes.count <= ScriptBounds.bytes else {
      throw ScriptRefusal(.tooLong(bytes.count), at: 0, in: [])
    }
    if let fault = firstInvalidUTF8(in: bytes) {
      throw ScriptRefusal(.invalidUTF8, at: fault, in: bytes)
    }
    var lexer = ScriptLexer(bytes)
    var tokens: [ScriptToken] = []
    tokens.reserveCapacity(bytes.count / 4)
    while let token = try lexer.next() {
      guard tokens.count < ScriptBounds.tokens else {
        throw ScriptRefusal(
          .tooMany(.tokens, limit: ScriptBounds.tokens), at: token.start, in: bytes)
      }
      tokens.append(token)
    }
    return tokens
  }

  private mutating func next() throws(ScriptRefusal) -> ScriptToken? {
    try skipBlanks()
    guard offset < bytes.count else { return nil }
    let start = offset
    let byte = bytes[offset]
    switch byte {
    case UInt8(ascii: "("): return take(.open, from: start, through: start)
    case UInt8(ascii: ")"): return take(.close, from: start, through: start)
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: "|"): return try quotedSymbol()
    case UInt8(ascii: "#"): return try bits()
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: ":"):
      offset += 1
      return try word(.keyword, from: start)
    case _ where byte.isSymbolByte: return try word(.symbol, from: start)
    default: throw refusal(.character(byte), at: start)
    }
  }

  private mutating func skipBlanks() throws(ScriptRefusal) {
    while offset < bytes.count {
      if bytes[offset].isBlank {
        offset += 1
      } else if bytes[offset] == UInt8(ascii: ";") {
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n"),
          bytes[offset] != UInt8(ascii: "\r")
        {
          try checkPrintable()
          offset += 1
        }
      } else {
        return
      }
    }
  }

  private mutating func take(
    _ kind: ScriptToken.Kind, from start: Int, through last: Int
  ) -> ScriptToken {
    offset = last + 1
    return ScriptToken(kind: kind, start: start, end: offset)
  }

  /// A quote within a string is written twice.
  private mutating func string() throws(ScriptRefusal) -> ScriptToken {
    let start = offset
    offset += 1
    while offset < bytes.count {
      if bytes[offset] == UInt8(ascii: "\"") {
        let isDoubled = offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "\"")
        guard isDoubled else { return take(.string, from: start, through: offset) }
        offset += 1
      } else {
        try checkPrintable()
      }
      offset += 1
    }
    throw refusal(.unclosed(.string), at: start)
  }

  private mutating func quotedSymbol() throws(ScriptRefusal) -> ScriptToken {
    let start = offset
    offset += 1
    while offset < bytes.count {
      if bytes[offset] == UInt8(ascii: "|") {
        guard offset - start - 1 <= ScriptBounds.symbolBytes else {
          throw refusal(.tooMany(.symbolBytes, limit: ScriptBounds.symbolBytes), at: start)
        }
        return take(.quotedSymbol, from: start, through: offset)
      }
      // The standard bars a backslash from quoted symbols; solvers differ in what they make of it.
      guard bytes[offset] != UInt8(ascii: "\\") else {
        throw refusal(.character(bytes[offset]), at: offset)
      }
      try checkPrintable()
      offset += 1
    }
    throw refusal(.unclosed(.quotedSymbol), at: start)
  }

  private mutating func bits() throws(ScriptRefusal) -> ScriptToken {
    let start = offset
    let radix = start + 1 < bytes.count ? bytes[start + 1] : 0
    let kind: ScriptToken.Kind
    let isDigit: (UInt8) -> Bool
    switch radix {
    case UInt8(ascii: "b"):
      (kind, isDigit) = (.binary, { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") })
    case UInt8(ascii: "x"): (kind, isDigit) = (.hexadecimal, \.isHexDigit)
    default: throw refusal(.character(bytes[start]), at: start)
    }
    offset += 2
    while offset < bytes.count, isDigit(bytes[offset]) { offset += 1 }
    try checkNumberEnds(from: start, digits: offset - start - 2)
    return ScriptToken(kind: kind, start: start, end: offset)
  }

  private mutating func number() throws(ScriptRefusal) -> ScriptToken {
    let start = offset
    skipDigits()
    guard offset - start == 1 || bytes[start] != UInt8(ascii: "0") else {
      throw refusal(.malformedNumber, at: start)
    }
    var kind = ScriptToken.Kind.numeral
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      kind = .decimal
      offset += 1
      let point = offset
      skipDigits()
      guard offset > point else { throw refusal(.malformedNumber, at: start) }
    }
    try checkNumberEnds(from: start, digits: offset - start)
    return ScriptToken(kind: kind, start: start, end: offset)
  }

  private mutating func skipDigits() {
    while offset < bytes.count, bytes[offset].isDigit { offset += 1 }
  }

  private func checkNumberEnds(from start: Int, digits: Int) throws(ScriptRefusal) {
    let isFollowed = offset < bytes.count && bytes[offset].isSymbolByte
    guard digits > 0, !isFollowed else { throw refusal(.malformedNumber, at: start) }
    guard digits <= ScriptBounds.digits else {
      throw refusal(.tooMany(.digits, limit: ScriptBounds.digits), at: start)
    }
  }

  private mutating func word(
    _ kind: ScriptToken.Kind, from start: Int
  ) throws(ScriptRefusal) -> ScriptToken {
    let first = offset
    while offset < bytes.count, bytes[offset].isSymbolByte { offset += 1 }
    guard offset > first else { throw refusal(.character(bytes[start]), at: start) }
    guard offset - first <= ScriptBounds.symbolBytes else {
      throw refusal(.tooMany(.symbolBytes, limit: ScriptBounds.symbolBytes), at: start)
    }
    return ScriptToken(kind: kind, start: start, end: offset)
  }

  private func checkPrintable() throws(ScriptRefusal) {
    let byte = bytes[offset]
    guard byte.isBlank || byte >= 0x20 && byte != 0x7F else {
      throw refusal(.character(byte), at: offset)
    }
  }

  private func refusal(_ reason: ScriptRefusal.Reason, at offset: Int) -> ScriptRefusal {
    ScriptRefusal(reason, at: offset, in: bytes)
  }

  private static func firstInvalidUTF8(in bytes: [UInt8]) -> Int? {
    if bytes.allSatisfy({ $0 < 0x80 }) { return nil }
    guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
    var decoder = UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch decoder.parseScalar(from: &iterator) {
      case .valid(let scalar): offset += scalar.count
      case .emptyInput, .error: return min(offset, bytes.count - 1)
      }
    }
  }
}

extension ScriptRefusal {
  /// A refusal at the byte of this offset.
  init(_ reason: Reason, at offset: Int, in bytes: [UInt8]) {
    let before = bytes.prefix(offset)
    let lineStart = (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    self.reason = reason
    line = 1 + before.count { $0 == UInt8(ascii: "\n") }
    // Every character has one byte that doesn't continue another.
    column = 1 + before[lineStart...].count { $0 & 0xC0 != 0x80 }
  }
}

extension UInt8 {
  /// Space, tab, and the ends of lines.
  var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }

  var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }

  var isHexDigit: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }

  /// What a symbol is made of: letters, digits and the seventeen signs of the standard.
  var isSymbolByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    case UInt8(ascii: "~"), UInt8(ascii: "!"), UInt8(ascii: "@"), UInt8(ascii: "$"),
      UInt8(ascii: "%"), UInt8(ascii: "^"), UInt8(ascii: "&"), UInt8(ascii: "*"),
      UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "="),
      UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "."), UInt8(ascii: "?"),
      UInt8(ascii: "/"):
      true
    default: false
    }
  }
}
