import CSodium
import Testing

@testable import WitanCrypto

/// Signatures, keys and messages as an attacker would make them. Each is refused.
@Suite struct HostileEd25519Tests {
  let seed = (1...32).map { UInt8($0) }
  let message = Array("prepare 7 in view 2".utf8)

  private func signer() throws -> Signer {
    Signer(try #require(Ed25519.SecretKey(seed: seed)))
  }

  private func verifies(_ signature: Signature, _ message: [UInt8], _ key: PublicKey) -> Bool {
    SignatureScheme.ed25519.verifies(signature, of: message, by: key)
  }

  @Test("A signature with any bit changed is refused")
  func signatureBits() throws {
    let signer = try signer()
    let signature = signer.sign(message)
    #expect(verifies(signature, message, signer.publicKey))
    for bit in 0..<512 {
      #expect(!verifies(signature.flipping(bit: bit), message, signer.publicKey))
    }
  }

  @Test("A message with any bit changed, cut short or extended is refused")
  func messageBits() throws {
    let signer = try signer()
    let signature = signer.sign(message)
    for bit in 0..<(8 * message.count) {
      var changed = message
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(!verifies(signature, changed, signer.publicKey))
    }
    #expect(!verifies(signature, Array(message.dropLast()), signer.publicKey))
    #expect(!verifies(signature, message + [0], signer.publicKey))
    #expect(!verifies(signature, [], signer.publicKey))
  }

  @Test("A key with any bit changed is refused")
  func keyBits() throws {
    let signer = try signer()
    let signature = signer.sign(message)
    for bit in 0..<256 {
      #expect(!verifies(signature, message, signer.publicKey.flipping(bit: bit)))
    }
  }

  @Test("A signature whose scalar had the group order added, as often as it fits, is refused")
  func malleated() throws {
    let signer = try signer()
    var bytes = signer.sign(message).bytes
    for _ in 1...14 {
      var carry = 0
      for index in 0..<32 {
        let sum = Int(bytes[32 + index]) + Int(Curve.order[index]) + carry
        bytes[32 + index] = UInt8(sum & 255)
        carry = sum >> 8
      }
      #expect(carry == 0)
      #expect(!verifies(try #require(Signature(bytes: bytes)), message, signer.publicKey))
    }
  }

  @Test("A commitment chosen by hand verifies when it is of full order")
  func handMadeCommitment() throws {
    // This proves the arithmetic that the next test's forgeries rest on.
    let signer = try signer()
    let signature = try Curve.sign(
      message, seed: seed, commitment: Curve.base, discreteLogarithm: Curve.one)
    #expect(verifies(signature, message, signer.publicKey))
  }

  @Test("A commitment of small order is refused, though the equation holds", arguments: small)
  func smallOrderCommitment(_ commitment: String) throws {
    let signer = try signer()
    let signature = try Curve.sign(
      message, seed: seed, commitment: try #require(Hex.decode(commitment)),
      discreteLogarithm: Curve.zero)
    #expect(!verifies(signature, message, signer.publicKey))
  }

  @Test("A key of small order signs nothing, though anyone could sign for it", arguments: small)
  func smallOrderKey(_ key: String) throws {
    let key = try #require(PublicKey(hex: key))
    // With h·A = 0, which holds for at least one message in eight, the equation S·B = R + h·A
    // needs no secret: R = B with S = 1 is one solution, R = 0 with S = 0 another.
    let identity = [1] + [UInt8](repeating: 0, count: 31)
    let signatures = [
      try #require(Signature(bytes: Curve.base + Curve.one)),
      try #require(Signature(bytes: identity + Curve.zero)),
      try #require(Signature(bytes: key.bytes + Curve.zero)),
      Signature(),
    ]
    for word in UInt8(0)..<64 {
      for signature in signatures {
        #expect(!verifies(signature, [word], key))
      }
    }
  }

  @Test("A key whose coordinate isn't reduced is refused, all 38 of them")
  func unreducedKeys() throws {
    let signature = try #require(Signature(bytes: Curve.base + Curve.one))
    for low in UInt8(0xed)...0xff {
      for high in [UInt8(0x7f), 0xff] {
        let key = [low] + [UInt8](repeating: 0xff, count: 30) + [high]
        #expect(!verifies(signature, message, try #require(PublicKey(bytes: key))))
      }
    }
  }

  @Test("A key that is no point of the curve is refused")
  func noPoint() throws {
    let signature = try #require(Signature(bytes: Curve.base + Curve.one))
    var notOnCurve = 0
    for low in UInt8(2)..<32 {
      let key = [low] + [UInt8](repeating: 0, count: 31)
      notOnCurve += crypto_core_ed25519_is_valid_point(key) == 0 ? 1 : 0
      #expect(!verifies(signature, message, try #require(PublicKey(bytes: key))))
    }
    #expect(notOnCurve > 0)
  }

  @Test("A seed has 32 bytes, and a new key is unlike the last")
  func seeds() throws {
    for count in [0, 31, 33, 64] {
      #expect(Ed25519.SecretKey(seed: [UInt8](repeating: 1, count: count)) == nil)
    }
    let (one, two) = (
      try #require(Ed25519.SecretKey.random()), try #require(Ed25519.SecretKey.random())
    )
    #expect(one.seed != two.seed)
    #expect(one.publicKey != two.publicKey)
    let signature = Signer(one).sign(message)
    #expect(verifies(signature, message, one.publicKey))
    #expect(!verifies(signature, message, two.publicKey))
  }

  @Test("Nothing that prints shows a secret")
  func printing() throws {
    let secret = try #require(Ed25519.SecretKey(seed: seed))
    var shown = "\(secret) \(Signer(secret)) "
    dump(secret, to: &shown)
    dump(Signer(secret), to: &shown)
    #expect(shown.contains(secret.publicKey.hex))
    #expect(!shown.contains(Hex.encode(seed)))
    #expect(!shown.contains("pair"))
  }

  /// The eight points of small order, and the six further encodings of four of them that a
  /// decoder may let through: a coordinate that isn't reduced, a sign where there is none to have.
  static let small: [String] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  ]
}

