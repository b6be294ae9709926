/// On which side of its column a text stands.
enum Alignment: Hashable, Sendable {
  /// Words.
  case left
  /// Numbers.
  case right
}

/// Aligned columns for people.
///
/// ```
/// replica  decided  state
/// 0             20  correct
/// ```
struct Table: Sendable {
  /// A column's heading and side.
  struct Column: Hashable, Sendable {
    /// The heading; when all are empty, no heading is printed.
    var title: String
    /// The side of the texts and of the heading.
    var alignment: Alignment

    init(_ title: String, _ alignment: Alignment = .left) {
      self.title = title
      self.alignment = alignment
    }
  }

  /// A text with its tone.
  struct Cell: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// The text, on one line.
    var text: String
    /// What it is, for those who see colours.
    var tone: Tone?

    init(_ text: String, _ tone: Tone? = nil) {
      self.text = text
      self.tone = tone
    }

    init(stringLiteral value: String) { self.init(value) }
  }

  /// The columns from left to right.
  var columns: [Column]
  /// The rows from top to bottom, with a cell for each column; those that are missing are empty.
  private(set) var rows: [[Cell]] = []

  init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row at the bottom.
  mutating func append(_ cells: Cell...) { rows.append(cells) }

  /// Adds a row at the bottom.
  mutating func append(_ cells: [Cell]) { rows.append(cells) }

  /// The lines of the table, indented by so many spaces.
  func lines(_ palette: Palette = Palette(isColored: false), indent: Int = 0) -> [String] {
    let headings = columns.map { Cell($0.title, .strong) }
    let all = columns.allSatisfy(\.title.isEmpty) ? rows : [headings] + rows
    let widths = columns.indices.map { column in
      all.map { column < $0.count ? $0[column].text.displayWidth : 0 }.max() ?? 0
    }
    let margin = String(repeating: " ", count: indent)
    return all.map { row in
      margin + line(row, widths, palette)
    }
  }

  private func line(_ row: [Cell], _ widths: [Int], _ palette: Palette) -> String {
    var line = ""
    var gap = 0
    for (cell, (column, width)) in zip(row, zip(columns, widths)) {
      // Spaces are printed only once something stands behind them: no line ends in a space.
      let padding = max(0, width - cell.text.displayWidth)
      let before = column.alignment == .right ? padding : 0
      if !cell.text.isEmpty {
        line += String(repeating: " ", count: gap + before) + palette.paint(cell.text, cell.tone)
        gap = 2 + padding - before
      } else {
        gap += 2 + width
      }
    }
    return line
  }
}
