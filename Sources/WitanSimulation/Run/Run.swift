import Witan
import WitanCrypto
import WitanDraw
import WitanLedger
import WitanProofs

/// One run of a cluster under load, under the eyes of all checkers: clients ask in closed loops until enough blocks are
/// executed by every correct machine, or the time is up.
///
/// ```swift
/// var run = try Run(.init(replicas: 4, seed: 1), blocks: 20)
/// run.cluster.corrupt(3, with: Silent())
/// run.run(until: .seconds(60)) { block in print(block.sequence, block.finality) }
/// print(run.isSafe, run.isDone, run.violations, run.diagnosis)
/// ```
public struct Run: Sendable {
  /// A block that a quorum executed, all of it correct.
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
    /// How many requests ran in it.
    public let requests: Int
    /// Who committed to it, as the first certificate shows that a correct machine made.
    public let voters: [ReplicaID]
  }

  /// What one corrupted machine did, and what became of it.
  public struct Culprit: Sendable {
    /// The machine.
    public let machine: Int
    /// The replica it passes for.
    public let name: ReplicaID
    /// How many messages of a kind it sent.
    public internal(set) var sent: [StatementKind: UInt64] = [:]
    /// How often correct replicas gave it up as a leader.
    public internal(set) var suspicions: UInt64 = 0
    /// How many of its messages correct replicas refused because no correct replica sends such.
    public internal(set) var refusals: UInt64 = 0
    /// When proof of its fault was first reported.
    public internal(set) var convictedAt: Micros?
  }

  /// What clients ask.
  public struct Load: Sendable {
    /// How many operations a request has.
    public var operations = 1
    /// How many times clients ask at all.
    public var asks = UInt64.max
    /// How many keys there are: 256 at most.
    public var keys: UInt64 = 64
    /// The share of what is asked that only reads: fast, ordered and certified in turn.
    public var reads = 0.25
    /// How many bytes a value has, eight at least: each is written once, so that whoever reads it tells which write.
    public var valueSize = 32
    /// How long a client waits for an answer before it gives up; nil is for ever.
    public var endurance: Micros?

    /// Requests of one operation, and a read in every four.
    public init() {}
  }

  private struct Progress: Sendable {
    var digest: Digest?
    var view: View = 0
    var voters: [ReplicaID] = []
    var executedBy: Set<ReplicaID> = []
    var power: VotingPower = 0
    var isFinal = false
  }

  /// The cluster. Adversaries are let in, and faults made, here.
  public var cluster: Cluster
  /// The checkers.
  public var oracle: Oracle
  /// How many blocks are to be decided.
  public let target: SequenceNumber
  /// What clients ask.
  public let load: Load
  /// Whether the checkers watch.
  public let isChecked: Bool
  /// The views that correct replicas asked for, one view counted once an epoch.
  public private(set) var viewChanges: Set<EpochView> = []
  /// How long each block took from its proposal to its execution by a quorum of correct members.
  public private(set) var finalities: [Micros] = []
  /// Which states correct machines reached; nil when nobody wants to know.
  var milestones: MilestoneWatch?
  /// Who is told where correct machines stand; nil when nobody wants to know.
  var postures: PostureWatch?
  /// How many claims were asked to be proved in the blocks that a quorum executed.
  public private(set) var claims = 0
  /// What corrupted machines did, by machine.
  public private(set) var culprits: [Culprit] = []
  private var places: [Int: Int] = [:]
  private var corruptions = 0
  private var members: Membership
  private var epoch: Epoch = 0
  private var proposedAt: [Digest: Micros] = [:]
  private var pending: [SequenceNumber: Progress] = [:]
  private var executed: [SequenceNumber]
  private var mayBeDone = false
  private var happenings: [Happening] = []
  var draw: Draw
  private(set) var asked: UInt64 = 0
  /// Evidence that waits to be brought before the ledger.
  var docket: [Charge] = []
  /// Claims that were asked to be proved, and wait to be settled.
  var unsettled: [Claim] = []
  private var denounced: Set<Digest> = []
  var isAsking = true

  /// A view of an epoch.
  public struct EpochView: Hashable, Sendable {
    /// The epoch.
    public let epoch: Epoch
    /// The view.
    public let view: View
  }

  /// A run that asks until `blocks` blocks are decided; without checks it only counts.
  public init(
    _ configuration: Cluster.Configuration, blocks: UInt64, load: Load = Load(),
    isChecked: Bool = true
  ) throws {
    var configuration = configuration
    configuration.clients = max(1, configuration.clients)
    configuration.watch.formUnion([.reports, .seam, .clients])
    cluster = try Cluster(configuration)
    oracle = isChecked ? Oracle(watching: &cluster) : Oracle(Vantage(of: cluster))
    target = SequenceNumber(blocks)
    self.load = load
    self.isChecked = isChecked
    members = cluster.genesis.members
    executed = Array(repeating: 0, count: cluster.machineCount)
    draw = cluster.draw.split("load")
    for client in 0..<configuration.clients { askNext(client) }
  }

  // MARK: What became of it

  /// Whether every correct machine that runs and serves has executed all that was to be decided.
  public var isDone: Bool { decided >= target }

  /// How many blocks every correct machine that runs and serves has executed.
  public var decided: SequenceNumber {
    var lowest: SequenceNumber?
    for node in executed.indices where isAwaited(node) {
      lowest = min(lowest ?? executed[node], executed[node])
    }
    return lowest ?? 0
  }

  /// Whether nothing was found that must never happen.
  public var isSafe: Bool { oracle.isSafe }

  /// What must not happen and did, in the order of time.
  public var violations: [Violation] { oracle.violations }

  /// Proofs of faults that correct replicas found.
  public var evidence: [Evidence] { oracle.accountability.evidence }

  /// Proofs that replicas vouched for blocks whose claims don't hold, as correct replicas have them.
  public var falseVotes: [FalseVote] { oracle.accountability.falseVotes }

  /// What everybody waits for now.
  public var diagnosis: Diagnosis { Diagnosis(of: cluster) }

  /// Why no progress can be demanded as things are; nil when it can.
  public var excuse: Excuse? { Excuse(for: cluster) }

  private func isAwaited(_ node: Int) -> Bool {
    oracle.vantage.isCorrect(node) && cluster.machines[node].isUp
      && members.seat(of: cluster.machines[node].id) != nil
  }

  // MARK: Running

  /// Runs until all is decided or the time is up; tells of each block as a quorum has executed it, and of all that
  /// happens, as far as it is watched.
  public mutating func run(
    until limit: Micros, onDecision: (DecidedBlock) -> Void = { _ in },
    onHappenings: ([Happening]) -> Void = { _ in }
  ) {
    mayBeDone = true
    while true {
      if mayBeDone {
        mayBeDone = false
        if isDone { return }
      }
      guard let next = cluster.nextTime(), next <= limit else { return cluster.wait(until: limit) }
      step(onDecision: onDecision, onHappenings: onHappenings)
    }
  }

  /// Lets time pass until a moment, whatever is decided.
  public mutating func pass(
    until moment: Micros, onDecision: (DecidedBlock) -> Void = { _ in },
    onHappenings: ([Happening]) -> Void = { _ in }
  ) {
    while let next = cluster.nextTime(), next <= moment {
      step(onDecision: onDecision, onHappenings: onHappenings)
    }
    cluster.wait(until: moment)
  }

  /// Lets the next event happen; false when there is none.
  @discardableResult
  public mutating func step(
    onDecision: (DecidedBlock) -> Void = { _ in }, onHappenings: ([Happening]) -> Void = { _ in }
  ) -> Bool {
    guard cluster.step() else { return false }
    takeStock(onDecision: onDecision, onHappenings: onHappenings)
    return true
  }

  /// Sees what has happened, when somebody else let time pass.
  public mutating func takeStock(
    onDecision: (DecidedBlock) -> Void = { _ in }, onHappenings: ([Happening]) -> Void = { _ in }
  ) {
    while cluster.hasHappenings {
      cluster.takeHappenings(into: &happenings)
      onHappenings(happenings)
      noteCorruptions()
      if isChecked { oracle.noteCorruptions(in: &cluster) }
      // All look at one thing after the other, so that it is taken into hand once.
      var batch: [Happening] = []
      swap(&batch, &happenings)
      postures?.observe(batch, in: cluster, oracle.vantage)
      for happening in batch {
        if isChecked { oracle.observe(happening) }
        note(happening, onDecision)
        if milestones != nil, !oracle.vantage.faulty.contains(happening.node) {
          milestones?.observe(happening)
        }
      }
      if isChecked { oracle.lookNowAndThen(at: &cluster) }
      swap(&batch, &happenings)
    }
  }

  private mutating func noteCorruptions() {
    guard cluster.corruptions != corruptions else { return }
    corruptions = cluster.corruptions
    if !isChecked { oracle.distrust(cluster.faulty) }
    for machine in cluster.faulty where places[machine] == nil {
      places[machine] = culprits.count
      culprits.append(Culprit(machine: machine, name: cluster.name(of: machine)))
    }
  }

  private mutating func note(_ happening: Happening, _ onDecision: (DecidedBlock) -> Void) {
    switch happening.event {
    case .finished(let finished):
      if isAsking { askNext(finished.client) }
    case .sent(let message, _):
      if oracle.vantage.faulty.contains(happening.node), let place = places[happening.node],
        let kind = message.kind
      {
        culprits[place].sent[kind, default: 0] += 1
      }
    case .executed(let execution): note(execution, happening, onDecision)
    case .installed(let summary): note(happening.node, at: summary.sequence)
    case .restored(let sequence, _): note(happening.node, at: sequence)
    case .died, .started, .unfit, .paused, .resumed: mayBeDone = true
    case .report(let report):
      if oracle.vantage.isCorrect(happening.node) { note(report, happening) }
    case .denounced(let proof):
      if oracle.vantage.isCorrect(happening.node) { charge(proof, at: happening.time) }
    default: break
    }
  }

  private mutating func note(_ node: Int, at sequence: SequenceNumber) {
    executed[node] = sequence
    if sequence >= target { mayBeDone = true }
  }

  // MARK: Counting

  private mutating func note(_ report: Report, _ happening: Happening) {
    switch report {
    case .accepted(_, let digest, _):
      if proposedAt[digest] == nil { proposedAt[digest] = happening.time }
    case .decided(let certificate, let header):
      guard pending[header.height]?.digest == nil, header.height > decidedFinally else { return }
      pending[header.height, default: Progress()].digest = header.digest
      pending[header.height]?.view = certificate.view
      pending[header.height]?.voters = certificate.commits.seats.compactMap { seat in
        seat.index < members.count ? members[seat].id : nil
      }
    case .suspected(let leader, let view, _):
      viewChanges.insert(EpochView(epoch: cluster.replica(at: happening.node).epoch, view: view))
      blame(leader) { $0.suspicions += 1 }
    case .rejected(let rejection, _, let sender?) where rejection.provesFault:
      blame(sender) { $0.refusals += 1 }
    case .evidence(let proof):
      docket.append(.evidence(proof))
      blame(proof.culprit) { $0.convictedAt = $0.convictedAt ?? happening.time }
    case .enteredEpoch(let epoch, let members):
      guard epoch > self.epoch else { return }
      (self.epoch, self.members) = (epoch, members)
      mayBeDone = true
    default: break
    }
  }

  /// Every correct replica has the proof: it is brought once.
  private mutating func charge(_ proof: FalseVote, at time: Micros) {
    guard denounced.insert(Offence(proof).digest).inserted else { return }
    docket.append(.falseVote(proof))
    blame(proof.culprit) { $0.convictedAt = $0.convictedAt ?? time }
  }

  private mutating func blame(_ name: ReplicaID, _ note: (inout Culprit) -> Void) {
    for place in culprits.indices where culprits[place].name == name { note(&culprits[place]) }
  }

  /// The last sequence that a quorum executed.
  public private(set) var decidedFinally: SequenceNumber = 0
  /// When that was.
  public private(set) var lastDecision: Micros?

  private mutating func note(
    _ execution: Execution, _ happening: Happening, _ onDecision: (DecidedBlock) -> Void
  ) {
    let sequence = execution.sequence
    note(happening.node, at: sequence)
    guard sequence > decidedFinally, oracle.vantage.isCorrect(happening.node) else { return }
    let name = cluster.machines[happening.node].id
    guard let seat = members.seat(of: name),
      pending[sequence, default: Progress()].executedBy.insert(name).inserted
    else { return }
    pending[sequence]?.power += members[seat].power
    guard let progress = pending[sequence], members.quorum.isReached(by: progress.power) else {
      return
    }
    (decidedFinally, lastDecision) = (sequence, happening.time)
    pending[sequence] = nil
    let header = execution.header
    let finality = happening.time - (proposedAt[header.digest] ?? happening.time)
    proposedAt[header.digest] = nil
    forgetOldProposals()
    finalities.append(finality)
    claims += execution.requests.reduce(0) {
      $0 + $1.operations.count(where: LedgerOperation.carriesClaim)
    }
    onDecision(
      DecidedBlock(
        sequence: sequence, digest: header.digest, proposer: header.proposer, view: progress.view,
        time: happening.time, finality: finality, requests: execution.requests.count,
        voters: progress.voters))
  }

  /// Proposals that came to nothing, and sequences that some machine leapt over.
  private mutating func forgetOldProposals() {
    let window = Int(cluster.configuration.parameters.window)
    if pending.count > 2 * window {
      let last = decidedFinally
      pending = pending.filter { $0.key > last }
    }
    guard proposedAt.count > 8 * window else { return }
    let recent = cluster.now - .seconds(600)
    proposedAt = proposedAt.filter { $0.value >= recent }
  }

  // MARK: Asking

  private mutating func askNext(_ client: Int) {
    guard asked < load.asks else { return }
    asked += 1
    if let endurance = load.endurance { cluster.limitWait(of: client, for: asked, to: endurance) }
    if let ledger = cluster.machines[bestInformed].host.machine.ledger {
      return askLedger(ledger, client)
    }
    let key: [UInt8] = [UInt8(truncatingIfNeeded: draw.integer(in: 0...max(1, load.keys) - 1))]
    guard draw.chance(load.reads) else {
      let operations = (0..<max(1, load.operations)).map { index in
        KeyValueStore.Operation.put(
          key: [UInt8(truncatingIfNeeded: (UInt64(key[0]) + UInt64(index)) % max(1, load.keys))],
          value: value(index)
        ).bytes
      }
      return cluster.ask(client, .submit(tag: asked, operations: operations))
    }
    let operation = KeyValueStore.Operation.get(key: key).bytes
    let interval = cluster.configuration.parameters.checkpointInterval
    let read: ClientSession.Read
    switch draw.integer(in: 0...2) {
    case 0: read = .fast(operation: operation)
    // Before the first checkpoint nothing is certified: whoever asks would ask every replica in turn, in vain.
    case 2 where decidedFinally.rawValue > interval:
      let recent = decidedFinally.rawValue - min(decidedFinally.rawValue, 2 * interval)
      read = .certified(since: SequenceNumber(recent))
    default: read = .ordered(operation: operation)
    }
    cluster.ask(client, .read(tag: asked, question: key, read))
  }

  /// A value that is written once: what was asked, and which of its operations.
  private func value(_ index: Int) -> [UInt8] {
    let word = asked << 12 | UInt64(truncatingIfNeeded: index & 0xFFF)
    let bytes = withUnsafeBytes(of: word.littleEndian) { Array($0) }
    return bytes + [UInt8](repeating: 0, count: max(0, load.valueSize - bytes.count))
  }
}