/// Ed25519's numbers, and signing with a commitment of one's own choice.
private enum Curve {
  /// The order of the base point, 2^252 + 27742317777372353535851937790883648493.
  static let order: [UInt8] =
    [
      0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
      0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    ] + [UInt8](repeating: 0, count: 15) + [0x10]
  static let base = [0x58] + [UInt8](repeating: 0x66, count: 31)
  static let zero = [UInt8](repeating: 0, count: 32)
  static let one = [1] + [UInt8](repeating: 0, count: 31)

  /// S = r + h·a for the commitment R = r·B, whatever bytes R is written as.
  static func sign(
    _ message: [UInt8], seed: [UInt8], commitment: [UInt8], discreteLogarithm: [UInt8]
  ) throws -> Signature {
    let key = try #require(Ed25519.SecretKey(seed: seed)).publicKey
    var scalar = [UInt8](repeating: 0, count: 64)
    crypto_hash_sha512(&scalar, seed, UInt64(seed.count))
    scalar[0] &= 0xf8
    scalar[31] = scalar[31] & 0x7f | 0x40
    var secret = [UInt8](repeating: 0, count: 32)
    crypto_core_ed25519_scalar_reduce(
      &secret, scalar[..<32] + [UInt8](repeating: 0, count: 32))

    let hashed = commitment + key.bytes + message
    var challenge = [UInt8](repeating: 0, count: 64)
    crypto_hash_sha512(&challenge, hashed, UInt64(hashed.count))
    var reduced = [UInt8](repeating: 0, count: 32)
    crypto_core_ed25519_scalar_reduce(&reduced, challenge)

    var product = [UInt8](repeating: 0, count: 32)
    crypto_core_ed25519_scalar_mul(&product, reduced, secret)
    var sum = [UInt8](repeating: 0, count: 32)
    crypto_core_ed25519_scalar_add(&sum, product, discreteLogarithm)
    return try #require(Signature(bytes: commitment + sum))
  }
}
