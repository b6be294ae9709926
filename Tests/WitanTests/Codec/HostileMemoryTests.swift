import Testing
import WitanCrypto

@testable import Witan

/// No bytes make a reader take more memory than their own number warrants: thirty-two times as much, and what
/// fragmentation costs.
@Suite struct HostileMemoryTests {
  @Test("A huge count at any place of any value costs next to nothing")
  func hugeCounts() async {
    await #expect(processExitsWith: .success) {
      let vectors = GoldenVector.all
      let largest = vectors.map(\.bytes.count).max() ?? 0
      let growth = try #require(HeapGrowth())
      for vector in vectors {
        for count in [UInt32.max, 0x0010_0000, 0x0001_0000, 0x0000_1000] {
          for start in 0...max(0, vector.bytes.count - 4) {
            _ = vector.rewritten(vector.bytes.replacing(at: start, with: count))
          }
        }
      }
      try #require(largest > 1_000 && growth.bytes <= 32 * largest + 65_536)
    }
  }

  /// What lay free at first isn't seen: writing the value left up to three times its size.
  @Test(
    "A large value of as many small parts as can be costs at most thirty-two times its size",
    arguments: Dense.allCases)
  func density(of dense: Dense) async {
    await #expect(processExitsWith: .success) { [dense] in
      let bytes = try dense.bytes()
      try #require(bytes.count > 100_000)
      let growth = try #require(HeapGrowth())
      for end in [bytes.count, bytes.count - 1] { _ = dense.reads(Array(bytes[..<end])) }
      try #require(growth.bytes <= 29 * bytes.count)
    }
  }

  @Test("Those values can be read", arguments: Dense.allCases)
  func readable(_ dense: Dense) throws { #expect(dense.reads(try dense.bytes())) }

  @Test("What a value takes is seen, or the tests above would prove nothing")
  func measuring() async {
    await #expect(processExitsWith: .success) {
      let growth = try #require(HeapGrowth())
      for size in [1 << 22, 1 << 29] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        bytes.append(1)
        try #require(growth.bytes > size / 4 * 3 && growth.bytes < 2 * size)
      }
    }
  }
}

/// Values of some hundred kilobytes that consist of as many small parts as possible.
enum Dense: String, CaseIterable, Codable, Sendable {
  case operations, requests, locks, viewChanges, members

  func bytes() throws -> [UInt8] {
    let network = try Network()
    switch self {
    case .operations:
      let request = network.request(operations: Array(repeating: [1], count: 4_096))
      return network.block(requests: Array(repeating: request, count: 25)).encoded
    case .requests:
      let request = network.request(operations: [[1]])
      return network.block(requests: Array(repeating: request, count: 4_000)).encoded
    case .locks:
      let header = network.block().header
      let lock = Lock.committed(network.committed(header, by: []), header)
      return Message.viewChange(
        network.viewChange(to: 1, by: 1, locks: Array(repeating: lock, count: 3_500))
      ).encoded
    case .viewChanges:
      let empty = network.viewChange(to: 1, by: 1)
      return Message.newView(
        network.newView(
          1, Array(repeating: empty, count: 4_000), proposals: [], sequence: 0, by: 1)
      ).encoded
    case .members:
      return try Membership((0..<4_096).map { network.member(ReplicaID($0)) }).encoded
    }
  }

  func reads(_ bytes: [UInt8]) -> Bool {
    switch self {
    case .operations, .requests: (try? Block(decoding: bytes)) != nil
    case .locks, .viewChanges: (try? Message(decoding: bytes)) != nil
    case .members: (try? Membership(decoding: bytes)) != nil
    }
  }
}

extension [UInt8] {
  /// The bytes with a number written over those from `start` on, as far as there are any.
  func replacing(at start: Int, with number: UInt32) -> [UInt8] {
    var changed = self
    for (offset, index) in (start..<Swift.min(start + 4, count)).enumerated() {
      changed[index] = UInt8(truncatingIfNeeded: number >> (8 * UInt32(offset)))
    }
    return changed
  }
}
