import CSodium

/// Thirty-two bytes that stand for a number modulo the order of Ed25519's group.
@frozen
public struct Scalar: Hashable, Sendable, FixedBytes {
  @usableFromInline var storage: Bytes32

  /// How many bytes a scalar has.
  @inlinable
  public static var byteCount: Int { 32 }

  /// Zero.
  @inlinable
  public init() { storage = Bytes32() }

  /// Whether all bytes are the same.
  @inlinable
  public static func == (a: Scalar, b: Scalar) -> Bool { a.storage == b.storage }

  /// Feeds all bytes to the hasher.
  @inlinable
  public func hash(into hasher: inout Hasher) { storage.hash(into: &hasher) }
}

/// A signature by one of several Ed25519 keys that doesn't tell by which one (Liu, Wei and Wong, ACISP '04).
///
/// It shows a tag, which follows from the signer's secret and a scope: two signatures of one key in one scope have the
/// same tag, so that nobody acts twice; tags of two scopes, or of two keys, have nothing to do with each other for
/// whoever lacks the secrets (as long as the decisional Diffie-Hellman problem is hard in this group).
///
/// Hidden is which member signed. Not hidden are the members, the scope, the message, that two signatures of one scope are
/// by one member or by two, and whatever shows otherwise: who passes the signature on, and when.
public struct RingSignature: Hashable, Sendable {
  /// What a signature of the same key in the same scope has too.
  public let tag: PublicKey
  /// Where the ring of challenges begins and ends.
  public let challenge: Scalar
  /// An answer for each member.
  public let responses: [Scalar]

  /// A signature, unchecked.
  public init(tag: PublicKey, challenge: Scalar, responses: [Scalar]) {
    self.tag = tag
    self.challenge = challenge
    self.responses = responses
  }

  /// How many members a ring may have: fewer than three hide next to nothing.
  public static let ringSizes = 3...100

  /// Signs as one of the ring; nil when the key isn't among its members, or the ring can't be one.
  ///
  /// Signing is pure: what should look random follows from the secret and all that is signed.
  public init?(
    _ message: [UInt8], by secret: Ed25519.SecretKey, in ring: [PublicKey], scope: Digest
  ) {
    guard let place = ring.firstIndex(of: secret.publicKey),
      let context = RingContext(message, ring, scope)
    else { return nil }
    let scalar = secret.scalar
    guard let tag = context.base.times(scalar) else { return nil }
    let transcript = context.transcript(tag: tag)
    func hidden(_ index: Int) -> Scalar {
      .hash([Array("witan/1n".utf8), scalar.bytes, transcript, [UInt8(index)]])
    }
    var responses = ring.indices.map(hidden)
    let nonce = hidden(ring.count)
    guard let left = PublicKey.base(nonce), let right = context.base.times(nonce) else {
      return nil
    }
    var challenge = context.challenge(transcript, left, right)
    var first = challenge
    for step in 1...ring.count {
      let index = (place + step) % ring.count
      if index == 0 { first = challenge }
      guard index != place else { break }
      guard let next = context.next(transcript, challenge, responses[index], index, tag) else {
        return nil
      }
      challenge = next
    }
    responses[place] = nonce - challenge * scalar
    self.init(tag: tag, challenge: first, responses: responses)
  }

  /// Whether one of the ring signed this message in this scope.
  public func verifies(_ message: [UInt8], in ring: [PublicKey], scope: Digest) -> Bool {
    guard responses.count == ring.count, challenge.isReduced, responses.allSatisfy(\.isReduced),
      tag.isGroupElement, let context = RingContext(message, ring, scope)
    else { return false }
    let transcript = context.transcript(tag: tag)
    var current = challenge
    for index in ring.indices {
      guard let next = context.next(transcript, current, responses[index], index, tag) else {
        return false
      }
      current = next
    }
    return current == challenge
  }
}

/// What all steps around a ring have in common.
private struct RingContext {
  let ring: [PublicKey]
  /// Whose multiples the tags of the scope are. Nobody knows its logarithm.
  let base: PublicKey
  private let bound: [UInt8]

