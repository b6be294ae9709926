/// A Swift source without its comments and without the insides of its literals, line for line and byte for
/// byte, so that a rule which looks for code finds only code.
struct SwiftText {
  private let source: [UInt8]
  private var position = 0
  private var result: [UInt8] = []

  /// What is left of `source`: what was taken out has become spaces.
  static func code(of source: String) -> String {
    var text = SwiftText(source: source)
    text.readCode(until: nil)
    return String(decoding: text.result, as: UTF8.self)
  }

  private init(source: String) {
    self.source = Array(source.utf8)
    self.result.reserveCapacity(self.source.count)
  }

  private func starts(with text: String, at offset: Int = 0) -> Bool {
    source.dropFirst(position + offset).starts(with: text.utf8)
  }

  private mutating func keep(_ count: Int = 1) {
    for _ in 0..<count where position < source.count {
      result.append(source[position])
      position += 1
    }
  }

  private mutating func blank(_ count: Int = 1) {
    for _ in 0..<count where position < source.count {
      result.append(source[position] == .newline ? .newline : .space)
      position += 1
    }
  }

  /// Keeps code up to a bracket that closes what was opened before, or to the end.
  private mutating func readCode(until end: UInt8?) {
    var depth = 0
    while position < source.count {
      if starts(with: "//") {
        while position < source.count, source[position] != .newline { blank() }
      } else if starts(with: "/*") {
        readComment()
      } else if starts(with: "`") {
        readName()
      } else if let pounds = literalAhead() {
        readLiteral(pounds: pounds)
      } else {
        if source[position] == .opening { depth += 1 }
        if source[position] == .closing { depth -= 1 }
        if end != nil, depth < 0 { return }
        keep()
      }
    }
  }

  private mutating func readComment() {
    var depth = 0
    repeat {
      if starts(with: "/*") {
        depth += 1
        blank(2)
      } else if starts(with: "*/") {
        depth -= 1
        blank(2)
      } else {
        blank()
      }
    } while depth > 0 && position < source.count
  }

  /// A name between backticks may hold anything, and is one word.
  private mutating func readName() {
    keep()
    while position < source.count, source[position] != .backtick {
      result.append(source[position].isWord ? source[position] : .underscore)
      position += 1
    }
    keep()
  }

  /// How many pound signs stand before the quote of a literal that begins here.
  private func literalAhead() -> Int? {
    var pounds = 0
    while position + pounds < source.count, source[position + pounds] == .pound { pounds += 1 }
    return starts(with: "\"", at: pounds) ? pounds : nil
  }

  private mutating func readLiteral(pounds: Int) {
    let fence = String(repeating: "#", count: pounds)
    let isLong = starts(with: "\"\"\"", at: pounds)
    let end = (isLong ? "\"\"\"" : "\"") + fence
    keep(pounds + (isLong ? 3 : 1))
    while position < source.count, !starts(with: end) {
      if starts(with: "\\\(fence)(") {
        blank(2 + pounds)
        readCode(until: .closing)
        blank()
      } else if starts(with: "\\\(fence)") {
        blank(2 + pounds)
      } else if !isLong, source[position] == .newline {
        return
      } else {
        blank()
      }
    }
    keep(end.count)
  }
}

extension UInt8 {
  static let newline = UInt8(ascii: "\n")
  static let space = UInt8(ascii: " ")
  static let opening = UInt8(ascii: "(")
  static let closing = UInt8(ascii: ")")
  static let backtick = UInt8(ascii: "`")
  static let underscore = UInt8(ascii: "_")
  static let pound = UInt8(ascii: "#")

  /// Whether it is part of a word: a letter, a digit, an underscore, or anything beyond ASCII.
  var isWord: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), .underscore, 0x80...:
      true
    default: false
    }
  }
}
