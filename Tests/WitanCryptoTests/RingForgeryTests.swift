import CSodium
import Testing
import WitanCrypto

@Suite("Forging ring signatures")
struct RingForgeryTests {
  private static let secrets = (UInt8(0)..<6).compactMap {
    Ed25519.SecretKey(seed: [UInt8](repeating: $0 + 40, count: 32))
  }
  private let ring = Array(secrets[..<5]).map(\.publicKey)
  private let scope = SHA256.hash([7])

  private func sign(_ message: [UInt8], by index: Int) throws -> RingSignature {
    try #require(RingSignature(message, by: Self.secrets[index], in: ring, scope: scope))
  }

  private func verifies(_ signature: RingSignature) -> Bool {
    signature.verifies([1], in: ring, scope: scope)
  }

  /// A number below the order of the group.
  private func scalar(_ seed: UInt8) throws -> Scalar {
    var bytes = SHA256.hash([seed]).bytes
    bytes[31] &= 0x0f
    return try #require(Scalar(bytes: bytes))
  }

  @Test("One member's signature doesn't pass under another's tag: nobody acts in another's name")
  func otherTag() throws {
    let signatures = try (0..<5).map { try sign([1], by: $0) }
    for one in signatures {
      #expect(verifies(one))
      for other in signatures where other.tag != one.tag {
        #expect(
          !verifies(
            RingSignature(tag: other.tag, challenge: one.challenge, responses: one.responses)))
        #expect(
          !verifies(
            RingSignature(tag: one.tag, challenge: other.challenge, responses: one.responses)))
        #expect(
          !verifies(
            RingSignature(tag: one.tag, challenge: one.challenge, responses: other.responses)))
      }
    }
  }

  @Test("Answers in another order, too few, too many or made up don't close the ring")
  func madeUp() throws {
    let good = try sign([1], by: 2)
    for shift in 1..<5 {
      let turned = Array(good.responses[shift...] + good.responses[..<shift])
      for challenge in [good.challenge] + good.responses {
        #expect(
          !verifies(RingSignature(tag: good.tag, challenge: challenge, responses: turned)))
      }
    }
    for count in [0, 1, 4, 6] {
      let answers = try (0..<count).map { try scalar(UInt8($0)) }
      #expect(
        !verifies(RingSignature(tag: good.tag, challenge: good.challenge, responses: answers)))
    }
    for seed in UInt8(0)..<20 {
      let answers = try (UInt8(0)..<5).map { try scalar(seed &* 5 &+ $0) }
      #expect(
        !verifies(
          RingSignature(tag: good.tag, challenge: try scalar(seed), responses: answers)))
    }
  }

  @Test("Who isn't a member gets no further with a member's tag, or with a tag of his own")
  func outsider() throws {
    let strangers = Array(Self.secrets[1...]).map(\.publicKey)
    let elsewhere = try #require(
      RingSignature([1], by: Self.secrets[5], in: strangers, scope: scope))
    #expect(elsewhere.verifies([1], in: strangers, scope: scope))
    #expect(!verifies(elsewhere))
    let borrowed = RingSignature(
      tag: try sign([1], by: 0).tag, challenge: elsewhere.challenge,
      responses: elsewhere.responses)
    #expect(!verifies(borrowed))
  }

  /// A tag T + S with S of small order passes half or an eighth of all checks where nobody looks: a second tag.
  @Test("A tag with a part of small order is refused, and so is every point of small order")
  func smallOrder() throws {
    let good = try sign([1], by: 0)
    let points = [
      "0100000000000000000000000000000000000000000000000000000000000000",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0000000000000000000000000000000000000000000000000000000000000080",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ]
    for hex in points {
      let point = try #require(PublicKey(hex: hex))
      #expect(
        !verifies(
          RingSignature(tag: point, challenge: good.challenge, responses: good.responses)))
      var sum = [UInt8](repeating: 0, count: 32)
      guard crypto_core_ed25519_add(&sum, good.tag.bytes, point.bytes) == 0,
        sum != good.tag.bytes
      else { continue }
      let moved = try #require(PublicKey(bytes: sum))
      // Whatever signature somebody makes for it, the tag alone is enough to refuse.
      for seed in UInt8(0)..<16 {
        let answers = try (UInt8(0)..<5).map { try scalar(seed &+ $0) }
        #expect(
          !verifies(
            RingSignature(tag: moved, challenge: try scalar(seed), responses: answers)))
      }
      var ring = ring
      ring[3] = moved
      #expect(!good.verifies([1], in: ring, scope: scope))
      #expect(RingSignature([1], by: Self.secrets[0], in: ring, scope: scope) == nil)
    }
  }

  @Test("Signing is pure: nothing is learnt from two signatures of the same, and much differs else")
  func nonces() throws {
    let one = try sign([1], by: 0)
    #expect(try sign([1], by: 0) == one)
    let two = try sign([2], by: 0)
    #expect(two.tag == one.tag)
    #expect(Set(one.responses + [one.challenge]).isDisjoint(with: two.responses + [two.challenge]))
  }
}
