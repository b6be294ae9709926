import Testing
import WitanDraw

@testable import FuzzTargets

/// What is changed stays a case, and close to what it was.
@Suite struct ChoiceMutatorTests {
  /// Some numbers in groups, so that there are spans to move.
  private struct Groups: DrawnCase, Equatable {
    let groups: [[UInt16]]

    init?(drawing draw: inout Draw) {
      var groups: [[UInt16]] = []
      while groups.count < 8, draw.chance(0.7) {
        groups.append(
          draw.span("group") { draw in
            (0..<draw.integer(in: 1...3)).map { _ in draw.integer(in: 0...999) }
          })
      }
      self.groups = groups
    }

    var description: String { "\(groups)" }

    func check(_ traces: inout Traces) throws(Finding) {
      traces.note(UInt64(groups.count))
      let sum = groups.joined().reduce(0) { $0 + Int($1) }
      try expect(sum < 1_500, "sum", "\(sum)")
    }
  }

  private static let target = FuzzTarget("Groups", "Sums of numbers.", drawing: Groups.self)

  private func groups(_ bytes: [UInt8]) -> Groups? {
    var draw = Draw(bytes: bytes)
    return Groups(drawing: &draw)
  }

  /// Bytes of a case, some of them.
  private func some(_ seed: UInt64) -> [UInt8] {
    var luck = Draw(seed: seed)
    return (0..<60).map { _ in luck.integer(in: 0...255) }
  }

  @Test("Bytes that were written from choices make the same choices again")
  func writing() throws {
    let mutator = try #require(Self.target.mutator)
    for seed in UInt64(0)..<50 {
      let recording = mutator.recording(of: some(seed))
      let bytes = ChoiceMutator.bytes(of: recording)
      #expect(mutator.recording(of: bytes).entries == recording.entries)
    }
  }

  @Test("A change changes something most of the time, and not everything")
  func changing() throws {
    let mutator = try #require(Self.target.mutator)
    var (changed, kept) = (0, 0)
    for seed in UInt64(0)..<200 {
      let before = try #require(groups(some(seed % 10)))
      let after = try #require(
        groups(mutator.mutated(some(seed % 10), seed: seed, limit: 4_096)))
      changed += after == before ? 0 : 1
      kept += before.groups.contains { after.groups.contains($0) } ? 1 : 0
    }
    #expect(changed > 150)
    #expect(kept > 60)
  }

  @Test("The same seed makes the same change")
  func repeating() throws {
    let mutator = try #require(Self.target.mutator)
    for seed in UInt64(0)..<20 {
      let bytes = some(seed)
      #expect(
        mutator.mutated(bytes, seed: seed, limit: 99)
          == mutator.mutated(bytes, seed: seed, limit: 99))
      #expect(mutator.mutated(bytes, seed: seed, limit: 9).count <= 9)
    }
  }

  @Test("What is crossed has groups of both")
  func crossing() throws {
    let mutator = try #require(Self.target.mutator)
    var both = 0
    for seed in UInt64(0)..<200 {
      let (one, other) = (some(seed), some(seed + 1_000))
      let child = try #require(groups(mutator.crossed(one, other, seed: seed, limit: 4_096)))
      let (mine, theirs) = (try #require(groups(one)), try #require(groups(other)))
      if child.groups.contains(where: mine.groups.contains),
        child.groups.contains(where: theirs.groups.contains)
      {
        both += 1
      }
    }
    #expect(both > 30)
  }

  @Test("A finding is shrunk to the smallest case that has it")
  func shrinking() throws {
    let bytes = try #require(
      (UInt64(0)..<200).map(some).first { bytes in
        if case .found = Self.target.run(bytes) { true } else { false }
      })
    let small = try #require(Self.target.shrunk(bytes, budget: 2_000))
    let smallest = try #require(groups(small))
    #expect(smallest.groups.joined().reduce(0) { $0 + Int($1) } == 1_500)
    #expect(smallest.groups.count <= 2)
  }
}
