import Witan

/// All checkers at once. Each sees only what concerns it, so that watching costs little.
///
/// ```swift
/// var oracle = Oracle(watching: &cluster)
/// while cluster.step() { oracle.watch(&cluster) }
/// print(oracle.violations)
/// ```
public struct Oracle: Sendable {
  /// What must be told for all checkers to see what they need.
  public static let watch: Watch = [.reports, .seam, .messages, .clients]

  /// One chain of blocks, everywhere.
  public private(set) var agreement: AgreementChecker
  /// Only valid blocks, of what was asked, once.
  public private(set) var validity: ValidityChecker
  /// The states that the order leads to.
  public private(set) var state: StateChecker
  /// Certificates that certify.
  public private(set) var certificates: CertificateChecker
  /// Nothing said is contradicted.
  public private(set) var durability: DurabilityChecker
  /// The guilty are convicted, and nobody else.
  public private(set) var accountability: AccountabilityChecker
  /// What clients saw can be explained.
  public private(set) var linearisability: LinearisabilityChecker
  /// Nothing grows without bound.
  public private(set) var memory = MemoryChecker()
  /// What was found outside of all of these: that something never happened.
  public private(set) var liveness = Findings()
  private var corruptions = 0
  private var knownEpoch: Epoch = 0
  private var lookedAt: SequenceNumber = 0
  private var nextLook = 0
  private var happenings: [Happening] = []

  /// An oracle that has seen nothing yet.
  public init(_ vantage: Vantage) {
    agreement = AgreementChecker(vantage)
    validity = ValidityChecker(vantage)
    state = StateChecker(vantage)
    certificates = CertificateChecker(vantage)
    durability = DurabilityChecker(vantage)
    accountability = AccountabilityChecker(vantage)
    linearisability = LinearisabilityChecker(vantage)
  }

  /// An oracle for a cluster in which nothing was asked yet; the cluster tells it what it needs from now on.
  public init(watching cluster: inout Cluster) {
    self.init(Vantage(of: cluster))
    corruptions = cluster.corruptions
    cluster.watch.formUnion(Self.watch)
  }

  /// What all checkers know beforehand.
  public var vantage: Vantage { agreement.vantage }

  /// Whether nothing was found that must never happen.
  public var isSafe: Bool { findings.allSatisfy { $0.count == 0 } }

  /// All violations, in the order of time.
  public var violations: [Violation] {
    let all = (findings + [liveness]).flatMap(\.violations).enumerated()
    return all.sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element)
  }

  private var findings: [Findings] {
    [
      agreement.findings, validity.findings, state.findings, certificates.findings,
      durability.findings, accountability.findings, linearisability.findings, memory.findings,
    ]
  }

  /// Claims nothing more of some machines.
  public mutating func distrust(_ nodes: NodeSet) {
    agreement.vantage.distrust(nodes)
    validity.vantage.distrust(nodes)
    state.vantage.distrust(nodes)
    certificates.vantage.distrust(nodes)
    durability.vantage.distrust(nodes)
    accountability.vantage.distrust(nodes)
    linearisability.vantage.distrust(nodes)
  }

  // MARK: Watching

  /// Sees all that happened in a cluster since it looked last, and looks at its replicas now and then.
  public mutating func watch(_ cluster: inout Cluster) {
    guard cluster.hasHappenings else { return }
    cluster.takeHappenings(into: &happenings)
    watch(happenings, in: &cluster)
  }

  /// Sees what happened in a cluster, if somebody else has taken it from there. The cluster is lent, and not changed: it
  /// would else be copied for every event.
  public mutating func watch(_ happenings: [Happening], in cluster: inout Cluster) {
    noteCorruptions(in: &cluster)
    for happening in happenings { observe(happening) }
    lookNowAndThen(at: &cluster)
  }

  /// Claims nothing more of machines that were corrupted meanwhile.
  mutating func noteCorruptions(in cluster: inout Cluster) {
    guard cluster.corruptions != corruptions else { return }
    corruptions = cluster.corruptions
    distrust(cluster.faulty)
  }

  /// Looks at some replicas, if enough was decided since it looked last.
  mutating func lookNowAndThen(at cluster: inout Cluster) {
    let interval = max(64, cluster.configuration.parameters.checkpointInterval)
    guard agreement.length.distance(after: lookedAt) >= interval else { return }
    // A quarter of them at a time: looking costs more than watching.
    lookedAt = agreement.length
    let nodes = stride(from: nextLook, to: cluster.machineCount, by: 4)
    memory.look(at: nodes, of: cluster, vantage: vantage)
    nextLook = (nextLook + 1) % 4
  }

  /// Looks at all replicas: what they hold, and whether their own state is whole.
  public mutating func look(at cluster: Cluster) {
    memory.look(at: 0..<cluster.machineCount, of: cluster, vantage: vantage)
  }

  /// Sees what happened.
  public mutating func observe(_ happening: Happening) {
    switch happening.event {
    case .sent(let message, _): observe(message, happening)
    case .replied: state.observe(happening)
    case .executed(let execution): observe(execution, happening)
    case .validated: validity.observe(happening)
    case .reached: state.observe(happening)
    case .installed, .restored:
      agreement.observe(happening)
      state.observe(happening)
    case .started: agreement.observe(happening)
    case .report(let report): observe(report, happening)
    case .denounced: accountability.observe(happening)
    case .asked: validity.observe(happening)
    case .called, .finished:
      linearisability.observe(happening)
      state.observe(happening)
    case .unfit: durability.observe(happening)
    case .delivered, .lost, .died, .paused, .resumed, .planned: break
    }
  }

  private mutating func observe(_ message: Message, _ happening: Happening) {
    switch message {
    case .prePrepare, .prepare, .commit, .viewChange: durability.observe(happening)
    case .checkpoint:
      durability.observe(happening)
      state.observe(happening)
    case .newView:
      certificates.observe(happening)
      durability.observe(happening)
      accountability.observe(happening)
    default: break
    }
  }

  private mutating func observe(_ execution: Execution, _ happening: Happening) {
    let forks = agreement.forks.count
    agreement.observe(happening)
    if agreement.forks.count > forks {
      accountability.audit(forks: agreement.forks, at: happening.time)
    }
    let frontier = state.frontier
    validity.observe(happening)
    state.observe(happening)
    if state.frontier > frontier {
      for request in execution.requests { linearisability.note(stray: request) }
    }
  }

  private mutating func observe(_ report: Report, _ happening: Happening) {
    switch report {
    case .decided:
      certificates.observe(happening)
      accountability.observe(happening)
    case .stable:
      certificates.observe(happening)
      state.observe(happening)
      followEpoch()
    case .enteredEpoch:
      certificates.observe(happening)
      validity.observe(happening)
      durability.observe(happening)
      followEpoch()
    case .enteredView: certificates.observe(happening)
    case .evidence, .rejected, .liar: accountability.observe(happening)
    case .diverged: state.observe(happening)
    default: break
    }
  }

  /// Who serves in an epoch is known by what led to it; those who check what its members signed are told.
  private mutating func followEpoch() {
    while knownEpoch < certificates.epoch {
      knownEpoch = knownEpoch.next
      durability.verifiers[knownEpoch] = certificates.verifier(for: knownEpoch)
      accountability.verifiers[knownEpoch] = certificates.verifier(for: knownEpoch)
    }
  }

  /// Notes that what must happen didn't.
  mutating func noteStall(_ detail: String, at time: Micros) {
    liveness.add(.liveness, node: 0, time: time, agreement.length, detail: detail)
  }
}
