import Witan
import WitanCrypto
import WitanSimulation

/// How far each machine has come with each sequence, and who voted there: put together from what its replica tells of
/// itself, what it sends, and what reaches it. Nothing of the replica itself is asked.
///
/// Of a machine that died and was started again it may know more than the machine: what was under way then, and wasn't
/// written yet, stands here until it is agreed on or a view ends.
struct SlotBook {
  /// What is known of one sequence at one machine.
  struct Slot {
    /// How far it has come.
    enum Stage: String, CaseIterable, Sendable {
      /// Nothing is proposed in this view.
      case open
      /// A proposal was accepted.
      case proposed
      /// The application refused the block.
      case refused
      /// A quorum agrees on the place.
      case prepared
      /// A quorum committed.
      case decided
      /// The block was executed.
      case executed
    }

    /// How far it has come.
    fileprivate(set) var stage = Stage.open
    /// The block that is meant: the one that was decided or is proposed, or else the one that binds.
    fileprivate(set) var block: Digest?
    /// The view in which a quorum last agreed on the place here: what is proposed in later ones must fit it.
    fileprivate(set) var lockedIn: View?
    fileprivate var view: View?
    fileprivate var votes: [Ballot: [ReplicaID]] = [:]

    /// Who prepared the block in this view.
    var prepares: [ReplicaID] { voters(.prepare) }
    /// Who committed to it.
    var commits: [ReplicaID] { voters(.commit) }

    private func voters(_ kind: StatementKind) -> [ReplicaID] {
      guard let view, let block else { return [] }
      return votes[Ballot(kind: kind, view: view, block: block)]?.sorted() ?? []
    }
  }

  /// What a vote is for.
  fileprivate struct Ballot: Hashable {
    let kind: StatementKind
    let view: View
    let block: Digest
  }

  private struct Page {
    var slots: [SequenceNumber: Slot] = [:]
    var view: View = 0
    var leader: ReplicaID?
    var stable: SequenceNumber = 0
  }

  /// What must be watched for the book to be kept.
  static let watch: Watch = [.reports, .seam, .messages, .deliveries]

  private var pages: [Page]
  private let names: [ReplicaID]
  private let window: UInt64

  /// A book of a cluster in which nothing has happened yet.
  init(of cluster: Cluster) {
    names = (0..<cluster.machineCount).map(cluster.name(of:))
    pages = Array(repeating: Page(), count: names.count)
    window = cluster.configuration.parameters.window
  }

  /// What is known at a machine of the sequences after its stable checkpoint, in order.
  func slots(of machine: Int) -> [(sequence: SequenceNumber, slot: Slot)] {
    pages[machine].slots.filter { $0.value.isWorthTelling }.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
  }

  // MARK: Keeping it

  /// Writes down what happened.
  mutating func note(_ happenings: [Happening]) {
    for happening in happenings where pages.indices.contains(happening.node) {
      note(happening.event, at: happening.node)
    }
  }

  private mutating func note(_ event: Happening.Event, at node: Int) {
    switch event {
    case .report(let report): note(report, at: node)
    case .sent(let message, _), .delivered(let message, _):
      guard let statement = message.signed?.statement, let signer = message.signed?.signer,
        statement.kind == .prepare || statement.kind == .commit
      else { return }
      let ballot = Ballot(
        kind: statement.kind, view: statement.view, block: statement.digest)
      vote(ballot, of: signer, on: statement.sequence, at: node)
    case .started:
      for sequence in pages[node].slots.keys { pages[node].slots[sequence]?.remember() }
    case .installed(let summary): settle(node, upTo: summary.sequence)
    default: break
    }
  }

  private mutating func note(_ report: Report, at node: Int) {
    switch report {
    case .enteredView(_, let view, let leader):
      (pages[node].view, pages[node].leader) = (view, leader)
      for sequence in pages[node].slots.keys {
        pages[node].slots[sequence]?.begin(view)
        // What a new view proposes again is accepted before it is entered.
        voteOfLeader(on: sequence, at: node)
      }
    case .accepted(let sequence, let digest, let view):
      pages[node].slots[sequence, default: Slot()].propose(digest, in: view)
      if pages[node].view == view { voteOfLeader(on: sequence, at: node) }
    case .refusedBlock(let sequence, _, _): pages[node].slots[sequence]?.reach(.refused)
    case .prepared(let sequence, _, let view):
      pages[node].slots[sequence, default: Slot()].reach(.prepared)
      pages[node].slots[sequence]?.lockedIn = view
    case .decided(let certificate, let header):
      var slot = pages[node].slots[header.height] ?? Slot()
      slot.decide(header.digest, in: certificate.view)
      pages[node].slots[header.height] = slot
    case .executed(let sequence, let digest):
      pages[node].slots[sequence, default: Slot()].block = digest
      pages[node].slots[sequence]?.reach(.executed)
    case .stable(let certificate): settle(node, upTo: certificate.sequence)
    default: break
    }
  }

  /// The leader's proposal is its prepare.
  private mutating func voteOfLeader(on sequence: SequenceNumber, at node: Int) {
    let page = pages[node]
    guard let leader = page.leader, let slot = page.slots[sequence], let block = slot.block,
      slot.view == page.view
    else { return }
    vote(
      Ballot(kind: .prepare, view: page.view, block: block), of: leader, on: sequence, at: node)
  }

  private mutating func vote(
    _ ballot: Ballot, of voter: ReplicaID, on sequence: SequenceNumber, at node: Int
  ) {
    // A page has room for the window and one ahead of it, whoever sends what: a replica that is late keeps early votes.
    guard sequence > pages[node].stable,
      sequence <= pages[node].stable.advanced(by: 2 * window),
      pages[node].slots[sequence]?.votes[ballot]?.contains(voter) != true
    else { return }
    pages[node].slots[sequence, default: Slot()].votes[ballot, default: []].append(voter)
  }

  private mutating func settle(_ node: Int, upTo sequence: SequenceNumber) {
    guard sequence > pages[node].stable else { return }
    pages[node].stable = sequence
    pages[node].slots = pages[node].slots.filter { $0.key > sequence }
  }
}

extension SlotBook.Slot {
  fileprivate var isWorthTelling: Bool { stage != .open || lockedIn != nil || !votes.isEmpty }

  /// A decision stands in every view; whatever else was said is said again, or not.
  fileprivate mutating func beginView() {
    guard stage != .decided, stage != .executed else { return }
    stage = .open
    view = nil
    if lockedIn == nil { block = nil }
  }

  /// What it heard is forgotten after a restart; what it accepted, and what binds it, is in its journal.
  fileprivate mutating func remember() {
    votes = [:]
    if stage == .refused { stage = .proposed }
  }

  fileprivate mutating func begin(_ view: View) {
    guard self.view != view else { return }
    votes = votes.filter { $0.key.view >= view || isOver }
    beginView()
  }

  private var isOver: Bool { stage == .decided || stage == .executed }

  fileprivate mutating func propose(_ digest: Digest, in view: View) {
    (self.block, self.view) = (digest, view)
    if !isOver { stage = .proposed }
  }

  fileprivate mutating func decide(_ digest: Digest, in view: View) {
    (block, self.view) = (digest, max(view, self.view ?? view))
    lockedIn = max(view, lockedIn ?? view)
    reach(.decided)
  }

  fileprivate mutating func reach(_ stage: Stage) {
    // What is executed stays so, whatever a later view says of it.
    if self.stage != .executed { self.stage = stage }
  }
}
