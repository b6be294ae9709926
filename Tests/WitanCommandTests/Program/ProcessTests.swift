import Foundation
import Testing

@testable import WitanCommand

/// The built executable, from outside.
@Suite(.enabled(if: ProcessRun.witan != nil, "the witan executable isn't there"))
struct ProcessTests {
  private func witan(
    _ arguments: String..., environment: [String: String] = [:], output: FileHandle? = nil
  ) throws -> ProcessRun {
    let executable = try #require(ProcessRun.witan)
    return try ProcessRun(executable, arguments, environment: environment, output: output)
  }

  @Test func `results go to standard output, and success is 0`() throws {
    let run = try witan("--version")
    #expect(run.code == 0)
    #expect(run.output == "witan \(Program.witan.version)\n")
    #expect(run.errors == "")
  }

  @Test func `errors go to standard error, and bad usage is 2`() throws {
    let run = try witan("simulate", "--loss", "1.2")
    #expect(run.code == 2)
    #expect(run.output == "")
    #expect(
      run.errors == """
        witan simulate: --loss 1.2 is not a probability; give a number from 0 to 1
        try witan simulate --help

        """)
  }

  @Test func `a pipe is no terminal: no colour, unless it is asked for`() throws {
    #expect(try !witan("help").output.contains("\u{1B}"))
    let forced = try witan("help", "--color", "always", environment: ["NO_COLOR": "1"])
    #expect(forced.output.contains("\u{1B}"))
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func `a full disk is a failure of the environment, not a success`() throws {
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let run = try witan("help", output: full)
    #expect(run.code == 5)
    #expect(run.errors.hasPrefix("witan: can't write to standard output: No space left on device"))
  }

  @Test func `every example on a page is a line that parses`() throws {
    for command in Program.witan.syntax.tree {
      for example in command.examples where example.line.hasPrefix("witan ") {
        let plain = example.line.prefix { !"|><".contains($0) }
        // Keys are too long for a page.
        let words = plain.split(separator: " ").dropFirst().map {
          $0 == "KEY" ? String(repeating: "0", count: 64) : String($0)
        }
        var path = ["witan"]
        _ = try Program.witan.resolve(words, &path)
      }
    }
  }
}
