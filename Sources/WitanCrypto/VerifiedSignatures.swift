import Synchronization

/// Remembers which Ed25519 signatures verified. Whether one does follows from key, message and signature alone, so that
/// all answers are those of ``SignatureScheme/ed25519``; only the second time costs a hash instead of a curve.
///
/// Several replicas in one process hear the same bytes, and those who watch them look at the same bytes once more.
/// A new one takes the place of an old one, so that nothing grows.
public final class VerifiedSignatures: Sendable {
  /// The digest of what verified, each at the place that its first bits say.
  private let known: Mutex<[Digest]>

  private let capacity: Int

  /// Nothing was verified yet; so many are remembered, one at least and 65,536 at most.
  public init(capacity: Int = 1 << 12) {
    self.capacity = max(1, min(capacity, 1 << 16))
    known = Mutex(Array(repeating: .zero, count: self.capacity))
  }

  func verifies(
    _ signature: Signature, of message: UnsafeRawBufferPointer, by key: PublicKey
  ) -> Bool {
    // Key and signature have one length each, so that no other three give the same bytes.
    var hash = SHA256()
    hash.update(key)
    hash.update(signature)
    hash.update(message)
    let name = hash.finish()
    let place = Int(name.withBytes { $0.loadUnaligned(as: UInt16.self) }) % capacity
    if known.withLock({ $0[place] == name }) { return true }
    guard Ed25519.verifies(signature, of: message, by: key) else { return false }
    known.withLock { $0[place] = name }
    return true
  }
}
