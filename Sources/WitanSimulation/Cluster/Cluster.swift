import Witan
import WitanCrypto
import WitanDraw

/// A cluster of shipped replicas on a mock network: one thread, virtual time, one seed.
///
/// ```swift
/// var cluster = try Cluster(.init(replicas: 4, seed: 1))
/// cluster.submit(.put(key: [1], value: [2]))
/// cluster.run(for: .seconds(1))
/// print(cluster.replicas[0].executed)
/// ```
public struct Cluster: Sendable {
  /// What a cluster is made of, and what its network does.
  public struct Configuration: Sendable {
    /// How many replicas.
    public var replicas: Int
    /// What their votes weigh; all the same when empty.
    public var powers: [VotingPower] = []
    /// Everything random follows from it.
    public var seed: UInt64
    /// How long every message takes.
    public var latency: Micros = .milliseconds(10)
    /// The share of messages that is lost.
    public var loss: Double = 0
    /// What the replicas agree on beforehand.
    public var parameters = Parameters()
    /// How many clients have sessions.
    public var clients = 0
    /// Whether the bytes that are sent are counted, and everything that happens is digested.
    public var keepsAccount = false
    /// Whether signatures are Ed25519's instead of the simulated scheme's.
    public var usesRealSignatures = false

    /// A configuration.
    public init(replicas: Int = 4, seed: UInt64 = 0) {
      self.replicas = replicas
      self.seed = seed
    }
  }

  /// Why a cluster can't go on.
  public enum Failure: Error, Equatable, Sendable {
    /// A machine's disk lacks the state that its journal builds on.
    case stateLost(ReplicaID, SequenceNumber)
  }

  enum Event: Sendable {
    case delivery(Message, from: Int, to: Int)
    case broadcast(Message, from: Int)
    case request(Request, to: Int?)
    case query(Query, to: Int?)
    case reply(Reply, to: Int)
    case answer(Answer, to: Int)
    case timer(Timer, of: Int, incarnation: Int)
    case clientTimer(ClientSession.Timer, of: Int)
  }

  /// What the cluster is made of.
  public var configuration: Configuration
  /// What its network begins with.
  public let genesis: Genesis
  let scheme: SignatureScheme
  var machines: [Machine]
  var queue = EventQueue<Event>()
  /// The virtual time.
  public private(set) var now: Micros = 0
  var losses: Draw
  /// How many messages were delivered.
  public internal(set) var delivered = 0
  /// What happened, for whoever keeps account.
  public internal(set) var account = Account()
  var clients: [ClientMachine] = []
  var finished: [Finished] = []
  /// What replicas told of themselves, with the time.
  public internal(set) var reports: [(time: Micros, replica: ReplicaID, report: Report)] = []
  /// Whether reports are kept.
  public var keepsReports = true
  private var client: Signer
  private var nextNumber: UInt64 = 1
  private var effects = Effects()

  /// A cluster whose replicas have started.
  public init(_ configuration: Configuration) throws {
    self.configuration = configuration
    let authority = SimulatedAuthority(seed: configuration.seed)
    var signers = Self.signers(configuration, authority: authority)
    scheme = configuration.usesRealSignatures ? .ed25519 : .simulated(authority)
    client = signers.removeLast()
    let clientSigners = signers[configuration.replicas...]
    signers.removeLast(configuration.clients)
    let members = signers.enumerated().map { index, signer in
      Member(
        id: ReplicaID(UInt32(index)), key: signer.publicKey,
        power: configuration.powers.indices.contains(index) ? configuration.powers[index] : 1)
    }
    genesis = try Genesis(
      name: "simulation", members: members, parameters: configuration.parameters,
      applicationRoot: StateMachineHost.root(of: KeyValueStore()))
    losses = Draw(seed: configuration.seed).split("loss")
    machines = []
    for (member, signer) in zip(members, signers) {
      machines.append(
        Machine(
          id: member.id, signer: signer,
          replica: Replica(
            genesis: genesis, identity: member.id, signer: signer, scheme: scheme),
          host: StateMachineHost(KeyValueStore())))
    }
    for signer in clientSigners {
      let session = ClientSession(genesis: genesis, signer: signer, scheme: scheme)
      clients.append(ClientMachine(key: signer.publicKey, session: session))
    }
    for index in machines.indices { start(index) }
  }

