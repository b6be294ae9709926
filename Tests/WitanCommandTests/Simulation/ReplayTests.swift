import Foundation
import Testing

@testable import WitanCommand

@Suite struct ReplayTests {
  /// The first leader dies while its second block is under way.
  private static let scenario = """
    # The leader dies.
    blocks 3
    150ms..4s crash 0

    """

  private struct Look: Decodable {
    struct Slot: Decodable {
      let sequence: Int
      let state: String
      let prepares: [Int]
      let commits: [Int]
      let lockedInView: Int?
    }

    struct Replica: Decodable {
      let replica: String
      let standing: String
      let view: Int
      let executed: Int
      let slots: [Slot]
    }

    let virtualMillis: Double
    let digest: String
    let replicas: [Replica]

    init(_ line: Substring) throws {
      self = try JSONDecoder().decode(Look.self, from: Data(line.utf8))
    }
  }

  private func looks(_ options: String) throws -> [Look] {
    let file = try ScratchFile(Self.scenario)
    let session = Session(line: "replay \(file.path) --json \(options)")
    #expect(session.code == .success, "\(session.errors)")
    return try session.output.split(separator: "\n").filter { $0.hasPrefix(#"{"virtualMillis"#) }
      .map(Look.init)
  }

  @Test func `a saved scenario tells its story, and is reported on`() throws {
    let file = try ScratchFile(Self.scenario)
    let session = Session(line: "replay \(file.path)")
    #expect(session.code == .success)
    #expect(session.output.hasPrefix("The leader dies.\n\n"))
    #expect(session.output.contains("\nviews         2, after 1 change\n"))
  }

  @Test func `any replica can be looked into at any instant`() throws {
    let look = try #require(try looks("--at 110ms --replica 1").first)
    #expect(look.virtualMillis == 110)
    #expect(look.replicas.map(\.replica) == ["r1"])
    let slot = try #require(look.replicas.first?.slots.first)
    #expect(slot.state == "prepared" && slot.sequence == 1 && slot.lockedInView == 0)
    #expect(slot.prepares == [0, 1, 2, 3] && slot.commits == [1])
    let later = try #require(try looks("--at 1s").first)
    #expect(later.replicas.map(\.standing) == ["down", "running", "running", "running"])
    #expect(later.replicas.map(\.executed) == [1, 1, 1, 1])
  }

  @Test func `people see the same in tables`() throws {
    let file = try ScratchFile(Self.scenario)
    let all = Session(line: "replay \(file.path) --at 1s").output
    #expect(all.hasPrefix("At 1.00 s:\nreplica  "))
    #expect(all.contains("\nr0       down "))
    let one = Session(line: "replay \(file.path) --at 110ms --replica 1").output
    #expect(one.contains("\nview      0 of epoch 0, active\n"))
    #expect(one.contains("  4 of 3: r0 r1 r2 r3  1 of 3: r1 "))
  }

  @Test func `what happens from an instant on can be followed`() throws {
    let file = try ScratchFile(Self.scenario)
    let text = Session(line: "replay \(file.path) --at 2s --follow --until 2.2s").output
    let parts = text.split(separator: "At ")
    #expect(parts.count == 2)
    #expect(parts[0].hasPrefix("2.00 s:") && parts[1].hasPrefix("2.20 s:"))
    let traced = parts[0].split(separator: "\n").filter { $0.hasPrefix("   2.") }
    #expect(traced.contains { $0.contains("gives up     r0 and asks for view 1") })
    #expect(!text.contains("   0.1") && !text.contains("   4.0"))
  }

  @Test func `without an instant the end is looked at, which the report has too`() throws {
    let file = try ScratchFile(Self.scenario)
    let account = try Account(Session(line: "replay \(file.path) --json"))
    let end = try #require(try looks("--replica 2").first)
    #expect(end.digest == account.digest)
    #expect(end.virtualMillis == account.virtualMillis)
    let followed = try #require(try looks("--at 1s --follow").last)
    #expect(followed.digest == account.digest)
  }

  @Test(arguments: [
    (
      "--replica 4",
      "--replica 4: there is no replica 4 among 4; replicas are counted from 0 to 3"
    ),
    ("--until 2s", "--until says how far to follow; give --follow with it"),
    ("--at 2s --follow --until 1s", "--until 1s isn't after --at 2s; give a later instant"),
  ])
  func `what can't be looked at is refused`(_ options: String, _ message: String) throws {
    let file = try ScratchFile(Self.scenario)
    let session = Session(line: "replay \(file.path) \(options)")
    #expect(session.code == .usage)
    #expect(session.errors == "witan replay: \(message)\ntry witan replay --help\n")
  }
}
