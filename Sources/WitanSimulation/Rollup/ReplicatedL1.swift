import Witan
import WitanCrypto
import WitanRollup

/// An L1 that is a cluster of Witan's own replicas, with the contracts as their application.
///
/// ```
///   transaction ─ signed request ─▶ 4 replicas: agree, execute ─ two of them did ─▶ follower executes: contracts
///   a keeper's request at every interval: without any, no block would say what time it is
/// ```
///
/// Virtual time is the run's own. A block counts as decided when one more than may be faulty executed it; whoever uses L1
/// follows and executes the same block, and comes to the root that replicas have at their checkpoints.
struct ReplicatedL1: RollupL1 {
  /// A transaction and where it stands.
  private struct Ticket: Sendable {
    let transaction: L1Transaction
    /// Its request, once it was sent.
    var request: Request?
    var sentAt: Micros = 0
  }

  /// How many replicas there are, and how many of them may be faulty.
  static let replicas = 4
  private static let faulty = 1
  /// What the keeper asks for is about none.
  private static let noSlot = SlotNumber(.max)

  private var cluster: Cluster
  private(set) var contracts: Contracts
  private let interval: Micros
  /// How long those who wait for a block that is due wait for it at most.
  private let grace: Micros
  private let keeper: Signer
  private(set) var nextTime: Micros
  private(set) var knownSince: Micros = 0
  private var tickets: [Ticket] = []
  private var numbers: [PublicKey: UInt64] = [:]
  /// Who executed which block that isn't followed yet.
  private var executedBy: [SequenceNumber: (execution: Execution, machines: Set<Int>)] = [:]
  private var followed: SequenceNumber = 0
  /// The contracts' root after the blocks of checkpoints, which is the same here and at every replica.
  private var roots: [SequenceNumber: Digest] = [:]
  private var happenings: [Happening] = []

  /// Replicas never came to what the contracts say: this is no run to believe in.
  struct Diverged: Error, CustomStringConvertible {
    let sequence: SequenceNumber

    var description: String {
      "the replicas of L1 have another state at block \(sequence) than who follows them"
    }
  }

  init(
    _ contracts: Contracts, _ scenario: RollupScenario, usesRealSignatures: Bool, keeper: Signer
  ) throws {
    var configuration = Cluster.Configuration(replicas: Self.replicas, seed: scenario.seed)
    configuration.contracts = contracts
    configuration.usesRealSignatures = usesRealSignatures
    configuration.conditions.quality.latency = scenario.latency
    configuration.watch = [.seam]
    configuration.asleep = NodeSet(0..<scenario.l1Offline)
    configuration.parameters.checkpointInterval = 16
    configuration.parameters.window = 32
    // A result is a byte; the proof of many epochs may be as large as a block.
    configuration.parameters.replyByteLimit = 64
    configuration.parameters.requestByteLimit = configuration.parameters.blockByteLimit
    configuration.parameters.sessionLimit = UInt32(clamping: max(4_096, scenario.validators + 8))
    cluster = try Cluster(configuration)
    self.contracts = contracts
    self.keeper = keeper
    interval = scenario.l1Interval
    grace = min(scenario.l1Interval, scenario.slot) / 8
    nextTime = interval
  }

  /// What was decided is never taken back.
  var final: Contracts { contracts }

  var isPrompt: Bool { true }

  var underway: [RollupHeader] { tickets.compactMap(\.transaction.header) }

  /// Nobody is charged.
  var feesPaid: UInt64 { 0 }

  mutating func submit(_ transaction: L1Transaction) {
    tickets.append(Ticket(transaction: transaction))
  }

  /// What happened since, and then what is due now, as soon as it is decided.
  mutating func advance() throws -> [L1Happening] {
    var told: [L1Happening] = []
    try run(until: nextTime, into: &told)
    let tick = nextTime
    // One that still waits will do as well.
    if !tickets.contains(where: { $0.transaction.slot == Self.noSlot }) {
      submit(
        L1Transaction(
          sender: nil, signer: keeper, calls: [.publish([])], slot: Self.noSlot, notBefore: tick,
          sentAt: tick))
    }
    nextTime = tick + interval
    return told + (try settle())
  }

  /// A cluster that hangs is waited for no longer than an eighth of an interval.
  mutating func settle() throws -> [L1Happening] {
    var told: [L1Happening] = []
    let now = cluster.now
    try run(until: now + grace, into: &told) { $0.allSatisfy { $0.transaction.readyAt > now } }
    return told
  }

