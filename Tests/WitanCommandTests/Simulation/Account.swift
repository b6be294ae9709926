import Foundation

/// What `witan simulate --json` promises to scripts; what isn't there, or is of another type, can't be read.
struct Account: Decodable {
  struct Finality: Decodable {
    let p50: Double?
    let p99: Double?
    let max: Double?
  }

  struct Violation: Decodable {
    let kind: String
    let replica: Int
    let sequence: Int
    let detail: String
  }

  struct Proof: Decodable {
    let culprit: Int
    let proof: String
  }

  struct Culprit: Decodable {
    let replica: Int
    let adversaries: [String]
    let withheld: Int
    let givenUp: Int
    let convictedMillis: Double?
  }

  let seed: UInt64
  let replicas: Int
  let faulty: Int
  let adversaries: [String]
  let decided: Int
  let safe: Bool
  let live: Bool
  let reasons: [String]
  let views: Int
  let viewChanges: Int
  let messages: Int
  let bytes: Int
  let gossiped: Int
  let followers: Int
  let following: Int
  let virtualMillis: Double
  let finalityMillis: Finality
  let digest: String
  let stateRoots: [String]
  let culprits: [Culprit]
  let violations: [Violation]
  let evidence: [Proof]
  let wallMillis: Double

  /// The account on the last line of what a call printed.
  init(_ session: Session) throws {
    let line = session.output.split(separator: "\n").last.map(String.init) ?? ""
    self = try JSONDecoder().decode(Account.self, from: Data(line.utf8))
  }

  /// The account that a command line leads to.
  init(of line: String) throws { try self.init(Session(line: "simulate --json \(line)")) }
}

/// A file that is there for one test.
final class ScratchFile {
  let path: String

  /// A name nobody uses, and what stands there, if anything.
  init(_ text: String? = nil) throws {
    path = FileManager.default.temporaryDirectory.path + "/witan-\(UUID().uuidString).scenario"
    try text?.write(toFile: path, atomically: true, encoding: .utf8)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// What stands there now.
  var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}
