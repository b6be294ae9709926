import Witan
import WitanCrypto

/// A node that doesn't vote but follows: a light client that hears of decisions over gossip, checks certificate and
/// chain, and passes on only what it checked.
public struct Follower: Sendable {
  /// The most decisions that are kept until those before them come.
  static let aheadLimit = 64

  /// What checks certificates.
  public private(set) var client: LightClient
  /// The last block of the chain that was checked from its beginning; nil is the genesis.
  public private(set) var head: BlockHeader?
  /// How many heights were skipped, because what was there never came: what is above is certified none the less.
  public private(set) var skipped: UInt64 = 0
  /// Decisions whose certificate holds, and whose parents haven't come, in the order of their heights.
  private var ahead: [(header: BlockHeader, heard: Micros)] = []
  /// What the next block must follow.
  private var tip: Digest
  /// How long a block may be missing that others are there for: whatever is later is asked for by nobody.
  private let patience: Micros
  /// Whether it was away, and doesn't know what it missed.
  private var isBack = false

  init(genesis: Genesis, scheme: SignatureScheme, patience: Micros) {
    client = LightClient(genesis: genesis, scheme: scheme)
    tip = genesis.digest
    self.patience = patience
  }

  /// The height of the last block.
  public var height: SequenceNumber { head?.height ?? 0 }

  /// What a node makes of what it is told.
  enum Opinion: Sendable {
    /// It is so, and was news.
    case news
    /// It may be so, but is known already or can't be checked yet.
    case stale
    /// It is false, and whoever passed it on should have known.
    case lie
  }

  /// It was away: what it hears next may be far above what it knows.
  mutating func comeBack() { isBack = true }

  /// Hears that a block was decided, and how its epoch came about.
  mutating func hear(_ announcement: Announcement, at now: Micros) -> Opinion {
    let header = announcement.decision.block.header
    guard header.height > height,
      !ahead.contains(where: { $0.header.height == header.height })
    else { return .stale }
    do throws(LightClient.Fault) {
      try client.follow(announcement.lineage)
      try client.verify(announcement.decision)
    } catch {
      switch error {
      // It missed how that epoch came about, or forgot it.
      case .ahead, .forgotten, .gap: return .stale
      default: return .lie
      }
    }
    let place = ahead.firstIndex { $0.header.height > header.height } ?? ahead.count
    ahead.insert((header, now), at: place)
    advance(at: now)
    return .news
  }

  /// Goes on as far as the chain is without gaps. Two certified blocks that don't fit are for an audit: the chain stops.
  private mutating func advance(at now: Micros) {
    while let (next, heard) = ahead.first {
      if next.height == height.next {
        guard next.previous == tip else { return }
      } else {
        guard isBack || ahead.count > Self.aheadLimit || now - heard > patience else { return }
        skipped += next.height.distance(after: height) - 1
      }
      head = next
      tip = next.digest
      isBack = false
      ahead.removeFirst()
    }
  }
}
