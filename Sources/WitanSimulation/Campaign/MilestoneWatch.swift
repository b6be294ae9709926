import Witan
import WitanCrypto

/// Watches which states the correct machines of a run reach.
public struct MilestoneWatch: Sendable {
  private struct Place: Sendable {
    var executed: SequenceNumber = 0
    /// The view it waits for; nil when its view is open.
    var asked: View?
    var isFetching = false
    var epoch: Epoch = 0
  }

  /// What was reached.
  public private(set) var reached = Milestones()
  private var places: [Place]
  private var proposedIn: [Digest: View] = [:]
  private var members: Membership

  /// A watch for a cluster in which nothing has happened yet.
  init(of cluster: Cluster) {
    places = Array(repeating: Place(), count: cluster.machineCount)
    members = cluster.genesis.members
  }

  /// So many proposals are remembered; a run that makes more has shown what it can.
  private static let proposalLimit = 4_096

  mutating func note(_ milestone: Milestone) { reached.insert(milestone) }

  /// Sees what happened at a correct machine, or to a client.
  mutating func observe(_ happening: Happening) {
    let node = happening.node
    if case .finished(let finished) = happening.event { return observe(finished.completion) }
    guard places.indices.contains(node) else { return }
    switch happening.event {
    case .report(let report): observe(report, at: node)
    case .executed(let execution):
      places[node].executed = execution.sequence
      note(.decided)
    case .died(let death):
      note(.crash)
      if death == .diskFull { note(.diskFull) }
      if places[node].isFetching { note(.crashInTransfer) }
      if places[node].asked != nil { note(.crashInViewChange) }
      places[node].isFetching = false
      places[node].asked = nil
    case .unfit: note(.diskDamaged)
    case .denounced: note(.falseVote)
    case .started(let life) where life > 0: note(.restart)
    case .restored(let sequence, _):
      places[node].executed = sequence
      if sequence > 0 { note(.restartFromState) }
    case .installed(let summary): places[node].executed = summary.sequence
    default: break
    }
  }

  private mutating func observe(_ completion: ClientSession.Completion) {
    switch completion {
    case .unknown: note(.unknownFate)
    case .unanswered: note(.unanswered)
    default: break
    }
  }

  private mutating func observe(_ report: Report, at node: Int) {
    switch report {
    case .accepted(let sequence, let digest, let view):
      if sequence > places[node].executed.next { note(.pipelined) }
      if proposedIn.count < Self.proposalLimit {
        proposedIn[digest] = min(view, proposedIn[digest] ?? view)
      }
    case .prepared(_, let digest, let view):
      if let first = proposedIn[digest], first < view { note(.carriedOver) }
    case .suspected(_, let view, let reason):
      if places[node].asked != nil { note(.viewChangesInARow) }
      places[node].asked = view
      if places.contains(where: { $0.asked.map { $0 != view } ?? false }) {
        note(.viewChangesAtOnce)
      }
      observe(reason)
    case .enteredView(_, let view, _):
      if view > 0 { note(.viewOpened) }
      places[node].asked = nil
    case .enteredEpoch(let epoch, let members): observe(epoch, members, at: node)
    case .stable:
      note(.checkpoint)
      if places[node].asked != nil { note(.checkpointInViewChange) }
    case .transferBegan:
      places[node].isFetching = true
      if places[node].asked != nil { note(.transferInViewChange) }
    case .transferEnded:
      places[node].isFetching = false
      note(.stateTransfer)
    case .evidence: note(.evidence)
    case .liar: note(.stateLie)
    case .refusedBlock: note(.blockRefused)
    case .rejected(let rejection, _, _): if rejection.provesFault { note(.refusal) }
    case .decided, .executed, .impossibleMembers, .diverged: break
    }
  }

  private mutating func observe(_ epoch: Epoch, _ members: Membership, at node: Int) {
    guard epoch > places[node].epoch else { return }
    note(.epoch)
    if places[node].asked != nil { note(.epochInViewChange) }
    places[node].asked = nil
    places[node].epoch = epoch
    if members.members != self.members.members { note(.membersChanged) }
    self.members = members
  }

  private mutating func observe(_ reason: Suspicion) {
    switch reason {
    case .noProgress: note(.leaderIdle)
    case .equivocated: note(.leaderEquivocated)
    case .broke: note(.leaderBroke)
    case .slow: note(.leaderSlow)
    case .unfair: note(.leaderUnfair)
    case .demoted: note(.leaderDemoted)
    case .refusedBlock: note(.blockRefused)
    case .viewNeverOpened, .joined, .superseded: break
    }
  }
}
