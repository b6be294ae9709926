import Witan

/// Says nothing, whatever it hears.
struct Silent: Adversary {
  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {}

  mutating func replicaReplies(_ reply: Reply, _ scene: inout Scene) -> Reply? { nil }
}

/// Keeps its votes to itself and says everything else.
struct VoteWithholder: Adversary {
  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    if !message.isVote { scene.pass(message, to: Audience(receiver)) }
  }
}

/// Holds its votes back until one of its coalition hears of a view change; then all give all they held to one replica,
/// so that it decides alone on the eve of the next view.
struct Hoarder: Adversary {
  private var hoard: [Message] = []

  /// More than a window of votes is of no use to anybody.
  private static let limit = 512

  mutating func replicaSends(
    _ message: Message, to receiver: ReplicaID?, _ scene: inout Scene
  ) {
    if case .viewChange = message { give(&scene) }
    guard message.isVote else { return scene.pass(message, to: Audience(receiver)) }
    if hoard.count == Self.limit { hoard.removeFirst() }
    hoard.append(message)
  }

  mutating func hears(_ message: Message, _ scene: inout Scene) -> Bool {
    if case .viewChange = message { give(&scene) }
    return true
  }

  private mutating func give(_ scene: inout Scene) {
    guard !hoard.isEmpty else { return }
    let names = Array(scene.victims ?? scene.half)
    let favourite = Audience.only(NodeSet(names.prefix(1)))
    for vote in hoard { scene.pass(vote, to: favourite) }
    hoard.removeAll()
  }
}

/// Dies and starts again, again and again.
struct Crasher: Adversary {
  /// How long it lives, and how long it is dead.
  static let span: ClosedRange<UInt64> = 100_000...2_000_000

  mutating func begin(_ scene: inout Scene) { scene.wake(after: Self.span(&scene)) }

  mutating func wake(_ scene: inout Scene) {
    let pause = Self.span(&scene)
    scene.crash(for: pause)
    scene.wake(after: pause + Self.span(&scene))
  }

  private static func span(_ scene: inout Scene) -> Micros { Micros(scene.draw.integer(in: span)) }
}

extension Message {
  /// Whether it is a vote: a prepare, a commit or a checkpoint.
  var isVote: Bool {
    switch self {
    case .prepare, .commit, .checkpoint: true
    default: false
    }
  }
}
