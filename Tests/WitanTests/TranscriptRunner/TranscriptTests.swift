import Foundation
import Testing

/// Protocol exchanges as text files, in `Transcripts`.
@Suite struct TranscriptTests {
  @Test(.enabled(if: !TranscriptRun.isRecording), arguments: TranscriptRun.cases)
  func `replicas do what the transcript shows`(_ item: Transcript.Case) throws {
    if let difference = try TranscriptRun.difference(in: item) {
      Issue.record(
        "\(item) shows (-) what doesn't happen, and something else does (+):\n\(difference)")
    }
  }

  @Test(arguments: TranscriptRun.files)
  func `a transcript can be read and shows something in every case`(_ file: String) throws {
    let transcript = try TranscriptRun.read(file)
    #expect(!transcript.cases.isEmpty)
    for item in transcript.cases where !TranscriptRun.isRecording {
      #expect(item.steps.contains { !$0.expected.isEmpty }, "\(item)")
      #expect(!item.steps.contains { $0.expected.contains { $0.contains("BROKEN") } }, "\(item)")
    }
  }

  @Test func `every sub-protocol has its transcripts`() {
    #expect(TranscriptRun.files.count == 11)
    #expect(TranscriptRun.cases.count >= 90)
  }

  @Test(.enabled(if: TranscriptRun.isRecording), arguments: TranscriptRun.files)
  func `what happens is recorded, and the run fails`(_ file: String) throws {
    let (transcript, faults) = TranscriptRun.recorded(try TranscriptRun.read(file))
    let url = TranscriptRun.source.appending(path: file)
    try transcript.text.write(to: url, atomically: true, encoding: .utf8)
    for fault in faults { Issue.record("\(fault)") }
    Issue.record("\(file) was recorded: read what changed, then run again without WITAN_RECORD")
  }
}
