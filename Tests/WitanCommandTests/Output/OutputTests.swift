import Testing

@testable import WitanCommand

@Suite struct OutputTests {
  private let out = MemorySink()
  private let errors = MemorySink()

  private func surroundings(
    terminal: Bool = false, refusesColor: Bool = false, now: @escaping () -> UInt64 = { 0 }
  ) -> Surroundings {
    Surroundings(
      output: out, errors: errors, outputIsTerminal: terminal, errorsAreTerminal: terminal,
      refusesColor: refusesColor, now: now)
  }

  @Test func `people and programs each hear only what is for them`() {
    for (json, expected) in [(false, "hello\n"), (true, "{\"a\":1}\n")] {
      let sink = MemorySink()
      let place = Surroundings(output: sink, errors: errors)
      let output = Output(of: "witan x", SharedOptions(json: json), in: place)
      output.line("hello")
      output.record(["a": 1])
      #expect(sink.text == expected)
    }
  }

  @Test func `notes and warnings go to standard error, with who says so`() {
    let output = Output(of: "witan x", SharedOptions(), in: surroundings())
    output.warning("beware")
    output.note("by the way")
    #expect(out.text == "")
    #expect(errors.text == "witan x: warning: beware\nwitan x: note: by the way\n")
  }

  @Test func `colours need a terminal and nobody's objection, unless they are insisted on`() {
    for terminal in [false, true] {
      for refuses in [false, true] {
        for choice in ColorChoice.allCases {
          let place = surroundings(terminal: terminal, refusesColor: refuses)
          let output = Output(of: "x", SharedOptions(color: choice), in: place)
          let expected = choice == .always || (choice == .auto && terminal && !refuses)
          #expect(output.palette.isColored == expected)
          let forPrograms = Output(of: "x", SharedOptions(json: true, color: choice), in: place)
          #expect(!forPrograms.palette.isColored)
        }
      }
    }
  }

  @Test func `progress draws on a terminal, not too often, and goes away`() {
    var time: UInt64 = 0
    let place = surroundings(terminal: true, now: { time })
    let progress = Progress("measuring", in: place)
    progress.update(0, of: 4)
    time += 1_000_000
    progress.update(1, of: 4)
    let first = "\rmeasuring  \(String(repeating: "░", count: 24))  0 of 4\u{1B}[K"
    #expect(errors.text == first)
    time += 200_000_000
    progress.update(2, of: 4, detail: "core")
    let half = String(repeating: "█", count: 12) + String(repeating: "░", count: 12)
    #expect(errors.text == first + "\rmeasuring  \(half)  2 of 4  core\u{1B}[K")
    progress.finish()
    progress.finish()
    #expect(errors.text.hasSuffix("core\u{1B}[K\r\u{1B}[K"))
    #expect(out.text == "")
  }

  @Test func `progress is silent where there is no terminal`() {
    let progress = Progress("measuring", in: surroundings())
    progress.update(1, of: 2)
    progress.update(7)
    progress.finish()
    #expect(errors.text == "")
  }
}
