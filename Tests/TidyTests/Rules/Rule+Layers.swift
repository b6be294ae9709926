/// Which layer may see which: the picture in the design, as data.
enum Layers {
  /// The layers that compute and do nothing else: no clock, no file, no thread.
  static let pure: Set<String> = [
    "WitanDraw", "WitanCrypto", "Witan", "WitanProofs", "WitanLedger", "WitanRollup",
  ]

  /// The modules of this package and the system libraries that a module may import.
  static let allowed: [String: Set<String>] = {
    var allowed: [String: Set<String>] = [
      "WitanDraw": [],
      // A lock guards which signatures are known to be valid.
      "WitanCrypto": ["CCrypto", "CSodium", "Synchronization"],
      "Witan": ["WitanCrypto"],
      // A lock guards what courts remember: they are asked by several threads, and start none.
      "WitanProofs": ["Witan", "WitanCrypto", "CZ3", "Synchronization"],
      "WitanLedger": ["Witan", "WitanCrypto", "WitanProofs"],
      "WitanRollup": ["Witan", "WitanCrypto", "WitanProofs", "WitanLedger"],
      "WitanEvents": ["Witan", "CSQLite"],
    ]
    let agreed: Set = ["Witan", "WitanCrypto", "WitanProofs", "WitanLedger", "WitanRollup"]
    allowed["WitanSimulation"] = agreed.union(["WitanDraw", "WitanEvents"])
    allowed["WitanNode"] = agreed.union(["WitanEvents", "CSQLite", "CZeroMQ", "CSodium"])
    let serving: Set = ["WitanNode", "WitanSimulation", "WitanEvents", "CMicroHTTPD"]
    allowed["WitanService"] = agreed.union(serving)
    allowed["WitanCommand"] = agreed.union(serving).union([
      "WitanDraw", "WitanService", "CCrypto", "CSodium", "CSQLite", "CZ3", "CZeroMQ",
    ])
    return allowed
  }()

  /// The modules that a Swift file imports, with their lines.
  static func imports(of file: SourceFile) -> [(module: String, line: Int)] {
    let pattern = #/^\s*(?:(?:@\w+(?:\([^)]*\))?|public|package|internal|private|fileprivate)\s+)*/#
    let kinds: Set<Substring> = [
      "struct", "class", "enum", "protocol", "func", "var", "let", "typealias", "actor",
    ]
    return file.codeLines.enumerated().compactMap { index, line in
      guard line.contains("import ") else { return nil }
      let words = line.replacing(pattern, with: "").split(separator: " ")
      guard words.first == "import" else { return nil }
      let path = words.dropFirst().first { !kinds.contains($0) }
      return path?.split(separator: ".").first.map { (String($0), index + 1) }
    }
  }

  /// Whether a module belongs to this package.
  static func isOurs(_ module: String) -> Bool {
    module.hasPrefix("Witan") || module == "PropertyKit"
      || ["CZ3", "CSodium", "CCrypto", "CSQLite", "CZeroMQ", "CMicroHTTPD"].contains(module)
  }
}

extension Rule {
  /// Nothing imports upwards, and the pure layers import nothing that could make them impure.
  static let layers = Rule("a module imports only what stands below it") { file in
    guard let module = file.module, let allowed = Layers.allowed[module] else { return [] }
    return Layers.imports(of: file).compactMap { imported, line in
      let isRefused = Layers.isOurs(imported) || Layers.pure.contains(module)
      guard isRefused, !allowed.contains(imported) else { return nil }
      let right = allowed.isEmpty ? "nothing" : allowed.sorted().joined(separator: ", ")
      return Finding(
        path: file.path, line: line,
        problem: "\(module) must not import \(imported); it may import \(right)")
    }
  }

  /// A new module needs a place in the picture.
  static let knownModules = Rule("every module has its place among the layers") { repository in
    modules(of: repository).filter { Layers.allowed[$0] == nil }.map {
      Finding(path: "Sources/\($0)", problem: "no layer says what \($0) may import")
    }
  }

  /// A target's dependencies are what its module may import.
  static let dependencies = Rule("a target depends only on what stands below it") { repository in
    guard let package = repository.files.first(where: { $0.path == "Package.swift" }) else {
      return []
    }
    let target = #/arget\(\s*name:\s*"(\w+)"\s*,\s*dependencies:\s*\[([^\]]*)\]/#
    return package.text.matches(of: target).flatMap { match -> [Finding] in
      let module = String(match.1)
      guard let allowed = Layers.allowed[module] else { return [] }
      let named = match.2.matches(of: #/"(\w+)"/#).map { String($0.1) }
      return named.filter { !allowed.contains($0) }.map {
        Finding(path: package.path, problem: "\(module) must not depend on \($0)")
      }
    }
  }

  /// Every module has a page that a newcomer can start from.
  static let landingPages = Rule("every module has a landing page") { repository in
    modules(of: repository).compactMap { module in
      let path = "Sources/\(module)/\(module).docc/\(module).md"
      let page = repository.files.first { $0.path == path }
      if let page, page.text.hasPrefix("# ``\(module)``\n") { return nil }
      return Finding(path: path, problem: "must begin with # ``\(module)``")
    }
  }

  /// The modules with code of their own: system libraries have a module map instead.
  private static func modules(of repository: Repository) -> [String] {
    let foreign = repository.files.filter { $0.path.hasSuffix("/module.modulemap") }.map(\.module)
    let all = Set(repository.files.filter(\.isSwift).compactMap(\.module))
    return all.filter { !foreign.contains($0) }.sorted()
  }
}
