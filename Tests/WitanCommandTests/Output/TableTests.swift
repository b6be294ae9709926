import Testing

@testable import WitanCommand

@Suite struct TableTests {
  private var table: Table {
    var table = Table([.init("name"), .init("count", .right), .init("state")])
    table.append("a", "1", "good")
    table.append("longer", "12,345", .init("bad", .bad))
    table.append("none", "", "x")
    return table
  }

  @Test func `columns are aligned, words to the left and numbers to the right`() {
    #expect(
      table.lines() == [
        "name     count  state",
        "a            1  good",
        "longer  12,345  bad",
        "none            x",
      ])
  }

  @Test func `colours change no alignment`() {
    let lines = table.lines(Palette(isColored: true))
    #expect(lines[0].hasPrefix("\u{1B}[1mname\u{1B}[0m     \u{1B}[1mcount"))
    #expect(lines[2] == "longer  12,345  \u{1B}[31mbad\u{1B}[0m")
  }

  @Test func `no line ends in spaces, and cells may be missing`() {
    var table = Table([.init("a"), .init("b", .right), .init("c")])
    table.append("x", "", "")
    table.append(["yy"])
    table.append([])
    #expect(table.lines(indent: 2) == ["  a   b  c", "  x", "  yy", "  "])
  }

  @Test func `a table whose headings are all empty has none`() {
    var table = Table([.init(""), .init("")])
    table.append("a", "b")
    #expect(table.lines() == ["a  b"])
    #expect(Table([]).lines() == [])
  }

  @Test func `wide letters and invisible ones take the columns that they take`() {
    #expect("abc".displayWidth == 3)
    #expect("é".displayWidth == 1)
    #expect("e\u{301}".displayWidth == 1)
    #expect("数据".displayWidth == 4)
    #expect("✅".displayWidth == 2)
    #expect("a\u{200B}b".displayWidth == 2)
    #expect("数".padded(to: 4) == "数  ")
    #expect("7".padded(to: 3, .right) == "  7")
    #expect("long".padded(to: 2) == "long")
  }

  @Test func `text is wrapped at spaces`() {
    #expect("one two three".wrapped(to: 7) == ["one two", "three"])
    #expect("incomprehensible word".wrapped(to: 5) == ["incomprehensible", "word"])
    #expect("".wrapped(to: 5) == [""])
  }
}
