import Foundation
import FuzzTargets
import Testing

/// What fuzzers came upon, without a fuzzer: inputs that reach much, and every past finding.
@Suite struct ReplayTests {
  /// The scanner's target changes the process' folder and output: it has a process to itself.
  private static let shared = FuzzTarget.all.filter { $0.name != "Scanner" }

  @Test("No past finding, and no input of the corpus, leads to anything wrong", arguments: shared)
  func replay(_ target: FuzzTarget) throws {
    let inputs = try FuzzFolder.inputs(of: target)
    #expect(!inputs.isEmpty, "\(target.name) has no corpus")
    // A debug build takes fifty times as long as the program that fuzzes. Of whole clusters it runs the smallest;
    // `Fuzz/run smoke` runs all.
    let isDear = target.name == "Byzantine"
    let corpus = inputs.filter { $0.name.hasPrefix("Corpus") }
      .sorted { $0.bytes.count < $1.bytes.count }.prefix(isDear ? 10 : .max)
    for (name, bytes) in inputs.filter({ $0.name.hasPrefix("Findings") }) + corpus {
      if case .found(let finding) = target.run(bytes) {
        Issue.record("\(name): \(finding)\n\(target.description(of: bytes) ?? "")")
      }
    }
  }

  @Test("Nor do scripts that are admitted make the solver do anything but think")
  func scripts() async {
    await #expect(processExitsWith: .success) {
      guard let target = FuzzTarget.named("Scanner") else { exit(2) }
      let inputs = try FuzzFolder.inputs(of: target)
      guard !inputs.isEmpty else { exit(3) }
      for (name, bytes) in inputs {
        if case .found(let finding) = target.run(bytes) {
          print("\(name): \(finding)")
          exit(1)
        }
      }
    }
  }

  @Test("Every folder of inputs belongs to a target, and together they are small")
  func folders() throws {
    let names = Set(FuzzTarget.all.map(\.name))
    var size = 0
    for kind in ["Corpus", "Findings"] {
      let folder = FuzzFolder.top.appending(path: kind)
      let found = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .filter { !$0.hasPrefix(".") }
      #expect(Set(found).isSubset(of: names))
    }
    for target in FuzzTarget.all {
      for (_, bytes) in try FuzzFolder.inputs(of: target) { size += bytes.count }
    }
    #expect(size <= 4 << 20)
  }
}

/// Where inputs are kept.
enum FuzzFolder {
  static let top = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fuzz")

  /// The inputs of a target with their names: those of the corpus, and past findings.
  static func inputs(of target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
    try ["Findings", "Corpus"].flatMap { kind -> [(name: String, bytes: [UInt8])] in
      let folder = top.appending(path: "\(kind)/\(target.name)")
      guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        .filter { !$0.hasPrefix(".") }
        .map { name in
          (
            "\(kind)/\(target.name)/\(name)",
            Array(try Data(contentsOf: folder.appending(path: name)))
          )
        }
    }
  }
}

extension FuzzTarget: CustomTestStringConvertible {
  /// Its name.
  public var testDescription: String { name }
}
