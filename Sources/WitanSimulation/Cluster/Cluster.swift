import Witan
import WitanCrypto
import WitanDraw
import WitanLedger
import WitanRollup

/// A cluster of shipped replicas on a mock network: one thread, virtual time, one seed.
///
/// ```swift
/// var cluster = try Cluster(.init(replicas: 4, seed: 1))
/// cluster.submit(.put(key: [1], value: [2]))
/// cluster.run(for: .seconds(1))
/// print(cluster.replicas[0].executed)
/// ```
///
/// Nodes are counted: machines first (one a replica, then the second ones of twins), then clients, then followers.
public struct Cluster: Sendable {
  /// What a cluster is made of, and what its network does.
  public struct Configuration: Sendable {
    /// How many replicas.
    public var replicas: Int
    /// How many more there are that aren't members in the beginning.
    public var reserve = 0
    /// The replicas of which there are two, with one name and one key.
    public var twins: [ReplicaID] = []
    /// What their votes weigh; all the same when empty.
    public var powers: [VotingPower] = []
    /// Everything random follows from it.
    public var seed: UInt64
    /// What the network does to messages.
    public var conditions = Conditions()
    /// What the replicas agree on beforehand.
    public var parameters = Parameters()
    /// How messages get from one to many.
    public var topology = Topology.full
    /// How many nodes follow over gossip what the replicas decide. All nodes are alike but for who votes, so that a
    /// committee that was sampled from all may as well be numbered first.
    public var followers = 0
    /// What they run.
    public var application = ReplicatedApplication.Kind.store
    /// The contracts that they run instead, where the cluster is the L1 of a rollup.
    public var contracts: Contracts?
    /// Who judges the claims that a ledger is asked to take.
    public var judging = Judging.none
    /// Whether a ledger leaves a transition behind for each block, with the checker of states.
    public var leavesTransitions = false
    /// How many clients have sessions.
    public var clients = 0
    /// Whether the bytes that are sent are counted, and everything that happens is digested.
    public var keepsAccount = false
    /// Whether the entries of the log are kept until they are taken, for comparing two runs.
    public var keepsLog = false
    /// Whether signatures are Ed25519's instead of the simulated scheme's.
    public var usesRealSignatures = false
    /// How long a disk takes to sync.
    public var syncTime: Micros = 0
    /// Which machines lie, and how.
    public var castings: [Casting] = []
    /// What of all that happens is told.
    public var watch: Watch = [.reports, .clients]
    /// Which machines aren't started in the beginning.
    public var asleep: NodeSet = []

    /// A configuration.
    public init(replicas: Int = 4, seed: UInt64 = 0) {
      self.replicas = replicas
      self.seed = seed
    }
  }

  /// What the cluster is made of.
  public let configuration: Configuration
  /// What its network begins with.
  public let genesis: Genesis
  let scheme: SignatureScheme
  /// The application in its first state.
  let application: ReplicatedApplication
  var machines: [Machine] = []
  /// The machines of each replica.
  private(set) var homes: [[Int]]
  var queue = EventQueue()
  var parcels = ParcelStore()
  var network: Network
  /// The virtual time.
  public internal(set) var now: Micros = 0
  /// How many events happened.
  public private(set) var events: UInt64 = 0
  /// How many messages were delivered.
  public internal(set) var delivered = 0
  /// What happened, for whoever keeps account.
  public internal(set) var account = Account()
  var clients: [ClientMachine] = []
  private(set) var clientPlaces: [PublicKey: Int] = [:]
  var clientTimers: [ClientSession.Timer?] = []
  var freeClientTimers: [UInt32] = []
  /// What of all that happens is told.
  public var watch: Watch
  var happenings: [Happening] = []
  var coalitions: [Coalition] = []
  /// How often a machine was corrupted: whoever keeps a list of those that lie looks again when it grows.
  var corruptions = 0
  /// The routers of those who gossip; nil in a full mesh.
  var overlay: Overlay<Bulletin>?
  /// Who knows whom; nil where everybody was acquainted beforehand.
  var rendezvous: Rendezvous?
  var mail = Post<Mail>(.relay)
  var bulletins: UInt64 = 0
  var readers: [Follower] = []
  var lineage: [EpochChange] = []
  var churns: [Churn] = []
  var notes: UInt64 = 0
  var heard: [Reception] = []
  var acquaintanceDraw: Draw
  let followerSigners: [Signer]
  var planned: [PlannedFault] = []
  var plannedFaults = 0
  private let bystander: Signer
  private var nextNumber: UInt64 = 1
  let draw: Draw
  private var effects = Effects()
  private var answers: [Input] = []

