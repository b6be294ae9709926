import Witan
import WitanCrypto

/// Claims that were judged and wait for a block: the most difficult first.
///
/// It is bounded in every way, and whoever fills it pays with difficulty: when it is full, a claim gets in only by
/// being worth more than those that must go. Nobody holds more than a share of it.
public struct ProofMempool<Item: PendingProof>: Sendable {
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
    let item: Item
    let rank: Rank
    let bytes: Int
    let expiry: Micros
    /// Before how many drafts it came.
    let draft: UInt64
    var isTaken = false
  }

  /// What it may hold.
  public let limits: MempoolLimits
  private var entries: [Digest: Entry] = [:]
  /// Those that wait, first to last.
  private var order: [Rank] = []
  private var authors: [PublicKey: Int] = [:]
  private var spenders: [Spend: Digest] = [:]
  /// What two claims wanted to spend: closed to a third for as long as a claim may wait.
  private var contested: [Spend: Micros] = [:]
  /// Claims by the time at which they expire; those that went before are still in it.
  private var ages: [(expiry: Micros, digest: Digest)] = []
  private var firstAge = 0
  private var processed = RateMeter()
  private var drafts: UInt64 = 0
  /// How many bytes all claims have together.
  public private(set) var bytes = 0

  /// An empty mempool.
  public init(limits: MempoolLimits = MempoolLimits()) { self.limits = limits }

  /// How many claims are here, those that were taken included.
  public var count: Int { entries.count }
  /// How many wait to be taken.
  public var waiting: Int { order.count }

  /// How many claims a second were done with lately.
  public func rate(at now: Micros) -> Double { processed.perSecond(at: now) }

  // MARK: Coming

  /// Takes what is worth so much, or says why not.
  public mutating func insert(
    _ item: Item, difficulty: UInt64, now: Micros
  ) throws(MempoolRefusal) {
    expire(now)
    guard entries[item.digest] == nil else { throw .duplicate }
    if limits.refusesConflicts { try refuseConflicts(of: item, now) }
    let (expiry, isForEver) = now.rawValue.addingReportingOverflow(limits.lifetime.rawValue)
    let entry = Entry(
      item: item, rank: Rank(difficulty: difficulty, digest: item.digest), bytes: item.byteCount,
      expiry: isForEver ? Micros(.max) : Micros(expiry), draft: drafts)
    try makeRoom(for: entry)
    entries[item.digest] = entry
    bytes += entry.bytes
    authors[item.author, default: 0] += 1
    if limits.refusesConflicts { for spend in item.spends { spenders[spend] = item.digest } }
    enqueue(entry.rank)
    ages.append((entry.expiry, item.digest))
  }

  /// Both claims go: it isn't for a mempool to say which of two was meant.
  private mutating func refuseConflicts(of item: Item, _ now: Micros) throws(MempoolRefusal) {
    var conflict: Spend?
    for spend in item.spends {
      if let other = spenders[spend] {
        contested[spend] = now + limits.lifetime
        forget(other)
        conflict = spend
      } else if contested[spend] != nil {
        conflict = spend
      }
    }
    if let conflict { throw .conflict(conflict) }
  }

  private mutating func makeRoom(for entry: Entry) throws(MempoolRefusal) {
    var victims: [Rank] = []
    var (count, size) = (entries.count + 1, bytes + entry.bytes)
    let mine = authors[entry.item.author, default: 0]
    if mine >= limits.claimsPerAuthor {
      let least = order.last { entries[$0.digest]?.item.author == entry.item.author }
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

  /// A block that is being filled.
  struct Draft {
    /// What is in it.
    fileprivate(set) var items: [Item] = []
    /// How many bytes there is room for.
    var bytes: Int
    fileprivate var budget: UInt64
    fileprivate var spent: Set<Spend> = []

    fileprivate mutating func add(_ item: Item, _ size: Int) -> Bool {
      guard size <= bytes, item.budget <= budget, spent.isDisjoint(with: item.spends) else {
        return false
      }
      bytes -= size
      budget -= item.budget
      spent.formUnion(item.spends)
      items.append(item)
      return true
    }
  }

  /// The most difficult claims that fit a block, and before them those that were passed over too often. They are out
  /// until they are put back or removed.
  public mutating func take(count: Int, bytes: Int, budget: UInt64 = .max) -> [Item] {
    var draft = draft(bytes: bytes, budget: budget)
    fill(&draft, count: count)
    return draft.items
  }

  /// A draft of a block with nothing in it.
  mutating func draft(bytes: Int, budget: UInt64) -> Draft {
    drafts &+= 1
    return Draft(bytes: bytes, budget: budget)
  }

  /// Takes claims into a draft until it has so many, as far as there is room.
  mutating func fill(_ draft: inout Draft, count: Int) {
    takeOverdue(into: &draft, count: count)
    var left: [Rank] = []
    var index = 0
    while index < order.count, draft.items.count < count {
      let rank = order[index]
      index += 1
      guard let entry = entries[rank.digest], draft.add(entry.item, entry.bytes) else {
        left.append(rank)
        continue
      }
      entries[rank.digest]?.isTaken = true
    }
    order.replaceSubrange(..<index, with: left)
  }

  /// Takes those first that were passed over too often, the oldest first.
  private mutating func takeOverdue(into draft: inout Draft, count: Int) {
    guard let patience = limits.patience else { return }
    for age in ages[firstAge...] {
      guard draft.items.count < count else { return }
      guard let entry = entries[age.digest], !entry.isTaken else { continue }
      // Those that come after it are younger.
      guard drafts &- entry.draft > patience else { return }
      guard draft.add(entry.item, entry.bytes) else { continue }
      entries[age.digest]?.isTaken = true
      order.remove(at: place(of: entry.rank))
    }
  }

  /// Whether something of this name is here, taken or not.
  func contains(_ digest: Digest) -> Bool { entries[digest] != nil }

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
      // Before anything is forgotten, which may move those that are left.
      firstAge += 1
      if let entry = entries[digest], entry.expiry <= now { forget(digest) }
    }
    guard contested.count > limits.contested else { return }
    contested = contested.filter { $0.value > now }
    if contested.count > limits.contested { contested.removeAll() }
  }

  private mutating func forget(_ digest: Digest) {
    guard let entry = entries.removeValue(forKey: digest) else { return }
    bytes -= entry.bytes
    let author = entry.item.author
    authors[author] = authors[author].flatMap { $0 > 1 ? $0 - 1 : nil }
    for spend in entry.item.spends where spenders[spend] == digest { spenders[spend] = nil }
    if !entry.isTaken { order.remove(at: place(of: entry.rank)) }
    // Half of them being gone, those that are left are moved: at a constant cost a claim.
    if ages.count > 64, ages.count > 2 * entries.count {
      let first = firstAge
      firstAge = 0
      ages = ages[first...].filter { entries[$0.digest]?.expiry == $0.expiry }
    }
  }
}

extension ProofMempool where Item == SignedClaim {
  /// Takes a claim with its ruling, or says why not.
  public mutating func insert(
    _ claim: SignedClaim, ruling: Ruling, now: Micros
  ) throws(MempoolRefusal) {
    guard ruling.isProved else { throw .notProved }
    try insert(claim, difficulty: ruling.difficulty, now: now)
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
