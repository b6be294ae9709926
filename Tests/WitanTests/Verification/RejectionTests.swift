import Testing

@testable import Witan

@Suite("What is said of refusals")
struct RejectionTests {
  @Test("Every refusal reads as a sentence, not as a name in the program")
  func sentences() {
    for refusal in Refusal.allCases {
      let text = Rejection.refused(refusal).description
      #expect(
        text.hasPrefix("the client was turned away: ") && text.split(separator: " ").count > 7)
    }
    #expect(
      Rejection.improper("a prepare for its own proposal").description
        == "no correct replica sends a prepare for its own proposal")
    #expect(
      Rejection.contradictory("the block's height").description
        == "the block's height contradicts the rest of the message")
    #expect(
      Rejection.overLimit("bytes of a block").description
        == "above the network's limit: bytes of a block")
    #expect(
      Suspicion.unfair(slowest: .milliseconds(150), fastest: .milliseconds(3)).description
        == "one client waits 150ms on average, another only 3ms")
  }
}