  /// A cluster whose replicas have started.
  public init(_ configuration: Configuration) throws {
    self.configuration = configuration
    watch = configuration.watch
    draw = Draw(seed: configuration.seed)
    acquaintanceDraw = draw.split("acquaintance")
    let authority = SimulatedAuthority(seed: configuration.seed)
    scheme = configuration.usesRealSignatures ? .ed25519 : .simulated(authority)
    let names = configuration.replicas + configuration.reserve
    var signers = Self.signers(
      names + configuration.clients + 1 + configuration.followers, configuration,
      authority: authority)
    followerSigners = Array(signers.suffix(configuration.followers))
    signers.removeLast(configuration.followers)
    bystander = signers.removeLast()
    (genesis, application) = try Self.beginning(configuration, signers, scheme: scheme)
    let twins = Self.twins(configuration).filter { $0 < names }
    homes = (0..<names).map { [$0] }
    for (index, name) in twins.enumerated() { homes[name].append(names + index) }
    let machineCount = names + twins.count
    network = Network(
      nodes: machineCount + configuration.clients + configuration.followers,
      conditions: configuration.conditions, draw: draw)
    for (index, name) in (Array(0..<names) + twins).enumerated() {
      var machine = Machine(
        id: ReplicaID(UInt32(name)), signer: signers[name], genesis: genesis, scheme: scheme,
        application: application.leavingNoTransitions.judging(configuration.judging),
        luck: draw.split("machine", UInt64(index)))
      machine.disk.syncTime = configuration.syncTime
      // No two clocks agree: twins that hear the same at the same time still propose two blocks of it.
      if index >= names { machine.clock.step(by: Self.twinOffset) }
      machines.append(machine)
    }
    for (index, signer) in signers.dropFirst(names).enumerated() {
      let session = ClientSession(
        genesis: genesis, signer: signer, scheme: scheme,
        proving: ReplicatedApplication.check(of: configuration.application))
      clients.append(ClientMachine(signer: signer, session: session))
      clientPlaces[signer.publicKey] = index
    }
    if configuration.keepsLog { account.keepLines() }
    for index in configuration.asleep where machines.indices.contains(index) {
      machines[index].state = .down
    }
    if case .gossip(let gossip) = configuration.topology { try beginGossip(gossip) }
    for casting in configuration.castings { cast(casting) }
    for index in machines.indices where machines[index].isUp { start(index) }
  }

  /// How far the clocks of second twins are ahead, in microseconds.
  private static let twinOffset: Int64 = 1_000

  /// Who is there twice: those of the configuration, and those that are cast as twins.
  private static func twins(_ configuration: Configuration) -> [Int] {
    let cast = configuration.castings.filter { $0.adversary == Twin.name }.flatMap(\.machines)
    return Array(NodeSet(configuration.twins.map { Int($0.rawValue) } + cast))
  }

  /// A key for each replica, each client, and one for requests without a session.
  private static func signers(
    _ count: Int, _ configuration: Configuration, authority: SimulatedAuthority
  ) -> [Signer] {
    (0..<UInt64(count)).compactMap { index in
      guard configuration.usesRealSignatures else { return authority.signer(index) }
      var seed = ByteWriter()
      seed.write(configuration.seed)
      seed.write(index)
      return Ed25519.SecretKey(seed: SHA256.hash(seed.bytes).bytes).map { Signer($0) }
    }
  }

