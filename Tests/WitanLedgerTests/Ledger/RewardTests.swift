import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanLedger

@Suite("Rewards")
struct RewardTests {
  @Test("Ten tokens for a block of a difficulty of a million, in proportion otherwise")
  func base() {
    let economy = Economy()
    #expect(economy.reward(forDifficulty: 1_000_000) == .tokens(10))
    #expect(economy.reward(forDifficulty: 250_000) == Amount(2_500_000))
    #expect(economy.reward(forDifficulty: 0) == 0)
    #expect(economy.reward(forDifficulty: .max) <= .limit)
  }

  @Test("Shares are exactly the sum, and each is its weight's part of it within one unit")
  func sharesSum() {
    property(cases: 300) { draw in
      let sum = Amount(try draw(.integers(in: 0...Amount.limit.units)))
      let weights = try draw(.arrays(of: Generator<UInt64>.integers(), count: 1...12))
      try assume(weights.contains { $0 > 0 })
      let shares = RewardShares.split(sum, by: weights)
      try expect(shares.reduce(UInt64(0)) { $0 + $1.units } == sum.units)
      let total = weights.reduce(0.0) { $0 + Double($1) }
      for (share, weight) in zip(shares, weights) {
        let ideal = Double(sum.units) * Double(weight) / total
        try expect(abs(Double(share.units) - ideal) <= 2 + ideal * 1e-9 + Double(sum.units) * 1e-15)
        if weight == 0 { try expect(share == 0) }
      }
    }
  }

  @Test("Those who were right share it in the same block, whoever came first the most")
  func paid() throws {
    var bank = try Bank()
    #expect(try bank.ask(0, bank.settle(bank.outcome(1), by: [2, 0, 3, 1])) == .done)
    let earned = try (0..<4).map { try bank.earned($0) }
    #expect(earned.reduce(UInt64(0)) { $0 + $1.units } == Amount.tokens(10).units)
    #expect(earned[2] > earned[0])
    #expect(earned[0] > earned[3])
    #expect(earned[3] > earned[1])
    #expect(try bank.ledger.account(of: Bank.owner(2)).balance == earned[2])
    #expect(bank.ledger.events.contains(.rewarded(.tokens(10), difficulty: 1_000_000)))
  }

  @Test("Who was wrong gets nothing, and less later for having been wrong")
  func correctness() throws {
    var bank = try Bank()
    #expect(try bank.ask(0, bank.settle(bank.outcome(1), by: [0, 1, 2, 3], wrong: [0])) == .done)
    #expect(try bank.earned(0) == 0)
    #expect(bank.ledger.events.contains(.outvoted(0, claim: bank.claim(1))))
    let before = try (0..<4).map { try bank.earned($0) }
    #expect(try bank.ask(0, bank.settle(bank.outcome(2), by: [0, 1, 2, 3])) == .done)
    let gained = try (0..<4).map { try bank.earned($0).units - before[$0].units }
    #expect(gained[0] < gained[3], "first, but right only every other time")
    #expect(gained[0] > 0)
  }

  @Test("Without a quorum for one outcome nothing is settled, and nothing paid")
  func noQuorum() throws {
    var bank = try Bank()
    let root = bank.ledger.root
    for (voters, wrong) in [([0, 1], []), ([0, 1, 2, 3], [0, 1])] as [([Int], Set<Int>)] {
      let receipt = try bank.ask(0, bank.settle(bank.outcome(1), by: voters, wrong: wrong))
      #expect(receipt == .refused(.noQuorum, operation: 0))
    }
    let twice = try bank.ask(0, bank.settle(bank.outcome(1), by: [0, 1, 1, 1]))
    #expect(twice == .refused(.counted, operation: 0))
    let forged = SignedOutcome(
      bank.outcome(1), by: 2, signature: bank.verdict(1, bank.outcome(1)).signature)
    let certificate = VerdictCertificate(
      [bank.verdict(0, bank.outcome(1)), bank.verdict(1, bank.outcome(1)), forged])
    #expect(try bank.ask(0, .settle(certificate)) == .refused(.badSignature, operation: 0))
    #expect(bank.ledger.root == root)
  }

  @Test("A claim is settled and paid once")
  func once() throws {
    var bank = try Bank()
    let settle = bank.settle(bank.outcome(1), by: [0, 1, 2])
    #expect(
      try bank.block([(0, [settle]), (1, [settle])]) == [.done, .refused(.settled, operation: 0)])
    #expect(try bank.ask(2, settle) == .refused(.settled, operation: 0))
    #expect(try bank.ledger.supply().rewarded == .tokens(10))
  }

  @Test(
    "Any blocks pay a reward that never falls as difficulty rises, and never more than the schedule allows"
  )
  func schedule() {
    property(cases: 40) { draw in
      var economy = Economy()
      economy.emission = [
        .init(from: 1, perBlock: Amount(try draw(.integers(in: 0...20_000_000)))),
        .init(from: 4, perBlock: Amount(try draw(.integers(in: 0...3_000_000)))),
      ]
      var bank = try Bank(economy: economy)
      var last = (difficulty: UInt64(0), reward: Amount(0))
      for number in 0..<6 {
        let difficulty = try draw(.integers(in: UInt64(0)...3_000_000))
        let before = try bank.ledger.supply().rewarded
        try bank.ask(0, bank.settle(bank.outcome(number, difficulty: difficulty), by: [0, 1, 2]))
        let supply = try bank.ledger.supply()
        try expect(supply.rewarded <= economy.allowance(at: bank.height))
        let reward = try supply.rewarded.minus(before)
        if economy.reward(forDifficulty: difficulty) == reward, difficulty >= last.difficulty {
          try expect(reward >= last.reward)
          last = (difficulty, reward)
        }
        try expect(try bank.total() == 0)
      }
    }
  }

  @Test("Too many wrong verdicts in the window raise an alert; few don't")
  func accuracy() throws {
    var bank = try Bank()
    for number in 0..<40 {
      let isWrong = number == 20 || number == 30 || number == 35
      try bank.ask(
        0,
        bank.settle(
          bank.outcome(number, difficulty: 1), by: [0, 1, 2, 3], wrong: isWrong ? [3] : []))
      let alert = bank.ledger.events.contains {
        if case .inaccurate(3, _) = $0 { true } else { false }
      }
      // 1 of 21 wrong is 95.2 %; 2 of 31 are 93.5 %, and so on until the window is long enough: it is at 40 of 38 at most.
      let validator = try #require(try bank.ledger.validator(3))
      #expect(alert == (validator.accuracy.permille < 950))
    }
    #expect(try bank.ledger.validator(3)?.accuracy.correct == 37)
  }

  @Test(
    "The window forgets: after as many right verdicts as it holds, a wrong one no longer counts")
  func window() {
    property(cases: 100) { draw in
      let length = draw.integer(in: UInt8(1)...128)
      var accuracy = Accuracy()
      var all: [Bool] = []
      for _ in 0..<draw.integer(in: 0...300) {
        let isCorrect = draw.chance(0.7)
        all.append(isCorrect)
        accuracy.note(isCorrect: isCorrect, window: length)
        let window = all.suffix(Int(length))
        try expect(accuracy.correct == window.count { $0 })
        try expect(Int(accuracy.count) == window.count)
      }
    }
  }
}
