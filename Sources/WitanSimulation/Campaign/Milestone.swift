import Witan

/// A state that a run may reach or not, by name. A campaign that never reached one of them has looked away.
///
/// Every one of them can be reached within the fault bound. So it isn't among them that a replica finds its own state to
/// differ from the certified one: the application is deterministic, and a disk that flips bits shows by its sums, so that
/// no correct machine in a simulation comes to that. Transcripts show what a replica does that is given such a state.
public enum Milestone: String, CaseIterable, Sendable {
  /// Something was decided.
  case decided
  /// A replica had accepted a proposal before it had executed the one before.
  case pipelined
  /// A view after the first was opened.
  case viewOpened = "view-opened"
  /// A view was given up before it was open.
  case viewChangesInARow = "view-changes-in-a-row"
  /// Correct replicas asked for different views at a time.
  case viewChangesAtOnce = "view-changes-at-once"
  /// A block that was proposed in one view was agreed on in a later one.
  case carriedOver = "block-carried-over"
  /// A leader was given up because nothing happened.
  case leaderIdle = "leader-idle"
  /// A leader was given up because it said two things.
  case leaderEquivocated = "leader-equivocated"
  /// A leader was given up because it said what no correct one says.
  case leaderBroke = "leader-broke-rules"
  /// A leader was given up because it was slow.
  case leaderSlow = "leader-slow"
  /// A leader was given up because it was unfair.
  case leaderUnfair = "leader-unfair"
  /// A leader was passed over because it had been demoted.
  case leaderDemoted = "leader-demoted"
  /// A block was refused by the application.
  case blockRefused = "block-refused"
  /// A checkpoint became stable.
  case checkpoint
  /// A checkpoint became stable after a replica had asked for another view, before that was open.
  case checkpointInViewChange = "checkpoint-in-view-change"
  /// A replica fetched a state and installed it.
  case stateTransfer = "state-transfer"
  /// It did so while it waited for a view to open.
  case transferInViewChange = "state-transfer-in-view-change"
  /// It died while it fetched.
  case crashInTransfer = "crash-in-state-transfer"
  /// It died while it waited for a view to open.
  case crashInViewChange = "crash-in-view-change"
  /// An epoch ended.
  case epoch
  /// It ended for a replica that waited for a view to open.
  case epochInViewChange = "epoch-in-view-change"
  /// Other members took over.
  case membersChanged = "members-changed"
  /// Somebody's fault was proved.
  case evidence
  /// A claim that every replica judged was settled by their verdicts, and paid for.
  case claimPaid = "claim-paid"
  /// A vote for a block whose claims don't hold was proved.
  case falseVote = "false-vote"
  /// A peer sent a piece of state that wasn't.
  case stateLie = "state-lie"
  /// A message was refused that no correct replica sends.
  case refusal
  /// A machine died.
  case crash
  /// It was started again.
  case restart
  /// It was started again from a state on its disk.
  case restartFromState = "restart-from-state"
  /// It died because its disk was full.
  case diskFull = "disk-full"
  /// It couldn't be started because its disk was damaged.
  case diskDamaged = "disk-damaged"
  /// A client gave up before it knew what becomes of what it asked.
  case unknownFate = "unknown-fate"
  /// A read got no answer.
  case unanswered
  /// In the end nothing waited any more.
  case settled
  /// In the end no progress could be demanded.
  case excused
}

/// Which milestones were reached.
public struct Milestones: Hashable, Sendable {
  private var bits: UInt64 = 0

  /// None.
  public init() {}

  /// Notes that one was reached.
  mutating func insert(_ milestone: Milestone) {
    bits |= 1 << UInt64(Self.places[milestone] ?? 63)
  }

  /// Whether one was reached.
  public func contains(_ milestone: Milestone) -> Bool {
    bits & 1 << UInt64(Self.places[milestone] ?? 63) != 0
  }

  /// Those that were reached, in the order of the list.
  public var all: [Milestone] { Milestone.allCases.filter(contains) }

  private static let places = Dictionary(
    uniqueKeysWithValues: Milestone.allCases.enumerated().map { ($1, $0) })
}
