import Testing
import WitanCrypto

@testable import Witan

/// What a quorum must be, checked by looking at every set of members.
@Suite struct QuorumTests {
  /// Every weight vector of up to seven members that weigh 1 to 3, once for each order: the rule sees only the sum.
  private static let weightings: [[UInt64]] = (1...7).flatMap { count in
    var vectors: [[UInt64]] = [[]]
    for _ in 0..<count {
      vectors = vectors.flatMap { vector in ((vector.last ?? 1)...3).map { vector + [$0] } }
    }
    return vectors
  }

  /// What each subset weighs, by its bits.
  private static func subsetWeights(_ weights: [UInt64]) -> [UInt64] {
    (0..<1 << weights.count).map { subset in
      weights.indices.reduce(0) { $0 + (subset >> $1 & 1 == 1 ? weights[$1] : 0) }
    }
  }

  private static func membership(_ weights: [UInt64]) throws -> Membership {
    try Network(powers: weights).members
  }

  @Test("Any two quorums share more than the faulty can weigh, for every weighting up to seven")
  func intersection() throws {
    #expect(Self.weightings.count == 119)
    for weights in Self.weightings {
      let quorum = try Self.membership(weights).quorum
      let weighs = Self.subsetWeights(weights)
      let quorums = weighs.indices.filter { quorum.isReached(by: VotingPower(weighs[$0])) }
      #expect(!quorums.isEmpty)
      for (index, first) in quorums.enumerated() {
        for second in quorums[index...] where weighs[first & second] <= quorum.faultBound.rawValue {
          Issue.record("\(weights): \(first) and \(second) share too little")
        }
      }
    }
  }

  @Test("Whatever the faulty are, the correct ones are a quorum, and outweigh f + 1")
  func availability() throws {
    for weights in Self.weightings {
      let quorum = try Self.membership(weights).quorum
      let weighs = Self.subsetWeights(weights)
      let all = weighs.count - 1
      #expect(3 * quorum.faultBound.rawValue < weighs[all])
      for faulty in weighs.indices where weighs[faulty] <= quorum.faultBound.rawValue {
        let correct = VotingPower(weighs[all & ~faulty])
        if !quorum.isReached(by: correct) { Issue.record("\(weights): \(faulty) stop the rest") }
        if !quorum.includesCorrect(correct) || quorum.includesCorrect(VotingPower(weighs[faulty])) {
          Issue.record("\(weights): \(faulty) pass for correct")
        }
      }
    }
  }

  @Test("The order of the weights makes no difference")
  func order() throws {
    for weights in [[1, 2, 3], [3, 2, 1], [2, 3, 1]] as [[UInt64]] {
      #expect(try Self.membership(weights).quorum == Quorum(total: 6))
    }
  }

  @Test("By heads, up to sixteen: the rule is right for up to f faulty, and no rule is for more")
  func heads() {
    for count in 1...16 {
      let quorum = Quorum(total: VotingPower(UInt64(count)))
      let size = Int(quorum.threshold.rawValue)
      for faulty in 0...count {
        let isSafe = 2 * size - count > faulty
        let isLive = count - faulty >= size
        #expect((isSafe && isLive) == (faulty <= quorum.faultBound.rawValue), "\(count), \(faulty)")
        let anyRule = (1...count).contains { 2 * $0 - count > faulty && count - faulty >= $0 }
        #expect(anyRule == (3 * faulty < count), "\(count), \(faulty)")
      }
    }
  }

  @Test("It is the smallest that is safe")
  func smallest() {
    for count in 1...200 {
      let quorum = Quorum(total: VotingPower(UInt64(count)))
      let less = Int(quorum.threshold.rawValue) - 1
      #expect(2 * less - count <= quorum.faultBound.rawValue, "\(count)")
    }
  }

  @Test("2f + 1 alone is unsafe with five members: two quorums share one member, who may be faulty")
  func familiarRule() {
    let bound = Quorum(total: 5).faultBound.rawValue
    #expect(bound == 1)
    let first: Set = [0, 1, 2]
    let second: Set = [2, 3, 4]
    #expect(first.count == 2 * Int(bound) + 1 && second.count == 2 * Int(bound) + 1)
    #expect(first.intersection(second).count <= bound)
    #expect(!Quorum(total: 5).isReached(by: 3))
    let unsafe = (1...10).filter { count in
      let bound = (count - 1) / 3
      return 2 * (2 * bound + 1) - count <= bound
    }
    #expect(unsafe == [2, 3, 5, 6, 8, 9])
  }

  @Test("Where W = 3f + 1, it is the familiar 2f + 1")
  func agreesWithPaper() {
    for bound in UInt64(0)...100 {
      let quorum = Quorum(total: VotingPower(3 * bound + 1))
      #expect(quorum.faultBound.rawValue == bound)
      #expect(quorum.threshold.rawValue == 2 * bound + 1)
    }
  }

  @Test("No weight is so large that the rule overflows")
  func largeWeights() {
    let most = UInt64.max
    for total in [most, most - 1, most - 2, most / 2, most / 2 + 1, 1 << 62, 3, 2, 1] {
      let quorum = Quorum(total: VotingPower(total))
      let bound = UInt128(quorum.faultBound.rawValue)
      let threshold = UInt128(quorum.threshold.rawValue)
      #expect(bound == (UInt128(total) - 1) / 3)
      #expect(threshold == (UInt128(total) + bound) / 2 + 1)
      #expect(2 * threshold > UInt128(total) + bound && threshold <= UInt128(total) - bound)
    }
  }

  @Test("Nobody is no quorum")
  func nobody() {
    #expect(!Quorum(total: 0).isReached(by: 0))
    #expect(Quorum(total: 0).faultBound == 0)
    #expect(!Quorum(total: 1).isReached(by: 0) && Quorum(total: 1).isReached(by: 1))
  }
}
