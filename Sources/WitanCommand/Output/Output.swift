/// What a command says, to whom it matters.
///
/// Standard output has one of two readers. A person reads ``line(_:)`` and ``table(_:indent:)``; a program that
/// asked for `--json` reads ``record(_:)``. A command speaks to both, and whoever isn't there hears
/// nothing, so nothing but JSON can ever get between the JSON. Progress, notes and warnings go to standard
/// error.
final class Output {
  /// Whether a program reads.
  let isForPrograms: Bool
  /// The colours of standard output.
  let palette: Palette
  private let surroundings: Surroundings
  private let command: String

  /// Output of `command` as the shared options want it.
  init(of command: String, _ shared: SharedOptions, in surroundings: Surroundings) {
    self.command = command
    self.isForPrograms = shared.json
    self.surroundings = surroundings
    let isColored = surroundings.allowsColor(
      shared.color, terminal: surroundings.outputIsTerminal)
    self.palette = Palette(isColored: isColored && !shared.json)
  }

  /// A line for a person.
  func line(_ text: String = "") {
    guard !isForPrograms else { return }
    surroundings.output.write(text + "\n")
    if surroundings.outputIsTerminal { surroundings.output.flush() }
  }

  /// A table for a person.
  func table(_ table: Table, indent: Int = 0) {
    for text in table.lines(palette, indent: indent) { line(text) }
  }

  /// The text in its tone.
  func paint(_ text: String, _ tone: Tone?) -> String { palette.paint(text, tone) }

  /// One JSON value on a line of its own, for a program, at once.
  func record(_ value: JSON) {
    guard isForPrograms else { return }
    surroundings.output.write(value.text + "\n")
    surroundings.output.flush()
  }

  /// Something that a person should know but that is no result.
  func note(_ text: String) { complain("note: \(text)") }

  /// Something that a person should be wary of.
  func warning(_ text: String) { complain("warning: \(text)") }

  /// A line that says how far the command is.
  func progress(_ title: String) -> Progress { Progress(title, in: surroundings) }

  private func complain(_ text: String) {
    // What was printed before comes before, where both go to one place.
    surroundings.output.flush()
    surroundings.errors.write("\(command): \(text)\n")
    surroundings.errors.flush()
  }
}
