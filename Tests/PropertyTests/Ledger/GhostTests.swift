import PropertyKit
import Testing
import Witan
import WitanCrypto
import WitanLedger

/// Members of a ring who act without saying which of them they are.
@Suite struct GhostTests {
  private static let secrets = (UInt8(0)..<12).compactMap {
    Ed25519.SecretKey(seed: [UInt8](repeating: $0 + 1, count: 32))
  }

  @Test(.cases(100)) func `P22 a ghost identity reveals nothing more than membership`() {
    property { draw in
      let members = draw.shuffled(Self.secrets).prefix(draw.integer(in: 3...6))
        .sorted { $0.publicKey < $1.publicKey }
      let keys = members.map(\.publicKey)
      let ring = LedgerOperation.ringDigest(keys)
      var place = try Commonwealth(stakes: Array(repeating: .tokens(1_000), count: 4))
      let outcome = ClaimOutcome(claim: place.newClaim(), isProved: true, difficulty: 1)
      let verdicts = place.verdicts(outcome, by: Array(0..<4))
      try place.block([
        (Commonwealth.person(0), [.formRing(keys), .settle(VerdictCertificate(verdicts))])
      ])
      let message = LedgerOperation.attribution(
        claim: outcome.claim, ring: ring, chain: place.chain)
      // Any two members: whoever looks at what either leaves finds the same but for values that look random.
      let pair = draw.shuffled(members).prefix(2)
      var left: [SettledClaim] = []
      var sizes: [Int] = []
      for member in pair {
        var place = place
        let signature = try #require(
          RingSignature(message, by: member, in: keys, scope: ring))
        let operation = LedgerOperation.attribute(
          claim: outcome.claim, ring: ring, signature: signature)
        #expect(try place.ask(Commonwealth.person(1), operation) == .done)
        guard case .claim(let settled)? = try place.ledger.record(.claim(outcome.claim)) else {
          Issue.record("the claim is gone")
          return
        }
        left.append(settled)
        sizes.append(operation.encoded.count)
        // No part of it is a member's key, or what a member signs elsewhere under the same key.
        let parts =
          [signature.tag.bytes, signature.challenge.bytes] + signature.responses.map(\.bytes)
        #expect(!keys.contains { key in parts.contains(key.bytes) })
        let elsewhere = try #require(
          RingSignature(message, by: member, in: keys, scope: SHA256.hash([1])))
        #expect(elsewhere.tag != signature.tag)
        #expect(Set(parts).isDisjoint(with: elsewhere.responses.map(\.bytes)))
        // And it acts once.
        #expect(
          try place.ask(Commonwealth.person(2), operation)
            == .refused(.attributed, operation: 0))
      }
      #expect(sizes[0] == sizes[1])
      #expect(
        left[0].ghost?.ring == left[1].ghost?.ring && left[0].ghost?.tag != left[1].ghost?.tag)
      for index in left.indices { left[index].ghost = nil }
      #expect(left[0] == left[1])
    }
  }
}
