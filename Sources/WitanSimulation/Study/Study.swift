import Witan
import WitanCrypto

/// One run of a cluster under load, watched from outside: clients ask in closed loops until enough blocks are
/// executed everywhere, or the time is up.
public struct Study: Sendable {
  /// A block that a quorum executed.
  public struct DecidedBlock: Sendable {
    /// The block's place.
    public let sequence: SequenceNumber
    /// The block.
    public let digest: Digest
    /// Who proposed it.
    public let proposer: ReplicaID
    /// The view in which it was decided.
    public let view: View
    /// When a quorum had executed it.
    public let time: Micros
    /// How long after its proposal that was.
    public let finality: Micros
    /// How many requests it holds.
    public let requests: Int
  }

  /// Something that must never happen and did.
  public struct Violation: Equatable, Sendable {
    /// What kind of thing.
    public let kind: String
    /// Where.
    public let replica: ReplicaID
    /// At which sequence.
    public let sequence: SequenceNumber
    /// What, for people.
    public let detail: String
  }

  private struct Progress: Sendable {
    var digest: Digest?
    var proposer: ReplicaID = 0
    var view: View = 0
    var proposedAt: Micros?
    var requests = 0
    var executedBy = SeatSet()
    var isFinal = false
  }

  /// The cluster.
  public private(set) var cluster: Cluster
  /// How many view changes there were, counted once a view.
  public private(set) var viewChanges: Set<View> = []
  /// What must never happen and did.
  public private(set) var violations: [Violation] = []
  /// Proofs of faults that replicas found.
  public private(set) var evidence: [Evidence] = []
  /// How long each block took from its proposal to its execution by a quorum.
  public private(set) var finalities: [Micros] = []
  private var pending: [SequenceNumber: Progress] = [:]
  private let target: SequenceNumber
  private let claims: Int
  private var asked: UInt64 = 0

  /// A study that asks for `claims` operations a request, until `blocks` blocks are decided.
  public init(_ configuration: Cluster.Configuration, blocks: UInt64, claims: Int) throws {
    var configuration = configuration
    configuration.clients = max(1, configuration.clients)
    configuration.keepsAccount = true
    cluster = try Cluster(configuration)
    target = SequenceNumber(blocks)
    self.claims = claims
    for client in 0..<configuration.clients { askNext(client) }
  }

  /// Whether every replica has executed all that was to be decided.
  public var isDone: Bool { decided >= target }

  /// How many blocks every replica has executed.
  public var decided: SequenceNumber { cluster.executedByAll }

  /// Runs until all is decided or the time is up; tells of each block as a quorum has executed it.
  public mutating func run(
    until limit: Micros, onDecision: (DecidedBlock) -> Void = { _ in }
  ) {
    while cluster.now < limit, !isDone {
      guard cluster.step() else { return }
      for happening in cluster.takeHappenings() {
        switch happening.event {
        case .report(let report):
          let replica = ReplicaID(UInt32(happening.node))
          note(report, by: replica, at: happening.time, onDecision)
        case .finished(let finished): askNext(finished.client)
        default: break
        }
      }
    }
  }

  private mutating func askNext(_ client: Int) {
    asked += 1
    let operations = (0..<claims).map { index in
      KeyValueStore.Operation.put(
        key: [UInt8(truncatingIfNeeded: Int(asked) + index) % 64],
        value: [UInt8](repeating: UInt8(truncatingIfNeeded: asked), count: 32)
      ).bytes
    }
    cluster.ask(client, .submit(tag: asked, operations: operations))
  }

  private mutating func note(
    _ report: Report, by replica: ReplicaID, at time: Micros,
    _ onDecision: (DecidedBlock) -> Void
  ) {
    switch report {
    case .accepted(let sequence, _, _):
      if pending[sequence]?.proposedAt == nil {
        pending[sequence, default: Progress()].proposedAt = time
      }
    case .decided(let certificate, let header):
      check(certificate, header, by: replica)
    case .executed(let sequence, _): noteExecuted(sequence, by: replica, at: time, onDecision)
    case .suspected(_, let view, _): viewChanges.insert(view)
    case .evidence(let proof): if !evidence.contains(proof) { evidence.append(proof) }
    case .diverged(let sequence, let own, let certified):
      violations.append(
        Violation(
          kind: "diverged", replica: replica, sequence: sequence,
          detail: "state \(own.short), certified \(certified.short)"))
    default: break
    }
  }

  private mutating func check(
    _ certificate: CommitCertificate, _ header: BlockHeader, by replica: ReplicaID
  ) {
    var progress = pending[header.height, default: Progress()]
    if let known = progress.digest, known != header.digest {
      violations.append(
        Violation(
          kind: "fork", replica: replica, sequence: header.height,
          detail: "decided \(header.digest.short), others \(known.short)"))
    }
    progress.digest = header.digest
    progress.proposer = header.proposer
    progress.view = certificate.view
    pending[header.height] = progress
  }

  private mutating func noteExecuted(
    _ sequence: SequenceNumber, by replica: ReplicaID, at time: Micros,
    _ onDecision: (DecidedBlock) -> Void
  ) {
    guard var progress = pending[sequence], let seat = cluster.genesis.members.seat(of: replica)
    else { return }
    progress.executedBy.insert(seat)
    let members = cluster.genesis.members
    if !progress.isFinal, let digest = progress.digest,
      members.quorum.isReached(by: members.power(of: progress.executedBy))
    {
      progress.isFinal = true
      let finality = time - (progress.proposedAt ?? time)
      finalities.append(finality)
      let requests = cluster.requests(at: sequence, of: seat.index)
      onDecision(
        DecidedBlock(
          sequence: sequence, digest: digest, proposer: progress.proposer, view: progress.view,
          time: time, finality: finality, requests: requests))
    }
    pending[sequence] = progress
    if progress.executedBy.count == members.count { pending[sequence] = nil }
  }
}
