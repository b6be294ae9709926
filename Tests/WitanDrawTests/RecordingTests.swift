import Testing
import WitanDraw

/// Choices that are written down and made again.
@Suite struct RecordingTests {
  /// Something of everything that can be drawn.
  private func story(_ draw: inout Draw) -> [UInt64] {
    var story: [UInt64] = []
    for round in UInt64(0)..<5 {
      story.append(draw.next())
      story.append(draw.span("roll") { UInt64($0.integer(in: 1...6)) })
      story += draw.shuffled(0..<round).map { $0 }
      story.append(draw.chance(0.3) ? 1 : 0)
      story.append(draw.pick([7, 8, 9]) ?? 0)
      var split = draw.split("latency", round)
      story.append(split.next())
    }
    return story
  }

  @Test func `a seed that is recorded gives the numbers that it gives unrecorded`() {
    for seed in UInt64(0)..<20 {
      var (plain, recorded) = (Draw(seed: seed), Draw(recording: seed))
      #expect(story(&plain) == story(&recorded))
      #expect(plain.recording == nil)
    }
  }

  @Test func `recorded choices give the same again, splits included`() throws {
    var first = Draw(recording: 3)
    let told = story(&first)
    let recording = try #require(first.recording)
    var second = Draw(replaying: recording.choices)
    #expect(story(&second) == told)
    #expect(second.recording == recording)
    #expect(recording.fits)
  }

  @Test func `all splits together are one choice, whatever is drawn from them`() {
    var draw = Draw(recording: 7)
    for index in UInt64(0)..<5 {
      var split = draw.split("link", index)
      _ = (split.next(), split.next(), draw.choice(upTo: 9))
    }
    #expect(draw.recording?.entries.map(\.bound) == [.max, 9, 9, 9, 9, 9])
    #expect(draw.recording?.choices.values.first == 7)
  }

  @Test func `a choice that no longer fits is the largest possible, and missing ones are zero`() {
    var draw = Draw(replaying: [9, 2])
    #expect(draw.choice(upTo: 5) == 5)
    #expect(draw.choice(upTo: 5) == 2)
    #expect(draw.choice(upTo: 5) == 0)
    #expect(draw.recording?.choices == [5, 2, 0])
    #expect(draw.recording?.fits == false)
  }

  @Test func `what doesn't fit is told: too large, too few, too many`() {
    func fits(_ choices: Choices) -> Bool? {
      var draw = Draw(replaying: choices)
      _ = (draw.choice(upTo: 5), draw.choice(upTo: 5))
      return draw.recording?.fits
    }
    #expect(fits([5, 0]) == true)
    #expect(fits([6, 0]) == false)
    #expect(fits([5]) == false)
    #expect(fits([5, 0, 0]) == false)
  }

  @Test func `a seed goes on where the choices end`() {
    func go(_ seed: UInt64) -> [UInt64] {
      var draw = Draw(replaying: [1, 2], thenSeed: seed)
      return (0..<6).map { _ in draw.choice(upTo: 1000) }
    }
    #expect(go(1).prefix(2) == [1, 2])
    #expect(go(1) == go(1))
    #expect(go(1) != go(2))
  }

  @Test func `bytes are choices, as many for each as its bound needs`() {
    var draw = Draw(bytes: [7, 0x01, 0x02, 0xff, 1])
    #expect(draw.choice(upTo: 255) == 7)
    #expect(draw.choice(upTo: 65535) == 0x0201)
    #expect(draw.choice(upTo: 9) == 255 % 10)
    #expect(draw.choice(upTo: 0) == 0)
    #expect(draw.choice(upTo: .max) == 1)
    #expect(draw.choice(upTo: 9) == 0)
  }

  @Test func `spans say what belongs together`() throws {
    var draw = Draw(recording: 1)
    draw.span("outer") { draw in
      _ = draw.next()
      draw.span("inner") { _ = $0.next() }
      draw.span("inner") { _ = $0.next() }
    }
    let spans = try #require(draw.recording).spans
    #expect(spans.map(\.range) == [0..<3, 1..<2, 2..<3])
    #expect(spans.map(\.depth) == [0, 1, 1])
    #expect(spans[1].label == spans[2].label && spans[0].label != spans[1].label)
  }

  @Test func `beyond the limit all is zero, and nothing is recorded`() {
    var draw = Draw(recording: 1, limit: 3)
    let drawn = (0..<5).map { _ in draw.choice(upTo: 9) }
    #expect(drawn.suffix(2) == [0, 0])
    #expect(draw.recording?.entries.count == 3)
    #expect(draw.recording?.isTruncated == true)
  }

  @Test func `what a seed would like isn't recorded`() {
    var draw = Draw(recording: 1)
    #expect(draw.suggestion { $0.next() } != nil)
    #expect(draw.choice(upTo: 9) { _ in 77 } == 9)
    #expect(draw.recording?.choices == [9])
    var replay = Draw(replaying: [3])
    #expect(replay.suggestion { $0.next() } == nil)
    #expect(replay.choice(upTo: 9) { _ in 77 } == 3)
  }

  @Test func `a token is read back, and one that was cut or mistyped isn't`() throws {
    let lists: [Choices] = [
      [], [0], [127, 128], [.max, 0, 1, .max - 1, 1 << 62], Choices((0..<300).map { $0 * $0 * $0 }),
    ]
    for choices in lists {
      let token = choices.token
      #expect(Choices(token: token) == choices)
      #expect(Choices(token: String(token.dropLast())) == nil)
      #expect(Choices(token: "2" + token.dropFirst()) == nil)
    }
    var wrong = 0
    let token = Array(Choices([1, 2, 3, 500]).token)
    for place in token.indices {
      var typo = token
      typo[place] = typo[place] == "x" ? "y" : "x"
      wrong += Choices(token: String(typo)) == nil ? 0 : 1
    }
    #expect(wrong == 0)
    for text in ["", "1", "1A", "1ÄÄÄ", "1____________________AA"] {
      #expect(Choices(token: text) == nil)
    }
  }
}
