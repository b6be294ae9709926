import WitanCrypto

/// The queries that were taken, and whose they are: bounded, and fair between clients (F46).
///
/// A query holds its place until it was answered and the span in which it came is over, so that both a flood that is
/// answered at once and an application that answers late are bounded. A client may hold as many places as are free:
/// one alone gets half of them, k greedy ones together leave 1/(k+1) to newcomers. So no more clients are known than
/// there are places, and none is forgotten while it matters. When so many clients ask that all places are
/// taken, whoever comes next is told to try later, until the span is over. Keys are free to make, so that no rule by
/// keys could help against that; the shell's ``Inbox`` is fair between connections before anything comes here.
struct OpenQueries: Sendable {
  /// The most queries in a span, and the most that wait for the application.
  static let limit = 1_024
  /// How long a span is. With the limit, 16,384 queries a second: as many signatures as a core verifies.
  static let span: Micros = 62_500

  /// What an answer rests on.
  enum Basis: Sendable {
    /// The executed state.
    case executed
    /// The state of a checkpoint, for a client that knows the members up to this epoch.
    case certified(CheckpointCertificate, knownEpoch: Epoch)
  }

  private struct Entry: Sendable {
    let serial: UInt64
    let client: PublicKey
    let basis: Basis
  }

  private var entries: [Entry?] = []
  private var free: [UInt32] = []
  private var shares: [PublicKey: Int] = [:]
  private var used = 0
  private var serial: UInt64 = 0
  private var spanEnd: Micros = 0

  /// How many wait for the application.
  private var waiting: Int { entries.count - free.count }

  /// Takes a query; nil when its client holds as much as it may for now.
  mutating func open(_ query: Query, on basis: Basis, at now: Micros) -> QueryTicket? {
    if now >= spanEnd { beginSpan(at: now) }
    let share = shares[query.client] ?? 0
    guard share < Self.limit - used else { return nil }
    shares[query.client] = share + 1
    used += 1
    serial &+= 1
    let entry = Entry(serial: serial, client: query.client, basis: basis)
    let place = free.popLast() ?? UInt32(entries.count)
    if Int(place) == entries.count { entries.append(entry) } else { entries[Int(place)] = entry }
    return QueryTicket(client: query.client, number: query.number, serial: serial, place: place)
  }

  /// The application answered. What the answer rests on; nil when nothing waits for it.
  mutating func close(_ ticket: QueryTicket) -> Basis? {
    let place = Int(ticket.place)
    guard place < entries.count, let entry = entries[place], entry.serial == ticket.serial else {
      return nil
    }
    entries[place] = nil
    free.append(ticket.place)
    return entry.basis
  }

  /// Only what wasn't answered still holds its place.
  private mutating func beginSpan(at now: Micros) {
    spanEnd = now + Self.span
    used = waiting
    shares.removeAll(keepingCapacity: true)
    for case let entry? in entries { shares[entry.client, default: 0] += 1 }
  }
}
