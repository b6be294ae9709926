/// Finds functions and where their bodies end, by their keywords and braces.
struct FunctionScanner {
  /// A function with a body.
  struct Function: Hashable {
    /// Its keyword and name.
    var name: String
    /// The line of the keyword, counted from one.
    var line: Int
    /// How many lines it has from its keyword to its closing brace.
    var length: Int
  }

  private static let measured: Set<String> = ["func", "init", "deinit", "subscript", "var"]
  private static let declaring: Set<String> = measured.union([
    "let", "case", "struct", "enum", "class", "protocol", "extension", "typealias",
    "associatedtype", "import",
  ])

  private let code: [UInt8]
  /// The functions in the order in which they begin.
  private(set) var functions: [Function] = []

  /// Finds the functions in code that holds neither comments nor literals.
  init(code text: String) {
    code = Array(text.utf8)
    var line = 1
    var index = 0
    while index < code.count {
      if code[index] == .newline { line += 1 }
      guard let word = word(at: index) else {
        index += 1
        continue
      }
      let end = index + word.utf8.count
      let isMember = index > 0 && code[index - 1] == UInt8(ascii: ".")
      if Self.measured.contains(word), !isMember,
        let length = length(from: end, isVariable: word == "var")
      {
        functions.append(Function(name: name(word, at: end), line: line, length: length))
      }
      index = end
    }
  }

  /// The keyword, and the name that follows it if one does.
  private func name(_ keyword: String, at start: Int) -> String {
    let isSpaced = start < code.count && code[start] == .space
    let name = code.dropFirst(start + 1).prefix { $0.isWord || $0 == .backtick }
    return isSpaced && !name.isEmpty
      ? "\(keyword) \(String(decoding: name, as: UTF8.self))" : keyword
  }

  /// The whole word that begins here.
  private func word(at index: Int) -> String? {
    guard code[index].isWord, index == 0 || !code[index - 1].isWord else { return nil }
    return String(decoding: code[index...].prefix(while: \.isWord), as: UTF8.self)
  }

  /// How many lines the function has, if it has a body: a protocol's requirement has none.
  private func length(from start: Int, isVariable: Bool) -> Int? {
    var lines = 1
    var depth = 0
    var index = start
    while index < code.count {
      switch code[index] {
      case .opening, UInt8(ascii: "["): depth += 1
      case .closing, UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "{") where depth == 0: return bodyEnd(from: index).map { lines + $0 }
      case UInt8(ascii: "}") where depth == 0: return nil
      case UInt8(ascii: "=") where depth == 0 && isVariable: return nil
      case .newline where depth == 0 && isVariable: return nil
      case .newline: lines += 1
      default: break
      }
      if depth < 0 { return nil }
      // The next declaration begins before a body did.
      if depth == 0, let word = word(at: index), Self.declaring.contains(word) { return nil }
      index += 1
    }
    return nil
  }

  /// How many lines further the brace that opens here is closed.
  private func bodyEnd(from start: Int) -> Int? {
    var lines = 0
    var depth = 0
    for byte in code[start...] {
      switch byte {
      case UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "}"): depth -= 1
      case .newline: lines += 1
      default: break
      }
      if depth == 0 { return lines }
    }
    return nil
  }
}
