import Foundation

/// A text file that shows what replicas do, and that is run to see whether they do.
///
/// ```
/// # A heading in prose
/// Further prose.
///
/// network 4
/// request c1 1 "put k v" to r0
/// ----
/// r0 <- c1     REQUEST c1#1
///   offers     c1#1
///
/// Prose between steps begins with a capital letter.
/// ```
///
/// A paragraph ends at an empty line. One with a line of `----` is a step: commands above the line, and below it
/// exactly what they bring about. `WITAN_RECORD=1` writes what happens into the files, and fails the run.
struct Transcript: Sendable {
  /// Commands, and what they bring about.
  struct Step: Sendable {
    /// The commands with their lines, counted from one.
    var commands: [(line: Int, text: String)]
    /// What is to be seen.
    var expected: [String]
    /// The line on which that begins.
    var expectedLine: Int
  }

  /// A part of the file: a step, or lines that say something to people alone.
  enum Part: Sendable {
    case prose([String])
    case step(Step)
  }

  /// What is shown under one heading, on a network of its own.
  struct Case: Sendable, CustomStringConvertible {
    let file: String
    let heading: String
    let line: Int
    var parts: [Part]

    var steps: [Step] {
      parts.compactMap { if case .step(let step) = $0 { step } else { nil } }
    }

    var description: String { "\(file):\(line): \(heading)" }
  }

  let file: String
  /// Lines before the first heading.
  let preface: [String]
  var cases: [Case]

  /// The transcript in a text.
  init(file: String, text: String) throws(TranscriptError) {
    self.file = file
    var preface: [String] = []
    var cases: [Case] = []
    for paragraph in Paragraph.all(in: text) {
      let first = paragraph.lines[0]
      if first.hasPrefix("# ") {
        cases.append(
          Case(
            file: file, heading: String(first.dropFirst(2)), line: paragraph.line,
            parts: [.prose(paragraph.lines)]))
      } else if let step = paragraph.step {
        guard !cases.isEmpty else {
          throw TranscriptError(file, paragraph.line, "a step comes after a heading, `# …`")
        }
        cases[cases.count - 1].parts.append(.step(step))
      } else if first.first?.isUppercase == true {
        if cases.isEmpty {
          preface += paragraph.lines + [""]
        } else {
          cases[cases.count - 1].parts.append(.prose(paragraph.lines))
        }
      } else {
        throw TranscriptError(
          file, paragraph.line,
          "expected a line of ---- after commands, or prose that begins with a capital letter")
      }
    }
    self.preface = preface
    self.cases = cases
  }

  /// The file's text.
  var text: String {
    var lines = preface
    for part in cases.flatMap(\.parts) {
      switch part {
      case .prose(let prose): lines += prose
      case .step(let step): lines += step.commands.map(\.text) + ["----"] + step.expected
      }
      lines.append("")
    }
    return lines.joined(separator: "\n")
  }
}

/// Lines without an empty one among them.
private struct Paragraph {
  let line: Int
  let lines: [String]

  static func all(in text: String) -> [Paragraph] {
    var all: [Paragraph] = []
    var lines: [String] = []
    var first = 1
    for (index, line) in (text + "\n\n").components(separatedBy: "\n").enumerated() {
      if line.isEmpty {
        if !lines.isEmpty { all.append(Paragraph(line: first, lines: lines)) }
        lines = []
        first = index + 2
      } else {
        lines.append(line)
      }
    }
    return all
  }

  /// The step, if there is a line between commands and what they bring about.
  var step: Transcript.Step? {
    guard let rule = lines.firstIndex(of: "----") else { return nil }
    return Transcript.Step(
      commands: lines[..<rule].enumerated().map { (line + $0.offset, $0.element) },
      expected: Array(lines[(rule + 1)...]), expectedLine: line + rule + 1)
  }
}

/// What is wrong with a transcript, and where.
struct TranscriptError: Error, Equatable, CustomStringConvertible {
  let file: String
  let line: Int
  let problem: String

  init(_ file: String, _ line: Int, _ problem: String) {
    self.file = file
    self.line = line
    self.problem = problem
  }

  var description: String { "\(file):\(line): \(problem)" }
}

/// What is wrong with a command.
struct CommandError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
