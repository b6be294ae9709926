import Foundation
import Testing

@testable import WitanCommand

@Suite struct CompletionTests {
  private static let bash = "/bin/bash"
  private static let hasBash = FileManager.default.isExecutableFile(atPath: bash)

  private var script: String { Shell.bash.script(for: Program.witan.syntax) }

  /// What bash offers after these words; the last one is being typed.
  private func offers(_ words: String...) throws -> [String] {
    let array = (["witan"] + words).map(\.shellQuoted).joined(separator: " ")
    let call = """
      \(script)
      COMP_WORDS=(\(array)); COMP_CWORD=\(words.count); COMPREPLY=()
      _witan
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let output = try ProcessRun(Self.bash, ["-c", call]).output
    return output.split(separator: "\n").map(String.init)
  }

  @Test(arguments: Shell.allCases)
  func `a script mentions every command and option`(_ shell: Shell) {
    let script = Session("completions", shell.rawValue).output
    for command in Program.witan.syntax.tree {
      for option in command.options { #expect(script.contains(option.name)) }
      #expect(script.contains(command.name))
    }
    #expect(script == shell.script(for: Program.witan.syntax))
  }

  @Test(.enabled(if: hasBash)) func `bash can read its script`() throws {
    for root in [Program.witan.syntax, Sample.program.syntax] {
      let check = try ProcessRun(Self.bash, ["-n", "-c", Shell.bash.script(for: root)])
      #expect(check.code == 0)
      #expect(check.errors == "")
    }
  }

  @Test(.enabled(if: hasBash)) func `bash offers commands, options and values`() throws {
    #expect(try offers("si") == ["simulate"])
    #expect(try offers("simulate", "--rep") == ["--replicas"])
    #expect(try offers("simulate", "--signatures", "") == ["simulated", "real"])
    #expect(try offers("simulate", "--signatures", "=") == ["simulated", "real"])
    #expect(try offers("simulate", "--signatures", "=", "r") == ["real"])
    #expect(try offers("simulate", "--replicas", "") == [])
    #expect(try offers("--color", "n") == ["never"])
    #expect(try offers("completions", "").prefix(3) == ["bash", "zsh", "fish"])
    #expect(try offers("help", "be") == ["bench"])
  }

  @Test func `quotes in a description can't break a script`() {
    let text = "it's [a] \\ colon: here"
    #expect(text.shellQuoted == #"'it'\''s [a] \ colon: here'"#)
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/zsh")))
  func `zsh can read its script`() throws {
    for root in [Program.witan.syntax, Sample.program.syntax] {
      let run = try ProcessRun("/usr/bin/zsh", ["-n", "-c", Shell.zsh.script(for: root)])
      #expect(run.code == 0, "\(run.errors)")
    }
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/fish")))
  func `fish can read its script`() throws {
    for root in [Program.witan.syntax, Sample.program.syntax] {
      let run = try ProcessRun("/usr/bin/fish", ["-n", "-c", Shell.fish.script(for: root)])
      #expect(run.code == 0, "\(run.errors)")
    }
  }
}
