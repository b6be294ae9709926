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
