import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanDraw
import WitanLedger
import WitanProofs

/// What proofs promise those who agree on them.
@Suite struct ProofTests {
  private static let words = ["proved", "proved", "proved", "refuted", "undecided", "rejected"]

  @Test(.cases(100)) func `P1 every proof of a block is verified before a replica takes part`() {
    property { draw in
      var house = try Courthouse()
      var requests: [Request] = []
      var claims: [SignedClaim] = []
      for _ in 0..<draw.integer(in: 1...4) {
        let bundle = try (0..<draw.integer(in: 1...4)).map { index in
          let word = draw.pick(Self.words) ?? "proved"
          return try house.claim("\(word) \(claims.count + index)")
        }
        claims += bundle
        requests.append(house.request(bundle))
      }
      let isValid = claims.allSatisfy { $0.claim.title.hasPrefix("proved") }
      draw.cover(atLeast: 0.05, "all are proved", when: isValid)
      draw.cover(atLeast: 0.3, "one isn't", when: !isValid)
      try expectEqual(house.verdict(on: house.block(requests)) == .valid, isValid)
      if isValid {
        try expectEqual(Set(house.court.asked), Set(claims.map(\.claim)))
      }
    }
  }

  @Test(.cases(100)) func `P4 difficulty grows with the solver's work`() {
    property { draw in
      // Pigeons that don't fit: each more is more work for any solver of this kind.
      let holes = draw.integer(in: 2...4)
      let (less, more) = try (
        Judge().ruling(on: pigeons(holes)), Judge().ruling(on: pigeons(holes + 1))
      )
      try expect(less.isProved && more.isProved)
      try expect(less.resources < more.resources)
      try expect(less.difficulty < more.difficulty)
      let work = (draw.integer(in: 0...UInt64(1) << 40), draw.integer(in: 0...UInt64(1) << 40))
      let size = draw.integer(in: 0...100_000)
      let worth = (
        Ruling(.proved, resources: work.0, size: size).difficulty,
        Ruling(.proved, resources: work.1, size: size).difficulty
      )
      try expectEqual(worth.0 < worth.1, work.0 < work.1)
      try expectEqual(Ruling(.undecided(.overBudget), resources: work.0).difficulty, 0)
    }
  }

  private func pigeons(_ holes: Int) throws -> Claim {
    var lines = (0...holes).flatMap { pigeon in
      (0..<holes).map { "(declare-const p\(pigeon)_\($0) Bool)" }
    }
    for pigeon in 0...holes {
      lines.append("(assert (or \((0..<holes).map { "p\(pigeon)_\($0)" }.joined(separator: " "))))")
      for other in 0..<pigeon {
        lines += (0..<holes).map { "(assert (not (and p\(pigeon)_\($0) p\(other)_\($0))))" }
      }
    }
    return try Claim("pigeons", script: Array(lines.joined(separator: "\n").utf8))
  }

  @Test(.cases(100)) func `P5 a false verification is rejected, recorded and costs stake`() {
    property { draw in
      var house = try Courthouse()
      let word = draw.pick(Self.words) ?? "refuted"
      let good = try house.claim("proved 1")
      let block = house.block([
        house.request([good]),
        house.request([try house.claim("\(word) 2"), try house.claim("proved 3")]),
      ])
      let isFalse = word != "proved"
      draw.cover(atLeast: 0.2, "it is false", when: isFalse)
      let voter = draw.integer(in: UInt32(0)...3)
      let vote = house.vote(draw.chance(0.5) ? .prepare : .prePrepare, for: block, by: voter)
      // The vote may come before the refusal or after it.
      var watch = VoteWatch()
      var proofs: [FalseVote] = []
      if draw.chance(0.5) { proofs += watch.saw(vote).map { [$0] } ?? [] }
      if house.verdict(on: block) != .valid { proofs += watch.refuse(block, house.examiner) }
      if proofs.isEmpty { proofs += watch.saw(vote).map { [$0] } ?? [] }
      try expectEqual(proofs.map(\.culprit), isFalse ? [ReplicaID(voter)] : [])
      guard let proof = proofs.first else { return }
      let carried = try FalseVote(decoding: proof.encoded)
      try expectEqual(carried.block.requests.count, 1)
      let operation = LedgerOperation.denounce(carried, lineage: [])
      try expect(house.host.machine.admits(house.request([operation])))
      try expectEqual(try house.execute([operation]), [.done])
      try expectEqual(
        try house.host.machine.validator(ReplicaID(voter))?.stake, .tokens(9_500))
      try expectEqual(
        house.host.machine.events, [.slashed(ReplicaID(voter), .falseVote, .tokens(500))])
      try expectEqual(try house.execute([operation]), [.refused(.punished, operation: 0)])
    }
  }

