import Testing
import WitanCrypto

@Suite("Ring signatures")
struct RingSignatureTests {
  private static let secrets = (UInt8(0)..<6).compactMap {
    Ed25519.SecretKey(seed: [UInt8](repeating: $0, count: 32))
  }
  private let ring = Array(secrets[..<5]).map(\.publicKey)
  private let scope = SHA256.hash([1])

  @Test("Whichever member signs, it verifies; nobody else can")
  func anyMember() throws {
    for secret in Self.secrets[..<5] {
      let signature = try #require(RingSignature([1, 2], by: secret, in: ring, scope: scope))
      #expect(signature.verifies([1, 2], in: ring, scope: scope))
    }
    #expect(RingSignature([1, 2], by: Self.secrets[5], in: ring, scope: scope) == nil)
  }

  @Test("Another message, ring or scope refuses it, and so does any change of its own")
  func bound() throws {
    let good = try #require(RingSignature([1], by: Self.secrets[2], in: ring, scope: scope))
    #expect(!good.verifies([2], in: ring, scope: scope))
    #expect(!good.verifies([1], in: ring.reversed(), scope: scope))
    #expect(!good.verifies([1], in: Array(ring[..<4]), scope: scope))
    #expect(!good.verifies([1], in: ring, scope: SHA256.hash([2])))
    for place in 0..<32 {
      var tag = good.tag.bytes
      tag[place] ^= 1
      #expect(!with(good, tag: tag).verifies([1], in: ring, scope: scope))
      for index in good.responses.indices {
        var response = good.responses[index].bytes
        response[place] ^= 0x10
        #expect(!with(good, response, at: index).verifies([1], in: ring, scope: scope))
      }
    }
  }

  @Test(
    "One member has one tag in a scope, whatever it signs; its tags of two scopes differ, and no key shows"
  )
  func linkable() throws {
    var tags: Set<PublicKey> = []
    for secret in Self.secrets[..<5] {
      let one = try #require(RingSignature([1], by: secret, in: ring, scope: scope))
      let two = try #require(RingSignature([2], by: secret, in: ring, scope: scope))
      let other = try #require(RingSignature([1], by: secret, in: ring, scope: .zero))
      #expect(one.tag == two.tag)
      #expect(one.tag != other.tag)
      #expect(!ring.contains(one.tag))
      tags.formUnion([one.tag, other.tag])
    }
    #expect(tags.count == 10)
  }

  @Test("A tag moved by a point of small order would be a second tag of one key: it is refused")
  func torsion() throws {
    let good = try #require(RingSignature([1], by: Self.secrets[0], in: ring, scope: scope))
    let order8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
    let weak = try #require(PublicKey(hex: order8))
    #expect(!with(good, tag: weak.bytes).verifies([1], in: ring, scope: scope))
    var weakRing = ring
    weakRing[4] = weak
    #expect(RingSignature([1], by: Self.secrets[0], in: weakRing, scope: scope) == nil)
  }

  @Test("A number that isn't reduced is refused: a signature has one form")
  func malleable() throws {
    let good = try #require(RingSignature([1], by: Self.secrets[0], in: ring, scope: scope))
    let order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"
    let added = try #require(Scalar(hex: order)).bytes
    for index in good.responses.indices {
      var carry = 0
      let sum = zip(good.responses[index].bytes, added).map { one, other -> UInt8 in
        let byte = Int(one) + Int(other) + carry
        carry = byte >> 8
        return UInt8(byte & 0xff)
      }
      #expect(!with(good, sum, at: index).verifies([1], in: ring, scope: scope))
    }
  }

  @Test("A ring has three to a hundred members, each once")
  func sizes() {
    let secret = Self.secrets[0]
    #expect(RingSignature([1], by: secret, in: Array(ring[..<2]), scope: scope) == nil)
    #expect(RingSignature([1], by: secret, in: ring + [ring[0]], scope: scope) == nil)
  }

  private func with(_ signature: RingSignature, tag: [UInt8]) -> RingSignature {
    RingSignature(
      tag: PublicKey(bytes: tag) ?? signature.tag, challenge: signature.challenge,
      responses: signature.responses)
  }

  private func with(_ signature: RingSignature, _ bytes: [UInt8], at index: Int) -> RingSignature {
    var responses = signature.responses
    responses[index] = Scalar(bytes: bytes) ?? Scalar()
    return RingSignature(
      tag: signature.tag, challenge: signature.challenge, responses: responses)
  }
}
