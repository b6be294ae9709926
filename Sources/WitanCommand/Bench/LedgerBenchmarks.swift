import Witan
import WitanCrypto
import WitanLedger
import WitanSimulation

/// What the ledger costs.
enum LedgerBenchmarks {
  /// How many entries a large tree has.
  private static let size = 1_000_000

  /// All of it.
  static let group = BenchmarkGroup(
    name: "ledger", summary: "the state's tree and what is done with it",
    benchmarks: [
      Benchmark(
        name: "ledger.update", summary: "a batch of 1,000 keys in a tree of 1,000,000",
        measure: .nanoseconds, yardstick: "the hashes of what is new", goal: .ratio(atMost: 2),
        read: update),
      .once(
        "ledger.leaf.memory", "what an entry of 1,000,000 takes, values of 20 bytes", in: .bytes,
        goal: .value(atMost: 220), read: memory),
      .time(
        "ledger.proof", "a proof of one key of 1,000,000, made, written, read and verified",
        against: node, goal: .ratio(atMost: 60), prepare: proof),
      .once(
        "ledger.block", "a block of 1,000 transfers among 10,000 accounts, all checks on",
        in: .seconds, goal: .value(atMost: 0.010), read: block),
      .once(
        "ledger.sync",
        "a newcomer fetches 1,000,000 accounts from three, one of whom lies: its time and all work",
        in: .seconds, goal: .value(atMost: 60), read: sync),
      .once(
        "ledger.keep", "a state of 1,000,000 entries written to a disk", in: .seconds,
        goal: .value(atMost: 60), read: { try LedgerStage().keepingSeconds }),
      .once(
        "ledger.open", "it is opened again, and an account looked up", in: .seconds,
        goal: .value(atMost: 0.05), read: { try LedgerStage().open() }),
    ])

  /// One hash of a fork: what can't be avoided for each that is new.
  private static let node = Workload.sha256(of: 82)

  private static func key(_ index: Int) -> Digest {
    withUnsafeBytes(of: UInt64(index).littleEndian) { SHA256.hash($0) }
  }

  private static func value(_ index: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt64(index).littleEndian) { Array($0) } + [UInt8](repeating: 7, count: 12)
  }

  private static func largeTree() throws -> MerkleTree {
    var tree = MerkleTree()
    for start in stride(from: 0, to: size, by: 10_000) {
      try tree.apply((start..<start + 10_000).map { .put(key($0), value($0)) })
    }
    return tree
  }

  private static func memory() throws -> Double {
    var tree = MerkleTree()
    let growth = try MemoryGauge.measure {
      tree = try largeTree()
      MemoryGauge.forgetPeak()
    }.growth
    consume(tree)
    return Double(growth) / Double(size)
  }

  /// The new nodes are counted by comparing the trees; the yardstick is the hash of a fork, so many times.
  private static func update(rounds: Int) throws -> Benchmark.Reading {
    let tree = try largeTree()
    let hash = try node.prepare()
    var values: [Double] = []
    var yardsticks: [Double] = []
    for round in 0..<max(1, rounds / 4) {
      let changes = (0..<1_000).map { index in
        MerkleTree.Change.put(
          key((index &* 7_919 &+ round &* 104_729) % size), value(size + round + index))
      }
      var next = tree
      values.append(try Clock.thread.seconds { try next.apply(changes) } * 1e9)
      let fresh = next.newNodes(since: tree)
      yardsticks.append(try Clock.thread.seconds { try hash(fresh) } * 1e9)
    }
    let ratios = zip(values, yardsticks).map { $0 / $1 }
    return Benchmark.Reading(
      value: values.median, yardstickValue: yardsticks.median, ratio: ratios.median)
  }

  private static let proof: @Sendable () throws -> (Int) throws -> Void = {
    let tree = try largeTree()
    let root = tree.root
    var next = 0
    return { operations in
      for _ in 0..<operations {
        next = (next &+ 7_919) % size
        let key = key(next)
        let bytes = try tree.proof(of: [key]).encoded
        consume(try TreeProof(decoding: bytes).value(of: key, under: root))
      }
    }
  }

  private static func block() throws -> Double {
    let signers = (0..<1_000).map { SimulatedAuthority(seed: 1).signer(UInt64($0)) }
    var endowment = Endowment()
    endowment.balances = signers.map { ($0.publicKey, .tokens(1_000)) }
    endowment.balances += (1_000..<10_000).map { index in
      (PublicKey(bytes: key(index).bytes) ?? PublicKey(), .tokens(1))
    }
    let ledger = try Ledger(endowment)
    let requests = signers.enumerated().map { index, signer in
      Request(
        number: 1, expiry: 10,
        operations: [
          LedgerOperation.transfer(
            to: signers[(index + 1) % 1_000].publicKey, amount: 5, nonce: 0
          ).encoded
        ], signer: signer, chain: .zero)
    }
    let header = Block(
      height: 1, previous: .zero, proposer: 0, timestamp: 1, epoch: 0, requests: requests
    ).header
    var times: [Double] = []
    for _ in 0..<21 {
      var next = ledger
      var receipts: [LedgerReceipt] = []
      times.append(
        try Clock.thread.seconds { receipts = try next.execute(requests, in: header) })
      guard receipts.allSatisfy({ $0 == .done }) else {
        throw EnvironmentError("a transfer was refused", remedy: "report this")
      }
    }
    return times.median
  }

  /// Everybody's work is done on one thread, and the network's time comes on top: no newcomer takes longer.
  private static func sync() throws -> Double {
    var configuration = Cluster.Configuration(replicas: 4, seed: 1)
    configuration.application = .ledger
    configuration.accounts = size
    configuration.clients = 1
    configuration.asleep = [3]
    configuration.castings = [Casting("state-lies", machines: [2])]
    configuration.conditions.quality.latency = .fixed(20_000)
    configuration.parameters.checkpointInterval = 2
    configuration.parameters.window = 4
    var cluster = try Cluster(configuration)
    // So far that nobody remembers the blocks that lead there: only the state does.
    for number in UInt64(0)..<12 {
      let give = LedgerOperation.transfer(to: cluster.key(of: 0), amount: 1, nonce: number)
      cluster.ask(0, .submit(tag: number, operations: [give.encoded]))
      try pass(&cluster, until: 0, has: SequenceNumber(number + 1))
    }
    let begins = cluster.now
    _ = cluster.takeHappenings()
    let seconds = try Clock.thread.seconds {
      try cluster.restart(3)
      try pass(&cluster, until: 3, has: 12)
    }
    let lies = cluster.takeHappenings().filter {
      if case .report(.liar) = $0.event { true } else { false }
    }
    guard cluster.ledgers[3].root == cluster.ledgers[0].root, !lies.isEmpty else {
      throw EnvironmentError("the state is another, or nobody lied", remedy: "report this")
    }
    return seconds + Double((cluster.now - begins).rawValue) / 1e6
  }

  private static func pass(
    _ cluster: inout Cluster, until machine: Int, has sequence: SequenceNumber
  ) throws {
    let limit = cluster.now + .seconds(600)
    while cluster.replica(at: machine).executed < sequence {
      guard cluster.now < limit else {
        throw EnvironmentError("a replica doesn't catch up", remedy: "report this")
      }
      cluster.run(for: .milliseconds(10))
    }
  }
}
