/// A command's description as a page for people, or as an object for programs.
struct HelpPage: Sendable {
  private let syntax: CommandSyntax
  private static let width = 80

  /// The page of this command.
  init(_ syntax: CommandSyntax) { self.syntax = syntax }

  /// Prints the page.
  func print(to output: Output) {
    for line in lines(output.palette) { output.line(line) }
    output.record(syntax.json)
  }

  /// The lines of the page.
  func lines(_ palette: Palette = Palette(isColored: false)) -> [String] {
    var sections = [["\(palette.paint(syntax.call, .strong)): \(syntax.summary)"]]
    sections.append(["Usage: \(syntax.usage)"])
    sections += syntax.discussion.map { $0.wrapped(to: Self.width) }
    sections += commands(palette)
    sections += [
      list("Arguments", syntax.operands.map { ($0.spelling, $0.fullHelp) }, palette),
      list("Options", syntax.options.map { ($0.spelling, $0.fullHelp) }, palette),
      list("Everywhere", syntax.shared.map { ($0.spelling, $0.fullHelp) }, palette),
      examples(palette),
    ]
    return Array(sections.filter { !$0.isEmpty }.joined(separator: [""]))
  }

  private func commands(_ palette: Palette) -> [[String]] {
    let widest = syntax.subcommands.map(\.name.displayWidth).max()
    return Chapter.allCases.map { chapter in
      let inside = syntax.subcommands.filter { $0.chapter == chapter }
      let entries = inside.map { ($0.name, $0.summary) }
      return list(chapter.rawValue, entries, palette, widest: widest)
    }
  }

  /// Names on the left, what they mean on the right; a long name has its meaning on the next line.
  private func list(
    _ title: String, _ entries: [(name: String, meaning: String)], _ palette: Palette,
    widest: Int? = nil
  ) -> [String] {
    guard !entries.isEmpty else { return [] }
    let longest = 28
    let fitting = entries.map(\.name.displayWidth).filter { $0 <= longest }
    let column = 2 + (widest ?? fitting.max() ?? longest) + 2
    let margin = String(repeating: " ", count: column)
    var lines = [palette.paint("\(title):", .strong)]
    for (name, meaning) in entries {
      let wrapped = meaning.wrapped(to: Self.width - column)
      let head = "  \(name)"
      var rest = wrapped[...]
      if head.displayWidth + 2 <= column, let first = rest.popFirst() {
        lines.append("\(head.padded(to: column))\(first)")
      } else {
        lines.append(head)
      }
      lines += rest.map { margin + $0 }
    }
    return lines
  }

  private func examples(_ palette: Palette) -> [String] {
    guard !syntax.examples.isEmpty else { return [] }
    return [palette.paint("Examples:", .strong)]
      + syntax.examples.flatMap { ["  \($0.line)", "      \(palette.paint($0.meaning, .faint))"] }
  }
}

extension CommandSyntax {
  /// The description for programs.
  var json: JSON {
    [
      "name": .string(call),
      "summary": .string(summary),
      "usage": .string(usage),
      "parameters": .array((parameters + shared).map(\.json)),
      "examples": .array(
        examples.map { ["line": .string($0.line), "meaning": .string($0.meaning)] }),
      "commands": .array(subcommands.map(\.json)),
    ]
  }
}

extension ParameterSyntax {
  /// The description for programs.
  fileprivate var json: JSON {
    [
      "name": .string(isOperand ? name : "--\(name)"),
      "value": takesValue ? .string(placeholder) : nil,
      "help": .string(help),
      "default": .optional(defaultText, JSON.string),
      "repeatable": .bool(role == .repeatableOption),
      "words": .strings(candidates.words.map(\.word)),
    ]
  }
}
