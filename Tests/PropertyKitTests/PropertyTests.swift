import Foundation
import PropertyKit
import Synchronization
import Testing

/// How properties run, and what they say.
@Suite struct PropertyTests {
  /// Options for a property that should fail, or do something else out of the ordinary.
  private func options(_ change: (inout PropertyOptions) -> Void = { _ in }) -> PropertyOptions {
    var options = PropertyOptions()
    options.seed = 1
    options.isSaving = false
    change(&options)
    return options
  }

  @Test func `what holds passes`() {
    property { draw in
      let xs = try draw(.arrays(of: .integers(in: 0...100)))
      #expect(xs.reversed().reversed() == xs)
      try expect(xs.sorted().count == xs.count)
    }
  }

  @Test func `what holds after a while passes, too`() async {
    await property { draw in
      let xs = try draw(.arrays(of: .integers(in: 0...100)))
      await Task.yield()
      #expect(xs.count <= 20)
    }
  }

  @Test(.property { $0.isSaving = false }) func `a failure is an issue of the test`() {
    withKnownIssue {
      property { draw in
        let x = try draw("x", .integers(in: 0...1000))
        #expect(x < 17)
      }
    } matching: { issue in
      let text = issue.comments.map(\.rawValue).joined()
      return text.contains("x = 17") && text.contains("< 17") && text.contains(".replay(\"1")
    }
  }

  @Test func `expectations of every sort fail a case, and are told apart`() {
    let report = examine(options { $0.cases = 500 }) { draw in
      let x = try draw("x", .integers(in: 0...1000))
      switch x % 4 {
      case 0: #expect(x < 20)
      case 1: try #require(x < 30)
      case 2: try expect(x < 40)
      default: if x > 50 { throw CocoaError(.fileNoSuchFile) }
      }
    }
    let drawn = Set(report.failures.flatMap(\.drawn))
    #expect(drawn == ["x = 20", "x = 33", "x = 42", "x = 51"])
    #expect(Set(report.failures.map(\.failure.kind)) == [.expectation, .error])
  }

  @Test func `an expectation in an awaiting case is kept from the test and made small`() async {
    let report = await examine(options()) { draw in
      let x = try draw("x", .integers(in: 0...1000))
      await Task.yield()
      #expect(x < 17)
    }
    #expect(report.failures.map(\.drawn) == [["x = 17"]])
  }

  @Test func `a token gives the case again`() throws {
    @Sendable func body(_ draw: inout Draw) throws {
      let xs = try draw("xs", .arrays(of: .integers(in: 0...100)))
      try expect(xs.count < 2, "long")
    }
    let report = examine(options(), body)
    let token = try #require(report.failures.first?.token)
    let again = examine(options { $0.replay = token }, body)
    #expect(again.cases == 1)
    #expect(again.failures.map(\.drawn) == [["xs = [0, 0]"]])
    #expect(again.failures.map(\.failure) == report.failures.map(\.failure))
  }

  @Test(.replay(Choices([0, 7]).token)) func `the trait replays`() {
    let seen = Mutex<[[UInt64]]>([])
    property { draw in
      let pair = [draw.choice(upTo: 9), draw.choice(upTo: 9)]
      seen.withLock { $0.append(pair) }
    }
    #expect(seen.withLock { $0 } == [[0, 7]])
  }

  @Test func `a stale token says so`() {
    for token in [
      Choices([3, 99]).token, Choices([3]).token, Choices([3, 1, 1]).token, "1nonsense",
    ] {
      let report = examine(options { $0.replay = token }) { draw in
        _ = (draw.choice(upTo: 9), draw.choice(upTo: 9))
      }
      #expect(report.failures.map(\.failure.kind) == [.stale], "\(token)")
    }
  }

  @Test(.cases(7), .seed(3)) func `traits say how many cases there are`() {
    let count = Mutex(0)
    property { draw in
      _ = draw.next()
      count.withLock { $0 += 1 }
    }
    #expect(count.withLock { $0 } == 7)
  }

