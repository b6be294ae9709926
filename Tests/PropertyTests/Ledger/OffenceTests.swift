import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanLedger

/// What it costs to lie, and that nothing else costs anything.
@Suite struct OffenceTests {
  @Test(.cases(150)) func `P5 a false verification is rejected and recorded`() {
    property { draw in
      var place = try Commonwealth(stakes: Array(repeating: .tokens(2_000), count: 7))
      let order = draw.shuffled(Array(0..<7))
      let liars = Set(draw.shuffled(order).prefix(draw.integer(in: 1...5)))
      let outcome = ClaimOutcome(
        claim: place.newClaim(), isProved: true, difficulty: draw.integer(in: 1...1_000_000))
      let verdicts = place.verdicts(outcome, by: order, liars: liars)
      let before = place.ledger
      let receipt = try place.ask(
        Commonwealth.person(0), .settle(VerdictCertificate(verdicts)))
      draw.cover(atLeast: 0.2, "the liars are outvoted", when: liars.count <= 2)
      draw.cover(atLeast: 0.2, "nobody has a quorum", when: (3...4).contains(liars.count))
      guard liars.count < 5 else {
        // Five of seven are a quorum: what they find is what is found, and no network bears that many.
        return #expect(receipt == .done)
      }
      guard liars.count <= 2 else {
        #expect(receipt == .refused(.noQuorum, operation: 0))
        return #expect(place.ledger.root == before.root)
      }
      guard case .claim(let settled)? = try place.ledger.record(.claim(outcome.claim)) else {
        Issue.record("the claim isn't settled")
        return
      }
      #expect(settled.outcome == outcome)
      for liar in liars {
        let id = ReplicaID(UInt32(liar))
        #expect(place.events.contains(.outvoted(id, claim: outcome.claim)))
        #expect(try place.validator(liar).accuracy.correct == 0)
      }
    }
  }

