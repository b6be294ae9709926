import Foundation
import Testing
import Witan

@testable import WitanProofs

@Suite struct HostileTests {
  @Test func `a thousand hostile scripts each get a reason, and leave nothing behind`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "witan-hostile-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var scripts = HostileScripts(seed: 1, folder: folder.path)
    var words: [String: Int] = [:]
    for index in 0..<1_000 {
      let attack = HostileScripts.Attack.allCases[index % HostileScripts.Attack.allCases.count]
      let script = scripts.next(attack)
      let ruling = Judge().ruling(on: try Claim("hostile", script: script, budget: 2_000))
      words[ruling.outcome.word, default: 0] += 1
      if attack.isCertain {
        #expect(
          !ruling.isProved, "\(attack): \(String(decoding: script, as: UTF8.self).prefix(200))")
        #expect(ruling.difficulty == 0)
      }
      if attack == .hiddenCommand { #expect(ruling.isProved) }
      if !ruling.isProved { #expect(ruling.outcome.reason?.isEmpty == false) }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    // Every kind of end was reached: the corpus isn't all alike.
    #expect(
      words.keys.sorted() == ["proved", "rejected", "undecided"] || words.count == 4, "\(words)")
  }
}
