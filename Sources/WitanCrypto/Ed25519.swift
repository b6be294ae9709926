import CSodium

/// Ed25519 (RFC 8032) from libsodium, with strict verification: a signature whose scalar isn't reduced,
/// a point that isn't in canonical form, and a key or commitment of small order are all refused.
public enum Ed25519 {
  /// A secret key, as its 32-byte seed and the key pair that follows from it.
  public struct SecretKey: Sendable {
    let pair: Signature  // libsodium's secret key: the seed, then the public key, 64 bytes.

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

    /// The 32 bytes to keep secret.
    public var seed: [UInt8] { pair.withBytes { Array($0[..<32]) } }

    /// The public half.
    public var publicKey: PublicKey {
      pair.withBytes {
        PublicKey(copying: UnsafeRawBufferPointer(rebasing: $0[32...])) ?? PublicKey()
      }
    }
  }

  private static let isReady: Bool = sodium_init() >= 0

  static func sign(_ message: UnsafeRawBufferPointer, with secret: SecretKey) -> Signature {
    var signature = Signature()
    signature.withMutablePointer { signature in
      secret.pair.withPointer { pair in
        _ = crypto_sign_detached(
          signature, nil, message.bindMemory(to: UInt8.self).baseAddress, UInt64(message.count),
          pair)
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
          signature, message.bindMemory(to: UInt8.self).baseAddress, UInt64(message.count), key)
          == 0
      }
    }
  }
}
