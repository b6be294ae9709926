import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanDraw

@testable import WitanRollup

/// How far the chi-square of counts lies above what chance alone would make it, in deviations. With k classes it has mean
/// k − 1 and variance 2(k − 1).
private func excess(_ counts: [Int], _ expected: [Double]) -> Double {
  let square = zip(counts, expected).reduce(0) { sum, pair in
    sum + (Double(pair.0) - pair.1) * (Double(pair.0) - pair.1) / pair.1
  }
  let freedom = Double(counts.count - 1)
  return (square - freedom) / (2 * freedom).squareRoot()
}

@Suite struct LotteryTests {
  private func lottery(_ number: UInt64) -> Lottery {
    Lottery(seed: SHA256.hash([1]), purpose: "test", number: number)
  }

  @Test func `every selection is of different places that are there, and the same every time`() {
    property(cases: 200) { draw in
      let count = draw.integer(in: 0...200)
      let size = draw.integer(in: 0...220)
      let number = draw.next()
      var lottery = Lottery(seed: SHA256.hash([2]), purpose: "test", number: number)
      let drawn = lottery.draw(size, below: count)
      #expect(drawn.count == min(size, count))
      #expect(Set(drawn).count == drawn.count)
      #expect(drawn.allSatisfy { (0..<count).contains($0) })
      var again = Lottery(seed: SHA256.hash([2]), purpose: "test", number: number)
      #expect(again.draw(size, below: count) == drawn)
    }
  }

  @Test func `each order of four is as likely as any other`() {
    var counts: [[Int]: Int] = [:]
    for number in 0..<UInt64(12_000) {
      var lottery = lottery(number)
      counts[lottery.draw(4, below: 4), default: 0] += 1
    }
    #expect(counts.count == 24)
    #expect(excess(Array(counts.values), Array(repeating: 500, count: 24)) < 5)
  }

  @Test func `everyone is in a committee, and in each seat of it, as often as any other`() {
    var members = [Int](repeating: 0, count: 20)
    var leaders = members
    for number in 0..<UInt64(6_000) {
      var lottery = lottery(number)
      let drawn = lottery.draw(5, below: 20)
      for place in drawn { members[place] += 1 }
      leaders[drawn[0]] += 1
    }
    #expect(excess(members, Array(repeating: 1_500, count: 20)) < 5)
    #expect(excess(leaders, Array(repeating: 300, count: 20)) < 5)
  }

  @Test func `by weight, the first seat goes to each by its share of all`() {
    let weights: [UInt64] = [1, 0, 3, 10, 6]
    var counts = [Int](repeating: 0, count: 5)
    for number in 0..<UInt64(10_000) {
      var lottery = lottery(number)
      counts[lottery.draw(1, byWeight: weights)[0]] += 1
    }
    #expect(counts.remove(at: 1) == 0)
    #expect(excess(counts, [500, 1_500, 5_000, 3_000]) < 5)
  }

  @Test func `by weight, nobody is drawn twice, and who weighs nothing never is`() {
    property(cases: 200) { draw in
      let count = draw.integer(in: 0...60)
      let weights = (0..<count).map { _ in draw.integer(in: UInt64(0)...9) }
      let size = draw.integer(in: 0...70)
      var lottery = Lottery(seed: SHA256.hash([3]), purpose: "test", number: draw.next())
      let drawn = lottery.draw(size, byWeight: weights)
      #expect(drawn.count == min(size, weights.count { $0 > 0 }))
      #expect(Set(drawn).count == drawn.count)
      #expect(drawn.allSatisfy { weights[$0] > 0 })
    }
  }

  @Test func `sums find the place that adding one by one finds`() throws {
    let weights: [UInt64] = [3, 0, 1, 4, 0, 0, 2, 7]
    let sums = PrefixSums(weights)
    let places = weights.indices.flatMap { Array(repeating: $0, count: Int(weights[$0])) }
    #expect(sums.total == UInt64(places.count))
    try withEvery("number", in: 0..<places.count) { number in
      try PropertyKit.expect(sums.place(of: UInt64(number)) == places[number])
    }
  }

