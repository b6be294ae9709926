import Foundation
import Testing

@testable import WitanCommand

@Suite struct TraceTests {
  /// A line of a trace, cut at its columns.
  private struct Line {
    let time: String
    let who: String
    let mark: String
    let rest: String

    init?(_ text: Substring) {
      let letters = Array(text)
      guard letters.count > 24, Double(String(letters[..<11]).trimmed) != nil else { return nil }
      time = String(letters[..<11]).trimmed
      who = String(letters[13..<15])
      mark = String(letters[17..<23]).trimmed
      rest = String(letters[24...])
    }
  }

  private func trace(_ options: String) -> [Line] {
    let text = Session(line: "simulate --trace \(options)").output
    return text.split(separator: "\n").compactMap(Line.init)
  }

  private static let leaderDies = "--blocks 3 --crash 0@150ms..4s"

  @Test func `a decision reads from the request to the answer, in columns`() {
    let lines = trace("--blocks 1").filter { $0.rest.contains("#1") || $0.who == "c0" }
    #expect(lines.first?.who == "c0")
    let talk = lines.filter { $0.who == "r1" || $0.mark == "→ all" && $0.who == "r0" }
    let told = talk.map { "\($0.who) \($0.mark) \($0.rest.prefix(20))".trimmed }
    #expect(
      told == [
        "r0 → all pre-prepare  v0 #1",
        "r1 ← r0 pre-prepare  v0 #1",
        "r1 → all prepare      v0 #1",
        "r0 → all commit       v0 #1",
        "r1 ← r2 prepare      v0 #1",
        "r1 · prepared     v0 #1",
        "r1 → all commit       v0 #1",
        "r1 ← r3 commit       v0 #1",
        "r1 ■ executed     #1",
      ])
    #expect(lines.last?.rest.hasPrefix("is told") == true)
  }

  @Test func `what arrives stands right above what follows from it`() {
    let lines = trace(Self.leaderDies)
    #expect(lines.contains { $0.mark.hasPrefix("←") })
    for (line, next) in zip(lines, lines.dropFirst()) where line.mark.hasPrefix("←") {
      #expect((line.who, line.time) == (next.who, next.time))
    }
  }

  @Test func `faults, suspicions and new views are told, and what is said again isn't`() {
    let lines = trace(Self.leaderDies)
    let rests = lines.map(\.rest)
    #expect(lines.contains { $0.who == "  " && $0.mark == "✗" && $0.rest.hasPrefix("crash 0") })
    #expect(lines.contains { $0.who == "r0" && $0.mark == "✗" && $0.rest == "dies" })
    #expect(lines.contains { $0.who == "r0" && $0.rest.hasPrefix("starts again") })
    #expect(rests.contains { $0.hasPrefix("gives up     r0 and asks for view 1: nothing was") })
    #expect(rests.contains { $0.hasPrefix("enters view  1 under r1") })
    for who in ["r1", "r2", "r3"] {
      let statuses = lines.filter {
        $0.who == who && $0.mark == "→ all" && $0.rest.hasPrefix("status")
      }
      #expect(!statuses.isEmpty)
      #expect(zip(statuses, statuses.dropFirst()).allSatisfy { $0.rest != $1.rest })
    }
    let lost = lines.filter { $0.rest.contains("lost on its way") }
    #expect(lost.isEmpty, "who is down loses all, which needn't be said")
    #expect(trace("--blocks 3 --loss 0.3").contains { $0.rest.contains("lost on its way") })
  }

  @Test func `liars bear a star, and what they are caught at is told`() {
    let text = Session(line: "simulate --trace --blocks 3 --adversary equivocating-leader").output
    #expect(text.hasPrefix("  * lies: adversary equivocating-leader on 0\n"))
    #expect(text.contains("  r0*  → "))
    #expect(text.contains("!      convicts     r0, who signed two that exclude each other"))
  }

  @Test func `watching changes nothing`() throws {
    let watched = try Account(of: "--trace \(Self.leaderDies)")
    #expect(watched.digest == (try Account(of: Self.leaderDies)).digest)
  }

  @Test func `programs get an object for each line, and the account last`() throws {
    let lines = Session(line: "simulate --trace --json --blocks 2").output.split(separator: "\n")
    for line in lines.dropLast() {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?["what"] is String && object?["atMillis"] is Double)
    }
    #expect(lines.count == trace("--blocks 2").count + 1)
    #expect(lines.last?.hasPrefix(#"{"seed":1,"#) == true)
  }

  @Test func `each replica has its colour, and the text is the same without`() {
    let plain = Session(line: "simulate --trace --blocks 1").output
    let colored = Session(line: "simulate --trace --blocks 1 --color always").output
    #expect(colored.contains("\u{1B}[36mr0\u{1B}[0m") && colored.contains("\u{1B}[35mr1\u{1B}[0m"))
    let bare = colored.replacing(#/\u{1B}\[[0-9]+m/#, with: "")
    #expect(bare.prefix(2_000) == plain.prefix(2_000))
  }
}

extension String {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
