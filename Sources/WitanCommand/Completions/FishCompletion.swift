import WitanSimulation

/// Completion for fish: a line for each thing that may be offered, with the command to which it belongs.
struct FishCompletion: Sendable {
  /// The program.
  let root: CommandSyntax

  /// The script, to be sourced.
  var script: String {
    let name = root.name
    return """
      # Completion of \(name) for fish. Try it with: \(name) completions fish | source
      function __\(name)_at --description 'Whether the command so far is the one given'
        set -l command
        for word in (commandline -opc)[2..-1]
          switch "$command $word"
            case \(paths)
              set command (string trim -- "$command $word")
          end
        end
        test "$command" = "$argv"
      end
      complete -c \(name) -f
      \(root.tree.flatMap(lines).joined(separator: "\n"))

      """
  }

  private var paths: String {
    root.tree.dropFirst().map { command in
      quoted(
        command.path.dropFirst().dropLast().joined(separator: " ") + " " + command.name)
    }.joined(separator: " ")
  }

  private func lines(_ command: CommandSyntax) -> [String] {
    let head = "complete -c \(root.name) -n \(quoted("__\(root.name)_at \(command.words)"))"
    let subcommands = command.subcommands.map { "\(head) -a \($0.name) -d \(quoted($0.summary))" }
    let options = command.allOptions.map { option in
      "\(head) -l \(option.name)\(value(option)) -d \(quoted(option.help))"
    }
    let operands = command.operands.flatMap { operand in
      operand.candidates == .files
        ? ["\(head) -F"]
        : operand.candidates.words(in: root).map {
          "\(head) -a \($0.word) -d \(quoted($0.meaning))"
        }
    }
    return subcommands + operands + options
  }

  private func value(_ option: ParameterSyntax) -> String {
    guard option.takesValue else { return "" }
    if option.candidates == .files { return " -r -F" }
    let words = option.candidates.words(in: root).map(\.word)
    return words.isEmpty ? " -x" : " -x -a \(quoted(words.joined(separator: " ")))"
  }

  private func quoted(_ text: String) -> String {
    let escaped = text.reduce(into: "") { result, letter in
      if letter == "'" || letter == "\\" { result += "\\" }
      result.append(letter)
    }
    return "'\(escaped)'"
  }
}
