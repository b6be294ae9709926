/// Holds a secret key and signs with it. Signing is pure: the same bytes give the same signature.
public struct Signer: Sendable {
  private enum Secret: Sendable {
    case ed25519(Ed25519.SecretKey)
    case simulated(SimulatedAuthority.Secret)
  }

  /// The key that verifies what this signer signs.
  public let publicKey: PublicKey
  private let secret: Secret

  /// A signer of the real scheme.
  public init(_ secret: Ed25519.SecretKey) {
    self.publicKey = secret.publicKey
    self.secret = .ed25519(secret)
  }

  init(_ secret: SimulatedAuthority.Secret, publicKey: PublicKey) {
    self.publicKey = publicKey
    self.secret = .simulated(secret)
  }

  /// Signs these bytes.
  public func sign(_ message: UnsafeRawBufferPointer) -> Signature {
    switch secret {
    case .ed25519(let secret): Ed25519.sign(message, with: secret)
    case .simulated(let secret): SimulatedAuthority.sign(message, with: secret)
    }
  }
}

extension Signer: CustomStringConvertible, CustomReflectable {
  /// Says whose signer this is, without telling its secret.
  public var description: String { "signer \(publicKey)" }

  /// Shows the public key only, to debuggers and `dump` alike.
  public var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey]) }
}

/// How signatures are checked: the real scheme, or the simulator's cheap one.
public enum SignatureScheme: Sendable {
  /// Ed25519 as in RFC 8032, strictly: a signature has one form, and weak keys verify nothing.
  case ed25519
  /// The same, but what verified isn't checked again for a while: for those who check the same bytes many times.
  case remembered(VerifiedSignatures)
  /// Keyed hashes that only the authority's holder can check and only the signer can make.
  case simulated(SimulatedAuthority)

  /// Whether `signature` is `key`'s over `message`.
  public func verifies(
    _ signature: Signature, of message: UnsafeRawBufferPointer, by key: PublicKey
  ) -> Bool {
    switch self {
    case .ed25519: Ed25519.verifies(signature, of: message, by: key)
    case .remembered(let verified): verified.verifies(signature, of: message, by: key)
    case .simulated(let authority): authority.verifies(signature, of: message, by: key)
    }
  }
}