  @Test func `seeds, purposes and numbers have words of their own`() {
    var one = lottery(1)
    var two = lottery(2)
    var other = Lottery(seed: SHA256.hash([1]), purpose: "tset", number: 1)
    var third = Lottery(seed: SHA256.hash([2]), purpose: "test", number: 1)
    let words = [one.next(), two.next(), other.next(), third.next(), one.next()]
    #expect(Set(words).count == words.count)
  }
}

/// What can be known of a committee, and when.
@Suite struct CommitteeDrawingTests {
  /// A town that has come to the last block of L1 but one before epoch 2.
  private func town() throws -> Town {
    var town = try Town(validators: 20)
    for slot in UInt8(1)..<7 { try next(&town, [slot]) }
    return town
  }

  /// L1's next block comes, in the next slot, with this randomness in it.
  private func next(_ town: inout Town, _ word: [UInt8]) throws {
    let height = town.contracts.clock.height.next
    try town.contracts.begin(
      L1Block(
        height: height, time: town.timetable.start(of: SlotNumber(height.rawValue)),
        randomness: SHA256.hash(word)))
  }

  @Test
  func `before its seed, a committee may be any: all that is known of the past tells nothing`()
    throws
  {
    // The same history each time; only the last block's randomness differs.
    let history = try town()
    var leaders = [Int](repeating: 0, count: 20)
    var members = leaders
    var committees: Set<[PublicKey]> = []
    for word in 0..<600 {
      var town = history
      try next(&town, [UInt8(word / 256), UInt8(word % 256)])
      let committee = try #require(town.contracts.committeeToBe(of: 2))
      committees.insert(committee.members)
      for (seat, key) in committee.members.enumerated() {
        let index = try #require(Town.index(of: key, below: 20))
        members[index] += 1
        if seat == 0 { leaders[index] += 1 }
      }
    }
    #expect(committees.count == 600)
    #expect(excess(leaders, Array(repeating: 30, count: 20)) < 5)
    #expect(excess(members, Array(repeating: 180, count: 20)) < 5)
  }

  @Test func `after its seed, anybody draws the same committee by hand`() throws {
    var town = try town()
    try next(&town, [9])
    var lottery = Lottery(seed: SHA256.hash([9]), purpose: "witan/1d", number: 2)
    let expected = lottery.draw(6, below: 20).map(Town.key)
    #expect(town.contracts.committeeToBe(of: 2)?.members == expected)
    var later = town
    try later.reach(8)
    #expect(later.contracts.committee(of: 2)?.members == expected)
  }
}

@Suite struct FernetTests {
  private let committee = Committee(epoch: 0, seed: SHA256.hash([4]), members: [])

  private func secret(_ index: UInt8) throws -> Ed25519.SecretKey {
    try #require(Ed25519.SecretKey(seed: [UInt8](repeating: index, count: 32)))
  }

  @Test func `B20 the lowest score leads, uncles follow, in whatever order they entered`() throws {
    let entries = try (0..<5).map {
      try #require(Entry(for: 7, in: committee, by: secret(UInt8($0 + 1))))
    }
    let selection = FernetSelection(uncles: 2)
    let order = selection.proposers(of: 7, in: committee, entries: entries)
    #expect(order.count == 3)
    #expect(order == selection.proposers(of: 7, in: committee, entries: entries.reversed()))
    let best = entries.min { $0.score.lexicographicallyPrecedes($1.score) }
    #expect(order.first == best?.sequencer)
    #expect(selection.proposers(of: 7, in: committee, entries: []) == [])
  }