  /// Lets the cluster run; sends what is ready on its way.
  private mutating func run(
    until limit: Micros, into told: inout [L1Happening],
    orDone isDone: ([Ticket]) -> Bool = { _ in false }
  ) throws {
    while true {
      send()
      if isDone(tickets) { return }
      guard let next = nextMoment(), next <= limit else { break }
      if let event = cluster.nextTime(), event <= next {
        cluster.step()
        try follow(into: &told)
      } else {
        cluster.run(until: next)
      }
    }
    cluster.run(until: limit)
  }

  /// When anything happens next: in the cluster, or because something is to be sent.
  private mutating func nextMoment() -> Micros? {
    let now = cluster.now
    let sending = tickets.compactMap { ticket -> Micros? in
      guard let time = due(ticket), time > now else { return nil }
      return time
    }.min()
    guard let event = cluster.nextTime() else { return sending }
    return min(event, sending ?? event)
  }

  /// When a ticket is sent, or sent again.
  private func due(_ ticket: Ticket) -> Micros? {
    ticket.request == nil ? ticket.transaction.readyAt : ticket.sentAt + interval
  }

  /// Sends what is ready, one request of each sender at a time: a later one that overtook an earlier would void it. A block
  /// that builds on another waits for that.
  private mutating func send() {
    let now = cluster.now
    var busy = Set(tickets.compactMap { $0.request?.client })
    let lowest = tickets.compactMap { $0.transaction.header?.slot }.min()
    for index in tickets.indices where due(tickets[index]).map({ $0 <= now }) ?? false {
      let transaction = tickets[index].transaction
      if let request = tickets[index].request {
        // Whoever hears nothing asks again.
        cluster.send(request, to: Self.everyone)
      } else {
        let key = transaction.signer.publicKey
        let isNext = transaction.header.map { $0.slot == lowest } ?? true
        guard isNext, busy.insert(key).inserted else { continue }
        let number = numbers[key, default: 0] + 1
        numbers[key] = number
        let request = Request(
          number: number, expiry: followed.advanced(by: 1 << 15),
          operations: transaction.calls.map(\.encoded), signer: transaction.signer,
          chain: cluster.genesis.digest)
        tickets[index].request = request
        cluster.send(request, to: Self.everyone)
      }
      tickets[index].sentAt = now
    }
  }

  private static let everyone = (0..<UInt32(replicas)).map { ReplicaID($0) }

  /// What replicas executed is executed here when enough of them did.
  private mutating func follow(into told: inout [L1Happening]) throws {
    cluster.takeHappenings(into: &happenings)
    for happening in happenings {
      switch happening.event {
      case .executed(let execution) where execution.sequence > followed:
        executedBy[execution.sequence, default: (execution, [])].machines.insert(happening.node)
      case .reached(let sequence, let root):
        try compare(root, at: sequence)
      default: break
      }
    }
    while let (execution, machines) = executedBy[followed.next], machines.count > Self.faulty {
      followed = followed.next
      executedBy[followed] = nil
      told.append(execute(execution))
      knownSince = cluster.now
      if execution.isCheckpoint { try compare(contracts.root, at: followed) }
    }
  }

  private mutating func compare(_ root: Digest, at sequence: SequenceNumber) throws {
    if let known = roots[sequence], known != root { throw Diverged(sequence: sequence) }
    roots[sequence] = root
    // Whoever is further behind than this fetches the state instead.
    roots = roots.filter { $0.key.advanced(by: 64) >= followed }
  }

  private mutating func execute(_ execution: Execution) -> L1Happening {
    contracts.begin(execution.requests, in: execution.header)
    var outcomes: [L1Outcome] = []
    for request in execution.requests {
      let result: Result<[ContractEvent], ContractRefusal>
      do throws(ContractRefusal) { result = .success(try contracts.perform(request)) } catch {
        result = .failure(error)
      }
      guard let place = tickets.firstIndex(where: { $0.request == request }) else { continue }
      let ticket = tickets.remove(at: place)
      outcomes.append(L1Outcome(transaction: ticket.transaction, result: result, fee: 0))
    }
    contracts.end(execution.header)
    return L1Happening(
      block: L1Block(execution.header), time: cluster.now, outcomes: outcomes, takenBack: 0)
  }
}
