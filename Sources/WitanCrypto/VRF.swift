import CSodium

/// A verifiable random function: who holds a key computes, for any input, an output that looks random to everybody else
/// until it is shown, and that anyone can check then. A key has one output for an input, so nobody draws twice.
///
/// It is ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381, over the keys that sign. Verification is stricter than the RFC asks
/// for, as signatures are: keys and proofs are elements of the group of prime order, in the one form they have.
public enum VRF {
  /// What proves an output: 80 bytes.
  public struct Proof: Hashable, Sendable {
    let gamma: PublicKey
    /// Sixteen bytes of a hash.
    let challenge: [UInt8]
    let response: Scalar

    /// How many bytes a proof has.
    public static let byteCount = 80
    private static let challengeCount = 16

    init(gamma: PublicKey, challenge: [UInt8], response: Scalar) {
      self.gamma = gamma
      self.challenge = challenge
      self.response = response
    }

    /// The proof of these bytes, unchecked; nil for any other length.
    public init?(bytes: [UInt8]) {
      guard bytes.count == Self.byteCount, let gamma = PublicKey(bytes: Array(bytes[..<32])),
        let response = Scalar(bytes: Array(bytes[48...]))
      else { return nil }
      self.init(gamma: gamma, challenge: Array(bytes[32..<48]), response: response)
    }

    /// The bytes of the proof.
    public var bytes: [UInt8] { gamma.bytes + challenge + response.bytes }

    /// The challenge as a number: it is shorter than the group's order.
    fileprivate var factor: Scalar {
      Scalar(bytes: challenge + [UInt8](repeating: 0, count: 32 - Self.challengeCount)) ?? Scalar()
    }

    /// The 64 bytes that a proof which verifies stands for.
    fileprivate var output: [UInt8]? {
      guard let clear = gamma.timesCofactor else { return nil }
      return VRF.hash([[VRF.suite, 3], clear.bytes, [0]])
    }
  }

  /// The suite's number in the RFC.
  fileprivate static let suite: UInt8 = 3

  /// The output of a key for an input, with its proof; nil only if libsodium can't start.
  public static func prove(
    _ input: [UInt8], by secret: Ed25519.SecretKey
  ) -> (output: [UInt8], proof: Proof)? {
    let (key, scalar) = (secret.publicKey, secret.scalar)
    guard let point = point(of: input, under: key), let gamma = point.times(scalar) else {
      return nil
    }
    // As Ed25519 makes its nonces: from the half of the key's hash that isn't the scalar.
    let nonce = Scalar(
      reducing: hash([Array(hash([secret.seed])[32...]), point.bytes]))
    guard let left = PublicKey.base(nonce), let right = point.times(nonce) else { return nil }
    let challenge = challenge(key, point, gamma, left, right)
    let unanswered = Proof(gamma: gamma, challenge: challenge, response: nonce)
    let proof = Proof(
      gamma: gamma, challenge: challenge, response: nonce + unanswered.factor * scalar)
    guard let output = proof.output else { return nil }
    return (output, proof)
  }

  /// The output that a proof shows to be a key's for an input; nil if it shows nothing.
  public static func verify(_ proof: Proof, of input: [UInt8], by key: PublicKey) -> [UInt8]? {
    guard Ed25519.isReady, key.isGroupElement, proof.gamma.isGroupElement,
      proof.response.isReduced, let point = point(of: input, under: key),
      // U = s·B − c·Y and V = s·H − c·Γ
      let left = PublicKey.difference(PublicKey.base(proof.response), key.times(proof.factor)),
      let right = PublicKey.difference(
        point.times(proof.response), proof.gamma.times(proof.factor)),
      challenge(key, point, proof.gamma, left, right) == proof.challenge
    else { return nil }
    return proof.output
  }

  /// Sixteen bytes that follow from five points.
  private static func challenge(
    _ key: PublicKey, _ point: PublicKey, _ gamma: PublicKey, _ left: PublicKey,
    _ right: PublicKey
  ) -> [UInt8] {
    let points = [key, point, gamma, left, right].flatMap(\.bytes)
    return Array(hash([[suite, 2], points, [0]])[..<16])
  }

  /// The point that an input stands for under a key, by trial and increment: on average every second trial is one. How
  /// many it takes shows something of the input, which is no secret.
  private static func point(of input: [UInt8], under key: PublicKey) -> PublicKey? {
    guard Ed25519.isReady else { return nil }
    for counter in UInt8.min...UInt8.max {
      let candidate = hash([[suite, 1], key.bytes, input, [counter, 0]])
      guard let point = PublicKey(bytes: Array(candidate[..<32])), point.isCanonical,
        let clear = point.timesCofactor, clear.isGroupElement
      else { continue }
      return clear
    }
    return nil
  }

  fileprivate static func hash(_ parts: [[UInt8]]) -> [UInt8] {
    let input = parts.flatMap { $0 }
    var result = [UInt8](repeating: 0, count: 64)
    crypto_hash_sha512(&result, input, UInt64(input.count))
    return result
  }
}

extension PublicKey {
  /// Eight times this point of the curve, which needn't be in the group of prime order; nil where it is no point.
  fileprivate var timesCofactor: PublicKey? {
    let two = PublicKey.sum(self, self)
    let four = PublicKey.sum(two, two)
    return PublicKey.sum(four, four)
  }

  /// Whether the bytes are the only ones that a point has: its y is below 2²⁵⁵ − 19, and an x of zero has no sign.
  fileprivate var isCanonical: Bool {
    var bytes = bytes
    let isNegative = bytes[31] & 0x80 != 0
    bytes[31] &= 0x7F
    let middle = bytes[1..<31].allSatisfy { $0 == 0xFF } && bytes[31] == 0x7F
    guard !(middle && bytes[0] >= 0xED) else { return false }
    let isOne = bytes[0] == 1 && bytes[1...].allSatisfy { $0 == 0 }
    let isMinusOne = middle && bytes[0] == 0xEC
    return !(isNegative && (isOne || isMinusOne))
  }
}
