import Glibc
import Testing

@testable import WitanCommand

@Suite struct AllocationCounterTests {
  private final class Object {
    var number = 0
  }

  @Test func `every object is counted, and nothing else`() throws {
    #expect(try AllocationCounter.count {} == 0)
    let hundred = try AllocationCounter.count {
      for _ in 0..<100 { consume(Object()) }
    }
    #expect(hundred == 100)
  }

  @Test func `raw buffers and C libraries are counted too`() throws {
    let raw = try AllocationCounter.count {
      UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 8).deallocate()
      UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 256).deallocate()
    }
    #expect(raw == 2)
    let text: [CChar] = [65, 0]
    #expect(try AllocationCounter.count { free(strdup(text)) } == 1)
  }

  @Test func `arrays count as often as they grow, and not at all with room to spare`() throws {
    var numbers: [Int] = []
    numbers.reserveCapacity(1_000)
    let reserved = try AllocationCounter.count {
      for number in 0..<1_000 { numbers.append(number) }
    }
    #expect(reserved == 0)
    let growing = try AllocationCounter.count {
      var numbers: [Int] = []
      for number in 0..<1_000 { numbers.append(number) }
      consume(numbers)
    }
    #expect((2...20).contains(growing))
  }

  @Test func `other threads don't disturb the count, and counts don't disturb each other`()
    async throws
  {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          try AllocationCounter.count {
            for _ in 0..<1_000 { consume(Object()) }
          }
        }
      }
      for try await count in group { #expect(count == 1_000) }
    }
  }

  @Test func `an error under way ends the count`() throws {
    #expect(throws: UsageError.self) {
      try AllocationCounter.count { throw UsageError("a", remedy: "b") }
    }
    #expect(try AllocationCounter.count { consume(Object()) } == 1)
  }
}
