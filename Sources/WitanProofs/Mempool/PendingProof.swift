import Witan
import WitanCrypto

/// Something proved that waits for a block.
public protocol PendingProof: Sendable {
  /// Names it.
  var digest: Digest { get }
  /// Whose it is.
  var author: PublicKey { get }
  /// How many bytes it takes in a block.
  var byteCount: Int { get }
  /// What checking it may use.
  var budget: UInt64 { get }
  /// What it spends.
  var spends: [Spend] { get }
}

extension SignedClaim: PendingProof {
  /// How many bytes it takes in a block.
  public var byteCount: Int { encoded.count }
  /// What checking it may use.
  public var budget: UInt64 { UInt64(claim.budget) }
  /// What it spends.
  public var spends: [Spend] { claim.spends }
}

/// What a mempool may hold.
public struct MempoolLimits: Hashable, Sendable {
  /// The most claims.
  public var claims = 10_000
  /// The most bytes of claims together.
  public var bytes = 64 << 20
  /// The most claims of one author.
  public var claimsPerAuthor = 1_000
  /// How long a claim may wait.
  public var lifetime = Micros.seconds(600)
  /// How often a claim may be passed over before it goes before all others; nil is always.
  public var patience: UInt64?
  /// Whether of two claims that spend the same thing neither is kept. Where both are, no block gets both.
  public var refusesConflicts = true
  /// How many things that two claims wanted to spend are remembered.
  public var contested = 10_000

  /// The defaults.
  public init() {}

  /// For claims that somebody else bounds.
  static var boundless: MempoolLimits {
    var limits = MempoolLimits()
    (limits.claims, limits.bytes, limits.claimsPerAuthor) = (.max, .max, .max)
    limits.lifetime = Micros(.max)
    limits.refusesConflicts = false
    return limits
  }
}

/// Why a mempool doesn't take a claim.
public enum MempoolRefusal: Error, Hashable, Sendable {
  /// It is here already.
  case duplicate
  /// It isn't proved.
  case notProved
  /// Another claim spends the same thing: neither is kept.
  case conflict(Spend)
  /// It is worth no more than what would have to go for it.
  case worthLess
  /// Its author has as many claims here as anyone may, all worth at least as much.
  case crowding
}
