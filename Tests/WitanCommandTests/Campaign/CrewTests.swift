import Testing

@testable import WitanCommand

@Suite("Crew") struct CrewTests {
  @Test(arguments: [1, 3, 8]) func whatIsFoundComesInTheOrderOfTheTasks(size: Int) throws {
    var next = 0
    var found: [Int] = []
    try Crew(size: size).work(at: { () -> Int? in
      defer { next += 1 }
      return next < 500 ? next : nil
    }) { number in
      // The earlier, the longer it takes.
      (0..<(500 - number) * 20).reduce(number) { $0 ^ $1 } & 0 + number
    } deliver: { task, result in
      #expect(task == result)
      found.append(result)
      return true
    }
    #expect(found == Array(0..<500))
  }

  @Test func whoeverHasEnoughEndsIt() throws {
    var found = 0
    try Crew(size: 4).work(at: { 1 }) {
      $0
    } deliver: { _, _ in
      found += 1
      return found < 10
    }
    #expect(found == 10)
  }

  @Test func noTasksAreNoWork() throws {
    try Crew(size: 2).work(at: { nil as Int? }) {
      $0
    } deliver: { _, _ in
      Issue.record("there was nothing to do")
      return true
    }
  }
}