  @Test(.cases(150)) func `P16 false verification costs stake`() {
    property { draw in
      var economy = Economy()
      economy.falseVerdictPenalty = draw.integer(in: 1...10_000)
      economy.whistleblowerShare = draw.integer(in: 0...10_000)
      economy.forfeit = draw.chance(0.5) ? .burnt : .redistributed
      var place = try Commonwealth(
        stakes: (0..<4).map { _ in
          Amount(draw.integer(in: 1_000_000_000...1_300_000_000))
        }, economy: economy)
      let liar = draw.integer(in: 0...3)
      let outcome = ClaimOutcome(claim: place.newClaim(), isProved: true, difficulty: 1)
      let verdicts = place.verdicts(outcome, by: Array(0..<4), liars: [liar])
      let informer = Commonwealth.person(1)
      #expect(
        try place.ask(Commonwealth.person(0), .settle(VerdictCertificate(verdicts))) == .done)
      let (stake, purse) = (try place.validator(liar).stake, try place.balance(informer))
      #expect(try place.ask(informer, .refute(verdicts[liar])) == .done)
      let taken = stake.share(economy.falseVerdictPenalty, of: 10_000)
      #expect(try place.validator(liar).stake == stake.minus(taken))
      #expect(try place.validator(liar).slashed == taken)
      let share = taken.share(economy.whistleblowerShare, of: 10_000)
      #expect(try place.balance(informer) == purse.plus(share))
      let supply = try place.ledger.supply()
      #expect(try supply.burnt.plus(supply.pool) == taken.minus(share))
      // Once, whoever says it again.
      #expect(
        try place.ask(Commonwealth.person(2), .refute(verdicts[liar]))
          == .refused(.punished, operation: 0))
      #expect(try place.imbalance() == 0)
    }
  }

  @Test(.cases(100)) func `P17 below the minimum stake no part is taken`() {
    property { draw in
      let minimum = Economy().minimumStake.units
      let stakes = (0..<7).map { index in
        Amount(index < 5 ? minimum + 1 : minimum)
      }
      var place = try Commonwealth(stakes: stakes)
      let poor = draw.integer(in: 0...6)
      let id = ReplicaID(UInt32(poor))
      let taken = Amount(draw.integer(in: 1...minimum))
      #expect(
        try place.ask(Commonwealth.owner(poor), .unstake(id, amount: taken)) == .done)
      let isBelow = try place.validator(poor).stake < place.first.economy.minimumStake
      draw.cover(atLeast: 0.5, "somebody has less than the minimum", when: isBelow)
      let outcome = ClaimOutcome(claim: place.newClaim(), isProved: true, difficulty: 1_000)
      let all = VerdictCertificate(place.verdicts(outcome, by: Array(0..<7)))
      let receipt = try place.ask(Commonwealth.person(0), .settle(all))
      #expect(receipt == (isBelow ? .refused(.notInOffice, operation: 0) : .done))
      let members = try #require(place.ledger.nextMembers)
      #expect(members.contains { $0.id == id } == !isBelow)
      place.epoch = 1
      try place.block([])
      #expect(try place.ledger.office() == Office(epoch: 1, members: members))
    }
  }

  @Test(.cases(100)) func `P19 offline costs no stake`() {
    property { draw in
      var place = try Commonwealth(drawing: &draw)
      let silent = draw.integer(in: 0...place.seats - 1)
      let stake = try place.validator(silent).stake
      try place.live(&draw, blocks: draw.integer(in: 1...6), silent: [silent])
      let validator = try place.validator(silent)
      #expect(validator.stake == stake && validator.slashed == 0 && validator.earned == 0)
      #expect(validator.accuracy == Accuracy())
      let others = try (0..<place.seats).filter { try place.validator($0).slashed > 0 }
      draw.cover(atLeast: 0.1, "somebody else was punished", when: !others.isEmpty)
    }
  }

  @Test(.cases(100)) func `P30 unsigned or badly signed words change nothing`() {
    property { draw in
      var place = try Commonwealth(drawing: &draw)
      let settled = ClaimOutcome(claim: place.newClaim(), isProved: true, difficulty: 5)
      let by = Array(0..<place.seats)
      _ = try place.ask(
        Commonwealth.person(0), .settle(VerdictCertificate(place.verdicts(settled, by: by))))
      let culprit = draw.integer(in: 0...place.seats - 1)
      let id = ReplicaID(UInt32(culprit))
      func spoilt(_ signature: Signature) throws -> Signature {
        var bytes = signature.bytes
        if draw.chance(0.2) {
          bytes = Array(repeating: 0, count: 64)
        } else {
          bytes[draw.integer(in: 0...63)] ^= 1 << draw.integer(in: UInt8(0)...7)
        }
        return try #require(Signature(bytes: bytes))
      }
      let open = ClaimOutcome(claim: place.newClaim(), isProved: true, difficulty: 7)
      var verdicts = place.verdicts(open, by: by)
      let good = verdicts[culprit]
      verdicts[culprit] = SignedOutcome(good.outcome, by: id, signature: try spoilt(good.signature))
      let denial = ClaimOutcome(claim: settled.claim, isProved: false, difficulty: 0)
      let lie = SignedOutcome(
        denial, by: id, signature: try spoilt(place.verdict(culprit, denial).signature))
      guard case .conflict(let one, let two) = place.doubleSigning(culprit, at: 3) else { return }
      let false2 = SignedStatement(
        statement: two.statement, signer: id, signature: try spoilt(two.signature))
      let owner = Commonwealth.person(3)
      let key = Commonwealth.validator(50)
      let signed = LedgerOperation.registration(50, owner: owner.publicKey, chain: place.chain)
      let registration = try spoilt(signed.withUnsafeBytes { key.sign($0) })
      let root = place.ledger.root
      for (operation, refusal) in [
        (.settle(VerdictCertificate(verdicts)), .badSignature), (.refute(lie), .badSignature),
        (.convict(.conflict(one, false2)), .noOffence),
        (.register(50, key: key.publicKey, signature: registration), .badSignature),
      ] as [(LedgerOperation, LedgerRefusal)] {
        #expect(try place.ask(owner, operation) == .refused(refusal, operation: 0))
        #expect(place.ledger.root == root)
      }
    }
  }

  @Test(.cases(100)) func `P34 an accuracy under 95 % in a sliding window raises an alert`() {
    property { draw in
      var economy = Economy()
      economy.accuracyWindow = draw.integer(in: 1...40)
      var place = try Commonwealth(
        stakes: Array(repeating: .tokens(1_000), count: 4), economy: economy)
      let rate = Double(draw.integer(in: 0...30)) / 100
      var verdicts: [Bool] = []
      var (alerts, rests) = (0, 0)
      for _ in 0..<draw.integer(in: 1...30) {
        let isRight = !draw.chance(rate)
        verdicts.append(isRight)
        let outcome = ClaimOutcome(claim: place.newClaim(), isProved: true, difficulty: 1)
        let certificate = VerdictCertificate(
          place.verdicts(outcome, by: Array(0..<4), liars: isRight ? [] : [2]))
        _ = try place.ask(Commonwealth.person(0), .settle(certificate))
        let window = verdicts.suffix(Int(economy.accuracyWindow))
        let permille = UInt64(window.count { $0 }) * 1_000 / UInt64(window.count)
        let isAlert = place.ledger.events.contains(.inaccurate(2, permille: permille))
        #expect(isAlert == (permille < 950))
        alerts += isAlert ? 1 : 0
        rests += isAlert ? 0 : 1
      }
      draw.cover(atLeast: 0.3, "there are alerts", when: alerts > 0)
      draw.cover(atLeast: 0.3, "there is none for a while", when: rests > 0)
    }
  }
}