  // MARK: What can be seen of it

  /// The replicas, by machine; those that are down included.
  public var replicas: [Replica] { machines.map(\.replica) }

  /// The keys and values, by machine; none where they run another application.
  public var applications: [KeyValueStore] { machines.compactMap(\.host.machine.store) }

  /// The ledgers, by machine; none where they run another application.
  public var ledgers: [Ledger] { machines.compactMap(\.host.machine.ledger) }

  /// Which machines run or are merely paused.
  public var liveness: [Bool] { machines.map(\.isUp) }

  /// The root of each machine's application.
  public var stateRoots: [Digest] { machines.map { StateMachineHost.root(of: $0.host.machine) } }

  /// How many machines there are.
  public var machineCount: Int { machines.count }

  /// The replica whose name a machine has.
  public func name(of machine: Int) -> ReplicaID { machines[machine].id }

  /// The replica of a machine.
  public func replica(at machine: Int) -> Replica { machines[machine].replica }

  /// The lowest sequence that a replica executed last: everything up to it is done everywhere.
  public var executedByAll: SequenceNumber {
    var lowest = SequenceNumber(.max)
    for index in machines.indices { lowest = min(lowest, machines[index].replica.executed) }
    return lowest
  }

  /// What happened of that which is watched, since this was asked last.
  public mutating func takeHappenings() -> [Happening] {
    defer { happenings.removeAll(keepingCapacity: true) }
    return happenings
  }

  /// Whether anything happened of that which is watched, since it was taken last.
  public var hasHappenings: Bool { !happenings.isEmpty }

  /// Takes what happened since this was asked last, in place of what the list held; the list's room is kept.
  public mutating func takeHappenings(into list: inout [Happening]) {
    list.removeAll(keepingCapacity: true)
    swap(&list, &happenings)
  }

  @inline(__always)
  mutating func tell(_ watched: Watch, _ node: Int, _ event: @autoclosure () -> Happening.Event) {
    guard watch.contains(watched) else { return }
    happenings.append(Happening(time: now, node: node, event: event()))
  }

  // MARK: Time

  /// Lets virtual time pass.
  public mutating func run(for span: Micros) { run(until: now + span) }

  /// Lets virtual time pass until a moment.
  public mutating func run(until limit: Micros) {
    while let time = queue.nextTime(), time <= limit { step() }
    now = max(now, limit)
  }

  /// Lets virtual time pass until a moment, or until something holds; whether it held.
  @discardableResult
  public mutating func run(until limit: Micros, or isDone: (Cluster) -> Bool) -> Bool {
    while let time = queue.nextTime(), time <= limit {
      if isDone(self) { return true }
      step()
    }
    now = max(now, limit)
    return isDone(self)
  }

  /// When the next event happens; nil when there is none.
  public mutating func nextTime() -> Micros? { queue.nextTime() }

  /// Lets virtual time pass in which nothing happens.
  mutating func wait(until moment: Micros) {
    assert(queue.nextTime().map { $0 > moment } ?? true, "something happens before \(moment)")
    now = max(now, moment)
  }

  /// Lets the next event happen; false when there is none.
  @discardableResult
  public mutating func step() -> Bool {
    guard let (time, ticket) = queue.next() else { return false }
    now = time
    events &+= 1
    guard let agenda = Agenda(ticket: ticket) else { return true }
    switch agenda.kind {
    case .delivery: arrive(agenda)
    case .receipt: receive(agenda)
    case .timer: fireTimer(agenda)
    case .clientTimer: fireClientTimer(agenda)
    case .clientTurn: clientTurn(agenda)
    case .synced: synced(agenda)
    case .adversary: wakeAdversary(agenda)
    case .planned: happen(agenda)
    case .gossip: hearNeighbour(agenda)
    case .heartbeat: beat(agenda)
    case .relay: passOn(agenda)
    case .publication: tellDecision(agenda)
    case .acquaintance: getAcquainted(agenda)
    case .discovery: lookAround(agenda)
    case .churn: comeOrGo(agenda)
    }
    return true
  }