  init?(_ message: [UInt8], _ ring: [PublicKey], _ scope: Digest) {
    guard Ed25519.isReady, RingSignature.ringSizes.contains(ring.count),
      Set(ring).count == ring.count,
      ring.allSatisfy(\.isGroupElement), let base = PublicKey(hashedFrom: scope)
    else { return nil }
    self.ring = ring
    self.base = base
    var hash = SHA256()
    for key in ring { hash.update(key) }
    hash.update(scope)
    message.withUnsafeBytes { hash.update($0) }
    bound = hash.finish().bytes
  }

  func transcript(tag: PublicKey) -> [UInt8] { bound + tag.bytes }

  func challenge(_ transcript: [UInt8], _ left: PublicKey, _ right: PublicKey) -> Scalar {
    .hash([Array("witan/1g".utf8), transcript, left.bytes, right.bytes])
  }

  /// The challenge after a member's answer: of s·B + c·P and s·H + c·T.
  func next(
    _ transcript: [UInt8], _ challenge: Scalar, _ response: Scalar, _ index: Int, _ tag: PublicKey
  ) -> Scalar? {
    guard let left = PublicKey.sum(PublicKey.base(response), ring[index].times(challenge)),
      let right = PublicKey.sum(base.times(response), tag.times(challenge))
    else { return nil }
    return self.challenge(transcript, left, right)
  }
}

extension PublicKey {
  /// Whether these bytes are an element of the group of prime order, other than the neutral one, in the one form it has.
  fileprivate var isGroupElement: Bool {
    withPointer { crypto_core_ed25519_is_valid_point($0) == 1 }
  }

  /// An element that follows from a digest, of which nobody knows which multiple of another it is.
  fileprivate init?(hashedFrom digest: Digest) {
    let uniform = SHA256.hash(Array("witan/1p".utf8) + digest.bytes)
    var point = PublicKey()
    let code = point.withMutablePointer { point in
      uniform.withPointer { crypto_core_ed25519_from_uniform(point, $0) }
    }
    guard code == 0 else { return nil }
    self = point
  }

  /// The multiple of the group's generator; nil for zero.
  fileprivate static func base(_ factor: Scalar) -> PublicKey? {
    var point = PublicKey()
    let code = point.withMutablePointer { point in
      factor.withPointer { crypto_scalarmult_ed25519_base_noclamp(point, $0) }
    }
    return code == 0 ? point : nil
  }

  /// The multiple of this element; nil for zero, and where this is none.
  fileprivate func times(_ factor: Scalar) -> PublicKey? {
    var point = PublicKey()
    let code = point.withMutablePointer { point in
      factor.withPointer { factor in
        withPointer { crypto_scalarmult_ed25519_noclamp(point, factor, $0) }
      }
    }
    return code == 0 ? point : nil
  }

  fileprivate static func sum(_ one: PublicKey?, _ other: PublicKey?) -> PublicKey? {
    guard let one, let other else { return nil }
    var point = PublicKey()
    let code = point.withMutablePointer { point in
      one.withPointer { one in other.withPointer { crypto_core_ed25519_add(point, one, $0) } }
    }
    return code == 0 ? point : nil
  }
}

extension Scalar {
  /// The number that a wide hash of these parts gives.
  fileprivate static func hash(_ parts: [[UInt8]]) -> Scalar {
    let input = parts.flatMap { $0 }
    var wide = [UInt8](repeating: 0, count: 64)
    crypto_hash_sha512(&wide, input, UInt64(input.count))
    return Scalar(reducing: wide)
  }

  fileprivate init(reducing wide: [UInt8]) {
    self.init()
    let padded = wide + [UInt8](repeating: 0, count: max(0, 64 - wide.count))
    withMutablePointer { crypto_core_ed25519_scalar_reduce($0, padded) }
  }

  /// Whether this is the smallest number that stands for what it does: the one form that is let through.
  fileprivate var isReduced: Bool { Scalar(reducing: bytes) == self }

  fileprivate static func * (one: Scalar, other: Scalar) -> Scalar {
    combine(one, other, crypto_core_ed25519_scalar_mul)
  }

  fileprivate static func - (one: Scalar, other: Scalar) -> Scalar {
    combine(one, other, crypto_core_ed25519_scalar_sub)
  }

  private static func combine(
    _ one: Scalar, _ other: Scalar,
    _ operation: (
      UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, UnsafePointer<UInt8>
    ) -> Void
  ) -> Scalar {
    var result = Scalar()
    result.withMutablePointer { result in
      one.withPointer { one in other.withPointer { operation(result, one, $0) } }
    }
    return result
  }
}