  @Test func `the seed decides what is drawn, and the number of cores doesn't`() {
    func drawn(_ seed: UInt64) -> Set<UInt64> {
      let seen = Mutex<Set<UInt64>>([])
      _ = examine(options { $0.seed = seed }) { draw in
        let number = draw.next()
        seen.withLock { _ = $0.insert(number) }
      }
      return seen.withLock { $0 }
    }
    #expect(drawn(1) == drawn(1))
    #expect(drawn(1).count == 100)
    #expect(drawn(1).intersection(drawn(2)) == [0])
  }

  @Test func `time decides where there is some`() {
    let report = examine(
      options {
        $0.time = .milliseconds(50); $0.cases = 1
      }
    ) { draw in
      _ = draw.next()
      usleep(500)
    }
    #expect(report.cases > 10 && report.failures.isEmpty)
  }

  @Test func `a case that doesn't fail again is flaky`() {
    let failures = Mutex(0)
    let report = examine(options()) { draw in
      let x = draw.choice(upTo: 1000)
      let isFirst =
        x > 500
        && failures.withLock {
          $0 += 1; return $0 == 1
        }
      try expect(!isFirst, "once")
    }
    #expect(report.failures.map(\.failure.kind) == [.flaky])
    #expect(report.failures.first?.failure.message.contains("once") == true)
  }

  @Test func `a case that makes other choices the second time is flaky`() {
    let cases = Mutex<UInt64>(0)
    let report = examine(options { $0.cases = 1 }) { draw in
      let limit = cases.withLock {
        $0 += 1; return $0
      }
      _ = draw.choice(upTo: limit)
      try expect(limit > 1)
    }
    #expect(report.failures.map(\.failure.kind) == [.flaky])
    #expect(report.failures.first?.failure.message.contains("other choices") == true)
  }

  @Test func `out of budget, the best so far is reported`() {
    let report = examine(options { $0.shrinks = 5 }) { draw in
      let xs = try draw("xs", .arrays(of: .integers(in: 0...100_000)))
      try expect(xs.reduce(0, +) < 50_000)
    }
    #expect(report.failures.map(\.isMinimal) == [false])
    #expect(report.failures.map(\.shrinks) == [5])
    #expect("\(report)".contains("the smallest so far"))
  }

  @Test func `what cases are like is counted and printed`() {
    let report = examine(options { $0.cases = 400 }) { draw in
      let x = try draw(.evenly(in: 0...3))
      draw.classify(x == 0, "zero")
      draw.collect("x", x)
      draw.label("any")
    }
    #expect(report.failures.isEmpty)
    #expect(report.distribution.contains { $0.hasSuffix("100.0 % any") })
    #expect(report.distribution.count { $0.contains("x = ") } == 4)
    #expect(report.distribution.contains { $0.hasSuffix("% zero") })
  }

  @Test func `what must be covered and isn't is a failure`() {
    @Sendable func body(_ draw: inout Draw) throws {
      let x = try draw(.evenly(in: 0...999))
      draw.cover(atLeast: 0.2, "small", when: x < 20)
      draw.cover(atLeast: 0.2, "large", when: x > 20)
    }
    let report = examine(options(), body)
    #expect(report.failures.map(\.failure.kind) == [.coverage])
    #expect(report.failures.map(\.failure.identity) == ["small"])
  }

  @Test func `where all cases are known, so are shares`() {
    let report = examine(options()) { draw in
      let x = try draw(.evenly(in: 0...9))
      draw.cover(atLeast: 0.1, "one", when: x == 1)
      draw.cover(atLeast: 0.2, "two", when: x == 2)
    }
    #expect(report.isExhaustive)
    #expect(report.failures.map(\.failure.identity) == ["two"])
  }

  @Test func `what is nearly as often as it must be gets more cases`() {
    let report = examine(options()) { draw in
      let x = try draw(.evenly(in: 0...999))
      draw.cover(atLeast: 0.2, "a quarter", when: x < 250)
    }
    #expect(report.failures.isEmpty)
    #expect(report.cases > 100)
  }

