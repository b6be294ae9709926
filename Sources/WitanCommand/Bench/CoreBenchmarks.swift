import Witan
import WitanCrypto
import WitanSimulation

/// What the consensus core costs.
enum CoreBenchmarks {
  /// All of it.
  static let group = BenchmarkGroup(
    name: "core", summary: "the consensus core and what it stands on",
    benchmarks: [
      .time(
        "core.digest", "SHA-256 of 128 bytes through Witan's own type", against: .sha256Of128Bytes,
        goal: .ratio(atMost: 1), prepare: digests),
      .allocations(
        "core.digest.allocations", "heap allocations of such a digest", goal: .value(atMost: 0),
        prepare: digests),
      handling("core.vote.n4", "handling a verified vote, 4 replicas", members: 4),
      handling("core.vote.n100", "handling a verified vote, 100 replicas", members: 100),
      .allocations(
        "core.vote.n4.allocations", "heap allocations of a vote that completes nothing",
        goal: .value(atMost: 0), operations: 4_000,
        prepare: { try votes(of: 4, window: 8_192, part: .late) }),
      .allocations(
        "core.vote.n100.allocations", "the same with 100 replicas", goal: .value(atMost: 0),
        operations: 4_000, prepare: { try votes(of: 100, window: 512, part: .late) }),
      .time(
        "core.inbox.n1000", "a frame through the inbox among 1,000 replicas and 1,000 clients",
        against: .sha256Of128Bytes, goal: .ratio(atMost: 2), prepare: { try inbox(of: 1_000) }),
      .allocations(
        "core.inbox.n1000.allocations", "heap allocations of that", goal: .value(atMost: 0),
        prepare: { try inbox(of: 1_000) }),
      .time(
        "core.codec.vote", "encoding and decoding a vote", against: .sha256(of: voteSize),
        goal: .ratio(atMost: 1), prepare: codec),
      .once(
        "core.slot.n1000", "one slot among 1,000 replicas, every message handled",
        in: .seconds, goal: .value(atMost: 3), read: { try slot(of: 1_000).seconds }),
      .once(
        "core.slot.n1000.memory", "what that takes at its peak", in: .bytes,
        goal: .value(atMost: 1.5 * 0x1p30), read: { try slot(of: 1_000).bytes }),
      .once(
        "core.decisions.n4.memory",
        "growth over 100,000 decisions of 4 replicas after the first window",
        in: .bytes, goal: .value(atMost: 8 * 0x1p20),
        read: { try growth(over: 100_000, replicas: 4) }),
      .once(
        "core.decisions.memory", "growth over 10,000,000 decisions of one replica", in: .bytes,
        goal: .value(atMost: 8 * 0x1p20), read: { try growth(over: 10_000_000, replicas: 1) }),
    ])

  private static let digests: @Sendable () -> (Int) -> Void = {
    let input = (0..<128).map { UInt8(truncatingIfNeeded: $0) }
    return { operations in
      input.withUnsafeBytes { input in
        for _ in 0..<operations { consume(SHA256.hash(input)) }
      }
    }
  }

  private static func inbox(of members: Int) throws -> (Int) -> Void {
    var stage = try InboxStage(members: members)
    return { operations in stage.run(operations) }
  }

  private static func votes(
    of members: Int, window: UInt64, part: VoteStage.Part
  ) throws -> (Int) throws -> Void {
    var stage = try VoteStage(members: members, window: window, part: part)
    return { operations in try stage.run(operations) }
  }

  /// Every vote of a window of the default size, quorums and what follows from them included. A stage is set anew
  /// for each round, outside of what is timed.
  private static func handling(_ name: String, _ summary: String, members: Int) -> Benchmark {
    let yardstick = Workload.sha256Of128Bytes
    return Benchmark(
      name: name, summary: summary, measure: .nanoseconds, yardstick: yardstick.name,
      goal: .ratio(atMost: 1)
    ) { rounds in
      let hash = try yardstick.prepare()
      var values: [Double] = []
      var hashes: [Double] = []
      for _ in 0..<max(1, rounds / 2) {
        var stage = try VoteStage(members: members, window: 128, part: .all)
        let votes = stage.count
        hashes.append(try Clock.thread.seconds { try hash(1_000) } * 1e9 / 1_000)
        values.append(try Clock.thread.seconds { try stage.run(votes) } * 1e9 / Double(votes))
      }
      let ratios = zip(values, hashes).map { $0 / $1 }
      return Benchmark.Reading(
        value: values.median, yardstickValue: hashes.median, ratio: ratios.median)
    }
  }

  private static let vote: Message = {
    let signer = SimulatedAuthority(seed: 1).signer(0)
    let statement = Statement(.prepare, epoch: 1, view: 2, sequence: 3, digest: .zero)
    return .prepare(statement.signed(by: 0, with: signer, chain: .zero))
  }()

  private static let voteSize = vote.encoded.count

  private static let codec: @Sendable () -> (Int) throws -> Void = {
    let message = vote
    var writer = ByteWriter()
    return { operations in
      for _ in 0..<operations {
        writer.reset()
        message.encode(to: &writer)
        try writer.withBytes { consume(try Message(decoding: $0)) }
      }
    }
  }

  /// Every replica proposes, prepares and commits one block, and hears everybody.
  private static func slot(of count: Int) throws -> (seconds: Double, bytes: Double) {
    var seconds = 0.0
    let memory = try MemoryGauge.measure {
      var cluster = try Cluster(Cluster.Configuration(replicas: count, seed: 1))
      cluster.watch = []
      cluster.submit(.put(key: [1], value: [2]))
      seconds = Clock.thread.seconds { cluster.run(for: .milliseconds(60)) }
      guard cluster.replicas.allSatisfy({ $0.executed == 1 }) else {
        throw EnvironmentError("the slot wasn't decided", remedy: "report this")
      }
    }
    return (seconds, Double(memory.peak))
  }

  /// How much memory so many decisions take beyond the first windows'.
  private static func growth(over decisions: UInt64, replicas: Int) throws -> Double {
    var configuration = Cluster.Configuration(replicas: replicas, seed: 1)
    configuration.conditions.quality.latency = .fixed(1_000)
    var cluster = try Cluster(configuration)
    cluster.watch = []
    func run(to target: SequenceNumber) {
      while cluster.executedByAll < target {
        for _ in 0..<16 {
          cluster.submit(.put(key: [1], value: [2]))
          cluster.run(for: .milliseconds(1))
        }
      }
    }
    run(to: 2_000)
    return Double(MemoryGauge.measure { run(to: SequenceNumber(decisions)) }.growth)
  }
}
