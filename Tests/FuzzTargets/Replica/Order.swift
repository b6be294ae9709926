import Witan
import WitanDraw

/// What the adversary does next, in terms of where the replica stands then: the smallest numbers are what a correct peer
/// might do.
enum Order: Sendable {
  /// A client asks.
  case request(client: Int, number: Int, operation: Int)
  /// A client asks for a read.
  case query(client: Int, isCertified: Bool)
  /// A block is proposed, or shown as one that was asked for.
  case propose(Proposal)
  /// One of them, or all, say something about a block.
  case vote(Vote)
  /// One of them, or all, vouch for a state.
  case checkpoint(by: Int, state: Int, skew: Int)
  /// One of them, or all, ask for a view.
  case viewChange(by: Int, view: Int, locks: Int, showsStable: Bool)
  /// A view is opened with what was heard of it.
  case newView(view: Int, isByLeader: Bool, dropped: Int, twist: Int)
  /// Somebody says where it stands.
  case status(by: Int, view: Int, sequence: Int, held: UInt64)
  /// Somebody asks for a block, a view-change, a state.
  case fetch(by: Int, what: Int, index: Int)
  /// A decision is shown, certified by all of them.
  case decision(block: Int, view: Int)
  /// A certified state is shown.
  case manifest(state: Int, height: Int)
  /// A piece of a state is shown.
  case chunk(by: Int, index: Int, isTrue: Bool)
  /// Something that was said before is said again, perhaps with a bit turned.
  case again(message: Int, bit: Int)
  /// A timer fires; or an old setting of it.
  case timer(Timer.Kind, isOld: Bool)
  /// The application answers: some of what it was asked, from a place in the queue.
  case answers(count: Int, from: Int, refuses: Bool)
  /// What was written reaches the disk, and what waits for that is let out.
  case sync
  /// The replica dies, and is started again; some of what wasn't synced is there all the same.
  case crash(kept: Int)
  /// Time passes.
  case wait(Micros)

  /// A block that is proposed.
  struct Proposal: Sendable {
    let view: Int
    let parent: Int
    let height: Int
    let requests: Int
    let time: Int
    let isByLeader: Bool
    let isAnswer: Bool
  }

  /// A vote.
  struct Vote: Sendable {
    let isCommit: Bool
    let by: Int
    let block: Int
    let view: Int
    let height: Int
  }

  init(drawing draw: inout Draw) {
    func small(_ bound: UInt64) -> Int { Int(draw.choice(upTo: bound)) }
    switch draw.choice(upTo: 31) {
    case 0, 1: self = .request(client: small(2), number: small(3), operation: small(7))
    case 2, 3, 4:
      self = .propose(
        Proposal(
          view: Self.delta(&draw), parent: small(3), height: Self.delta(&draw), requests: small(3),
          time: small(7), isByLeader: small(7) < 7, isAnswer: small(7) == 7))
    case 5, 6, 7, 8, 9, 10:
      self = .vote(
        Vote(
          isCommit: draw.chance(0.5), by: small(3), block: small(3), view: Self.delta(&draw),
          height: Self.delta(&draw)))
    case 11, 12: self = .checkpoint(by: small(3), state: small(3), skew: Self.delta(&draw))
    case 13, 14:
      self = .viewChange(
        by: small(3), view: small(3), locks: small(3), showsStable: draw.chance(0.5))
    case 15, 16:
      self = .newView(
        view: small(2), isByLeader: small(7) < 7, dropped: small(3), twist: small(7))
    case 17:
      self = .status(by: small(3), view: Self.delta(&draw), sequence: small(7), held: draw.next())
    case 18: self = .fetch(by: small(3), what: small(3), index: small(3))
    case 19: self = .decision(block: small(3), view: Self.delta(&draw))
    case 20: self = .manifest(state: small(3), height: small(7))
    case 21: self = .chunk(by: small(3), index: small(2), isTrue: draw.chance(0.7))
    case 22: self = .again(message: small(31), bit: small(1_023))
    case 23: self = .query(client: small(2), isCertified: draw.chance(0.5))
    case 24, 25:
      self = .timer(draw.pick(Timer.Kind.allCases) ?? .status, isOld: small(7) == 7)
    case 26, 27, 28: self = .answers(count: small(7), from: small(3), refuses: small(15) == 15)
    case 29: self = .sync
    case 30: self = .crash(kept: small(7))
    default: self = .wait(Micros(draw.choice(upTo: 4_000_000)))
    }
  }

  /// Mostly none; a step to either side; or as far as numbers go.
  private static func delta(_ draw: inout Draw) -> Int {
    switch draw.choice(upTo: 15) {
    case 12: 1
    case 13: -1
    case 14: 2
    case 15: .max
    default: 0
    }
  }
}

extension Counter {
  /// So many steps from here; as far as numbers go, where that is meant.
  func stepped(_ delta: Int) -> Self {
    if delta == .max { return Self(rawValue: .max) }
    return delta < 0
      ? Self(rawValue: rawValue - min(rawValue, UInt64(-delta))) : advanced(by: UInt64(delta))
  }
}