  @Test(.cases(100)) func `P21 what is proved waits for a block, and what isn't is declined`() {
    property { draw in
      var house = try Courthouse()
      var waiting: Set<Digest> = []
      for number in 0..<draw.integer(in: 1...12) {
        let word = draw.pick(Self.words) ?? "proved"
        let request = house.request([
          try house.claim("\(word) \(draw.integer(in: 1...99)) \(number)")
        ])
        switch house.host.answer(.offer(request), clock: 1) {
        case nil: waiting.insert(request.digest)
        case .declined(let digests)?: try expectEqual(digests, [request.digest])
        case .some: try expect(false)
        }
        try expectEqual(waiting.contains(request.digest), word == "proved")
      }
      var seen: Set<Digest> = []
      while case .assembled(let digests, _)? = house.host.answer(
        .assemble(count: draw.integer(in: 1...4), bytes: 1 << 20), clock: 1), !digests.isEmpty
      {
        try expect(seen.isDisjoint(with: digests))
        seen.formUnion(digests)
      }
      try expectEqual(seen, waiting)
    }
  }

  @Test(.cases(100))
  func `P23 P30 no proof without all its signatures is judged, let alone voted for`() {
    property { draw in
      var house = try Courthouse()
      let chosen = draw.integer(in: 0...4)
      var claim = try house.claim("proved 1", parties: [30, 31])
      switch chosen {
      case 0: claim = try house.claim("proved 1", parties: [30, 31], signed: [30])
      case 1:
        claim = SignedClaim(
          claim.claim, author: house.authority.signer(21).publicKey, signature: claim.signature,
          countersignatures: claim.countersignatures)
      case 2:
        claim = SignedClaim(
          try house.claim("proved 2", parties: [30, 31]).claim, author: claim.author,
          signature: claim.signature, countersignatures: claim.countersignatures)
      case 3:
        let coin = Spend(owner: house.authority.signer(40).publicKey, thing: SHA256.hash([1]))
        claim = try house.claim("proved 1", spends: [coin])
      default: break
      }
      let isSigned = chosen == 4
      let request = house.request([claim])
      try expectEqual(house.host.answer(.offer(request), clock: 1) == nil, isSigned)
      try expectEqual(house.verdict(on: house.block([request])) == .valid, isSigned)
      try expectEqual(house.court.asked.isEmpty, !isSigned)
    }
  }

  @Test(.cases(100)) func `P25 the most difficult proof is proposed first`() {
    property { draw in
      var house = try Courthouse()
      var worth: [Digest: Int] = [:]
      for number in 0..<draw.integer(in: 2...20) {
        let difficulty = draw.integer(in: 1...1_000_000)
        let request = house.request([try house.claim("proved \(difficulty) \(number + 1_000)")])
        worth[request.digest] = difficulty
        _ = house.host.answer(.offer(request), clock: 1)
      }
      guard
        case .assembled(let order, _)? = house.host.answer(
          .assemble(count: 64, bytes: 1 << 20), clock: 1)
      else { return try expect(false) }
      let difficulties = order.compactMap { worth[$0] }
      try expectEqual(difficulties, worth.values.sorted(by: >))
    }
  }

  @Test(.cases(100)) func `P33 size and rate of the mempool are those of what came and went`() {
    property { draw in
      let house = try Courthouse()
      var pool = ProofMempool<SignedClaim>()
      var here: [Digest: Int] = [:]
      var done: [Micros] = []
      var now = Micros.seconds(100)
      for number in 0..<draw.integer(in: 1...40) {
        now = now + .seconds(draw.integer(in: UInt64(0)...5))
        let claim = try house.claim("proved \(number)")
        try pool.insert(claim, difficulty: draw.integer(in: 1...9), now: now)
        here[claim.digest] = claim.byteCount
        if draw.chance(0.4), let gone = draw.pick(here.keys.sorted()) {
          pool.remove([gone], now: now)
          here[gone] = nil
          done.append(now)
        }
        try expectEqual(pool.count, here.count)
        try expectEqual(pool.bytes, here.values.reduce(0, +))
        let recent = done.filter { now - $0 < .seconds(60) }.count
        try expectEqual(pool.rate(at: now), Double(recent) / 60)
      }
    }
  }
}
