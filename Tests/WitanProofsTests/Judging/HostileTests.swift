import Foundation
import Testing
import Witan

@testable import WitanProofs

@Suite struct HostileTests {
  @Test func `a thousand hostile scripts each get a reason, and leave nothing behind`() async throws
  {
    // In a process of its own, so that whatever is printed is seen, and what crashes is too.
    let folder = Self.folder(of: getpid())
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let result = await #expect(
      processExitsWith: .success,
      observing: [\.standardOutputContent, \.standardErrorContent]
    ) {
      let folder = HostileTests.folder(of: getppid())
      try #require(FileManager.default.changeCurrentDirectoryPath(folder.path))
      try HostileTests.judgeAll(folder)
    }
    #expect(result.map { String(decoding: $0.standardOutputContent, as: UTF8.self) } == "")
    #expect(result.map { String(decoding: $0.standardErrorContent, as: UTF8.self) } == "")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  private static func folder(of process: pid_t) -> URL {
    FileManager.default.temporaryDirectory.appending(path: "witan-hostile-\(process)")
  }

  private static func judgeAll(_ folder: URL) throws {
    var scripts = HostileScripts(seed: 1, folder: folder.path)
    var words: Set<String> = []
    for index in 0..<1_000 {
      let attack = HostileScripts.Attack.allCases[index % HostileScripts.Attack.allCases.count]
      let script = scripts.next(attack)
      let ruling = Judge().ruling(on: try Claim("hostile", script: script, budget: 2_000))
      words.insert(ruling.outcome.word)
      if attack.isCertain {
        #expect(
          !ruling.isProved, "\(attack): \(String(decoding: script, as: UTF8.self).prefix(200))")
        #expect(ruling.difficulty == 0)
      }
      if attack == .hiddenCommand { #expect(ruling.isProved) }
      if !ruling.isProved { #expect(ruling.outcome.reason?.isEmpty == false) }
    }
    // Every kind of end was reached: the corpus isn't all alike.
    #expect(words.isSuperset(of: ["proved", "rejected", "undecided"]), "\(words)")
  }
}
