import Witan
import WitanCrypto

/// The order in which a replica proposes requests where some carry claims: of these the most difficult first; all others
/// in turns, a request a client.
///
/// A claim that was passed over often enough goes before all others: whoever floods the network with difficult claims
/// delays the easy ones, and can't have the leader given up for keeping them waiting.
public struct ClaimQueue: RequestQueue {
  /// What a request's claims are worth together, and what they need.
  public struct Weight: Hashable, Sendable {
    /// What they are worth together; zero where there are none.
    public var difficulty: UInt64 = 0
    /// What they may use together.
    public var budget: UInt64 = 0
    /// What they spend.
    public var spends: [Spend] = []

    /// Of a request without claims.
    public init() {}

    /// Of a request with these claims, and what was ruled on them.
    public init(_ claims: [SignedClaim], _ rulings: [Ruling]) {
      difficulty = rulings.reduce(0) { $0 &+ $1.difficulty }
      budget = claims.reduce(0) { $0 &+ UInt64($1.claim.budget) }
      spends = claims.flatMap(\.claim.spends)
    }
  }

  /// A request that waits for its claims' sake.
  private struct Bundle: PendingProof {
    let digest: Digest
    let author: PublicKey
    let byteCount: Int
    let budget: UInt64
    let spends: [Spend]
  }

  /// So often is a claim passed over at most.
  static let patience: UInt64 = 8

  private var others = FairQueue()
  private var claims: ProofMempool<Bundle>
  private let blockBudget: UInt64
  private var turn: UInt64 = 0

  /// An empty queue for blocks whose claims may ask for so much together.
  public init(blockBudget: UInt64 = .max) {
    self.blockBudget = blockBudget
    // The core bounds what it offers, and takes back what becomes void. Two that spend the same thing both run, in
    // different blocks, and the second is refused there, where everybody sees it.
    var limits = MempoolLimits.boundless
    limits.patience = Self.patience
    claims = ProofMempool(limits: limits)
  }

  /// How many requests with claims wait.
  public var waiting: Int { claims.waiting }

  /// Adds a request.
  public mutating func append(_ request: Request, weight: Weight) {
    guard weight.difficulty > 0 else { return others.append(request, weight: ()) }
    if claims.contains(request.digest) { return claims.putBack([request.digest]) }
    let bundle = Bundle(
      digest: request.digest, author: request.client, byteCount: request.operationBytes,
      budget: weight.budget, spends: weight.spends)
    // Nothing bounds this pool and nothing conflicts in it, so that nothing is refused.
    try? claims.insert(bundle, difficulty: weight.difficulty, now: 0)
  }

  /// Forgets requests.
  public mutating func remove(_ digests: [Digest]) {
    claims.remove(digests, now: 0)
    others.remove(digests)
  }

  /// Takes requests. Claims and the others choose first in turns, up to half of what may be chosen; what is left is for
  /// whoever waits.
  public mutating func next(count: Int, bytes: Int) -> [Digest] {
    guard claims.waiting > 0 else { return others.next(count: count, bytes: bytes) }
    turn &+= 1
    var draft = claims.draft(bytes: bytes, budget: blockBudget)
    var rest: [Digest] = []
    let half = (count + 1) / 2
    if turn.isMultiple(of: 2) {
      takeOthers(&rest, half, &draft)
    } else {
      claims.fill(&draft, count: half)
      takeOthers(&rest, count - draft.items.count, &draft)
    }
    claims.fill(&draft, count: count - rest.count)
    takeOthers(&rest, count - draft.items.count - rest.count, &draft)
    return draft.items.map(\.digest) + rest
  }

  private mutating func takeOthers(
    _ chosen: inout [Digest], _ count: Int, _ draft: inout ProofMempool<Bundle>.Draft
  ) {
    guard count > 0 else { return }
    let more = others.next(count: count, bytes: draft.bytes)
    draft.bytes -= others.bytes(of: more)
    chosen += more
  }
}
