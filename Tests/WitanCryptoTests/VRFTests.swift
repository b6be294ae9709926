import Testing

@testable import WitanCrypto

/// ECVRF-EDWARDS25519-SHA512-TAI by the vectors of RFC 9381, appendix B.3, and by what a lottery needs of it.
@Suite struct VRFTests {
  struct Vector: Sendable, CustomTestStringConvertible {
    let number: Int
    let secret: String
    let input: String
    let proof: String
    let output: String
    var testDescription: String { "example \(number)" }
  }

  static let vectors = [
    Vector(
      number: 16, secret: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      input: "",
      proof: "8657106690b5526245a92b003bb079ccd1a92130477671f6fc01ad16f26f723f"
        + "26f8a57ccaed74ee1b190bed1f479d97"
        + "27d2d0f9b005a6e456a35d4fb0daab1268a1b0db10836d9826a528ca76567805",
      output: "90cf1df3b703cce59e2a35b925d411164068269d7b2d29f3301c03dd757876ff"
        + "66b71dda49d2de59d03450451af026798e8f81cd2e333de5cdf4f3e140fdd8ae"),
    Vector(
      number: 17, secret: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      input: "72",
      proof: "f3141cd382dc42909d19ec5110469e4feae18300e94f304590abdced48aed593"
        + "3bf0864a62558b3ed7f2fea45c92a465"
        + "301b3bbf5e3e54ddf2d935be3b67926da3ef39226bbc355bdc9850112c8f4b02",
      output: "eb4440665d3891d668e7e0fcaf587f1b4bd7fbfe99d0eb2211ccec90496310eb"
        + "5e33821bc613efb94db5e5b54c70a848a0bef4553a41befc57663b56373a5031"),
    Vector(
      number: 18, secret: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      input: "af82",
      proof: "9bc0f79119cc5604bf02d23b4caede71393cedfbb191434dd016d30177ccbf80"
        + "96bb474e53895c362d8628ee9f9ea3c0"
        + "e52c7a5c691b6c18c9979866568add7a2d41b00b05081ed0f58ee5e31b3a970e",
      output: "645427e5d00c62a23fb703732fa5d892940935942101e456ecca7bb217c61c45"
        + "2118fec1219202a0edcf038bb6373241578be7217ba85a2687f7a0310b2df19f"),
  ]

  private func secret(_ hex: String) throws -> Ed25519.SecretKey {
    let seed = try #require(Hex.decode(hex))
    return try #require(Ed25519.SecretKey(seed: seed))
  }

  @Test(arguments: vectors)
  func `proofs and outputs are those of RFC 9381`(_ vector: Vector) throws {
    let secret = try secret(vector.secret)
    let input = try #require(Hex.decode(vector.input))
    let (output, proof) = try #require(VRF.prove(input, by: secret))
    #expect(Hex.encode(proof.bytes) == vector.proof)
    #expect(Hex.encode(output) == vector.output)
    #expect(VRF.verify(proof, of: input, by: secret.publicKey) == output)
  }

  @Test func `a proof shows nothing for another input or another key`() throws {
    let one = try secret(Self.vectors[0].secret)
    let other = try secret(Self.vectors[1].secret)
    let proof = try #require(VRF.prove([1, 2], by: one)).proof
    #expect(VRF.verify(proof, of: [1, 2], by: one.publicKey) != nil)
    #expect(VRF.verify(proof, of: [1, 3], by: one.publicKey) == nil)
    #expect(VRF.verify(proof, of: [1, 2], by: other.publicKey) == nil)
    #expect(VRF.verify(proof, of: [1, 2], by: PublicKey()) == nil)
  }

  @Test func `a proof in which any bit is flipped shows nothing`() throws {
    let secret = try secret(Self.vectors[2].secret)
    let proof = try #require(VRF.prove([7], by: secret)).proof
    for bit in 0..<8 * VRF.Proof.byteCount {
      var bytes = proof.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      let bent = try #require(VRF.Proof(bytes: bytes))
      #expect(VRF.verify(bent, of: [7], by: secret.publicKey) == nil, "bit \(bit)")
    }
    #expect(VRF.Proof(bytes: Array(proof.bytes.dropLast())) == nil)
  }

  @Test func `a response that isn't reduced is another proof of the same, and refused`() throws {
    let secret = try secret(Self.vectors[0].secret)
    let proof = try #require(VRF.prove([7], by: secret)).proof
    // The order of the group, added to the response.
    let order: [UInt8] = [
      0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE,
      0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ]
    var bytes = proof.bytes
    var carry = 0
    for index in 0..<32 {
      let sum = Int(bytes[48 + index]) + Int(order[index]) + carry
      bytes[48 + index] = UInt8(truncatingIfNeeded: sum)
      carry = sum >> 8
    }
    let other = try #require(VRF.Proof(bytes: bytes))
    #expect(VRF.verify(other, of: [7], by: secret.publicKey) == nil)
  }
}
