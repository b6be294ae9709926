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
    /// Tells its place in the queue from earlier ones of the same digest.
    fileprivate let ticket: UInt64
  }

  private struct Turn {
    let place: Int
    let ticket: UInt64
  }

  private struct Share {
    var count = 0
    var bytes = 0
  }

  /// What waits, each at a place that is another's once it is gone: only whoever names a request must look it up.
  private var entries: [Entry?] = []
  private var free: [Int] = []
  private var places: [Digest: Int] = [:]
  private var shares: [PublicKey: Share] = [:]
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
  func count(of client: PublicKey) -> Int { shares[client]?.count ?? 0 }

  /// The waiting request of this digest.
  subscript(digest: Digest) -> Entry? { places[digest].flatMap { entries[$0] } }

  /// Takes a request in, or says why not.
  mutating func admit(_ request: Request, at now: Micros) -> Rejection? {
    guard places[request.digest] == nil else { return .duplicate }
    let size = request.footprint
    let index = shares.index(forKey: request.client)
    let share = index.map { shares.values[$0] } ?? Share()
    guard share.count < Self.requestLimit - count,
      share.bytes + size <= Self.byteLimit - bytes
    else { return .refused(.busy) }
    tickets &+= 1
    let place = keep(
      Entry(request: request, arrivedAt: now, foundWaiting: unproposed, ticket: tickets))
    places[request.digest] = place
    let grown = Share(count: share.count + 1, bytes: share.bytes + size)
    if let index { shares.values[index] = grown } else { shares[request.client] = grown }
    queue.append(Turn(place: place, ticket: tickets))
    bytes += size
    unproposed += 1
    return nil
  }

  private mutating func keep(_ entry: Entry) -> Int {
    guard let place = free.popLast() else {
      entries.append(entry)
      return entries.count - 1
    }
    entries[place] = entry
    return place
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
    if let index = shares.index(forKey: entry.request.client) {
      shares.values[index].count -= 1
      shares.values[index].bytes -= size
      if shares.values[index].count == 0 { shares.remove(at: index) }
    }
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
    guard let place = places[digest], let entry = entries[place], entry.proposedAt == nil else {
      return nil
    }
    entries[place]?.proposedAt = now
    unproposed -= 1
    guard entry.foundWaiting <= Self.crowd else { return nil }
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

  @inline(__always)
  private func entry(at turn: Turn) -> Entry? {
    guard let entry = entries[turn.place], entry.ticket == turn.ticket else { return nil }
    return entry
  }

  private mutating func skipGone() {
    while head < queue.count, entry(at: queue[head]) == nil { head += 1 }
    // One that waits long would hold back all places after it: drop those of requests that are gone now and
    // then, at a constant cost a request.
    if queue.count > 2 * count + 1_024 {
      queue = queue[head...].filter { entry(at: $0) != nil }
      head = 0
    }
  }
}
