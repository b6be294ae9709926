import Witan
import WitanCrypto
import WitanSimulation

extension SimulateCommand {
  /// Runs the cluster and gives an account of it.
  static func run(_ options: SimulateOptions, output: Output) throws -> ExitCode {
    var run = try makeRun(options)
    let progress = output.progress("deciding")
    let start = Clock.wall.nanoseconds
    var last: Run.DecidedBlock?
    run.run(until: options.limit) { block in
      output.line(line(block, output: output))
      progress.update(Int(clamping: block.sequence.rawValue), of: options.blocks)
      last = block
    }
    progress.finish()
    let wall = Double(Clock.wall.nanoseconds - start) / 1e6
    if last != nil { output.line() }
    report(run, options, wallMillis: wall, output: output)
    output.record(json(run, options, wallMillis: wall))
    if !run.isSafe { return .safety }
    return run.isDone ? .success : .liveness
  }

  private static func makeRun(_ options: SimulateOptions) throws -> Run {
    var configuration = Cluster.Configuration(replicas: options.replicas, seed: options.seed)
    configuration.powers = (options.weights ?? []).map { VotingPower($0) }
    configuration.conditions.quality.latency = options.latency
    configuration.conditions.quality.loss = options.loss
    configuration.clients = options.clients
    configuration.keepsAccount = true
    configuration.usesRealSignatures = options.signatures == .real
    do {
      var load = Run.Load()
      load.operations = options.claims
      return try Run(configuration, blocks: UInt64(options.blocks), load: load)
    } catch let fault as ImpossibleGenesis {
      throw UsageError("no network can begin so", remedy: fault.description)
    }
  }

  private static func line(_ block: Run.DecidedBlock, output: Output) -> String {
    let place = "#\(block.sequence)".leftPadded(to: 6)
    let time = Human.decimal(Double(block.time.rawValue) / 1e6, places: 3).leftPadded(to: 9)
    let finality = Human.time(block.finality).leftPadded(to: 8)
    let leader = "\(block.proposer)".rightPadded(to: 4)
    let facts =
      "view \(block.view)  \(leader) \(block.requests) request\(block.requests == 1 ? "" : "s")"
    return
      "\(output.paint(place, .strong)) \(time) s  \(output.paint(block.digest.short, .faint))  "
      + "\(facts)  final after \(finality)"
  }

  private static func report(
    _ run: Run, _ options: SimulateOptions, wallMillis: Double, output: Output
  ) {
    let isSafe = run.isSafe
    let isLive = run.isDone
    var table = Table([.init(""), .init("")])
    func row(_ name: String, _ text: String, _ tone: Tone? = nil) {
      table.append(Table.Cell(name, .faint), Table.Cell(text, tone))
    }
    row(
      "replicas",
      "\(Human.count(options.replicas)), weighing \(run.cluster.genesis.members.quorum.total)")
    row("decided", "\(run.decided) of \(options.blocks) blocks, executed by every replica")
    row("safe", isSafe ? "yes" : "no: \(run.violations.count) violations", isSafe ? .good : .bad)
    row("live", isLive ? "yes" : "no: \(waiting(run, options))", isLive ? .good : .bad)
    row("views", "\(run.viewChanges.count + 1), after \(run.viewChanges.count) changes")
    let finality = Percentiles(run.finalities)
    row(
      "finality",
      "p50 \(Human.time(finality.p50)), p99 \(Human.time(finality.p99)), max \(Human.time(finality.max))"
    )
    row(
      "messages",
      "\(Human.count(run.cluster.account.messages)), \(Human.bytes(run.cluster.account.bytes))")
    row("virtual time", Human.time(run.cluster.now))
    row("digest", run.cluster.account.digest.hex)
    row("wall time", Human.time(nanoseconds: wallMillis * 1e6))
    output.table(table)
    for violation in run.violations {
      output.line(
        output.paint(
          "\(violation)", .bad))
    }
  }

  private static func waiting(_ run: Run, _ options: SimulateOptions) -> String {
    let excuse = run.excuse.map { "\($0). " } ?? ""
    return "at \(options.limit): \(excuse)\(run.diagnosis)"
  }

  private static func json(
    _ run: Run, _ options: SimulateOptions, wallMillis: Double
  ) -> JSON {
    let finality = Percentiles(run.finalities)
    return .object([
      .init(key: "seed", value: .unsigned(options.seed)),
      .init(key: "replicas", value: .count(options.replicas)),
      .init(key: "faulty", value: .integer(0)),
      .init(key: "adversaries", value: .array([])),
      .init(key: "decided", value: .unsigned(run.decided.rawValue)),
      .init(key: "safe", value: .bool(run.isSafe)),
      .init(key: "live", value: .bool(run.isDone)),
      .init(key: "views", value: .count(run.viewChanges.count + 1)),
      .init(key: "viewChanges", value: .count(run.viewChanges.count)),
      .init(key: "messages", value: .unsigned(run.cluster.account.messages)),
      .init(key: "bytes", value: .unsigned(run.cluster.account.bytes)),
      .init(key: "virtualMillis", value: .number(Double(run.cluster.now.rawValue) / 1e3)),
      .init(
        key: "finalityMillis",
        value: .object([
          .init(key: "p50", value: .number(Double(finality.p50.rawValue) / 1e3)),
          .init(key: "p99", value: .number(Double(finality.p99.rawValue) / 1e3)),
          .init(key: "max", value: .number(Double(finality.max.rawValue) / 1e3)),
        ])),
      .init(key: "digest", value: .string(run.cluster.account.digest.hex)),
      .init(key: "stateRoots", value: .strings(run.cluster.stateRoots.map(\.hex))),
      .init(
        key: "violations",
        value: .array(
          run.violations.map { violation in
            .object([
              .init(key: "kind", value: .string(violation.kind.rawValue)),
              .init(key: "replica", value: .count(violation.node)),
              .init(key: "sequence", value: .unsigned(violation.sequence.rawValue)),
              .init(key: "detail", value: .string(violation.detail)),
            ])
          })),
      .init(
        key: "evidence",
        value: .array(
          run.evidence.map { proof in
            .object([
              .init(key: "culprit", value: .integer(Int64(proof.culprit.rawValue))),
              .init(key: "proof", value: .string(Hex.encode(proof.encoded))),
            ])
          })),
      .init(key: "wallMillis", value: .number(wallMillis)),
    ])
  }
}

/// The usual points of a distribution of spans; zero when there is none.
private struct Percentiles {
  let p50: Micros
  let p99: Micros
  let max: Micros

  init(_ spans: [Micros]) {
    let sorted = spans.sorted()
    func at(_ share: Int) -> Micros {
      sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * share / 100)]
    }
    p50 = at(50)
    p99 = at(99)
    max = sorted.last ?? 0
  }
}

extension String {
  fileprivate func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }

  fileprivate func rightPadded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
