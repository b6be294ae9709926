import WitanCrypto

extension Verifier {
  /// What a verifier knows of who serves when. Those with the same horizon, of the same network, say the same of
  /// everything.
  public struct Horizon: Hashable, Sendable {
    let first: Epoch
    let last: Epoch
    let members: Digest
  }

  /// What this verifier knows. Each epoch's members are certified by those before, so that the last ones tell.
  public var horizon: Horizon {
    Horizon(
      first: terms.first?.epoch ?? 0, last: latestEpoch,
      members: terms.last?.members.digest ?? .zero)
  }
}
