extension Rule {
  /// A hash table's order differs from run to run: who iterates over one and shows the result breaks replay.
  ///
  /// The rule goes by names, file by file: it knows a table by its declaration. Where the order can't be seen from
  /// outside, a comment on the line or the one above says so: `// any order: only the sum counts`.
  static let noHashOrder = Rule("the pure layers never iterate in hash order") { file in
    guard let module = file.module, Layers.pure.contains(module) else { return [] }
    let tables = tables(declaredIn: file)
    let loop = #/\bfor\s+.*?\bin\s+([^{]*)/#
    let lines = file.lines
    return file.codeLines.enumerated().compactMap { index, code in
      let excuse = lines[max(0, index - 1)...index].contains { $0.contains("any order:") }
      guard !excuse, let name = hashedName(in: code, loop: loop, tables) else { return nil }
      return Finding(
        path: file.path, line: index + 1,
        problem: "iterates over \(name) in hash order; sort it, or say why any order: does")
    }
  }

  private static func hashedName(
    in code: Substring, loop: Regex<(Substring, Substring)>, _ tables: Set<String>
  ) -> String? {
    if let match = code.firstMatch(of: loop), !match.1.contains(".sorted") {
      let expression = match.1.split(separator: " where ").first ?? match.1
      let trimmed = expression.trimmingSuffix { $0.isWhitespace }
      let path = trimmed.split(separator: ".").map(String.init)
      let views: Set = ["keys", "values", "indices", "enumerated()"]
      let last = path.last { !views.contains($0) }
      if let last, tables.contains(last) { return last }
    }
    guard let match = code.firstMatch(of: #/\b(\w+)(?:\.keys|\.values)?\.forEach\b/#) else {
      return nil
    }
    let name = String(match.1)
    return tables.contains(name) ? name : nil
  }

  /// The names of the variables whose type or initial value is a set or a dictionary.
  private static func tables(declaredIn file: SourceFile) -> Set<String> {
    let typed = #/\b(?:var|let)\s+(\w+)\s*:\s*(?:Set<|Dictionary<|\[[\w.<>]+\s*:\s*[^\]]+\])/#
    let made =
      #/\b(?:var|let)\s+(\w+)\s*=\s*(?:Set[<(]|Dictionary[<(]|\[[\w.<>]+\s*:\s*[\w.<>\[\]?]+\]\()/#
    let names = file.codeLines.flatMap { line in
      line.matches(of: typed).map { String($0.1) } + line.matches(of: made).map { String($0.1) }
    }
    return Set(names)
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while isDropped: (Character) -> Bool) -> Substring {
    var result = self
    while let last = result.last, isDropped(last) { result.removeLast() }
    return result
  }
}
