import Foundation
import Witan

@testable import WitanSimulation

/// A scenario that is kept because of what it tells: a text file in `Stories`, in whose first comment the lines that
/// begin with `expect:` say what comes of it.
struct Story: Sendable {
  /// Something that is expected, one a line.
  enum Expectation: Sendable {
    /// Nothing happens that must never happen: `safe`.
    case safe
    /// All blocks are decided within the limit; and when what ends of the faults has ended, whatever was asked is
    /// executed by all that can be demanded: `live`.
    case live
    /// At the limit nothing is decided any more, progress is excused, and these are among the words that say what is
    /// waited for: `stuck: weigh 2`.
    case stuck(String)
    /// What stuck goes on once everything is mended: `recovers`.
    case recovers
    /// No block is decided within a span: `halts 3s..20s`.
    case halts(TimeSpan)
    /// A block is decided within a span: `decides 3s..20s`.
    case decides(TimeSpan)
    /// Correct replicas decided different blocks, and an audit convicts just these: `forked, convicts 0,1`.
    case forked(NodeSet)
    /// Evidence that was reported convicts just these: `convicts 0`.
    case convicts(NodeSet)
    /// So many views are asked for at least: `views 3`.
    case views(Int)
    /// No correct replica asks for a view: `steady`.
    case steady
    /// All correct members that run end in this epoch: `epoch 1`.
    case epoch(UInt64)
    /// These install a state that others have: `transfers 3`.
    case transfers(NodeSet)
    /// These find their disk damaged, and stay down: `unfit 3`.
    case unfit(NodeSet)
    /// These die of a full disk: `dies 3`.
    case dies(NodeSet)
    /// Messages arrive that are refused as no message, or signed by nobody: `refuses`.
    case refuses
  }

  /// The file's name.
  let name: String
  let text: String
  let scenario: Scenario
  let expectations: [Expectation]

  /// All stories that can be read, by name.
  static let all = files.compactMap { try? Story($0) }

  /// The files' names, in order.
  static let files: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".scenario") }.sorted()
  }()

  private static let folder = Bundle.module.bundleURL.appending(path: "Stories")
  private static let mark = "expect:"

  init(_ file: String) throws {
    let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
    try self.init(name: String(file.dropLast(".scenario".count)), text: text)
  }

  init(name: String, text: String) throws {
    self.name = name
    self.text = text
    scenario = try Scenario(parsing: text)
    expectations = try scenario.story.filter { $0.hasPrefix(Self.mark) }.map {
      try Self.expectation($0.dropFirst(Self.mark.count).trimmingCharacters(in: .whitespaces))
    }
  }

  private static func expectation(_ line: String) throws -> Expectation {
    if line.hasPrefix("stuck: ") { return .stuck(String(line.dropFirst(7))) }
    let words = line.split(separator: " ").map(String.init)
    switch (words.first, words.count) {
    case ("safe", 1): return .safe
    case ("live", 1): return .live
    case ("recovers", 1): return .recovers
    case ("steady", 1): return .steady
    case ("refuses", 1): return .refuses
    case ("halts", 2): return .halts(try TimeSpan(parsing: words[1]))
    case ("decides", 2): return .decides(try TimeSpan(parsing: words[1]))
    case ("forked,", 3) where words[1] == "convicts":
      return .forked(try NodeSet(parsing: words[2]))
    case ("convicts", 2): return .convicts(try NodeSet(parsing: words[1]))
    case ("views", 2): return .views(try number(words[1]))
    case ("epoch", 2): return .epoch(UInt64(try number(words[1])))
    case ("transfers", 2): return .transfers(try NodeSet(parsing: words[1]))
    case ("unfit", 2): return .unfit(try NodeSet(parsing: words[1]))
    case ("dies", 2): return .dies(try NodeSet(parsing: words[1]))
    default: throw Nonsense(line: line)
    }
  }

  private static func number(_ word: String) throws -> Int {
    guard let number = Int(word), number >= 0 else { throw Nonsense(line: word) }
    return number
  }

  /// A line that expects nothing that is known.
  struct Nonsense: Error {
    let line: String
  }
}
