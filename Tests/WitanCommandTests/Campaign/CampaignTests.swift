import Foundation
import Testing
import WitanSimulation

@testable import WitanCommand

@Suite("Campaigns") struct CampaignTests {
  /// A folder that is gone afterwards.
  private final class Folder {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "campaign-\(UUID().uuidString)").path

    init() throws {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    var names: [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }
  }

  /// A result without what the wall clock says.
  private func timeless(_ text: String) throws -> String {
    guard case .object(let members) = try JSON(parsing: text.split(separator: "\n").last ?? "")
    else { return text }
    return JSON.object(
      members.filter { $0.key != "wallSeconds" && $0.key != "scenariosPerSecond" }
    ).text
  }

  @Test func howManyWorkChangesNothing() throws {
    let alone = Session("campaign", "--count", "8", "--jobs", "1", "--json")
    let together = Session("campaign", "--count", "8", "--jobs", "4", "--json")
    #expect(alone.code == .success)
    #expect(try timeless(alone.output) == timeless(together.output))
    let json = try JSON(parsing: alone.output)
    #expect(json["scenarios"]?.unsigned == 8)
    #expect(json["violations"] == [])
    #expect(json["reached"]?["decided"] == 1)
  }

  @Test func partsPutTogetherAreTheWhole() throws {
    let folder = try Folder()
    let whole = Session("campaign", "--count", "7", "--seed", "5", "--json")
    for part in 1...3 {
      let session = Session(
        "campaign", "--count", "7", "--seed", "5", "--shard", "\(part)/3", "--out",
        folder.file("\(part)"))
      #expect(session.code == .success)
    }
    let merged = Session(
      "campaign", "merge", folder.file("3"), folder.file("1"), folder.file("2"), "--json")
    #expect(try timeless(merged.output) == timeless(whole.output))
    let twice = Session("campaign", "merge", folder.file("1"), folder.file("1"))
    #expect(twice.code == .usage)
  }

  @Test func whatWasEndedGoesOn() throws {
    let folder = try Folder()
    let file = folder.file("a.jsonl")
    let whole = Session("campaign", "--count", "10", "--json")
    #expect(Session("campaign", "--count", "6", "--out", file).code == .success)
    // The machine died in the middle of a line.
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try (text.dropLast(40)).write(toFile: file, atomically: true, encoding: .utf8)
    let rest = Session("campaign", "--count", "10", "--out", file, "--json")
    #expect(rest.errors.contains("going on after 5 scenarios"))
    #expect(try timeless(rest.output) == timeless(whole.output))
    let other = Session("campaign", "--count", "10", "--seed", "2", "--out", file)
    #expect(other.code == .usage)
    #expect(other.errors.contains("it holds another campaign"))
  }

  @Test func aFileThatIsNoCampaignStaysAsItIs() throws {
    let folder = try Folder()
    let file = folder.file("notes")
    try "my notes\n".write(toFile: file, atomically: true, encoding: .utf8)
    #expect(Session("campaign", "--count", "1", "--out", file).code == .usage)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "my notes\n")
  }

  @Test func tooManyLiarsAreFoundOutAndShownSmall() throws {
    let folder = try Folder()
    let session = Session(
      "campaign", "--profile", "canary", "--seed", "7", "--count", "3", "--shrink", "80", "--save",
      folder.path)
    #expect(session.code == .success)
    #expect(session.output.contains("too many liars were found out"))
    let file = try #require(folder.names.first { $0.contains("fork") })
    #expect(session.output.contains("witan replay"))
    #expect(Session("replay", folder.file(file)).code == .safety)
    let text = try String(contentsOfFile: folder.file(file), encoding: .utf8)
    #expect(text.split(separator: "\n").filter { !$0.hasPrefix("#") }.count <= 5)
  }

  @Test func aSeedAloneIsTheSameScenario() throws {
    let shown = Session("campaign", "--seed", "9", "--count", "1", "--dry-run")
    let among = Session("campaign", "--seed", "8", "--count", "3", "--dry-run")
    #expect(among.output.contains(shown.output.dropFirst("# seed 9\n".count)))
  }

  @Test func aTimeEndsItToo() throws {
    let session = Session("campaign", "--for", "50ms", "--json")
    let count = try #require(try JSON(parsing: session.output)["scenarios"]?.unsigned)
    #expect(count > 0)
    #expect(count < 10_000)
  }

  @Test func whatIsNeverReachedIsSaid() {
    let session = Session("campaign", "--count", "1")
    #expect(session.output.contains("never reached"))
    #expect(session.output.contains("state-lie"))
  }
}

@Suite("Shrinking and twins by command") struct ShrinkCommandTests {
  @Test func aForkBecomesSmallAndAWellScenarioIsRefused() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let file = "\(folder)/\(UUID().uuidString).scenario"
    let small = file + ".small"
    defer {
      try? FileManager.default.removeItem(atPath: file)
      try? FileManager.default.removeItem(atPath: small)
    }
    try "replicas 4\nseed 5\nadversary equivocating-leader on 0,1\n1s..2s crash 3\n"
      .write(toFile: file, atomically: true, encoding: .utf8)
    let session = Session("shrink", file, "--out", small, "--budget", "60", "--json")
    #expect(session.code == .success)
    let json = try JSON(parsing: session.output)
    #expect(json["kind"]?.string == "fork")
    #expect((json["statements"]?.unsigned ?? 9) <= 3)
    #expect(Session("replay", small).code == .safety)
    try "replicas 4\n".write(toFile: file, atomically: true, encoding: .utf8)
    let well = Session("shrink", file)
    #expect(well.code == .usage)
    #expect(well.errors.contains("it doesn't fail"))
  }

  @Test func twinsAreCountedAndTwoOfThemForkFour() throws {
    let one = Session("twins", "--rounds", "2", "--limit", "12", "--json")
    #expect(one.code == .success)
    let json = try JSON(parsing: one.output)
    #expect(json["scenarios"]?.unsigned == 12)
    #expect(json["of"]?.unsigned == 640)
    #expect(json["violations"] == [])
    let two = Session("twins", "--rounds", "2", "--twins", "2")
    #expect(two.code == .safety)
    #expect(two.output.contains("adversary twins on"))
    #expect(Session("twins", "--rounds", "16", "--replicas", "16").code == .usage)
  }
}
