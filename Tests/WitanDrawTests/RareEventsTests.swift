import Testing

@testable import WitanDraw

@Suite struct RareEventsTests {
  @Test(arguments: [0.001, 0.05, 0.3, 0.9])
  func `as many things are rare as the probability says`(_ probability: Double) {
    var rare = RareEvents(probability: probability, draw: Draw(seed: 3))
    let count = 400_000
    let hits = (0..<count).count { _ in rare.happens() }
    let expected = Double(count) * probability
    let deviation = (expected * (1 - probability)).squareRoot()
    #expect(abs(Double(hits) - expected) < 5 * deviation)
  }

  @Test func `nothing is rare with probability 0, and everything with 1`() {
    var never = RareEvents(probability: 0, draw: Draw(seed: 1))
    var always = RareEvents(probability: 1, draw: Draw(seed: 1))
    for _ in 0..<1_000 {
      let (one, other) = (never.happens(), always.happens())
      #expect(!one && other)
    }
  }

  @Test func `one rare thing doesn't make the next likelier`() {
    var rare = RareEvents(probability: 0.2, draw: Draw(seed: 9))
    let row = (0..<200_000).map { _ in rare.happens() }
    let after = zip(row, row.dropFirst()).filter(\.0)
    let share = Double(after.count(where: \.1)) / Double(after.count)
    #expect(abs(share - 0.2) < 0.01)
  }
}
