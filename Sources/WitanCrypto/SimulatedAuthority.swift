import CSodium

/// The simulator's signature scheme: deterministic, some tens of nanoseconds a signature, and
/// unforgeable for whoever holds neither the signer nor the authority.
///
/// A signature is a 128-bit SipHash-2-4 tag, made with a secret that is itself a tag of the signer's
/// public key under the authority's. Whoever verifies therefore needs the authority. An adversary in
/// the simulator is given its own signers and never the authority, so it can lie but can't forge.
public struct SimulatedAuthority: Sendable {
  /// A 128-bit SipHash key, or the tag made with one.
  struct Secret: FixedBytes {
    var low: UInt64 = 0
    var high: UInt64 = 0

    static var byteCount: Int { 16 }
  }

  private let secret: Secret

  /// An authority whose keys and signatures all follow from `seed`.
  public init(seed: UInt64) {
    secret = Secret(low: seed.littleEndian, high: UInt64(0x7769_7461_6e20_7369).littleEndian)
  }

  /// The `index`-th signer of this authority.
  public func signer(_ index: UInt64) -> Signer {
    var key = PublicKey()
    withUnsafeMutableBytes(of: &key) { bytes in
      for half in UInt64(0)...1 {
        let words = (index.littleEndian, half.littleEndian)
        let tag = withUnsafeBytes(of: words) { Self.tag($0, with: secret) }
        bytes.storeBytes(of: tag, toByteOffset: Int(half) * 16, as: Secret.self)
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
    var signature = Signature()
    let tag = tag(message, with: secret)
    withUnsafeMutableBytes(of: &signature) { $0.storeBytes(of: tag, as: Secret.self) }
    return signature
  }

  /// 32 bytes go in here and 16 for the keys themselves, so that the two can't be confused.
  private func secret(of key: PublicKey) -> Secret {
    key.withBytes { Self.tag($0, with: secret) }
  }

  private static func tag(_ message: UnsafeRawBufferPointer, with secret: Secret) -> Secret {
    var tag = Secret()
    tag.withMutablePointer { tag in
      secret.withPointer { secret in
        _ = crypto_shorthash_siphashx24(
          tag, message.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(message.count),
          secret)
      }
    }
    return tag
  }
}

extension SimulatedAuthority: CustomStringConvertible, CustomReflectable {
  /// Names the scheme, without telling the secret.
  public var description: String { "simulated authority" }

  /// Shows nothing inside: whoever reads the secret can forge.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
