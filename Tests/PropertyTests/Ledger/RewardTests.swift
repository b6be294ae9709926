import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanLedger

/// What it earns to verify: as much as is due, to those to whom it is due, in the decision that makes it due.
@Suite struct RewardTests {
  @Test(.cases(150)) func `P2 reward grows with difficulty`() {
    property { draw in
      var economy = Economy()
      economy.baseReward = Amount(draw.integer(in: 0...Amount.tokens(50).units))
      economy.difficultyUnit = draw.integer(in: 1...10_000_000)
      economy.emission = [.init(from: 1, perBlock: Amount(draw.integer(in: 0...50_000_000)))]
      let place = try Commonwealth(drawing: &draw, economy: economy)
      let difficulties = (0..<3).map { _ in draw.integer(in: UInt64(0)...20_000_000) }.sorted()
      let rewards = try difficulties.map { difficulty in
        var place = place
        let outcome = ClaimOutcome(claim: .zero, isProved: true, difficulty: difficulty)
        let verdicts = place.verdicts(outcome, by: Array(0..<place.seats))
        #expect(
          try place.ask(Commonwealth.person(0), .settle(VerdictCertificate(verdicts))) == .done)
        return try place.ledger.supply().rewarded
      }
      #expect(rewards == rewards.sorted())
      draw.cover(atLeast: 0.3, "more difficult is better paid", when: rewards[0] < rewards[2])
    }
  }

  @Test(.cases(150))
  func `P3 shares of a proof's reward sum to it and follow speed and correctness`() {
    property { draw in
      let count = draw.integer(in: 4...10)
      var place = try Commonwealth(stakes: Array(repeating: .tokens(1_000), count: count))
      let order = draw.shuffled(Array(0..<count))
      let liars = Set(draw.shuffled(order).prefix(draw.integer(in: 0...(count - 1) / 3)))
      let outcome = ClaimOutcome(
        claim: place.newClaim(), isProved: true, difficulty: draw.integer(in: 1...5_000_000))
      let verdicts = place.verdicts(outcome, by: order, liars: liars)
      #expect(
        try place.ask(Commonwealth.person(0), .settle(VerdictCertificate(verdicts))) == .done)
      let shares = try order.map { try place.validator($0).earned }
      let reward = place.first.economy.reward(forDifficulty: outcome.difficulty)
      #expect(shares.reduce(UInt64(0)) { $0 + $1.units } == reward.units)
      let right = zip(order, shares).filter { !liars.contains($0.0) }.map(\.1)
      // Shares are rounded one after the other: a later one may get the unit that the one before it was denied.
      for (earlier, later) in zip(right, right.dropFirst()) {
        #expect(later.units <= earlier.units + 1)
      }
      for (validator, share) in zip(order, shares) where liars.contains(validator) {
        #expect(share == 0)
      }
      draw.cover(atLeast: 0.2, "somebody lies", when: !liars.isEmpty)
    }
  }

  @Test(.cases(100)) func `P15 the computed reward is issued`() {
    property { draw in
      var place = try Commonwealth(drawing: &draw)
      try place.live(&draw, blocks: 2)
      let before = place
      let outcomes = (0..<draw.integer(in: 1...3)).map { _ in
        ClaimOutcome(
          claim: place.newClaim(), isProved: true, difficulty: draw.integer(in: 0...3_000_000))
      }
      try place.block(
        outcomes.map {
          let verdicts = place.verdicts($0, by: Array(0..<place.seats))
          return (Commonwealth.person(0), [.settle(VerdictCertificate(verdicts))])
        })
      guard case .rewarded(let sum, let difficulty)? = place.ledger.events.last else { return }
      draw.cover(atLeast: 0.3, "something was paid", when: sum > 0)
      let economy = place.first.economy
      let (old, new) = (try before.ledger.supply(), try place.ledger.supply())
      let room = economy.allowance(at: place.height).units - old.rewarded.units
      #expect(
        sum.units == min(economy.reward(forDifficulty: difficulty).units, room) + old.pool.units)
      let paid = try (0..<place.seats).reduce(UInt64(0)) { total, index in
        let owner = Commonwealth.owner(index)
        return total + (try place.balance(owner).units) - (try before.balance(owner).units)
      }
      #expect(paid == sum.units)
      #expect(new.rewarded.units - old.rewarded.units == sum.units - old.pool.units)
    }
  }

  @Test(.cases(100)) func `P18 rewards are paid in the decision that finalises the block`() {
    property { draw in
      var place = try Commonwealth(drawing: &draw)
      let outcome = ClaimOutcome(
        claim: place.newClaim(), isProved: true, difficulty: draw.integer(in: 1_000...3_000_000))
      let verdicts = place.verdicts(outcome, by: draw.shuffled(Array(0..<place.seats)))
      _ = try place.ask(Commonwealth.person(0), .settle(VerdictCertificate(verdicts)))
      let paid = try (0..<place.seats).map { try place.validator($0).earned }
      #expect(paid.allSatisfy { $0 > 0 })
      #expect(place.transitions.count == 1 && place.transitions[0].height == place.height)
      try place.block([])
      #expect(try (0..<place.seats).map { try place.validator($0).earned } == paid)
    }
  }

  @Test(.cases(100)) func `P35 rewards are tracked per node, and anybody can ask for them`() {
    property { draw in
      var place = try Commonwealth(drawing: &draw)
      var owed = [UInt64](repeating: 0, count: place.seats)
      for _ in 0..<3 {
        let before = place
        try place.live(&draw, blocks: 1)
        for index in 0..<place.seats {
          owed[index] +=
            try place.validator(index).earned.units - before.validator(index).earned.units
        }
      }
      let image = place.ledger.image
      let state = CheckpointSummary(
        sequence: place.height, lastBlock: .zero, timestamp: 1, applicationRoot: image.root,
        applicationChunks: UInt32(image.count), sessionsRoot: .zero, sessionChunks: 1, epoch: 0,
        members: .zero)
      for index in 0..<place.seats {
        let query = StateKey.validator(ReplicaID(UInt32(index))).encoded
        let proved = try #require(place.ledger.prove(query, in: image))
        try Ledger.check(query: query, answer: proved.answer, proof: proved.proof, under: state)
        guard case .validator(let validator)? = Ledger.record(in: proved.answer) else {
          Issue.record("the answer is no validator")
          return
        }
        #expect(validator.earned.units == owed[index])
      }
      #expect(owed.reduce(0, +) == (try place.ledger.supply().rewarded.units))
      draw.cover(atLeast: 0.3, "somebody earned", when: owed.contains { $0 > 0 })
    }
  }
}
