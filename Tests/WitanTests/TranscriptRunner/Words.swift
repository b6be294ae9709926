import Witan

/// The words of a command, taken one by one. What stands in quotes is one word.
struct Words {
  private var rest: [String]

  init(_ text: String) throws {
    rest = []
    var word: String?
    var isQuoted = false
    for character in text {
      switch character {
      case "\"":
        isQuoted.toggle()
        word = word ?? ""
      case " " where !isQuoted:
        if let word { rest.append(word) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    if isQuoted { throw CommandError("expected a closing \" in: \(text)") }
    if let word { rest.append(word) }
  }

  var isEmpty: Bool { rest.isEmpty }
  var next: String? { rest.first }

  /// Takes the next word, whatever it is.
  mutating func take(_ what: String) throws -> String {
    guard !rest.isEmpty else { throw CommandError("expected \(what), found the end of the line") }
    return rest.removeFirst()
  }

  /// Takes the next word if it is this one.
  mutating func takes(_ word: String) -> Bool {
    guard rest.first == word else { return false }
    rest.removeFirst()
    return true
  }

  /// Takes the next word, which must be this one.
  mutating func expect(_ word: String) throws {
    guard takes(word) else { throw CommandError("expected `\(word)`, found \(found)") }
  }

  /// Takes the value of `name=value`, wherever it stands.
  mutating func option(_ name: String) -> String? {
    guard let index = rest.firstIndex(where: { $0.hasPrefix(name + "=") }) else { return nil }
    return String(rest.remove(at: index).dropFirst(name.count + 1))
  }

  /// Takes a word, wherever it stands.
  mutating func flag(_ name: String) -> Bool {
    guard let index = rest.firstIndex(of: name) else { return false }
    rest.remove(at: index)
    return true
  }

  /// Takes all words that are left.
  mutating func takeAll() -> [String] {
    defer { rest = [] }
    return rest
  }

  /// Takes a number with a letter before it, such as `n3`.
  mutating func number(_ letter: Character, _ what: String) throws -> UInt64 {
    let word = try take(what)
    guard word.first == letter, let number = UInt64(word.dropFirst()) else {
      throw CommandError("expected \(what) such as \(letter)1, found \(word)")
    }
    return number
  }

  /// Takes a replica's name.
  mutating func replica() throws -> ReplicaID {
    ReplicaID(UInt32(truncatingIfNeeded: try number("r", "a replica")))
  }

  /// Takes names of replicas with commas between them.
  mutating func replicas() throws -> [ReplicaID] {
    try take("replicas").split(separator: ",").map { name in
      guard name.first == "r", let number = UInt32(name.dropFirst()) else {
        throw CommandError("expected replicas such as r0,r2, found \(name)")
      }
      return ReplicaID(number)
    }
  }

  /// Nothing may be left.
  func finish() throws {
    if !rest.isEmpty { throw CommandError("expected the end of the line, found \(found)") }
  }

  private var found: String { rest.first ?? "the end of the line" }

  /// A span of time such as `20ms`.
  static func span(_ text: String) throws -> Micros {
    for (unit, scale) in [("us", UInt64(1)), ("ms", 1_000), ("s", 1_000_000)]
    where text.hasSuffix(unit) {
      if let count = UInt64(text.dropLast(unit.count)) { return Micros(count * scale) }
    }
    throw CommandError("expected a span such as 20ms, found \(text)")
  }

  /// A plain number.
  static func count(_ text: String) throws -> UInt64 {
    guard let count = UInt64(text) else {
      throw CommandError("expected a number, found \(text)")
    }
    return count
  }
}
