import Foundation

/// Runs transcripts, compares, and records.
enum TranscriptRun {
  /// Whether the files are to be written anew, by `WITAN_RECORD=1`.
  static let isRecording = ProcessInfo.processInfo.environment["WITAN_RECORD"] == "1"

  /// The files' names, in order.
  static let files: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".txt") }.sorted()
  }()

  /// Every case of every file that can be read.
  static let cases: [Transcript.Case] = files.flatMap { file in (try? read(file))?.cases ?? [] }

  static func read(_ file: String) throws -> Transcript {
    let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
    return try Transcript(file: file, text: text)
  }

  /// What the tests bring along; the source itself when it is to be written.
  private static let folder: URL =
    isRecording ? source : Bundle.module.bundleURL.appending(path: "Transcripts")

  static let source = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Transcripts")

  /// What each step of a case brings about.
  static func outputs(of item: Transcript.Case) throws -> [[String]] {
    let (outputs, error) = attempt(item)
    if let error { throw error }
    return outputs
  }

  /// What each step brings about, up to a command that makes no sense.
  private static func attempt(
    _ item: Transcript.Case
  ) -> (outputs: [[String]], error: TranscriptError?) {
    var network: ScriptedNetwork?
    var outputs: [[String]] = []
    for step in item.steps {
      network?.output = []
      for (line, text) in step.commands {
        do {
          var words = try Words(text)
          if network == nil {
            network = try ScriptedNetwork.begin(&words)
            try words.finish()
          } else {
            try network?.run(&words)
          }
        } catch {
          outputs.append(network?.output ?? [])
          return (outputs, TranscriptError(item.file, line, "\(error)"))
        }
      }
      outputs.append(network?.output ?? [])
    }
    return (outputs, nil)
  }

  /// How what happens differs from what is written; nil when it doesn't.
  static func difference(in item: Transcript.Case) throws -> String? {
    for (step, actual) in zip(item.steps, try outputs(of: item)) where step.expected != actual {
      return difference(
        from: step.expected, to: actual, file: item.file, firstLine: step.expectedLine)
    }
    return nil
  }

  /// What is written with `-`, what happens with `+`, and some lines around them, numbered as in the file.
  static func difference(
    from expected: [String], to actual: [String], file: String, firstLine: Int
  ) -> String {
    let changes = actual.difference(from: expected)
    var removed: Set<Int> = []
    var inserted: [Int: String] = [:]
    for change in changes {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, let line, _): inserted[offset] = line
      }
    }
    var rows: [(line: Int, mark: Character, text: String)] = []
    var old = 0
    var new = 0
    while old < expected.count || new < actual.count {
      if old < expected.count, removed.contains(old) {
        rows.append((firstLine + old, "-", expected[old]))
        old += 1
      } else if let line = inserted[new] {
        rows.append((firstLine + old, "+", line))
        new += 1
      } else {
        rows.append((firstLine + old, " ", expected[old]))
        old += 1
        new += 1
      }
    }
    let changed = rows.indices.filter { rows[$0].mark != " " }
    let near = rows.indices.filter { row in changed.contains { abs($0 - row) <= 3 } }
    let lines = near.map { "\(rows[$0].mark) \(file):\(rows[$0].line): \(rows[$0].text)" }
    return lines.joined(separator: "\n")
  }

  /// The transcript with what happens in the place of what is written, as far as its commands make sense, and what
  /// is wrong with it: a mistake, or something that must never be.
  static func recorded(_ transcript: Transcript) -> (Transcript, faults: [TranscriptError]) {
    var transcript = transcript
    var faults: [TranscriptError] = []
    for index in transcript.cases.indices {
      let (outputs, error) = attempt(transcript.cases[index])
      if let error { faults.append(error) }
      var next = outputs.makeIterator()
      for part in transcript.cases[index].parts.indices {
        guard case .step(var step) = transcript.cases[index].parts[part] else { continue }
        step.expected = next.next() ?? []
        for line in step.expected where line.contains("BROKEN") {
          faults.append(TranscriptError(transcript.file, step.expectedLine, line))
        }
        transcript.cases[index].parts[part] = .step(step)
      }
    }
    return (transcript, faults)
  }
}