  // MARK: Requests without a session

  /// Sends a client's request to all replicas, and returns its number.
  @discardableResult
  public mutating func submit(_ operation: KeyValueStore.Operation) -> UInt64 {
    let request = Request(
      number: nextNumber,
      expiry: SequenceNumber(configuration.parameters.sessionHorizon / 2)
        .advanced(by: machines[0].replica.executed.rawValue),
      operations: [operation.bytes], signer: bystander, chain: genesis.digest)
    nextNumber += 1
    send(request, to: homes.indices.map { ReplicaID(UInt32($0)) }, after: typicalLatency)
    return request.number
  }

  /// Has a request that somebody signed arrive at some replicas, after a while.
  public mutating func send(_ request: Request, to receivers: [ReplicaID], after delay: Micros = 0)
  {
    tell(.clients, machines.count + clients.count, .asked(request))
    let place = parcels.add(.request(request), from: 0, size: Self.clientMessageSize)
    for receiver in receivers {
      for index in homes(of: receiver) { schedule(place, for: index, at: now + delay) }
    }
    settleUnsent(place)
  }

  /// What a message takes whose latency nobody asks about.
  private var typicalLatency: Micros {
    Micros(network.conditions.quality.latency.sample(1 << 63))
  }

  // MARK: What a machine does

  func homes(of id: ReplicaID) -> [Int] {
    let index = Int(id.rawValue)
    return homes.indices.contains(index) ? homes[index] : []
  }

  mutating func start(_ index: Int) {
    beginEffects(of: index)
    let local = machines[index].clock.monotonic(at: now)
    machines[index].replica.start(at: local, into: &effects)
    perform(at: index)
  }

  /// Nothing is to be done yet. Reports are made if somebody reads them, or if it may count how many effects there are:
  /// what happens mustn't depend on who watches.
  @inline(__always)
  private mutating func beginEffects(of index: Int) {
    effects.removeAll()
    effects.hasReports =
      watch.contains(.reports) || !readers.isEmpty || machines[index].effectsLeft != nil
      || !machines[index].isHonest
  }

  mutating func handle(_ input: Input, at index: Int) {
    beginEffects(of: index)
    let local = machines[index].clock.monotonic(at: now)
    machines[index].replica.handle(input, at: local, into: &effects)
    if !effects.isEmpty { perform(at: index) }
  }

  /// Does what a replica wants done, in order; what the application answers is handled after that.
  private mutating func perform(at index: Int) {
    // Out of the cluster's own hands, so that what is done can have effects of its own.
    var batch = Effects()
    swap(&batch, &effects)
    defer {
      batch.removeAll()
      swap(&batch, &effects)
    }
    while answers.popLast() != nil {}
    var next = 0
    while true {
      while let effect = batch.next() {
        guard machines[index].survivesEffect() else { return die(index, .killed) }
        perform(consume effect, at: index)
        guard machines[index].isUp else { return }
      }
      guard next < answers.count else { return }
      let local = machines[index].clock.monotonic(at: now)
      machines[index].replica.handle(answers[next], at: local, into: &batch)
      next += 1
    }
  }

