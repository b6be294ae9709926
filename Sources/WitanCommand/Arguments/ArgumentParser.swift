import WitanSimulation

/// Reads a command's arguments into the fields that its parameters are bound to.
///
/// `--name value` and `--name=value` mean the same; `--` ends the options; a lone `-` is an operand. An
/// option may stand before, between and after operands. Only flags and repeatable options may be given twice.
struct ArgumentParser<Root: Sendable>: Sendable {
  /// Everything that may be given.
  let parameters: [Parameter<Root>]

  /// Whether help is asked for anywhere among the options.
  static func asksForHelp(_ arguments: [String]) -> Bool {
    arguments.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
  }

  /// Fills `root`, or says what is wrong with the first argument that can't be understood.
  func parse(_ arguments: [String], into root: inout Root) throws(UsageError) {
    var rest = arguments[...]
    var operands: [String] = []
    var given: Set<String> = []
    while let argument = rest.popFirst() {
      if argument == "--" {
        operands += rest
        break
      }
      if argument.hasPrefix("-"), argument != "-" {
        try takeOption(argument, &rest, &given, into: &root)
      } else {
        operands.append(argument)
      }
    }
    try take(operands, into: &root)
  }

  private func takeOption(
    _ argument: String, _ rest: inout ArraySlice<String>, _ given: inout Set<String>,
    into root: inout Root
  ) throws(UsageError) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let spelling = parts.first.map(String.init) ?? argument
    let parameter = try option(spelled: spelling)
    let isNew = given.insert(spelling).inserted
    switch parameter.syntax.role {
    case .flag:
      guard parts.count == 1 else {
        throw UsageError("\(spelling) takes no value", remedy: "give \(spelling) alone")
      }
      try apply(parameter, "", calling: spelling, into: &root)
    case .option where !isNew:
      throw UsageError("\(spelling) is given twice", remedy: "give it once")
    case .option, .repeatableOption, .operand:
      let value = parts.count == 2 ? String(parts[1]) : takeValue(&rest)
      guard let value else {
        throw UsageError(
          "\(spelling) lacks its value", remedy: "give \(parameter.syntax.spelling)")
      }
      try apply(parameter, value, calling: spelling, into: &root)
    }
  }

  /// The next argument, unless it is plainly the next option. A number may be negative.
  private func takeValue(_ rest: inout ArraySlice<String>) -> String? {
    guard let next = rest.first, !next.hasPrefix("--") else { return nil }
    return rest.popFirst()
  }

  private func option(spelled spelling: String) throws(UsageError) -> Parameter<Root> {
    let options = parameters.filter { !$0.syntax.isOperand }
    if let found = options.first(where: { "--\($0.syntax.name)" == spelling }) { return found }
    let problem = "there is no option \(spelling.quotedIfNeeded)"
    let spellings = options.map { "--\($0.syntax.name)" } + ["--help"]
    if let guess = Suggestion.nearest(to: spelling, among: spellings) {
      throw UsageError(problem, remedy: "did you mean \(guess)?")
    }
    let double = "-\(spelling)"
    if spellings.contains(double) { throw UsageError(problem, remedy: "did you mean \(double)?") }
    throw UsageError(
      problem, remedy: "see the help for those there are, or put -- before an operand like it")
  }

  private func take(_ texts: [String], into root: inout Root) throws(UsageError) {
    var rest = texts[...]
    for parameter in parameters {
      guard case .operand(let arity) = parameter.syntax.role else { continue }
      let name = parameter.syntax.placeholder
      if rest.isEmpty, arity == .one || arity == .some {
        throw UsageError("\(name) is missing", remedy: "give \(parameter.syntax.help)")
      }
      let isMany = arity == .any || arity == .some
      for text in isMany ? rest : rest.prefix(1) {
        try apply(parameter, text, calling: nil, into: &root)
        rest.removeFirst()
      }
    }
    if let surplus = rest.first {
      throw UsageError(
        "\(surplus.quotedIfNeeded) is one argument too many", remedy: "leave it out")
    }
  }

  private func apply(
    _ parameter: Parameter<Root>, _ text: String, calling spelling: String?, into root: inout Root
  ) throws(UsageError) {
    do {
      try parameter.apply(&root, text)
    } catch {
      let subject = [spelling, text.quotedIfNeeded].compactMap { $0 }.joined(separator: " ")
      throw UsageError("\(subject) \(error.problem)", remedy: error.remedy)
    }
  }
}
