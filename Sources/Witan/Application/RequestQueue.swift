import WitanCrypto

/// The order in which requests are proposed.
///
/// Whatever is appended must come out some day, however much is appended after it: those who wait for a request give up
/// the leader that keeps it waiting.
public protocol RequestQueue: Sendable {
  /// What the order hangs on besides the request itself.
  associatedtype Weight: Sendable

  /// Adds a request, for the first time or because a proposal of it came to nothing.
  mutating func append(_ request: Request, weight: Weight)

  /// Forgets requests.
  mutating func remove(_ digests: [Digest])

  /// Takes up to so many requests and operation bytes. What is taken is out until it is offered again.
  mutating func next(count: Int, bytes: Int) -> [Digest]
}
