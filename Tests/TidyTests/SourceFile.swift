/// A file of the repository, as the rules see it.
struct SourceFile: Sendable {
  /// Its path below the top of the repository: `Sources/Witan/Codec/ByteReader.swift`.
  let path: String
  /// All its text.
  let text: String
  /// Its code alone, if it is Swift: see ``SwiftText``.
  let code: String
  /// The lines of its text.
  let lines: [Substring]
  /// The lines of its code.
  let codeLines: [Substring]

  init(_ path: String, _ text: String) {
    self.path = path
    self.text = text
    self.code = path.hasSuffix(".swift") ? SwiftText.code(of: text) : ""
    self.lines = text.utf8.split(separator: .newline, omittingEmptySubsequences: false)
      .map(Substring.init)
    self.codeLines = code.utf8.split(separator: .newline, omittingEmptySubsequences: false)
      .map(Substring.init)
  }

  /// The parts of its path.
  var folders: [String] { path.split(separator: "/").map(String.init) }
  /// Whether it is Swift.
  var isSwift: Bool { path.hasSuffix(".swift") }
  /// The target under `Sources` to which it belongs.
  var module: String? { folders.first == "Sources" && folders.count > 2 ? folders[1] : nil }
}

/// Something that isn't in order.
struct Finding: Hashable, Sendable, CustomStringConvertible {
  /// The file.
  var path: String
  /// The line, counted from one; nothing where the file as a whole is meant.
  var line: Int?
  /// What isn't in order, and what would be.
  var problem: String

  var description: String { "\(path)\(line.map { ":\($0)" } ?? ""): \(problem)" }
}

/// Something that every file keeps to.
struct Rule: Sendable, CustomStringConvertible {
  /// What it says, as a sentence.
  let description: String
  /// What is not in order in the repository.
  let check: @Sendable (Repository) -> [Finding]

  init(_ description: String, check: @escaping @Sendable (Repository) -> [Finding]) {
    self.description = description
    self.check = check
  }

  /// A rule that looks at each Swift file by itself.
  init(_ description: String, each check: @escaping @Sendable (SourceFile) -> [Finding]) {
    self.init(description) { $0.files.filter(\.isSwift).flatMap(check) }
  }
}