  @Test func `B20 a score is verified by anyone, for its own slot, epoch and sequencer alone`()
    throws
  {
    let entry = try #require(Entry(for: 7, in: committee, by: secret(1)))
    let selection = FernetSelection(uncles: 0)
    #expect(selection.verify(entry, for: 7, in: committee))
    #expect(!selection.verify(entry, for: 8, in: committee))
    let other = Committee(epoch: 0, seed: SHA256.hash([5]), members: [])
    #expect(!selection.verify(entry, for: 7, in: other))
    var bytes = entry.encoded
    bytes[40] ^= 1
    #expect(!selection.verify(try Entry(decoding: bytes), for: 7, in: committee))
  }

  @Test func `each of four leads as often as any other`() throws {
    let secrets = try (0..<4).map { try secret(UInt8($0 + 1)) }
    var counts = [PublicKey: Int]()
    for slot in 0..<UInt64(160) {
      let entries = secrets.compactMap { Entry(for: SlotNumber(slot), in: committee, by: $0) }
      let order = FernetSelection(uncles: 0).proposers(
        of: SlotNumber(slot), in: committee, entries: entries)
      counts[order[0], default: 0] += 1
    }
    // Of 160, 40 are expected, with a deviation of 5.5.
    #expect(counts.count == 4 && counts.values.allSatisfy { (18...62).contains($0) })
  }

  @Test func `on L1 the best entry leads, late ones are refused, and uncles wait a slot each`()
    throws
  {
    var town = try Town(validators: 0) { $0.selecting = .fernet(uncles: 1) }
    let secrets = try (0..<3).map { try secret(UInt8($0 + 1)) }
    let keys = secrets.map(\.publicKey)
    var genesis = Contracts.Genesis()
    genesis.validators = keys.map { ($0, .tokens(100)) }
    town.contracts = try Contracts(
      town.contracts.rules, genesis: genesis,
      network: .init(chain: Town.chain, scheme: .ed25519))
    let committee = try #require(town.contracts.committee(of: 0))
    let entries = try secrets.map { try #require(Entry(for: 1, in: committee, by: $0)) }
    try town.reach(1)
    for (key, entry) in zip(keys, entries) {
      _ = try town.contracts.perform([.enter(1, entry)], from: key)
    }
    let ranked = entries.sorted { $0.leads($1) }.map(\.sequencer)
    #expect(town.contracts.proposers(of: 1) == Array(ranked.prefix(2)))
    #expect(town.contracts.currentSequencer == ranked[0])
    let best = try #require(entries.first { $0.sequencer == ranked[0] })
    expectRefusal(.enteredAlready, town, [.enter(1, best)], from: ranked[0])
    expectRefusal(.notYourKey, town, [.enter(1, best)], from: ranked[1])
    expectRefusal(.badScore, town, [.enter(2, best)], from: ranked[0])
    expectRefusal(.slotClosed, town, [.enter(0, best)], from: ranked[0])
    let stranger = try secret(9)
    let foreign = try #require(Entry(for: 1, in: committee, by: stranger))
    expectRefusal(.notActive, town, [.enter(1, foreign)], from: stranger.publicKey)

    let header = town.header(in: 1)
    let signed = RollupHeader.signedBytes(archive: header.archive, chain: Town.chain)
    let signatures = try committee.members.indices.map { seat in
      let secret = try #require(secrets.first { $0.publicKey == committee.members[seat] })
      let signature = signed.withUnsafeBytes { Signer(secret).sign($0) }
      return Attestation(seat: UInt32(seat), signature: signature)
    }
    let calls: [ContractCall] = [
      .publish(header.encoded), .publish(Town.effects),
      .processPendingBlock(header, archive: header.archive, signatures: signatures),
    ]
    try town.reach(2)
    expectRefusal(.notProposer, town, calls, from: ranked[1])
    expectRefusal(.notProposer, town, calls, from: ranked[2])
    var punctual = town
    _ = try punctual.contracts.perform(calls, from: ranked[0])
    try town.reach(3)
    _ = try town.contracts.perform(calls, from: ranked[1])
    #expect(town.contracts.head.pending == 1)
    expectRefusal(.noLottery, try Town(), [.enter(1, best)], from: ranked[0])
  }
}