  private mutating func perform(_ effect: consuming Effect, at index: Int) {
    switch effect {
    case .persist(let record):
      if !readers.isEmpty, case .epoch(let change) = record { note(change) }
      if !machines[index].disk.write(record) { die(index, .diskFull) }
    case .send(let message, let receiver): send(message, from: index, to: receiver)
    case .broadcast(let message): send(message, from: index, to: nil)
    case .sendDurably(let message, let receiver):
      sendDurably(message, from: index, to: receiver)
    case .broadcastDurably(let message): sendDurably(message, from: index, to: nil)
    case .setTimer(let timer, let span): set(timer, after: span, at: index)
    case .cancelTimer(let kind): machines[index].timers[Int(kind.rawValue)] = nil
    case .reply(let reply): send(reply, from: index)
    case .answer(let answer):
      if let client = clientPlaces[answer.body.client] {
        sendDurably(.answer(answer), from: index, client: client)
      }
    case .report(let report):
      tell(.reports, index, .report(report))
      if !readers.isEmpty, case .executed(let sequence, _) = report {
        queueForTelling(sequence, at: index)
      }
    case .offer, .withdraw, .assemble, .validate, .execute, .releaseStates, .offerChunk,
      .beginInstall, .judgeChunk, .finishInstall, .query:
      ask(effect, at: index)
    }
  }

  private mutating func send(_ meant: Reply, from index: Int) {
    let told = machines[index].isHonest ? meant : dishonest(meant, at: index)
    guard let reply = told else { return }
    tell(.messages, index, .replied(reply))
    guard let client = clientPlaces[reply.body.client] else { return }
    sendDurably(.reply(reply), from: index, client: client)
  }

  /// Has the application, or the adversary in its place, answer an effect.
  private mutating func ask(_ effect: Effect, at index: Int) {
    let clock = machines[index].clock.timeOfDay(at: now)
    var answer = machines[index].answer(effect, clock: clock)
    if !machines[index].isHonest {
      answer = dishonest(answer, to: effect, at: index)
    } else if case .validate(let block, _) = effect, case .validated(_, .invalid)? = answer {
      denounce(block, at: index)
    }
    if watch.contains(.seam) { tellSeam(effect, answer, at: index) }
    if let answer { answers.append(answer) }
  }

  private mutating func tellSeam(_ effect: Effect, _ answer: Input?, at index: Int) {
    switch (effect, answer) {
    case (.validate(let block, _), .validated(_, let verdict)):
      tell(.seam, index, .validated(block, verdict))
    case (.execute(let execution), .executed(let result)):
      tell(.seam, index, .executed(execution))
      if let state = result.state {
        tell(.seam, index, .reached(execution.sequence, root: state.root))
      }
    case (.finishInstall(let summary), .installed(_, succeeded: true)):
      tell(.seam, index, .installed(summary))
    default: break
    }
  }

  // MARK: Timers

  private mutating func set(_ timer: Timer, after span: Micros, at index: Int) {
    machines[index].timers[Int(timer.kind.rawValue)] = timer
    queue.schedule(
      Agenda(.timer, node: index, number: Self.number(of: timer, life: machines[index].life))
        .ticket, at: now + machines[index].clock.span(span))
  }

  /// A life's low bits, the kind, and the setting's low bits: enough to tell a timer from any that could be pending.
  private static func number(of timer: Timer, life: UInt32) -> UInt32 {
    life << 24 | UInt32(timer.kind.rawValue) << 21
      | UInt32(truncatingIfNeeded: timer.generation & 0x1F_FFFF)
  }

  private mutating func fireTimer(_ agenda: Agenda) {
    let index = agenda.node
    guard let timer = machines[index].timers[Int(agenda.number >> 21 & 7)],
      Self.number(of: timer, life: machines[index].life) == agenda.number
    else { return }
    guard isAwake(index, for: agenda) else { return }
    if configuration.keepsAccount {
      account.note(
        .timer, at: now, node: index, UInt64(timer.kind.rawValue), timer.generation)
    }
    machines[index].timers[Int(timer.kind.rawValue)] = nil
    handle(.timer(timer), at: index)
  }

  /// Whether a machine can do anything now. What happens while it is paused waits for it.
  func isAwake(_ index: Int) -> Bool { machines[index].state == .running }

  mutating func isAwake(_ index: Int, for agenda: Agenda) -> Bool {
    switch machines[index].state {
    case .running: return true
    case .paused: machines[index].missed.append(agenda.ticket)
    case .down: break
    }
    return false
  }
}
