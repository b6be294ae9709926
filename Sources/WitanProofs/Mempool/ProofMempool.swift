import Witan
import WitanCrypto

/// Claims that were judged and wait for a block: the most difficult first.
///
/// It is bounded in every way, and whoever fills it pays with difficulty: when it is full, a claim gets in only by
/// being worth more than those that must go. Nobody holds more than a share of it.
public struct ProofMempool: Sendable {
  /// What it may hold.
  public struct Limits: Hashable, Sendable {
    /// The most claims.
    public var claims = 10_000
    /// The most bytes of claims together.
    public var bytes = 64 << 20
    /// The most claims of one author.
    public var claimsPerAuthor = 1_000
    /// How long a claim may wait.
    public var lifetime = Micros.seconds(600)

    /// The defaults.
    public init() {}
  }

  /// Why a claim isn't taken.
  public enum Refusal: Error, Hashable, Sendable {
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

  /// A claim's place in the order: by difficulty, then by digest, so that it is the same everywhere.
  private struct Rank: Comparable, Sendable {
    let difficulty: UInt64
    let digest: Digest

    /// Whether the left one comes first.
    static func < (a: Rank, b: Rank) -> Bool {
      a.difficulty == b.difficulty ? a.digest < b.digest : a.difficulty > b.difficulty
    }
  }

  private struct Entry: Sendable {
    let claim: SignedClaim
    let rank: Rank
    let bytes: Int
    let expiry: Micros
    var isTaken = false
  }

  /// What it may hold.
  public let limits: Limits
  private var entries: [Digest: Entry] = [:]
  /// Those that wait, first to last.
  private var order: [Rank] = []
  private var authors: [PublicKey: Int] = [:]
  private var spends: [Spend: Digest] = [:]
  /// What two claims wanted to spend: closed to a third for as long as a claim may wait.
  private var contested: [Spend: Micros] = [:]
  /// Claims by the time at which they expire; those that went before are still in it.
  private var ages: [(expiry: Micros, digest: Digest)] = []
  private var firstAge = 0
  private var processed = RateMeter()
  /// How many bytes all claims have together.
  public private(set) var bytes = 0

  /// An empty mempool.
  public init(limits: Limits = Limits()) { self.limits = limits }

  /// How many claims are here, those that were taken included.
  public var count: Int { entries.count }
  /// How many wait to be taken.
  public var waiting: Int { order.count }

  /// How many claims a second were done with lately.
  public func rate(at now: Micros) -> Double { processed.perSecond(at: now) }

  // MARK: Coming

  /// Takes a claim with its ruling, or says why not.
  public mutating func insert(
    _ claim: SignedClaim, ruling: Ruling, now: Micros
  ) throws(Refusal) {
    expire(now)
    guard ruling.isProved else { throw .notProved }
    guard entries[claim.digest] == nil else { throw .duplicate }
    try refuseConflicts(of: claim, now)
    let entry = Entry(
      claim: claim, rank: Rank(difficulty: ruling.difficulty, digest: claim.digest),
      bytes: claim.encoded.count, expiry: now + limits.lifetime)
    try makeRoom(for: entry)
    entries[claim.digest] = entry
    bytes += entry.bytes
    authors[claim.author, default: 0] += 1
    for spend in claim.claim.spends { spends[spend] = claim.digest }
    enqueue(entry.rank)
    ages.append((entry.expiry, claim.digest))
  }

  /// Both claims go: it isn't for a mempool to say which of two was meant.
  private mutating func refuseConflicts(of claim: SignedClaim, _ now: Micros) throws(Refusal) {
    var conflict: Spend?
    for spend in claim.claim.spends {
      if let other = spends[spend] {
        contested[spend] = now + limits.lifetime
        forget(other)
        conflict = spend
      } else if contested[spend] != nil {
        conflict = spend
      }
    }
    if let conflict { throw .conflict(conflict) }
  }

