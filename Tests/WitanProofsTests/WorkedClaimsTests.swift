import Foundation
import Testing
import Witan

@testable import WitanProofs

/// The worked claims of the documentation, each with what it says will come of it.
@Suite struct WorkedClaimsTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/WitanProofs/WitanProofs.docc/Claims").standardized

  private static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter {
      $0.hasSuffix(".smt2")
    }.sorted()

  @Test func `there are thirty, with every end there is`() throws {
    #expect(Self.names.count == 30)
    var ends: Set<String> = []
    for name in Self.names { ends.insert(try expected(of: name)) }
    #expect(ends == ["proved", "refuted", "undecided"])
  }

  @Test func `the page lists them all`() throws {
    let page = try String(
      contentsOf: Self.folder.appending(path: "../WorkedClaims.md"), encoding: .utf8)
    for name in Self.names { #expect(page.contains("`\(name)`")) }
  }

  @Test(arguments: names) func `a worked claim ends as it says`(_ name: String) throws {
    let file = try read(name)
    #expect(!file.claim.title.isEmpty)
    #expect(!file.lacksWitness)
    let ruling = Judge().ruling(on: file.claim)
    #expect(ruling.outcome.word == (try expected(of: name)), "\(ruling)")
    if ruling.outcome.word == "refuted" { #expect(ruling.outcome.reason?.contains(" = ") == true) }
  }

  private func read(_ name: String) throws -> ClaimFile {
    try ClaimFile(Array(Data(contentsOf: Self.folder.appending(path: name))), title: "")
  }

  /// What its `:notes` say.
  private func expected(of name: String) throws -> String {
    let script = try Script(read(name).claim.script)
    let note = try #require(script.information.first { $0.keyword == ":notes" })
    return String(note.value.dropFirst().dropLast())
  }
}
