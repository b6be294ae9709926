import Foundation
import Testing
import WitanCrypto
import WitanNode

@testable import WitanCommand

/// `witan judge`, `block` and `prove`, from outside.
@Suite(.enabled(if: ProcessRun.witan != nil, "the witan executable isn't there"))
final class ProofCommandTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "witan-proofs-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func file(_ name: String, _ text: String) throws -> String {
    let path = folder.appending(path: name).path
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  private func witan(_ arguments: [String]) throws -> ProcessRun {
    try ProcessRun(try #require(ProcessRun.witan), arguments)
  }

  private static let theorem =
    "(declare-const x Int)\n(assert (> x 2))\n(assert (< x 2))\n(check-sat)\n"
  private static let satisfiable = "(declare-const x Int)\n(assert (> x 2))\n(assert (< x 4))\n"

  @Test func `proved claims end with 0, others with 1 and their reason`() throws {
    let good = try file("good.smt2", Self.theorem)
    let bad = try file("bad.smt2", Self.satisfiable)
    let broken = try file(
      "broken.smt2", "(assert true)\n(set-option :regular-output-channel \"\(folder.path)/out\")")
    #expect(try witan(["judge", good]).code == 0)
    let run = try witan(["judge", good, bad, broken, "--json"])
    #expect(run.code == 1)
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 3)
    #expect(
      lines[0].hasPrefix(#"{"claim":"\#(good)","verdict":"proved","reason":null,"difficulty":"#))
    #expect(lines[1].contains(#""verdict":"refuted","reason":"x = 3","difficulty":0"#))
    #expect(
      lines[2].contains(
        #""verdict":"rejected","reason":"line 2, column 2: the command set-option isn't admitted""#)
    )
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/out"))
    #expect(run.errors == "")
  }

  @Test func `what is expected can be turned round`() throws {
    let path = try file("sat.smt2", Self.satisfiable)
    #expect(try witan(["judge", path, "--expect", "sat"]).code == 0)
    #expect(try witan(["judge", path, "--expect", "unsat"]).code == 1)
    let theorem = try file("theorem.smt2", Self.theorem)
    let run = try witan(["judge", theorem, "--expect", "sat", "--json"])
    #expect(run.code == 1)
    #expect(run.output.contains("no assignment satisfies it"))
  }

  @Test func `a file that isn't there is bad usage`() throws {
    let run = try witan(["judge", "\(folder.path)/nowhere.smt2"])
    #expect(run.code == 2)
    #expect(run.errors.contains("nowhere.smt2"))
  }

  @Test func `a block is made, verified and shown`() throws {
    let key = folder.appending(path: "my.key").path
    try KeyFile.write(
      try #require(Ed25519.SecretKey(seed: [UInt8](repeating: 3, count: 32))), to: key)
    let one = try file("one.smt2", Self.theorem)
    let two = try file("two.smt2", "(set-info :status sat)\n" + Self.satisfiable)
    let out = folder.appending(path: "all.block").path
    let made = try witan([
      "block", "make", "--claims", one, two, "--key", key, "--out", out, "--json",
    ])
    #expect(made.code == 0, "\(made.errors)")
    #expect(made.output.contains(#""claims":2"#))
    let verified = try witan(["block", "verify", out, "--json"])
    #expect(verified.code == 0, "\(verified.output)")
    #expect(verified.output.contains(#""valid":true,"reason":null"#))
    #expect(verified.output.contains(#""verdicts":["proved","proved"]"#))
    let shown = try witan(["block", "show", out])
    #expect(shown.output.contains("one.smt2"))
    var bytes = try Data(contentsOf: URL(filePath: out))
    bytes[bytes.count - 5] ^= 1
    try bytes.write(to: URL(filePath: out))
    let tampered = try witan(["block", "verify", out])
    #expect(tampered.code == 1)
    #expect(tampered.output.contains("its proposer's signature is wrong"))
    try Data("witan block 1\nrubbish".utf8).write(to: URL(filePath: out))
    #expect(try witan(["block", "verify", out]).code == 2)
  }

  @Test func `a block with a refuted claim is invalid, and the claim is named`() throws {
    let key = folder.appending(path: "my.key").path
    try KeyFile.write(
      try #require(Ed25519.SecretKey(seed: [UInt8](repeating: 3, count: 32))), to: key)
    let claims = [try file("one.smt2", Self.theorem), try file("two.smt2", Self.satisfiable)]
    let out = folder.appending(path: "bad.block").path
    #expect(try witan(["block", "make"] + claims + ["--key", key, "--out", out]).code == 0)
    let run = try witan(["block", "verify", out])
    #expect(run.code == 1)
    #expect(run.output.contains("claim 1: it is refuted: x = 3"))
  }

  @Test func `what needs no solver to be seen is said when a block is made`() throws {
    let key = folder.appending(path: "my.key").path
    try KeyFile.write(
      try #require(Ed25519.SecretKey(seed: [UInt8](repeating: 3, count: 32))), to: key)
    let claim = try file("one.smt2", Self.theorem)
    let out = folder.appending(path: "twice.block").path
    let run = try witan(["block", "make", claim, claim, "--key", key, "--out", out])
    #expect(run.code == 0)
    #expect(run.output.contains("nobody will vote for it: claim 1: it is the same as claim 0"))
  }

  @Test func `the protocol is proved`() throws {
    let run = try witan(["prove", "protocol", "--json"])
    #expect(run.code == 0, "\(run.output)")
    #expect(run.output.split(separator: "\n").count == 7)
    #expect(!run.output.contains(#""proved":false"#))
  }

  @Test func `hostile files create nothing, print nothing, and each gets its reason`() throws {
    var files: [String] = []
    let attacks: [[UInt8]] =
      [
        "(set-option :regular-output-channel \"witan-was-here\")(assert false)",
        "(set-option :diagnostic-output-channel \"witan-was-here\")(assert false)",
        "(set-option :print-success true)(assert false)", "(include \"/etc/passwd\")",
        "(echo \"hello\")(assert false)", "(reset)(assert false)", "(exit)", "(assert \"",
        "(assert |", "(assert " + String(repeating: "(not ", count: 9_000),
        "(assert (= 1 " + String(repeating: "9", count: 20_000) + "))",
        "(get-model)(assert false)", "(display x)", "", "(assert false", ")",
        String(repeating: "; a long comment\n", count: 40_000),
      ].map { Array($0.utf8) } + [[0xFF, 0xFE], [0x28, 0x00], Array("(assert false)\u{0}".utf8)]
    for (index, bytes) in attacks.enumerated() {
      files.append(folder.appending(path: "\(index).smt2").path)
      try Data(bytes).write(to: URL(filePath: files[index]))
    }
    let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let run = try ProcessRun(
      try #require(ProcessRun.witan), ["judge", "--json"] + files, in: folder)
    #expect(run.code == 1)
    #expect(run.errors == "")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == attacks.count)
    for (index, line) in lines.enumerated() {
      let record = try JSON(parsing: line)
      #expect(record["verdict"]?.string == "rejected", "\(index): \(line)")
      #expect(record["reason"]?.string?.hasPrefix("line ") == true, "\(index): \(line)")
    }
    // A build that counts coverage leaves its own counts behind.
    let after = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { !$0.hasSuffix(".profraw") }.sorted()
    #expect(after == before)
  }

  @Test func `each claim tells its own time, and what Z3 counted if asked`() throws {
    let path = try file("good.smt2", Self.theorem)
    let run = try witan(["judge", path, "--json", "--statistics"])
    let record = try JSON(parsing: run.output.split(separator: "\n")[0])
    #expect(record["wallMillis"] != nil)
    #expect(record["wallStatistics"]?["rlimit count"] != nil)
    #expect(try witan(["judge", path, "--statistics"]).output.contains("rlimit count"))
  }

  @Test func `a key is made once, and signs a block`() throws {
    let key = folder.appending(path: "new.key").path
    let made = try witan(["keygen", "--out", key, "--json"])
    #expect(made.code == 0)
    let publicKey = try #require(JSON(parsing: made.output.dropLast())["publicKey"]?.string)
    #expect(try witan(["keygen", "--out", key]).code == 2)
    #expect(try witan(["keygen"]).code == 2)
    let claim = try file("one.smt2", Self.theorem)
    let out = folder.appending(path: "one.block").path
    let block = try witan(["block", "make", claim, "--key", key, "--out", out, "--json"])
    #expect(block.output.contains(publicKey))
  }
}
