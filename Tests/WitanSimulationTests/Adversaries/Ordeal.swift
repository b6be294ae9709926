import Testing
import Witan
import WitanCrypto
import WitanSimulation

/// A small cluster with adversaries in it, put through all that the protocol has: load, a leader that halts, a replica
/// that is cut off until only a state transfer helps, and quiet at the end. What correct replicas do is watched.
struct Ordeal {
  var cluster: Cluster
  /// The blocks that correct replicas executed, by sequence.
  private(set) var executed: [SequenceNumber: Set<Digest>] = [:]
  private(set) var evidence: [Evidence] = []
  /// What was refused from adversaries, by correct replicas, and the signer named with it.
  private(set) var liars: Set<ReplicaID> = []
  private(set) var refusedBlocks = 0
  private(set) var highestView: View = 0
  private(set) var finished = 0
  private var submitted = 0

  init(
    replicas: Int = 4, _ castings: [Casting], seed: UInt64 = 1,
    configure: (inout Cluster.Configuration) -> Void = { _ in }
  ) throws {
    var configuration = Cluster.Configuration(replicas: replicas, seed: seed)
    configuration.parameters.checkpointInterval = 4
    configuration.parameters.window = 8
    configuration.parameters.blockRequestLimit = 2
    configuration.parameters.patienceCeiling = .seconds(10)
    configuration.castings = castings
    configuration.clients = 2
    configure(&configuration)
    cluster = try Cluster(configuration)
  }

  var correct: [Int] {
    (0..<cluster.configuration.replicas).filter { !cluster.corrupted.contains($0) }
  }

  /// What all the adversaries together did.
  var isAnyoneGuilty: Bool { cluster.corrupted.contains { !cluster.deeds(of: $0).isInnocent } }

  /// Whether all correct replicas have executed all that was asked.
  var isSettled: Bool {
    correct.allSatisfy { index in
      (0..<submitted).allSatisfy { cluster.applications[index].values[Self.key($0)] != nil }
    }
  }

  /// A key that nobody else sets.
  private static func key(_ number: Int) -> [UInt8] { [77, UInt8(truncatingIfNeeded: number)] }

  mutating func load(_ count: Int, every span: Micros = .milliseconds(60)) {
    for _ in 0..<count {
      cluster.submit(.put(key: Self.key(submitted), value: [1, 2, 3]))
      submitted += 1
      run(for: span)
    }
  }

  mutating func run(for span: Micros) {
    cluster.run(for: span)
    watch()
  }

  mutating func runAll() {
    for client in 0..<cluster.configuration.clients {
      let operation = KeyValueStore.Operation.put(key: [UInt8(client)], value: [9])
      cluster.ask(client, .submit(tag: 1, operations: [operation.bytes]))
    }
    load(6)
    if correct.contains(0) {
      cluster.pause(0)
      load(4)
      run(for: .seconds(8))
      cluster.resume(0)
    }
    let outcast = ReplicaID(UInt32(correct.last ?? 0))
    let others = (0..<cluster.configuration.replicas).map { ReplicaID(UInt32($0)) }
    cluster.partition([others.filter { $0 != outcast }, [outcast]])
    load(16)
    run(for: .seconds(2))
    cluster.heal()
    load(4)
  }

  /// Goes on until all is done; whether it was within the bound.
  mutating func settle(within span: Micros = .seconds(120)) -> Bool {
    let limit = cluster.now + span
    while cluster.now < limit, !isSettled { run(for: .milliseconds(500)) }
    return isSettled
  }

  /// The sequences at which correct replicas executed different blocks.
  var forks: [SequenceNumber] { executed.filter { $0.value.count > 1 }.map(\.key).sorted() }

  private mutating func watch() {
    for happening in cluster.takeHappenings() {
      if case .finished = happening.event { finished += 1 }
      guard case .report(let report) = happening.event, correct.contains(happening.node) else {
        continue
      }
      switch report {
      case .executed(let sequence, let digest): executed[sequence, default: []].insert(digest)
      case .evidence(let proof): evidence.append(proof)
      case .liar(let id): liars.insert(id)
      case .refusedBlock: refusedBlocks += 1
      case .enteredView(_, let view, _): highestView = max(highestView, view)
      case .rejected(let rejection, _, let from?) where rejection.provesFault: liars.insert(from)
      default: break
      }
    }
  }

  var summary: String {
    correct.map { index in
      let replica = cluster.replica(at: index)
      return
        "\(replica.id): executed \(replica.executed), view \(replica.view) \(replica.phase), waiting "
        + "\(replica.waitingRequests), ran \(cluster.applications[index].count) of \(submitted)"
    }.joined(separator: "; ")
  }
}