  /// A key for each replica, each client, and one for requests without a session.
  private static func signers(
    _ configuration: Configuration, authority: SimulatedAuthority
  ) -> [Signer] {
    let count = UInt64(configuration.replicas + configuration.clients)
    return (0...count).compactMap { index in
      guard configuration.usesRealSignatures else { return authority.signer(index) }
      var seed = ByteWriter()
      seed.write(configuration.seed)
      seed.write(index)
      return Ed25519.SecretKey(seed: SHA256.hash(seed.bytes).bytes).map { Signer($0) }
    }
  }

  /// The replicas, those that are down included.
  public var replicas: [Replica] { machines.map(\.replica) }

  /// The lowest sequence that a replica executed last: everything up to it is done everywhere.
  public var executedByAll: SequenceNumber {
    var lowest = SequenceNumber(.max)
    for index in machines.indices { lowest = min(lowest, machines[index].replica.executed) }
    return lowest
  }

  /// The applications, by replica.
  public var applications: [KeyValueStore] { machines.map(\.host.machine) }

  // MARK: What can be done to it

  /// Sends a client's request to all replicas, and returns its number.
  @discardableResult
  public mutating func submit(_ operation: KeyValueStore.Operation) -> UInt64 {
    let request = Request(
      number: nextNumber,
      expiry: SequenceNumber(configuration.parameters.sessionHorizon / 2)
        .advanced(by: machines[0].replica.executed.rawValue),
      operations: [operation.bytes], signer: client, chain: genesis.digest)
    nextNumber += 1
    queue.schedule(.request(request, to: nil), at: now + configuration.latency)
    return request.number
  }

  /// Kills a machine: what isn't on its disk is gone.
  public mutating func crash(_ id: ReplicaID) { machines[Int(id.rawValue)].isUp = false }

  /// Kills a machine after it has done so many more effects: between any two of them.
  public mutating func crash(_ id: ReplicaID, afterEffects count: Int) {
    machines[Int(id.rawValue)].effectsLeft = count
  }

  /// Gives a replica another key of its own, for the epoch whose members know it.
  public mutating func give(_ signer: Signer, to id: ReplicaID) {
    machines[Int(id.rawValue)].replica.add(signer)
  }

  /// Cuts the network into groups that don't hear each other; a replica in no group hears nobody.
  public mutating func partition(_ groups: [[ReplicaID]]) {
    for index in machines.indices {
      machines[index].group = groups.firstIndex { $0.contains(machines[index].id) } ?? -1 - index
    }
  }

  /// Mends the network.
  public mutating func heal() {
    for index in machines.indices { machines[index].group = 0 }
  }

  /// Starts a machine that was killed, from its disk; one that was about to be killed lives on.
  public mutating func restart(_ id: ReplicaID) throws {
    let index = Int(id.rawValue)
    machines[index].effectsLeft = nil
    guard !machines[index].isUp else { return }
    let disk = machines[index].disk
    var host = StateMachineHost(KeyValueStore())
    if let sequence = disk.foundation?.summary.sequence {
      let saved = machines[index].savedStates.first { $0.sequence == sequence }
      guard let saved else { throw Failure.stateLost(id, sequence) }
      try host.restore(saved.snapshot, at: sequence)
    }
    machines[index].host = host
    machines[index].replica = Replica(
      genesis: genesis, identity: id, signer: machines[index].signer, scheme: scheme,
      recovering: disk)
    machines[index].isUp = true
    machines[index].incarnation += 1
    start(index)
  }

  /// Lets virtual time pass.
  public mutating func run(for span: Micros) { run(until: now + span) { _ in false } }

  /// Lets virtual time pass until a moment, or until something holds; whether it held.
  @discardableResult
  public mutating func run(until limit: Micros, or isDone: (Cluster) -> Bool) -> Bool {
    while let time = queue.nextTime, time <= limit {
      if isDone(self) { return true }
      step()
    }
    now = max(now, limit)
    return isDone(self)
  }

