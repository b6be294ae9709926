import Testing

@testable import WitanCommand

@Suite struct ProgramTests {
  @Test func `exit codes are what scripts rely on`() {
    #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5])
    #expect(ExitCode.success.rawValue == 0)
    #expect(ExitCode.bad.rawValue == 1)
    #expect(ExitCode.usage.rawValue == 2)
    #expect(ExitCode.safety.rawValue == 3)
    #expect(ExitCode.liveness.rawValue == 4)
    #expect(ExitCode.environment.rawValue == 5)
  }

  @Test func `a wrong value is told in one line, with where to read on`() {
    let session = Session("simulate", "--loss", "1.2")
    #expect(session.code == .usage)
    #expect(session.output == "")
    #expect(
      session.errors == """
        witan simulate: --loss 1.2 is not a probability; give a number from 0 to 1
        try witan simulate --help

        """)
  }

  @Test func `a mistyped command is told from the right one`() {
    let session = Session("simulte")
    #expect(session.code == .usage)
    #expect(
      session.errors == """
        witan: there is no command 'simulte'; did you mean simulate?
        try witan --help

        """)
    #expect(Session("help", "bnech").errors.contains("did you mean bench?"))
    #expect(Session("zzz").errors.contains("give simulate, replay, campaign, shrink, twins, "))
  }

  @Test func `errors stay on standard error, for programs too`() {
    let session = Session("--json", "simulate", "--loss=2")
    #expect(session.code == .usage)
    #expect(session.output == "")
    #expect(session.errors.hasPrefix("witan simulate: --loss 2 is not a probability"))
  }

  @Test func `without a command, all commands are listed`() {
    let overview = Session()
    #expect(overview.code == .success)
    #expect(overview.output == Session("--help").output)
    #expect(overview.output == Session("-h").output)
    #expect(overview.output == Session("help").output)
    for command in Program.witan.commands {
      #expect(overview.output.contains("\n  \(command.name) "))
    }
  }

  @Test func `help is the same however it is asked for`() {
    let page = Session("help", "simulate").output
    #expect(page.hasPrefix("witan simulate: "))
    #expect(Session("simulate", "--help").output == page)
    #expect(Session("simulate", "--loss", "7", "--help").output == page)
  }

  @Test func `the version is a line, or an object`() {
    #expect(Session("--version").output == "witan \(Program.witan.version)\n")
    #expect(
      Session("--version", "--json").output
        == #"{"name":"witan","version":"\#(Program.witan.version)"}"# + "\n")
  }

  @Test func `shared options may stand before or behind the command`() {
    let expected = "{\"count\":3}\n"
    #expect(Session("--json", "copy", "a", program: Sample.program).output == expected)
    #expect(Session("copy", "a", "--json", program: Sample.program).output == expected)
    #expect(Session("--color", "never", "copy", "a", program: Sample.program).code == .success)
    let wrong = Session("--color", "nver", "copy", "a", program: Sample.program)
    #expect(wrong.code == .usage)
    #expect(wrong.errors.hasPrefix("sample: --color nver is not one of never, auto, always"))
  }

  @Test func `commands stand below commands`() {
    #expect(Session("box", "open", program: Sample.program).output == "open\n")
    let missing = Session("box", program: Sample.program)
    #expect(missing.code == .usage)
    #expect(missing.errors.hasPrefix("sample box: a command is missing; give open or shut\n"))
    let mistyped = Session("box", "opne", program: Sample.program)
    #expect(
      mistyped.errors.hasPrefix("sample box: there is no command 'opne'; did you mean open?\n"))
    #expect(Session("box", "--help", program: Sample.program).output.contains("box COMMAND"))
  }

  @Test func `a body's answer is the exit code`() {
    #expect(Session("copy", "a", "--quiet", program: Sample.program).code == .bad)
  }

  @Test func `surroundings that fail are told in the same shape, and end with 5`() {
    let session = Session("fail", program: Sample.program)
    #expect(session.code == .environment)
    #expect(session.errors == "sample fail: the disk is full; free some space\n")
  }

  @Test func `input that is wrong names its file and line, and ends with 2`() {
    let session = Session("misread", program: Sample.program)
    #expect(session.code == .usage)
    #expect(
      session.errors.hasPrefix("sample misread: in.json:3: a number is missing; write one\n"))
  }

  @Test func `colour is for terminals`() {
    #expect(!Session("help").output.contains("\u{1B}"))
    #expect(Session("help", outputIsTerminal: true).output.contains("\u{1B}[1m"))
    #expect(!Session("help", outputIsTerminal: true, refusesColor: true).output.contains("\u{1B}"))
    #expect(Session("help", "--color=always", refusesColor: true).output.contains("\u{1B}[1m"))
  }

  @Test func `weights that don't fit the replicas are refused`() {
    let session = Session("simulate", "--weights", "1,1,2")
    #expect(session.code == .usage)
    #expect(
      session.errors.hasPrefix(
        "witan simulate: --weights 1,1,2: there are 3 weights for 4 replicas; give one for each\n"))
  }

  @Test func `no argument list makes the parser trap`() {
    let words = [
      "simulate", "bench", "help", "completions", "box", "--", "-", "--=", "=", "", "--json",
      "--json=1", "--color", "--color=", "--loss", "--seed=0x", "--nope", "-h", "\u{0}", "🦊",
    ]
    for first in words {
      for second in words {
        for third in words {
          var path = ["witan"]
          _ = try? Program.witan.resolve([first, second, third], &path)
          #expect(path.first == "witan")
        }
      }
    }
  }
}
