import Testing
import WitanSimulation

@testable import WitanCommand

@Suite struct SuggestionTests {
  @Test func `the distance counts insertions, deletions, replacements and swaps`() {
    #expect(Suggestion.distance("", "") == 0)
    #expect(Suggestion.distance("", "abc") == 3)
    #expect(Suggestion.distance("abc", "") == 3)
    #expect(Suggestion.distance("bench", "bench") == 0)
    #expect(Suggestion.distance("bnech", "bench") == 1)
    #expect(Suggestion.distance("benhc", "bench") == 1)
    #expect(Suggestion.distance("simulte", "simulate") == 1)
    #expect(Suggestion.distance("kitten", "sitting") == 3)
    #expect(Suggestion.distance("ca", "abc") == 3)
  }

  @Test func `the nearest is suggested if it is near`() {
    let words = ["simulate", "bench", "help", "completions"]
    #expect(Suggestion.nearest(to: "simulte", among: words) == "simulate")
    #expect(Suggestion.nearest(to: "BENCH", among: words) == "bench")
    #expect(Suggestion.nearest(to: "sim", among: words) == "simulate")
    #expect(Suggestion.nearest(to: "comp", among: words) == "completions")
    #expect(Suggestion.nearest(to: "zebra", among: words) == nil)
    #expect(Suggestion.nearest(to: "", among: words) == nil)
    #expect(Suggestion.nearest(to: "x", among: []) == nil)
  }
}
