import Testing

@testable import WitanSimulation

/// What can and what can't be explained by an order, on one key.
@Suite struct RegisterHistoryTests {
  @Test func whatHappensOneAfterTheOtherHasOneExplanation() {
    var history = RegisterHistory()
    history.begin(1, .write([1]))
    #expect(history.end(1, []) == true)
    history.begin(2, .read)
    #expect(history.end(2, [1]) == true)
    history.begin(3, .write([2]))
    #expect(history.end(3, [1]) == true)
    history.begin(4, .read)
    #expect(history.end(4, [1]) == false, "the second write had ended")
  }

  @Test func whatHappensAtOnceMayHaveHappenedInEitherOrder() {
    for first in [[UInt8]](arrayLiteral: [], [2]) {
      var history = RegisterHistory()
      history.begin(1, .write([1]))
      history.begin(2, .write([2]))
      #expect(history.end(1, first) == true)
      #expect(history.end(2, first.isEmpty ? [1] : []) == true)
      history.begin(3, .read)
      #expect(history.end(3, first.isEmpty ? [2] : [1]) == true)
    }
  }

  @Test func twoWritesCantBothComeFirst() {
    var history = RegisterHistory()
    history.begin(1, .write([1]))
    history.begin(2, .write([2]))
    #expect(history.end(1, []) == true)
    #expect(history.end(2, []) == false)
  }

  @Test func aWriteThatNobodyAnsweredMayShowLaterButNotVanishAgain() {
    var history = RegisterHistory()
    history.begin(1, .write([1]))
    history.begin(2, .read)
    #expect(history.end(2, []) == true)
    history.begin(3, .read)
    #expect(history.end(3, [1]) == true)
    history.begin(4, .read)
    #expect(history.end(4, []) == false)
  }

  @Test func aWriteThatWasNeverSentShowsNowhere() {
    var history = RegisterHistory()
    history.begin(1, .write([1]))
    history.cancel(1)
    history.begin(2, .read)
    #expect(history.end(2, [1]) == false)
  }

  @Test func aReadThatCameToNothingLeavesEveryExplanationOpen() {
    var history = RegisterHistory()
    history.begin(1, .write([1]))
    history.begin(2, .read)
    history.begin(3, .read)
    #expect(history.end(3, [1]) == true)
    history.cancel(2)
    #expect(history.end(1, []) == true)
    history.begin(4, .read)
    #expect(history.end(4, [1]) == true)
  }

  @Test func newerThenOlderIsNoOrderForTwoReaders() {
    var history = RegisterHistory()
    history.begin(1, .write([1]))
    history.begin(2, .read)
    #expect(history.end(2, [1]) == true)
    history.begin(3, .read)
    #expect(history.end(3, []) == false)
  }

  @Test func whatIsTooMuchToFollowIsGivenUpAndClaimsNothing() {
    var history = RegisterHistory()
    for name in 0..<UInt64(RegisterHistory.pendingLimit + 1) {
      history.begin(name, .write([UInt8(name)]))
    }
    #expect(history.isGivenUp)
    #expect(history.end(1, [99]) == true)
  }
}
