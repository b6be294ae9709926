import Foundation
import Testing
import Witan
import WitanCrypto

@testable import WitanCommand

/// A folder with what a run of a liar's cluster came to, gone when the test is over.
private final class Remains {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "witan-ledger-\(UUID().uuidString)").path
  let run: Session

  init(_ more: String...) {
    run = Session(
      "simulate", "--application", "ledger", "--judge", "none", "--clients", "2", "--blocks", "12",
      "--save-ledger", folder)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The first owner whose account `show` tells of.
  var owner: String {
    let text = Session("ledger", "show", folder, "--json").output
    return text.firstMatch(of: #/"owner":"([0-9a-f]{64})"/#).map { String($0.1) } ?? ""
  }

  func change(_ name: String, _ body: (inout Data) -> Void) throws {
    let file = URL(filePath: "\(folder)/\(name)")
    var data = try Data(contentsOf: file)
    body(&data)
    try data.write(to: file)
  }
}

@Suite struct LedgerCommandTests {
  @Test func `what a simulation came to is kept, shown, proved and verified`() throws {
    let remains = Remains()
    #expect(remains.run.code == .success, "\(remains.run.errors)")
    #expect(remains.run.output.contains("earned"))
    let shown = Session("ledger", "show", remains.folder)
    #expect(shown.code == .success, "\(shown.errors)")
    for word in ["issued", "at stake", "burnt", "r3"] { #expect(shown.output.contains(word)) }

    let verified = Session("ledger", "verify", remains.folder)
    #expect(verified.code == .success, "\(verified.errors)")
    #expect(verified.output.contains("sound"))
    #expect(verified.output.contains("blocks led to it"))

    let history = Session("ledger", "history", remains.folder, "--from", "2", "--to", "4", "--json")
    #expect(history.output.split(separator: "\n").count == 3)
    #expect(history.output.contains("\"fault\":null"))

    let account = Session("ledger", "account", remains.folder, "--key", remains.owner)
    #expect(account.output.contains("tokens"))
    let validator = Session("ledger", "account", remains.folder, "--validator", "0")
    #expect(validator.output.contains("owner \(remains.owner)"))
    #expect(validator.output.contains("100.0 %"))
    #expect(Session("ledger", "account", remains.folder, "--validator", "9").code == .usage)
    let steps = Session("ledger", "history", remains.folder).output
    #expect(steps.contains("rewards") && steps.contains("kept"))
    let proof = "\(remains.folder)/mine.proof"
    let made = Session(
      "ledger", "proof", remains.folder, "--key", remains.owner, "--out", proof, "--json")
    #expect(made.code == .success, "\(made.errors)")
    let root = try #require(made.output.firstMatch(of: #/"root":"([0-9a-f]{64})"/#)).1
    #expect(Session("ledger", "verify", proof, "--root", String(root)).output.contains("proved"))
    let wrong = Session("ledger", "verify", proof, "--root", String(repeating: "1", count: 64))
    #expect(wrong.code == .bad)
    #expect(Session("ledger", "verify", remains.folder, "--root", String(root)).code == .success)
  }

  @Test func `a damaged ledger, history or proof is bad, and says why`() throws {
    let remains = Remains()
    let proof = "\(remains.folder)/r2.proof"
    _ = Session("ledger", "proof", remains.folder, "--validator", "2", "--out", proof)
    try remains.change("r2.proof") { $0[$0.count - 9] ^= 1 }
    let refused = Session("ledger", "verify", proof)
    #expect(refused.code == .bad)
    #expect(refused.errors.contains("proves nothing"))
    let misread = Session("ledger", "show", proof)
    #expect(misread.code == .usage && misread.errors.contains("witan ledger verify"))
    // Most of the file is nodes and transitions: a flipped bit in the middle of it meets one of them.
    try remains.change("ledger.sqlite") { data in
      for place in stride(from: 4_096, to: data.count, by: 512) { data[place] ^= 4 }
    }
    let broken = Session("ledger", "verify", remains.folder)
    #expect(broken.code == .bad)
    #expect(!broken.errors.isEmpty)
  }

  @Test func `a state in one file is shown and verified; a cut one isn't`() throws {
    let remains = Remains()
    let path = "\(remains.folder)/last.snapshot"
    let saved = Session(
      "simulate", "--application", "ledger", "--blocks", "4", "--save-ledger", path)
    #expect(saved.code == .success, "\(saved.errors)")
    #expect(Session("ledger", "show", path).code == .success)
    #expect(Session("ledger", "verify", path).output.contains("sound"))
    #expect(Session("ledger", "history", path).code == .usage)
    try remains.change("last.snapshot") { $0.removeLast(3) }
    #expect(Session("ledger", "verify", path).code == .bad)
  }

  @Test func `what leads nowhere is told of by its name`() {
    #expect(Session("ledger", "show", "/nowhere/at/all").code == .usage)
    #expect(Session("ledger", "show").code == .usage)
    #expect(Session("ledger", "account", "/tmp").errors.contains("--key KEY or --validator N"))
    #expect(
      Session("ledger", "account", "/tmp", "--key", "12").errors.contains("64 hexadecimal digits"))
    let store = Session("simulate", "--application", "store", "--save-ledger", "/tmp/never")
    #expect(store.code == .usage)
    #expect(store.errors.contains("--application ledger"))
  }
}
