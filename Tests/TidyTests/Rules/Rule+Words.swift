extension Rule {
  /// Nothing is left for later in a place where nobody looks for it.
  static let noMarks = Rule("no mark is left behind") { repository in
    // These tests must name the marks to find them.
    repository.files.filter { !$0.path.hasPrefix("Tests/TidyTests/") }.flatMap { file in
      file.lines.enumerated().compactMap { index, line in
        line.firstMatch(of: #/\b(TODO|FIXME|XXX|HACK)\b/#).map {
          Finding(path: file.path, line: index + 1, problem: "\($0.1): do it, or say it elsewhere")
        }
      }
    }
  }

  /// A name says what a thing is.
  static let tellingNames = Rule("no name is a drawer for anything") { repository in
    repository.files.flatMap { file -> [Finding] in
      var names = file.folders.map { (name: $0, line: nil as Int?) }
      let declaration = #/\b(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)/#
      for (index, line) in file.codeLines.enumerated() {
        names += line.matches(of: declaration).map { (String($0.1), index + 1) }
      }
      return names.compactMap { name, line in
        // Words begin at capitals: a Commonwealth is no drawer, and neither is what is uncommon.
        let drawer = #/(?:Util(?:s|ity|ities)?|Helpers?|Common|Managers?|Misc)(?![a-z])/#
        return name.firstMatch(of: drawer).map {
          Finding(
            path: file.path, line: line,
            problem: "\(name): \($0.0) says nothing; name the concept")
        }
      }
    }
  }

  /// What comes from outside never meets a trap. An invariant is a precondition that says which.
  static let noTraps = Rule("nothing in the product traps") { file in
    guard file.folders.first == "Sources" else { return [] }
    return file.codeLines.enumerated().compactMap { index, line in
      line.firstMatch(of: #/\btry!|\bas!|\bfatalError\(/#).map {
        Finding(path: file.path, line: index + 1, problem: "\($0.0) traps; give an error instead")
      }
    }
  }

  /// Whoever opens the repository sees what there is, and nothing else.
  static let cleanTop = Rule("the top of the repository holds only what belongs there") {
    $0.entries.filter { !topEntries.contains($0) }.map {
      Finding(path: $0, problem: "doesn't belong at the top of the repository")
    }
  }

  private static let topEntries: Set<String> = [
    "Package.swift", "Sources", "Tests", "Fuzz", "README.md", "CHANGELOG.md", "LICENSE",
  ]
}
