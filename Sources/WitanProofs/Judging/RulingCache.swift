import Witan
import WitanCrypto

/// Rulings that were made before, by the digest of claim and solver version: another version's are never found.
///
/// Only rulings that every judge makes are kept; a claim that a machine failed at may be tried again.
public struct RulingCache: Sendable {
  /// How many rulings are kept; the oldest give way.
  public let limit: Int
  private let solver: String
  private var rulings: [Digest: Ruling] = [:]
  /// The digests in the order of their coming, as a ring.
  private var ring: [Digest] = []
  private var next = 0

  /// An empty cache.
  public init(limit: Int = 65_536) { self.init(limit: limit, solver: SolverContext.version) }

  init(limit: Int, solver: String) {
    self.limit = max(1, limit)
    self.solver = solver
  }

  /// How many rulings are kept.
  public var count: Int { rulings.count }

  /// The ruling on a claim, if one was made.
  public subscript(claim: Claim) -> Ruling? { rulings[key(of: claim)] }

  /// Keeps a ruling, if every judge makes it.
  public mutating func keep(_ ruling: Ruling, on claim: Claim) {
    let key = key(of: claim)
    guard ruling.isReproducible, rulings.updateValue(ruling, forKey: key) == nil else { return }
    if ring.count < limit {
      ring.append(key)
    } else {
      rulings[ring[next]] = nil
      ring[next] = key
      next = (next + 1) % limit
    }
  }

  private func key(of claim: Claim) -> Digest {
    var writer = ByteWriter()
    writer.write(bytes: Array(solver.utf8))
    writer.write(claim)
    return SHA256.hash(writer.bytes)
  }
}
