/// Completion for bash: one function that finds the command, then the option before the cursor, then offers.
struct BashCompletion: Sendable {
  /// The program.
  let root: CommandSyntax

  /// The script, to be sourced.
  var script: String {
    let name = root.name
    return """
      # Completion of \(name) for bash. Try it with: source <(\(name) completions bash)
      _\(name)() {
        local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
        local command='' index
        # To bash the sign in --name=value is a word of its own.
        if [[ $word == '=' ]]; then
          word=''
        elif [[ $previous == '=' ]]; then
          previous=${COMP_WORDS[COMP_CWORD-2]}
        fi
        for ((index = 1; index < COMP_CWORD; index++)); do
          case "$command ${COMP_WORDS[index]}" in
            \(paths)) command="${command:+$command }${COMP_WORDS[index]}" ;;
          esac
        done
        case "$command $previous" in
      \(values)
        esac
        case "$command" in
      \(offers)
        esac
      }
      complete -F _\(name) \(name)

      """
  }

  private var paths: String {
    root.tree.dropFirst().map { command in
      (command.path.dropFirst().dropLast().joined(separator: " ") + " " + command.name).shellQuoted
    }.joined(separator: " | ")
  }

  /// What may follow an option that takes a value; for most the person must know.
  private var values: String {
    root.tree.flatMap { command in
      command.allOptions.filter(\.takesValue).map { option in
        let pattern = "\(command.words) --\(option.name)".shellQuoted
        return "    \(pattern)) \(reply(option.candidates)) return ;;"
      }
    }.joined(separator: "\n")
  }

  /// What may stand where no value of an option is due.
  private var offers: String {
    root.tree.map { command in
      let operands = command.operands.flatMap { $0.candidates.words(in: root).map(\.word) }
      let options = command.allOptions.map { "--\($0.name)" }
      let words = command.subcommands.map(\.name) + operands + options
      let files = command.operands.contains { $0.candidates == .files } ? " -f" : ""
      let list = words.joined(separator: " ").shellQuoted
      let reply = "COMPREPLY=($(compgen\(files) -W \(list) -- \"$word\"))"
      return "    \(command.words.shellQuoted)) \(reply) ;;"
    }.joined(separator: "\n")
  }

  private func reply(_ candidates: Candidates) -> String {
    let words = candidates.words(in: root).map(\.word)
    if candidates == .files { return "COMPREPLY=($(compgen -f -- \"$word\"));" }
    guard !words.isEmpty else { return "COMPREPLY=();" }
    let list = words.joined(separator: " ").shellQuoted
    return "COMPREPLY=($(compgen -W \(list) -- \"$word\"));"
  }
}
