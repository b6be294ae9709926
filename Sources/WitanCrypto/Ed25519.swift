import CSodium

/// Ed25519 (RFC 8032) from libsodium, with strict verification, so that all replicas judge a
/// signature alike and nobody but its signer can turn one valid signature into another.
///
/// Refused are: a scalar S that isn't reduced modulo the group order, a public key or commitment R that
/// isn't in canonical form, and a public key or commitment of small order.
public enum Ed25519 {
  /// A secret key. It prints as its public half, so that no log shows the secret.
  public struct SecretKey: Sendable {
    /// libsodium's form: the 32-byte seed, then the public key.
    let pair: Signature

    /// The key pair of this 32-byte seed; nil for any other length.
    public init?(seed: [UInt8]) {
      guard seed.count == 32, Ed25519.isReady else { return nil }
      var pair = Signature()
      var key = PublicKey()
      pair.withMutablePointer { pair in
        key.withMutablePointer { key in _ = crypto_sign_seed_keypair(key, pair, seed) }
      }
      self.pair = pair
    }

    /// A new key from the operating system's randomness, for a person or a node to keep; nil when
    /// libsodium can't start. Nothing that has to be repeatable may call this.
    public static func random() -> SecretKey? {
      guard Ed25519.isReady else { return nil }
      var seed = [UInt8](repeating: 0, count: 32)
      randombytes_buf(&seed, seed.count)
      defer { sodium_memzero(&seed, seed.count) }
      return SecretKey(seed: seed)
    }

    /// The 32 bytes to keep secret.
    public var seed: [UInt8] { pair.withBytes { Array($0[..<32]) } }

    /// The number of which the public half is the multiple of the group's generator.
    var scalar: Scalar {
      var clamped = [UInt8](repeating: 0, count: 64)
      pair.withPointer { _ = crypto_sign_ed25519_sk_to_curve25519(&clamped, $0) }
      var scalar = Scalar()
      scalar.withMutablePointer { crypto_core_ed25519_scalar_reduce($0, clamped) }
      return scalar
    }

    /// The public half.
    public var publicKey: PublicKey {
      pair.withBytes {
        PublicKey(copying: UnsafeRawBufferPointer(rebasing: $0[32...])) ?? PublicKey()
      }
    }
  }

  /// Whether libsodium has chosen its implementations for this CPU. Swift runs this once, whichever
  /// threads come first; libsodium locks too, should others in the process start it at the same time.
  static let isReady: Bool = sodium_init() >= 0

  static func sign(_ message: UnsafeRawBufferPointer, with secret: SecretKey) -> Signature {
    var signature = Signature()
    signature.withMutablePointer { signature in
      secret.pair.withPointer { pair in
        _ = crypto_sign_detached(
          signature, nil, message.baseAddress?.assumingMemoryBound(to: UInt8.self),
          UInt64(message.count), pair)
      }
    }
    return signature
  }

  static func verifies(
    _ signature: Signature, of message: UnsafeRawBufferPointer, by key: PublicKey
  ) -> Bool {
    guard isReady else { return false }
    return signature.withPointer { signature in
      key.withPointer { key in
        crypto_sign_verify_detached(
          signature, message.baseAddress?.assumingMemoryBound(to: UInt8.self),
          UInt64(message.count), key) == 0
      }
    }
  }
}

extension Ed25519.SecretKey: CustomStringConvertible, CustomReflectable {
  /// Says whose secret this is, without telling it.
  public var description: String { "secret key of \(publicKey)" }

  /// Shows the public half only, to debuggers and `dump` alike.
  public var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey]) }
}