  /// Lets the next event happen; false when there is none.
  @discardableResult
  public mutating func step() -> Bool {
    guard let (time, event) = queue.next() else { return false }
    now = time
    if configuration.keepsAccount { account.note(event, at: time) }
    switch event {
    case .delivery(let message, let from, let to): deliver(message, from: from, to: to)
    case .broadcast(let message, let from):
      for to in machines.indices where to != from { deliver(message, from: from, to: to) }
    case .request(let request, let to):
      for index in machines.indices where isReached(index, by: to) {
        if let verified = try? machines[index].replica.verifier.verify(request) {
          handle(.request(verified), at: index)
        }
      }
    case .query(let query, let to):
      for index in machines.indices where isReached(index, by: to) {
        if let verified = try? machines[index].replica.verifier.verify(query) {
          handle(.query(verified), at: index)
        }
      }
    case .reply(let reply, let index): if !isLost() { ask(index, .reply(reply)) }
    case .answer(let answer, let index): if !isLost() { ask(index, .answer(answer)) }
    case .clientTimer(let timer, let index): ask(index, .timer(timer))
    case .timer(let timer, let index, let incarnation):
      guard machines[index].isUp, machines[index].incarnation == incarnation else { break }
      handle(.timer(timer), at: index)
    }
    return true
  }

  // MARK: How it works

  private mutating func start(_ index: Int) {
    effects.removeAll()
    machines[index].replica.start(at: now, into: &effects)
    perform(at: index)
  }

  private mutating func isLost() -> Bool {
    configuration.loss > 0 && losses.chance(configuration.loss)
  }

  private mutating func isReached(_ index: Int, by target: Int?) -> Bool {
    machines[index].isUp && (target == nil || target == index) && !isLost()
  }

  private mutating func deliver(_ message: Message, from: Int, to index: Int) {
    guard machines[index].isUp, machines[from].group == machines[index].group else { return }
    if isLost() { return }
    delivered += 1
    do throws(Rejection) {
      handle(.message(try machines[index].replica.verifier.verify(message)), at: index)
    } catch {
      guard keepsReports else { return }
      let signed = message.signed
      reports.append(
        (
          now, machines[index].id,
          .rejected(error, kind: signed?.statement.kind, from: signed?.signer)
        ))
    }
  }

  private mutating func handle(_ input: Input, at index: Int) {
    effects.removeAll()
    machines[index].replica.handle(input, at: now, into: &effects)
    perform(at: index)
  }

  /// Does what a replica wants done, in order; what the application answers is handled after that.
  private mutating func perform(at index: Int) {
    var answers: [Input] = []
    var next = 0
    while true {
      for effect in effects.list {
        guard machines[index].survivesEffect() else { return }
        if let answer = machines[index].answer(effect, clock: now) {
          answers.append(answer)
        } else {
          perform(effect, at: index)
        }
      }
      effects.removeAll()
      guard next < answers.count else { return }
      machines[index].replica.handle(answers[next], at: now, into: &effects)
      next += 1
    }
  }

  private mutating func perform(_ effect: Effect, at index: Int) {
    switch effect {
    case .persist(let record): machines[index].disk.absorb(record)
    case .send(let message, let to), .sendDurably(let message, let to):
      if configuration.keepsAccount { account.noteSent(message, copies: 1) }
      queue.schedule(
        .delivery(message, from: index, to: Int(to.rawValue)), at: now + configuration.latency)
    case .broadcast(let message), .broadcastDurably(let message):
      if configuration.keepsAccount { account.noteSent(message, copies: machines.count - 1) }
      queue.schedule(.broadcast(message, from: index), at: now + configuration.latency)
    case .setTimer(let timer, let span):
      queue.schedule(
        .timer(timer, of: index, incarnation: machines[index].incarnation), at: now + span)
    case .reply(let reply):
      if let client = client(of: reply.body.client) {
        queue.schedule(.reply(reply, to: client), at: now + configuration.latency)
      }
    case .answer(let answer):
      if let client = client(of: answer.body.client) {
        queue.schedule(.answer(answer, to: client), at: now + configuration.latency)
      }
    case .report(let report):
      if keepsReports { reports.append((now, machines[index].id, report)) }
    case .cancelTimer, .offer, .withdraw, .assemble, .validate, .execute,
      .releaseStates, .offerChunk, .beginInstall, .judgeChunk, .finishInstall, .query:
      break
    }
  }
}

extension Cluster {
  /// Which machines run.
  public var liveness: [Bool] { machines.map(\.isUp) }
}

extension Cluster {
  /// The root of each replica's application.
  public var stateRoots: [Digest] { machines.map { StateMachineHost.root(of: $0.host.machine) } }
}
