import Testing
import WitanSimulation

@testable import WitanCommand

@Suite struct ArgumentParserTests {
  private func parse(_ arguments: String...) throws(UsageError) -> Sample.Options {
    var options = Sample.Options()
    try ArgumentParser(parameters: Sample.parameters).parse(arguments, into: &options)
    return options
  }

  private func fault(_ arguments: String...) -> UsageError? {
    var options = Sample.Options()
    do {
      try ArgumentParser(parameters: Sample.parameters).parse(arguments, into: &options)
      return nil
    } catch {
      return error
    }
  }

  @Test func `what isn't given keeps its default`() throws {
    #expect(try parse("a") == Sample.Options(source: "a"))
  }

  @Test func `a value stands behind a space or behind an equals sign`() throws {
    #expect(try parse("--count", "5", "a").count == 5)
    #expect(try parse("--count=5", "a").count == 5)
    #expect(try parse("--note=a=b", "a").notes == ["a=b"])
  }

  @Test func `options may stand before, between and after operands`() throws {
    let options = try parse("--count", "2", "a", "--quiet", "b", "c", "--shade", "dark")
    let expected = Sample.Options(
      count: 2, shade: .dark, quiet: true, source: "a", targets: ["b", "c"])
    #expect(options == expected)
  }

  @Test func `two dashes end the options, and one alone is an operand`() throws {
    #expect(try parse("-", "--", "--count", "--").targets == ["--count", "--"])
    #expect(try parse("-").source == "-")
  }

  @Test func `a repeatable option keeps its values in order`() throws {
    #expect(try parse("--note", "x", "a", "--note=y").notes == ["x", "y"])
  }

  @Test func `a flag may be given twice, an option may not`() throws {
    #expect(try parse("--quiet", "--quiet", "a").quiet)
    let expected = UsageError("--count is given twice", remedy: "give it once")
    #expect(fault("--count", "1", "--count=2", "a") == expected)
  }

  @Test func `a value that is missing is asked for, and the next option is never taken for it`() {
    let expected = UsageError("--count lacks its value", remedy: "give --count N")
    #expect(fault("a", "--count") == expected)
    #expect(fault("a", "--count", "--quiet") == expected)
  }

  @Test func `a value may begin with a minus`() {
    let expected = UsageError(
      "--count -5 is out of range", remedy: "give a whole number from 1 to 9")
    #expect(fault("a", "--count", "-5") == expected)
  }

  @Test func `a flag takes no value`() {
    let expected = UsageError("--quiet takes no value", remedy: "give --quiet alone")
    #expect(fault("a", "--quiet=yes") == expected)
  }

  @Test func `a mistyped option is told from the right one`() {
    #expect(fault("--cuont", "5")?.remedy == "did you mean --count?")
    #expect(fault("--cou=5")?.remedy == "did you mean --count?")
    #expect(fault("-quiet")?.remedy == "did you mean --quiet?")
    #expect(fault("--hepl")?.remedy == "did you mean --help?")
    let unlike = fault("--zzzzzzzz")
    #expect(unlike?.problem == "there is no option --zzzzzzzz")
    #expect(unlike?.remedy.contains("did you mean") == false)
  }

  @Test func `a mistyped word is told from the right one`() {
    let expected = UsageError(
      "--shade drak is not one of light, dark", remedy: "did you mean dark?")
    #expect(fault("a", "--shade", "drak") == expected)
    #expect(fault("a", "--shade", "zzz")?.remedy == "give light or dark")
  }

  @Test func `operands that are missing or too many are refused`() throws {
    #expect(fault() == UsageError("SOURCE is missing", remedy: "give where it comes from"))
    var one = Sample.Options()
    let parser = ArgumentParser<Sample.Options>(parameters: [
      .operand(\.source, .file, isRequired: false, "a file")
    ])
    try parser.parse([], into: &one)
    #expect(one.source == nil)
    #expect(
      throws: UsageError("b is one argument too many", remedy: "leave it out")
    ) { try parser.parse(["a", "b"], into: &one) }
  }

  @Test func `what is quoted back can't drive the terminal and isn't endless`() {
    #expect(fault("--count", "\u{1B}[31m", "a")?.problem.hasPrefix("--count '\\u{1b}[31m'") == true)
    #expect(fault("--count", "", "a")?.problem == "--count '' is not a whole number")
    #expect(fault("--count", "two words", "a")?.problem.hasPrefix("--count 'two words'") == true)
    let long = String(repeating: "9", count: 10_000)
    #expect((fault("--count", long, "a")?.problem.count ?? .max) < 200)
  }

  @Test func `help is asked for anywhere but behind two dashes`() {
    typealias Parser = ArgumentParser<Sample.Options>
    #expect(Parser.asksForHelp(["a", "--count", "12", "--help"]))
    #expect(Parser.asksForHelp(["-h"]))
    #expect(!Parser.asksForHelp(["--", "--help"]))
  }
}
