extension Rule {
  /// No file has grown so long that nobody reads it to the end.
  static let shortFiles = Rule("a file has at most 500 lines") { file in
    let count = file.lines.count
    guard count > 500 else { return [] }
    return [Finding(path: file.path, problem: "has \(count) lines; ask what it really consists of")]
  }

  /// No function has grown so long that nobody holds it in mind.
  static let shortFunctions = Rule("a function has at most 70 lines") { file in
    FunctionScanner(code: file.code).functions.compactMap { function in
      guard function.length > 70 else { return nil }
      return Finding(
        path: file.path, line: function.line,
        problem: "\(function.name) has \(function.length) lines; give its parts names")
    }
  }
}
