import Testing
import WitanDraw

/// Smaller cases that fail in the same way, without knowing what they are.
@Suite struct ShrinkerTests {
  /// Runs what a test draws, and fails as it says.
  private func shrinker(
    _ seed: UInt64, budget: Int = 5000, isOutOfTime: @escaping () -> Bool = { false },
    _ body: @escaping (inout Draw) -> String?
  ) throws -> Shrinker<String> {
    func run(_ draw: Draw) -> (String?, Recording) {
      var draw = draw
      let failure = body(&draw)
      return (failure, draw.recording ?? Recording())
    }
    // The first seed from this one on that fails.
    let first = (seed..<(seed + 500)).lazy.map { run(Draw(recording: $0)) }.first { $0.0 != nil }
    let (failure, recording) = try #require(first)
    return Shrinker(
      recording, failure: try #require(failure), budget: budget, isOutOfTime: isOutOfTime
    ) { choices in
      let (failure, recording) = run(Draw(replaying: choices))
      return failure.map { .failed($0, recording) } ?? .passed
    }
  }

  /// Fails when the numbers sum up to much.
  private func heavy(_ draw: inout Draw) -> String? {
    var sum: UInt64 = 0
    while draw.span(
      "item",
      { draw in
        let isItem = draw.choice(upTo: 9) > 0
        if isItem { sum += draw.choice(upTo: 1000) }
        return isItem
      })
    {}
    return sum >= 500 ? "heavy" : nil
  }

  @Test func `the smallest case is found`() throws {
    var shrinker = try shrinker(4, heavy)
    shrinker.shrink()
    #expect(shrinker.best.choices == [1, 500, 0])
    #expect(shrinker.isFinished)
    #expect(shrinker.best.choices < [1, 501, 0])
  }

  @Test func `it is the same one each time`() throws {
    var (one, other) = (try shrinker(4, heavy), try shrinker(4, heavy))
    one.shrink()
    other.shrink()
    #expect(one.best == other.best)
    #expect(one.attempts == other.attempts)
  }

  @Test func `another failure doesn't take its place`() throws {
    // Any number above 100 fails, but those of two digits fail in another way.
    var shrinker = try shrinker(2) { draw in
      let number = draw.choice(upTo: 1_000_000)
      return number > 100 ? "large" : number > 9 ? "middling" : nil
    }
    shrinker.shrink()
    #expect(shrinker.best.choices == [101])
  }

  @Test(arguments: [0, 1, 7, 20]) func `the budget is kept, and the best so far is there`(
    _ budget: Int
  ) throws {
    var shrinker = try shrinker(4, budget: budget, heavy)
    let first = shrinker.best.choices
    shrinker.shrink()
    #expect(shrinker.attempts <= budget)
    #expect(!shrinker.isFinished)
    #expect(shrinker.best.choices <= first)
    #expect((shrinker.improvements == 0) == (shrinker.best.choices == first))
  }

  @Test func `time that is up ends it`() throws {
    var asked = 0
    var shrinker = try shrinker(
      4,
      isOutOfTime: {
        asked += 1; return asked > 10
      }, heavy)
    shrinker.shrink()
    #expect(shrinker.attempts <= 10)
    #expect(!shrinker.isFinished)
  }

  @Test func `what doesn't fail again is left as it is`() throws {
    var isFirst = true
    var shrinker = try shrinker(4) { draw in
      defer { isFirst = false }
      _ = draw.next()
      return isFirst ? "once" : nil
    }
    let first = shrinker.best
    shrinker.shrink()
    #expect(shrinker.best == first)
  }

  @Test func `things drawn as many times as was said before are deleted with the number lowered`()
    throws
  {
    var shrinker = try shrinker(3) { draw in
      let count = draw.choice(upTo: 20)
      let items = (0..<count).map { _ in draw.choice(upTo: 100) }
      return items.contains { $0 > 50 } ? "over" : nil
    }
    shrinker.shrink()
    #expect(shrinker.best.choices == [1, 51])
  }

  @Test func `what is equal stays equal, what adds up goes on doing so`() throws {
    var same = try shrinker(0) { draw in
      let one = draw.choice(upTo: 1000)
      let other = draw.choice(upTo: 1) { _ in 1 } == 1 ? one : draw.choice(upTo: 1000)
      return one == other && one > 30 ? "same" : nil
    }
    same.shrink()
    #expect(same.best.choices == [31, 0, 31] || same.best.choices == [31, 1])
    var sum = try shrinker(1) { draw in
      let (one, other) = (draw.choice(upTo: 1000), draw.choice(upTo: 1000))
      return one + other >= 700 ? "sum" : nil
    }
    sum.shrink()
    #expect(sum.best.choices == [0, 700])
  }

  @Test func `parts that may stand in any order are put in order`() throws {
    var shrinker = try shrinker(5) { draw in
      let parts = (0..<4).map { _ in draw.span("part") { $0.choice(upTo: 3) } }
      return Set(parts).count == 4 ? "all" : nil
    }
    shrinker.shrink()
    #expect(shrinker.best.choices == [0, 1, 2, 3])
  }
}
