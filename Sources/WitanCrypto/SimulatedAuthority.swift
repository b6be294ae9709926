/// The simulator's signature scheme: deterministic, some tens of nanoseconds a signature, and
/// unforgeable for whoever holds neither the signer nor the authority.
///
/// Each signer's secret is derived from the authority's seed and the signer's public key, so whoever
/// verifies needs the authority. An adversary in the simulator is given signers, never the authority.
public struct SimulatedAuthority: Sendable {
  struct Secret: Sendable {
    let low: UInt64
    let high: UInt64
  }

  private let seed: Secret

  /// An authority whose keys and signatures all follow from `seed`.
  public init(seed: UInt64) {
    self.seed = Secret(
      low: Self.scramble(seed ^ 0x9e37_79b9_7f4a_7c15), high: Self.scramble(~seed))
  }

  /// The `index`-th signer of this authority.
  public func signer(_ index: UInt64) -> Signer {
    var key = PublicKey()
    var word = Self.multiplyFold(index ^ seed.low, 0xa076_1d64_78bd_642f)
    withUnsafeMutableBytes(of: &key) { bytes in
      for offset in stride(from: 0, to: PublicKey.byteCount, by: 8) {
        word = Self.scramble(word &+ 0x9e37_79b9_7f4a_7c15)
        bytes.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt64.self)
      }
    }
    return Signer(secret(of: key), publicKey: key)
  }

  func verifies(
    _ signature: Signature, of message: UnsafeRawBufferPointer, by key: PublicKey
  ) -> Bool {
    Self.sign(message, with: secret(of: key)) == signature
  }

  static func sign(_ message: UnsafeRawBufferPointer, with secret: Secret) -> Signature {
    var a = secret.low ^ UInt64(truncatingIfNeeded: message.count)
    var b = secret.high
    var offset = 0
    while offset + 16 <= message.count {
      let x = UInt64(littleEndian: message.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      let y = UInt64(
        littleEndian: message.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
      (a, b) = (multiplyFold(a ^ x, b ^ 0xa076_1d64_78bd_642f), multiplyFold(b ^ y, a | 1))
      offset += 16
    }
    while offset < message.count {
      a = multiplyFold(a ^ UInt64(message[offset]) &+ 0xe703_7ed1_a0b4_28db, b | 1)
      offset += 1
    }
    let tag = (
      scramble(multiplyFold(a ^ secret.high, b ^ secret.low)), scramble(a &+ b &* 3)
    )
    var signature = Signature()
    withUnsafeMutableBytes(of: &signature) {
      $0.storeBytes(of: tag.0.littleEndian, toByteOffset: 0, as: UInt64.self)
      $0.storeBytes(of: tag.1.littleEndian, toByteOffset: 8, as: UInt64.self)
    }
    return signature
  }

  private func secret(of key: PublicKey) -> Secret {
    key.withBytes { bytes in
      let a = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
      let b = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      return Secret(
        low: Self.multiplyFold(a ^ seed.low, b ^ seed.high),
        high: Self.scramble(b &+ seed.low &* 5 ^ seed.high))
    }
  }

  private static func multiplyFold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  private static func scramble(_ word: UInt64) -> UInt64 {
    var mixed = word
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