  private mutating func makeRoom(for entry: Entry) throws(Refusal) {
    var victims: [Rank] = []
    var (count, size) = (entries.count + 1, bytes + entry.bytes)
    let mine = authors[entry.claim.author, default: 0]
    if mine >= limits.claimsPerAuthor {
      let least = order.last { entries[$0.digest]?.claim.author == entry.claim.author }
      guard let least, entry.rank.difficulty > least.difficulty else { throw .crowding }
      victims.append(least)
      count -= 1
      size -= entries[least.digest]?.bytes ?? 0
    }
    var index = order.count
    while count > limits.claims || size > limits.bytes {
      index -= 1
      guard index >= 0, entry.rank.difficulty > order[index].difficulty else { throw .worthLess }
      guard order[index] != victims.first else { continue }
      victims.append(order[index])
      count -= 1
      size -= entries[order[index].digest]?.bytes ?? 0
    }
    for victim in victims { forget(victim.digest) }
  }

  private mutating func enqueue(_ rank: Rank) { order.insert(rank, at: place(of: rank)) }

  /// Where a rank stands, or would.
  private func place(of rank: Rank) -> Int {
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if order[middle] < rank { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Going

  /// The most difficult claims that fit a block. They are out until they are put back or removed.
  public mutating func take(count: Int, bytes: Int, budget: UInt64 = .max) -> [SignedClaim] {
    var chosen: [SignedClaim] = []
    var left: [Rank] = []
    var (room, work) = (bytes, budget)
    var index = 0
    while index < order.count, chosen.count < count {
      let rank = order[index]
      index += 1
      guard let entry = entries[rank.digest] else { continue }
      guard entry.bytes <= room, UInt64(entry.claim.claim.budget) <= work else {
        left.append(rank)
        continue
      }
      room -= entry.bytes
      work -= UInt64(entry.claim.claim.budget)
      entries[rank.digest]?.isTaken = true
      chosen.append(entry.claim)
    }
    order.replaceSubrange(..<index, with: left)
    return chosen
  }

  /// Claims that were taken wait again: what they were proposed in came to nothing.
  public mutating func putBack(_ digests: [Digest]) {
    for digest in digests {
      guard let entry = entries[digest], entry.isTaken else { continue }
      entries[digest]?.isTaken = false
      enqueue(entry.rank)
    }
  }

  /// Claims were decided: they are done with.
  public mutating func remove(_ digests: [Digest], now: Micros) {
    for digest in digests where entries[digest] != nil {
      forget(digest)
      processed.count(at: now)
    }
  }

  /// Forgets what has waited too long.
  public mutating func expire(_ now: Micros) {
    while firstAge < ages.count, ages[firstAge].expiry <= now {
      let digest = ages[firstAge].digest
      if let entry = entries[digest], entry.expiry <= now { forget(digest) }
      firstAge += 1
    }
    // Half of it being gone, the rest is moved: at a constant cost a claim.
    if firstAge > 64, 2 * firstAge > ages.count {
      ages.removeFirst(firstAge)
      firstAge = 0
      contested = contested.filter { $0.value > now }
    }
  }

  private mutating func forget(_ digest: Digest) {
    guard let entry = entries.removeValue(forKey: digest) else { return }
    bytes -= entry.bytes
    let author = entry.claim.author
    authors[author] = authors[author].flatMap { $0 > 1 ? $0 - 1 : nil }
    for spend in entry.claim.claim.spends where spends[spend] == digest { spends[spend] = nil }
    if !entry.isTaken { order.remove(at: place(of: entry.rank)) }
  }
}

/// How many things a second happened over the last minute.
struct RateMeter: Sendable {
  private static let span: Int64 = 60
  private var seconds: [(second: Int64, count: Int)] = []

  mutating func count(at now: Micros) {
    let second = Int64(clamping: now.rawValue / 1_000_000)
    if seconds.last?.second == second {
      seconds[seconds.count - 1].count += 1
    } else {
      seconds.append((second, 1))
      seconds.removeAll { $0.second <= second - Self.span }
    }
  }

  func perSecond(at now: Micros) -> Double {
    let second = Int64(clamping: now.rawValue / 1_000_000)
    let recent = seconds.filter { $0.second > second - Self.span && $0.second <= second }
    return Double(recent.reduce(0) { $0 + $1.count }) / Double(Self.span)
  }
}
