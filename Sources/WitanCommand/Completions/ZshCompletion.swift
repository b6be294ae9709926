/// Completion for zsh: a function for each command, on zsh's own `_arguments`.
struct ZshCompletion: Sendable {
  /// The program.
  let root: CommandSyntax

  /// The script, to be sourced or put on the `fpath` as `_witan`.
  var script: String {
    let name = root.name
    let functions = root.tree.reversed().map(function).joined(separator: "\n")
    return """
      #compdef \(name)
      # Completion of \(name) for zsh. Try it with: source <(\(name) completions zsh)
      \(functions)
      if [[ $funcstack[1] == _\(name) ]]; then
        _\(name) "$@"
      else
        compdef _\(name) \(name)
      fi

      """
  }

  private func function(_ command: CommandSyntax) -> String {
    let options = command.allOptions.map(specification)
    guard !command.subcommands.isEmpty else {
      return """
        \(name(of: command))() {
          _arguments \(joined(options + command.operands.enumerated().map(operand)))
        }
        """
    }
    let specifications = options + ["'1:command:->command'", "'*::argument:->argument'"]
    let commands = command.subcommands.map {
      "      \("\($0.name):\($0.summary)".shellQuoted)"
    }
    let cases = command.subcommands.map { "        \($0.name)) \(name(of: $0)) ;;" }
    return """
      \(name(of: command))() {
        local state line
        local -a commands
        _arguments -C \(joined(specifications))
        case $state in
          command)
            commands=(
      \(commands.joined(separator: "\n"))
            )
            _describe -t commands 'command' commands
            ;;
          argument)
            case $line[1] in
      \(cases.joined(separator: "\n"))
            esac
            ;;
        esac
      }
      """
  }

  private func name(of command: CommandSyntax) -> String {
    "_" + command.path.joined(separator: "_")
  }

  private func joined(_ specifications: [String]) -> String {
    specifications.joined(separator: " \\\n    ")
  }

  private func specification(_ option: ParameterSyntax) -> String {
    let star = option.role == .repeatableOption ? "*" : ""
    let text = "\(star)--\(option.name)"
    guard option.takesValue else { return "\(text)[\(escaped(option.help))]".shellQuoted }
    return "\(text)=[\(escaped(option.help))]:\(value(option))".shellQuoted
  }

  private func operand(_ index: Int, _ operand: ParameterSyntax) -> String {
    let position =
      switch operand.role {
      case .operand(.any), .operand(.some): "*:"
      case .operand(.optional): "\(index + 1)::"
      default: "\(index + 1):"
      }
    return "\(position)\(value(operand))".shellQuoted
  }

  /// `message:action`.
  private func value(_ parameter: ParameterSyntax) -> String {
    let words = parameter.candidates.words(in: root).map(\.word)
    let action =
      parameter.candidates == .files ? "_files" : "(\(words.joined(separator: " ")))"
    return "\(escaped(parameter.placeholder)):\(words.isEmpty && action != "_files" ? " " : action)"
  }

  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, letter in
      if "[]:\\".contains(letter) { result += "\\" }
      result.append(letter)
    }
  }
}
