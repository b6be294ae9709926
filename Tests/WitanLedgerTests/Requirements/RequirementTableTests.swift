import Foundation
import Testing

/// Where each requirement of the proof-of-proof system has its test, by its number.
@Suite("Where the source system's requirements are tested")
struct RequirementTableTests {
  /// Those that ask for state and economy are tested one by one beside this file, under their numbers.
  private static let here = [
    "1.2", "1.3", "1.5", "2.3", "3.1", "3.3", "3.5", "3.6", "4.1", "4.2", "4.3", "4.4", "4.5",
    "4.6",
    "4.7", "5.2", "5.3", "5.4", "5.5", "5.6", "7.1", "7.2", "7.3", "7.4", "7.5", "8.3", "8.4",
    "8.5",
  ]

  /// The others: what they ask, and a test that shows it.
  private static let elsewhere: [(number: String, asks: String, file: String, test: String)] = [
    (
      "1.1", "every proof of a block is verified", "PropertyTests/Protocol/ProofTests.swift",
      "P1 every proof of a block is verified before a replica takes part"
    ),
    (
      "1.4", "difficulty grows with the solver's work", "PropertyTests/Protocol/ProofTests.swift",
      "P4 difficulty grows with the solver's work"
    ),
    (
      "2.1", "a thousand nodes agree", "WitanCommandTests/Bench/GossipBenchmarkTests.swift",
      "P24 all to all, a block is decided in under 10 s of virtual time"
    ),
    (
      "2.2", "a third may lie", "PropertyTests/Protocol/ConsensusTests.swift",
      "P6 consensus is reached with as many Byzantine members as the quorum bears"
    ),
    (
      "2.4", "safety", "PropertyTests/Protocol/ConsensusTests.swift",
      "P8 there are never two states at one sequence"
    ),
    (
      "2.5", "liveness", "PropertyTests/Protocol/ConsensusTests.swift",
      "P9 with enough correct and responsive members all that is asked is done"
    ),
    (
      "2.6", "a timeout begins a new round", "PropertyTests/Protocol/ResilienceTests.swift",
      "P10 a view whose leader is too slow is left for the next leader's"
    ),
    (
      "3.2", "updates reach everybody", "PropertyTests/Ledger/SpreadingTests.swift",
      "P11 every correct node gets each finalised update of the state"
    ),
    (
      "3.4", "nodes converge", "PropertyTests/Protocol/ConsensusTests.swift",
      "P13 correct members converge"
    ),
    (
      "5.1", "proofs get into the mempool", "PropertyTests/Protocol/ProofTests.swift",
      "P21 what is proved waits for a block, and what isn't is declined"
    ),
    (
      "6.1", "a thousand within ten seconds", "WitanCommandTests/Bench/GossipBenchmarkTests.swift",
      "P24 all to all, a block is decided in under 10 s of virtual time"
    ),
    (
      "6.2", "ten thousand within thirty", "WitanCommandTests/Bench/GossipBenchmarkTests.swift",
      "P24 many follow a committee over gossip in under 30 s of virtual time"
    ),
    (
      "6.3", "a thousand proofs wait by difficulty",
      "WitanProofsTests/Mempool/ProofMempoolTests.swift",
      "E6 ten thousand proofs wait, in order, without being a burden"
    ),
    (
      "6.4", "a hundred verifications a second", "WitanProofsTests/Judging/JudgeTests.swift",
      "E6 a hundred proofs take less than a second of one core"
    ),
    (
      "6.5", "latency above 500 ms extends timeouts",
      "PropertyTests/Protocol/ResilienceTests.swift",
      "P26 above 500 ms of latency timeouts grow before they fire needlessly"
    ),
    (
      "7.6", "a partition halts", "PropertyTests/Protocol/ResilienceTests.swift",
      "P31 without a quorum nothing is decided, and nothing that was is lost"
    ),
    (
      "8.1", "metrics of each round", "PropertyTests/Protocol/ResilienceTests.swift",
      "P32 each round tells its duration, who took part, and what it decided"
    ),
    (
      "8.2", "the mempool's size and rate", "PropertyTests/Protocol/ProofTests.swift",
      "P33 size and rate of the mempool are those of what came and went"
    ),
  ]

  private static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.tests.appending(path: path), encoding: .utf8)
  }

  @Test("Each requirement has one place, and the test that is named there exists")
  func places() throws {
    let numbers = Self.here + Self.elsewhere.map(\.number)
    #expect(Set(numbers).count == numbers.count)
    let counts = ["1": 5, "2": 6, "3": 6, "4": 7, "5": 6, "6": 5, "7": 6, "8": 5]
    for (group, count) in counts {
      #expect(numbers.filter { $0.hasPrefix(group + ".") }.count == count, "group \(group)")
    }
    let beside = try text("WitanLedgerTests/Requirements/SourceRequirementTests.swift")
    for number in Self.here { #expect(beside.contains("\"\(number): "), "\(number)") }
    for row in Self.elsewhere {
      #expect(try text(row.file).contains("`\(row.test)`"), "\(row.number): \(row.asks)")
    }
  }
}