  @Test func `a search finds what chance doesn't`() {
    @Sendable func body(_ draw: inout Draw, _ isSearch: Bool) throws {
      let x = try draw("x", .evenly(in: 0...1_000_000))
      let y = try draw("y", .evenly(in: 0...1_000_000))
      if isSearch { draw.maximise(-Double(abs(x - 271_828) + abs(y - 314_159))) }
      try expect(abs(x - 271_828) > 2000 || abs(y - 314_159) > 2000)
    }
    let blind = examine(options { $0.cases = 2000 }) { try body(&$0, false) }
    #expect(blind.failures.isEmpty)
    let found = examine(options { $0.cases = 2000 }) { try body(&$0, true) }
    #expect(found.failures.count == 1)
    #expect(found.bestScores["score"] ?? -.infinity > -4001)
  }

  @Test func `a small space is gone through, each case once`() {
    let seen = Mutex<[String: Int]>([:])
    let report = examine(options()) { draw in
      let list = try draw(.arrays(of: .booleans(), count: 0...3))
      seen.withLock { $0["\(list)", default: 0] += 1 }
    }
    #expect(report.isExhaustive && report.cases == 15 && report.failures.isEmpty)
    #expect(seen.withLock { $0.count } == 15)
  }

  @Test func `every case means every one`() throws {
    let seen = Mutex<Set<[Int]>>([])
    withEvery { draw in
      let order = try draw(.permutations(of: [1, 2, 3, 4]))
      seen.withLock { _ = $0.insert(order) }
    }
    #expect(seen.withLock { $0.count } == 24)
    let many = examineEvery(limit: 50) { draw in _ = draw.choice(upTo: 50) }
    #expect(many.failures.map(\.failure.kind) == [.health])
    let wrong = examineEvery { draw in
      let x = try draw("x", .integers(in: 0...50))
      try expect(x != 50)
    }
    #expect(wrong.failures.map(\.drawn) == [["x = 50"]])
  }

  @Test func `each of a list, and which it was`() throws {
    var sum = 0
    try withEvery("n", in: 1...4) { n in
      try withEvery("m", in: 1...n) { m in sum += m }
    }
    #expect(sum == 20)
    let failure = #expect(throws: Failure.self) {
      try withEvery("n", in: 1...4) { n in
        try withEvery("m", in: "ab") { _ in try PropertyKit.expect(n < 3) }
      }
    }
    #expect(failure?.message == "n = 3: m = \"a\": expectation not met")
  }

  @Test func `an unhealthy property fails, unless that is allowed`() {
    func health(
      _ checks: PropertyOptions.HealthCheck...,
      body: @escaping @Sendable (inout Draw) throws -> Void
    ) -> [String] {
      let report = examine(
        options {
          $0.allowed = Set(checks)
          $0.choices = 50
          $0.patience = .milliseconds(100)
        }, body)
      return report.failures.map(\.failure.identity)
    }
    let discarding: @Sendable (inout Draw) throws -> Void = {
      try assume($0.choice(upTo: 999) == 7)
    }
    #expect(health(body: discarding) == ["discards"])
    #expect(health(.discards, body: discarding) == [])
    let long: @Sendable (inout Draw) throws -> Void = { for _ in 0..<60 { _ = $0.next() } }
    #expect(health(body: long) == ["size"])
    #expect(health(.size, body: long) == [])
    let slow: @Sendable (inout Draw) throws -> Void = { usleep(UInt32(20_000 + $0.next() % 2)) }
    #expect(health(body: slow) == ["slowness"])
    #expect(health(.slowness, body: slow) == [])
    #expect(health { _ in } == ["degeneracy"])
    let narrow: @Sendable (inout Draw) throws -> Void = { _ = $0.choice(upTo: 999) { _ in 5 } }
    #expect(health(body: narrow) == ["degeneracy"])
    #expect(health(.degeneracy, body: narrow) == [])
  }
}
