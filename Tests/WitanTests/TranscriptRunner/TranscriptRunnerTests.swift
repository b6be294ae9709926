import Testing

/// The runner notices what it is there to notice.
@Suite struct TranscriptRunnerTests {
  private static func only(_ text: String) throws -> Transcript.Case {
    try #require(try Transcript(file: "x.txt", text: text).cases.first)
  }

  @Test func `what doesn't happen is shown with the file's lines`() throws {
    let item = try Self.only(
      """
      # A request arrives

      network 4
      request c1 1 "put k v" to r1
      ----
      r1 <- c1      REQUEST c1#1
        offers      c1#2
        sets        progress 2s
      """)
    #expect(
      try TranscriptRun.difference(in: item) == """
          x.txt:6: r1 <- c1      REQUEST c1#1
        - x.txt:7:   offers      c1#2
        + x.txt:8:   offers      c1#1
          x.txt:8:   sets        progress 2s
        """)
  }

  @Test func `what is recorded is what is compared, and prose stays`() throws {
    let text = """
      Before the first heading.

      # A request arrives
      Further prose.

      network 4
      request c1 1 "put k v" to r1
      ----

      More prose.

      """
    let (recorded, faults) = TranscriptRun.recorded(try Transcript(file: "x.txt", text: text))
    #expect(faults.isEmpty)
    #expect(recorded.text == text.replacing("----\n", with: "----\n\(Self.arrival)\n"))
    #expect(try TranscriptRun.difference(in: recorded.cases[0]) == nil)
    #expect(try Transcript(file: "x.txt", text: recorded.text).text == recorded.text)
  }

  private static let arrival = """
    r1 <- c1      REQUEST c1#1
      offers      c1#1
      sets        progress 2s
    """

  @Test(arguments: [
    ("# H\n\nnetwork 4\ndelver all\n----", "x.txt:4: expected a command, found delver"),
    ("# H\n\nnetwork 4\nfire r9 status\n----", "x.txt:4: expected one of r0…r3, found r9"),
    (
      "# H\n\nnetwork 4\nfire r1 progress\n----",
      "x.txt:4: expected a progress timer to run at r1; these do: status"
    ),
    ("# H\n\nnetwork 4\nwait long\n----", "x.txt:4: expected a span such as 20ms, found long"),
    ("# H\n\ndeliver all\n----", "x.txt:3: expected `network`, found deliver"),
    ("# H\n\nnetwork 4 window=x\n----", "x.txt:3: expected a number, found x"),
    (
      "# H\n\nnetwork 4\nrequest c1 1 \"put k\n----",
      "x.txt:4: expected a closing \" in: request c1 1 \"put k"
    ),
    ("# H\n\nnetwork 4 please\n----", "x.txt:3: expected the end of the line, found please"),
  ])
  func `a mistake in a command is named with its line`(_ text: String, _ problem: String) throws {
    let item = try Self.only(text)
    let error = #expect(throws: TranscriptError.self) { try TranscriptRun.outputs(of: item) }
    #expect(error?.description == problem)
  }

  @Test func `commands without a line below them are no prose`() {
    let error = #expect(throws: TranscriptError.self) {
      try Transcript(file: "x.txt", text: "# H\n\nnetwork 4\ndeliver all\n")
    }
    #expect(error?.line == 3)
  }

  @Test func `a step before the first heading is refused`() {
    #expect(throws: TranscriptError.self) {
      try Transcript(file: "x.txt", text: "network 4\n----\n")
    }
  }
}
