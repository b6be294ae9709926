import Witan
import WitanCrypto
import WitanSimulation

/// How far each machine has come with each sequence, and who voted there: put together from what its replica tells of
/// itself, what it sends, and what reaches it. Nothing of the replica itself is asked.
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
      // What it heard it has forgotten; what binds it is in its journal.
      for sequence in pages[node].slots.keys {
        pages[node].slots[sequence]?.votes = [:]
        pages[node].slots[sequence]?.beginView()
      }
    case .installed(let summary): settle(node, upTo: summary.sequence)
    default: break
    }
  }

  private mutating func note(_ report: Report, at node: Int) {
    switch report {
    case .enteredView(_, let view, let leader):
      pages[node].leader = leader
      for sequence in pages[node].slots.keys { pages[node].slots[sequence]?.begin(view) }
    case .accepted(let sequence, let digest, let view):
      pages[node].slots[sequence, default: Slot()].propose(digest, in: view)
      // The leader's proposal is its prepare.
      if let leader = pages[node].leader {
        let ballot = Ballot(kind: .prepare, view: view, block: digest)
        vote(ballot, of: leader, on: sequence, at: node)
      }
    case .refusedBlock(let sequence, _, _): pages[node].slots[sequence]?.reach(.refused)
    case .prepared(let sequence, _, let view):
      pages[node].slots[sequence, default: Slot()].reach(.prepared)
      pages[node].slots[sequence]?.lockedIn = view
    case .decided(let certificate, let header):
      var slot = pages[node].slots[header.height] ?? Slot()
      slot.propose(header.digest, in: certificate.view)
      slot.reach(.decided)
      slot.lockedIn = max(slot.lockedIn ?? 0, certificate.view)
      pages[node].slots[header.height] = slot
    case .executed(let sequence, _):
      pages[node].slots[sequence, default: Slot()].reach(.executed)
    case .stable(let certificate): settle(node, upTo: certificate.sequence)
    default: break
    }
  }

  private mutating func vote(
    _ ballot: Ballot, of voter: ReplicaID, on sequence: SequenceNumber, at node: Int
  ) {
    // A page has room for a window, whoever sends what.
    guard sequence > pages[node].stable,
      sequence <= pages[node].stable.advanced(by: window),
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

  fileprivate mutating func begin(_ view: View) {
    votes = votes.filter { $0.key.view >= view || isOver }
    beginView()
  }

  private var isOver: Bool { stage == .decided || stage == .executed }

  fileprivate mutating func propose(_ digest: Digest, in view: View) {
    (self.block, self.view) = (digest, view)
    if !isOver { stage = .proposed }
  }

  fileprivate mutating func reach(_ stage: Stage) {
    // What is executed stays so, whatever a later view says of it.
    if self.stage != .executed { self.stage = stage }
  }
}
