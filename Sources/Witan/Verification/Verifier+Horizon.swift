import WitanCrypto

extension Verifier {
  /// What a verifier knows of who serves when. Those with the same horizon, of the same network, say the same of
  /// everything.
  public struct Horizon: Hashable, Sendable {
    let first: Epoch
    let last: Epoch
    let members: Digest
  }

  /// What one knows that knows these terms. Each epoch's members are certified by those before, so that the last ones
  /// tell.
  static func horizon(of terms: [Term]) -> Horizon {
    Horizon(
      first: terms.first?.epoch ?? 0, last: terms.last?.epoch ?? 0,
      members: terms.last?.members.digest ?? .zero)
  }
}
