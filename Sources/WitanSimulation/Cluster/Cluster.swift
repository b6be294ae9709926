import Witan
import WitanCrypto
import WitanDraw
import WitanLedger

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
  var effects = Effects()
  var answers: [Input] = []

  /// A cluster whose replicas have started.
  public init(_ configuration: Configuration) throws {
    self.configuration = configuration
    watch = configuration.watch
    draw = Draw(seed: configuration.seed)
    acquaintanceDraw = draw.split("acquaintance")
    let authority = SimulatedAuthority(seed: configuration.seed)
    scheme =
      configuration.usesRealSignatures ? .remembered(VerifiedSignatures()) : .simulated(authority)
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
}
