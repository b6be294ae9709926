import Foundation

/// The repository, or a made-up one.
struct Repository: Sendable {
  /// The names at its top, but for those that begin with a dot.
  let entries: [String]
  /// Every text file that the rules look at.
  let files: [SourceFile]

  /// A made-up one.
  init(entries: [String] = [], _ files: SourceFile...) {
    self.entries = entries
    self.files = files
  }

  /// The one to which these tests belong.
  static let real = Repository(at: URL(filePath: #filePath).deletingLastPathComponent(levels: 3))

  private init(at top: URL) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: top.path)) ?? []
    // What builds and coverage leave behind is ignored by git, and here.
    entries = names.sorted().filter { name in
      !name.hasPrefix(".") && !name.hasSuffix(".profraw") && name != "__pycache__"
    }
    let endings = ["swift", "md", "modulemap", "h", "patch"]
    var files: [SourceFile] = []
    for folder in ["Sources", "Tests", "Fuzz"] {
      let paths = FileManager.default.enumerator(atPath: top.appending(path: folder).path)
      for case let path as String in paths ?? .init() {
        let url = top.appending(path: "\(folder)/\(path)")
        guard endings.contains(url.pathExtension), !path.contains(".build/"),
          let text = try? String(contentsOf: url, encoding: .utf8)
        else { continue }
        files.append(SourceFile("\(folder)/\(path)", text))
      }
    }
    for name in ["Package.swift", "README.md", "CHANGELOG.md"] {
      if let text = try? String(contentsOf: top.appending(path: name), encoding: .utf8) {
        files.append(SourceFile(name, text))
      }
    }
    self.files = files.sorted { $0.path < $1.path }
  }
}

extension URL {
  fileprivate func deletingLastPathComponent(levels: Int) -> URL {
    (0..<levels).reduce(self) { url, _ in url.deletingLastPathComponent() }
  }
}
