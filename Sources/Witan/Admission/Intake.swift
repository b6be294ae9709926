import WitanCrypto

/// The requests that wait to be executed here: bounded, fair between clients, and the reason why timers run.
///
/// A client may hold as much as is free (dynamic thresholds, Choudhury & Hahne '98): one client alone gets up to
/// a half of the room, k greedy ones together leave 1/(k+1) of it free, and a newcomer always gets in until
/// the room is used by very many.
struct Intake: Sendable {
  /// The most requests that wait: sixty-four full blocks of the default size.
  static let requestLimit = 16_384
  /// The most bytes that wait, as `Request.footprint` counts them.
  static let byteLimit = 64 << 20
  /// A request that found more than so many others waiting says nothing of the leader's speed: a block of the
  /// default size takes no more, so that its wait is for those before it.
  static let crowd = 256

  /// A request that waits.
  struct Entry: Sendable {
    let request: Request
    let arrivedAt: Micros
    /// When a proposal that contains it was seen in the current view.
    var proposedAt: Micros?
    /// When it was passed on to the view's leader, which may not have had it before.
    var forwardedAt: Micros?
    /// How many waited to be proposed when it came.
    fileprivate let foundWaiting: Int
    /// Tells its place in the queue from earlier ones.
    fileprivate let ticket: UInt64
    /// Where its client's share is counted.
    fileprivate var share: Int
  }

  private struct Turn {
    let place: Int
    let ticket: UInt64
  }

  private struct Share {
    let client: PublicKey
    var count = 0
    var bytes = 0
  }

  /// What waits, each at a place that is another's once it is gone: only whoever names a request must look it up.
  private var entries: [Entry?] = []
  private var free: [Int] = []
  private var places: [Digest: Int] = [:]
  /// What clients hold. A client that holds nothing keeps its place until there are too many of those.
  private var shares: [Share] = []
  private var clients: [PublicKey: Int] = [:]
  /// Places by arrival; those of requests no longer waiting are skipped.
  private var queue: [Turn] = []
  private var head = 0
  private var tickets: UInt64 = 0
  private(set) var bytes = 0
  /// How many wait that no proposal of this view contains.
  private(set) var unproposed = 0

  /// How many wait.
  var count: Int { places.count }

  /// How many of a client wait.
  func count(of client: PublicKey) -> Int { clients[client].map { shares[$0].count } ?? 0 }

  /// The waiting request of this digest.
  subscript(digest: Digest) -> Entry? { places[digest].flatMap { entries[$0] } }

  /// Takes a request in, or says why not.
  mutating func admit(_ request: Request, at now: Micros) -> Rejection? {
    let place = free.last ?? entries.count
    if let known = places.updateValue(place, forKey: request.digest) {
      places[request.digest] = known
      return .duplicate
    }
    let size = request.footprint
    let share = share(of: request.client)
    // It is counted already.
    guard shares[share].count <= Self.requestLimit - count,
      shares[share].bytes + size <= Self.byteLimit - bytes
    else {
      places[request.digest] = nil
      return .refused(.busy)
    }
    tickets &+= 1
    let entry = Entry(
      request: request, arrivedAt: now, foundWaiting: unproposed, ticket: tickets, share: share)
    if free.popLast() == nil { entries.append(entry) } else { entries[place] = entry }
    shares[share].count += 1
    shares[share].bytes += size
    queue.append(Turn(place: place, ticket: tickets))
    bytes += size
    unproposed += 1
    return nil
  }

  private mutating func share(of client: PublicKey) -> Int {
    if let share = clients[client] { return share }
    if shares.count > 2 * count + 1_024 { dropEmptyShares() }
    clients[client] = shares.count
    shares.append(Share(client: client))
    return shares.count - 1
  }

  /// At a constant cost a request, as most shares are empty.
  private mutating func dropEmptyShares() {
    let old = shares
    shares = old.filter { $0.count > 0 }
    clients.removeAll(keepingCapacity: true)
    for (index, share) in shares.enumerated() { clients[share.client] = index }
    for place in entries.indices {
      guard let entry = entries[place], let share = clients[entry.request.client] else { continue }
      entries[place]?.share = share
    }
  }

  /// Lets a request go: it was executed, or is void. False when it doesn't wait.
  @discardableResult
  mutating func remove(_ digest: Digest) -> Bool {
    guard let place = places.removeValue(forKey: digest), let entry = entries[place] else {
      return false
    }
    entries[place] = nil
    free.append(place)
    let size = entry.request.footprint
    bytes -= size
    if entry.proposedAt == nil { unproposed -= 1 }
    shares[entry.share].count -= 1
    shares[entry.share].bytes -= size
    if head < queue.count, queue[head].ticket == entry.ticket { head += 1 }
    skipGone()
    return true
  }

  /// Since when a request has waited for the leader.
  struct Wait {
    let since: Micros
    /// Whether that is when it was passed on to the leader, which must have it since; else it is when it came here.
    let isForwarded: Bool
  }

  /// Notes that a proposal contains a request. Returns how it has waited, if this is the first and its wait says
  /// anything of the leader.
  mutating func noteProposed(_ digest: Digest, at now: Micros) -> Wait? {
    guard let place = places[digest], entries[place]?.proposedAt == nil else { return nil }
    entries[place]?.proposedAt = now
    unproposed -= 1
    guard let entry = entries[place], entry.foundWaiting <= Self.crowd else { return nil }
    return Wait(
      since: entry.forwardedAt ?? entry.arrivedAt, isForwarded: entry.forwardedAt != nil)
  }

  /// Notes that a proposal that contained the request is void.
  mutating func noteUnproposed(_ digest: Digest) {
    guard let place = places[digest], entries[place]?.proposedAt != nil else { return }
    entries[place]?.proposedAt = nil
    unproposed += 1
  }

  /// Notes that a request was passed on to the leader; false when it was already.
  mutating func noteForwarded(_ digest: Digest, at now: Micros) -> Bool {
    guard let place = places[digest], entries[place]?.forwardedAt == nil else { return false }
    entries[place]?.forwardedAt = now
    return true
  }

  /// A new view begins: nothing is proposed and nothing passed on to its leader.
  mutating func beginView() {
    for place in entries.indices {
      entries[place]?.proposedAt = nil
      entries[place]?.forwardedAt = nil
    }
    unproposed = count
  }

  /// The request that has waited longest.
  var oldest: Entry? {
    head < queue.count ? entry(at: queue[head]) : nil
  }

  /// The waiting requests, oldest first.
  var inOrder: some Sequence<Entry> { queue[head...].lazy.compactMap { entry(at: $0) } }

  private func entry(at turn: Turn) -> Entry? { isWaiting(turn) ? entries[turn.place] : nil }

  @inline(__always)
  private func isWaiting(_ turn: Turn) -> Bool { entries[turn.place]?.ticket == turn.ticket }

  private mutating func skipGone() {
    while head < queue.count, !isWaiting(queue[head]) { head += 1 }
    // One that waits long would hold back all places after it: drop those of requests that are gone now and
    // then, at a constant cost a request.
    if queue.count > 2 * count + 1_024 {
      queue = queue[head...].filter(isWaiting)
      head = 0
    }
  }
}
