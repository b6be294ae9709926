import Foundation
import Testing
import Witan
import WitanDraw

@testable import WitanProofs

@Suite struct DeterminismTests {
  private static let corpus: [String] = {
    var corpus = Corpus(seed: 6)
    return (0..<240).map { corpus.script($0) }
  }()

  private static let claims: [Claim] = corpus.compactMap {
    try? Claim("corpus", script: Array($0.utf8), budget: 200_000)
  }

  private static let z3 = "/usr/bin/z3"

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: z3), "install the z3 package"))
  func `the judge rules as the solver's own program of the same version`() throws {
    let process = Process()
    process.executableURL = URL(filePath: Self.z3)
    process.arguments = ["-in"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let script =
      "(get-info :version)" + Self.corpus.map { "(reset)\($0)(check-sat)" }.joined(separator: "\n")
    Thread.detachNewThread {
      input.fileHandleForWriting.write(Data(script.utf8))
      try? input.fileHandleForWriting.close()
    }
    let answers = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    var lines = answers.split(separator: "\n").map(String.init)
    let version = lines.removeFirst()
    try #require(SolverContext.version.hasPrefix(version.split(separator: "\"")[1]), "\(version)")
    let words = Judge().rulings(on: Self.claims).map { ruling in
      switch ruling.outcome {
      case .proved: "unsat"
      case .refuted: "sat"
      default: ruling.outcome.description
      }
    }
    #expect(lines.count == 240)
    for (index, (mine, theirs)) in zip(words, lines).enumerated() {
      #expect(mine == theirs, "\(Self.corpus[index])")
    }
    for answer in ["sat", "unsat"] { #expect(words.count { $0 == answer } > 60) }
  }

  @Test func `order, company and repetition change neither verdict nor difficulty`() throws {
    let claims = Array(Self.claims.prefix(60))
    let alone = Judge().rulings(on: claims)
    var draw = Draw(seed: 3)
    for _ in 0..<3 {
      let order = draw.shuffled(claims.indices)
      let rulings = Judge().rulings(on: order.map { claims[$0] })
      for (place, index) in order.enumerated() { #expect(rulings[place] == alone[index]) }
    }
  }

  @Test func `threads change neither verdict nor difficulty`() async throws {
    let claims = Array(Self.claims.prefix(60))
    let alone = Judge().rulings(on: claims)
    await withTaskGroup(of: (Int, Ruling).self) { group in
      for round in 0..<3 {
        for index in claims.indices {
          let claim = claims[(index * 7 + round) % claims.count]
          group.addTask { ((index * 7 + round) % claims.count, Judge().ruling(on: claim)) }
        }
      }
      for await (index, ruling) in group { #expect(ruling == alone[index]) }
    }
  }

  @Test func `difficulty grows with the work, and a byte is a unit of it`() throws {
    func pigeons(_ count: Int) throws -> Ruling {
      var text = ""
      for pigeon in 0...count {
        for hole in 0..<count { text += "(declare-const p\(pigeon)_\(hole) Bool)" }
      }
      for pigeon in 0...count {
        text += "(assert (or" + (0..<count).map { " p\(pigeon)_\($0)" }.joined() + " false))"
      }
      for hole in 0..<count {
        for first in 0...count {
          for second in 0..<first {
            text += "(assert (not (and p\(first)_\(hole) p\(second)_\(hole))))"
          }
        }
      }
      let claim = try Claim("pigeons", script: Array(text.utf8))
      let ruling = Judge().ruling(on: claim)
      #expect(ruling.isProved)
      #expect(ruling.difficulty == ruling.resources + UInt64(text.utf8.count))
      return ruling
    }
    let rulings = try (2...5).map(pigeons)
    for (smaller, larger) in zip(rulings, rulings.dropFirst()) {
      #expect(larger.resources > smaller.resources)
      #expect(larger.difficulty > smaller.difficulty)
    }
  }
}
