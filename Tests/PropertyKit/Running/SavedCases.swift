import Foundation

/// Cases that failed before: those that the last runs left behind, and those that were committed.
///
/// A committed one is a line of a file in `Tests/Regressions`: the property's key, a colon, the token, and
/// after a `#` whatever should be said about it.
struct SavedCases {
  /// A saved case.
  struct Case: Hashable {
    /// Its token.
    var token: String
    /// Where it was found; nil for one that a run left behind.
    var place: String?
  }

  private let site: Site

  init(_ site: Site) { self.site = site }

  /// All that are known, the committed ones first.
  var all: [Case] { committed + left }

  /// Leaves these behind for the next run, instead of what there was.
  func leave(_ tokens: [String]) {
    guard let file else { return }
    if tokens.isEmpty {
      try? FileManager.default.removeItem(at: file)
      return
    }
    let folder = file.deletingLastPathComponent()
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try? (site.key + "\n" + tokens.joined(separator: "\n") + "\n")
      .write(to: file, atomically: true, encoding: .utf8)
  }

  /// What the last run left behind.
  private var left: [Case] {
    guard let file, let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
    let lines = text.split(separator: "\n").map(String.init)
    guard lines.first == site.key else { return [] }
    return lines.dropFirst().map { Case(token: $0) }
  }

  private var file: URL? {
    site.package?.appending(path: ".build/property-failures/\(String(site.seed, radix: 16)).txt")
  }

  /// What was committed.
  private var committed: [Case] {
    guard let folder = site.package?.appending(path: "Tests/Regressions"),
      let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    else { return [] }
    return names.sorted().filter { $0.hasSuffix(".txt") }.flatMap { name -> [Case] in
      let file = folder.appending(path: name)
      guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
      return Self.cases(in: text, of: site.key, named: "Tests/Regressions/\(name)")
    }
  }

  /// The cases of this property in a file of committed ones.
  static func cases(in text: String, of key: String, named name: String) -> [Case] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
      index, line in
      guard line.hasPrefix(key + ": ") else { return nil }
      let rest = line.dropFirst(key.count + 2).prefix { $0 != "#" }
      let token = rest.trimmingCharacters(in: .whitespaces)
      return Case(token: token, place: "\(name):\(index + 1)")
    }
  }
}
