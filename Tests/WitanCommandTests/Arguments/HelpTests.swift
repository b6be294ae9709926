import Foundation
import Testing

@testable import WitanCommand

@Suite struct HelpTests {
  @Test func `a page shows all there is to know`() {
    #expect(
      Session("copy", "--help", program: Sample.program).output == """
        sample copy: copy things

        Usage: sample copy SOURCE [TARGET…] [options]

        It's what it says.

        Arguments:
          SOURCE     where it comes from
          [TARGET…]  where it goes

        Options:
          --count N           how many there are (default: 3)
          --shade light|dark  which shade; any if not given
          --note TEXT         what to remember (repeatable)
          --quiet             say less

        Everywhere:
          --json        print JSON and nothing else
          --color WHEN  colour: never, auto or always (default: auto)
          --help        show this help

        Examples:
          sample copy a b
              copies a to b
          sample copy a --count 4
              copies a, four times

        """)
  }

  /// The pages stand in `Golden`; `WITAN_RECORD=1 swift test` writes them anew, and fails so that nobody forgets.
  @Test(arguments: Program.witan.syntax.tree)
  func `the page of every command is as recorded`(_ command: CommandSyntax) throws {
    let lines = HelpPage(command).lines()
    let page = lines.joined(separator: "\n") + "\n"
    let name = command.path.joined(separator: "-") + ".txt"
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/\(name)")
    if ProcessInfo.processInfo.environment["WITAN_RECORD"] != nil {
      try Data(page.utf8).write(to: file)
      Issue.record("recorded \(name); look at it, and run again without WITAN_RECORD")
      return
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == page)
  }

  @Test(arguments: Program.witan.syntax.tree)
  func `every command teaches by two examples, and no page is too wide`(_ command: CommandSyntax) {
    #expect(command.examples.count >= 2)
    #expect(!command.summary.isEmpty)
    for parameter in command.parameters { #expect(!parameter.help.isEmpty) }
    for line in HelpPage(command).lines() { #expect(line.displayWidth <= 80, "\(line)") }
  }

  @Test(arguments: Program.witan.syntax.tree)
  func `every default is a value that the option takes`(_ command: CommandSyntax) throws {
    guard command.isRunnable, command.path.count > 1 else { return }
    let given = command.options.filter { $0.defaultText != nil }.flatMap {
      ["--\($0.name)", $0.defaultText ?? ""]
    }
    let needed = command.operands.filter {
      $0.role == .operand(.one) || $0.role == .operand(.some)
    }.map {
      $0.candidates.words.first?.word ?? "x"
    }
    var path = ["witan"]
    _ = try Program.witan.resolve(Array(command.path.dropFirst()) + given + needed, &path)
  }

  @Test func `programs read the description as an object`() {
    let session = Session("help", "bench", "--json")
    #expect(session.output.hasPrefix(#"{"name":"witan bench","summary":"#))
    #expect(session.output.filter(\.isNewline).count == 1)
    let rounds = #"{"name":"--rounds","value":"N","help":"#
    #expect(session.output.contains(rounds))
  }
}

extension CommandSyntax: CustomTestStringConvertible {
  /// The words that call it, where a test names its argument.
  public var testDescription: String { call }
}
