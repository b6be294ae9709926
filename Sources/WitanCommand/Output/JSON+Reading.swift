/// Reading back what was written.
extension JSON {
  /// Why a text isn't JSON.
  struct Malformed: Error, Hashable, Sendable {
    /// How many bytes could be read.
    let offset: Int
    /// What would have been right there.
    let expected: String
  }

  /// Reads one value, with nothing but spaces around it. Numbers without a point or an exponent are whole.
  init(parsing text: some StringProtocol) throws(Malformed) {
    var reader = JSONReader(Array(text.utf8))
    self = try reader.value(depth: 0)
    reader.skipSpaces()
    guard reader.isAtEnd else { throw reader.expected("the end") }
  }

  /// The value of a key; nil if there is none, or if this is no object.
  subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The text, if it is one.
  var string: String? { if case .string(let text) = self { text } else { nil } }

  /// The truth, if it is one.
  var bool: Bool? { if case .bool(let truth) = self { truth } else { nil } }

  /// The whole number from zero on, if it is one.
  var unsigned: UInt64? {
    switch self {
    case .integer(let number): UInt64(exactly: number)
    case .unsigned(let number): number
    default: nil
    }
  }

  /// The values, if it is a list.
  var array: [JSON]? { if case .array(let values) = self { values } else { nil } }
}

/// Goes through the bytes of a JSON text.
private struct JSONReader {
  private let bytes: [UInt8]
  private var place = 0

  /// What is nested deeper is refused: whoever reads it would need as much stack.
  private static let depthLimit = 64

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { place == bytes.count }

  func expected(_ what: String) -> JSON.Malformed {
    JSON.Malformed(offset: place, expected: what)
  }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  mutating func skipSpaces() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { place += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func take(word: String) -> Bool {
    guard bytes[place...].starts(with: word.utf8) else { return false }
    place += word.utf8.count
    return true
  }

  mutating func value(depth: Int) throws(JSON.Malformed) -> JSON {
    skipSpaces()
    guard depth < Self.depthLimit else { throw expected("less nesting") }
    switch next {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try text())
    default: break
    }
    if take(word: "null") { return .null }
    if take(word: "true") { return .bool(true) }
    if take(word: "false") { return .bool(false) }
    return try number()
  }

  private mutating func array(_ depth: Int) throws(JSON.Malformed) -> JSON {
    var values: [JSON] = []
    place += 1
    skipSpaces()
    if take("]") { return .array([]) }
    repeat {
      values.append(try value(depth: depth + 1))
      skipSpaces()
    } while take(",")
    guard take("]") else { throw expected("a comma or ]") }
    return .array(values)
  }

  private mutating func object(_ depth: Int) throws(JSON.Malformed) -> JSON {
    var members: [JSON.Member] = []
    place += 1
    skipSpaces()
    if take("}") { return .object([]) }
    repeat {
      skipSpaces()
      let key = try text()
      skipSpaces()
      guard take(":") else { throw expected("a colon") }
      members.append(JSON.Member(key: key, value: try value(depth: depth + 1)))
      skipSpaces()
    } while take(",")
    guard take("}") else { throw expected("a comma or }") }
    return .object(members)
  }

  private mutating func number() throws(JSON.Malformed) -> JSON {
    let start = place
    while let byte = next, "+-.0123456789eE".utf8.contains(byte) { place += 1 }
    let digits = String(decoding: bytes[start..<place], as: UTF8.self)
    if let whole = Int64(digits) { return .integer(whole) }
    if let whole = UInt64(digits) { return .unsigned(whole) }
    guard let number = Double(digits), number.isFinite else {
      place = start
      throw expected("a value")
    }
    return .number(number)
  }

  private mutating func text() throws(JSON.Malformed) -> String {
    guard take("\"") else { throw expected("a text") }
    var content: [UInt8] = []
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw expected("no control character") }
      place += 1
      if byte == UInt8(ascii: "\\") {
        content += Array(String(try escaped()).utf8)
      } else {
        content.append(byte)
      }
    }
    guard take("\"") else { throw expected("a quotation mark") }
    guard let text = String(validating: content, as: UTF8.self) else { throw expected("UTF-8") }
    return text
  }

  private mutating func escaped() throws(JSON.Malformed) -> Unicode.Scalar {
    let meanings: [(Unicode.Scalar, Unicode.Scalar)] = [
      ("\"", "\""), ("\\", "\\"), ("/", "/"), ("b", "\u{8}"), ("f", "\u{C}"), ("n", "\n"),
      ("r", "\r"), ("t", "\t"),
    ]
    for (letter, meaning) in meanings where take(letter) { return meaning }
    guard take("u"), let first = hexadecimal() else { throw expected("an escape") }
    if let scalar = Unicode.Scalar(first) { return scalar }
    // Half of a pair: what JSON spells as two belongs to one character.
    guard first < 0xDC00, take(word: "\\u"), let second = hexadecimal(),
      (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw expected("the other half of a character") }
    return scalar
  }

  private mutating func hexadecimal() -> UInt32? {
    guard place + 4 <= bytes.count else { return nil }
    let digits = bytes[place..<place + 4]
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    place += 4
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
