import Witan
import WitanCrypto
import WitanSimulation

extension SimulateCommand {
  /// Runs the cluster and gives an account of it.
  static func run(_ options: SimulateOptions, output: Output) throws -> ExitCode {
    var study = try study(options)
    let progress = output.progress("deciding")
    let start = Clock.wall.nanoseconds
    var last: Study.DecidedBlock?
    study.run(until: options.limit) { block in
      output.line(line(block, output: output))
      progress.update(Int(clamping: block.sequence.rawValue), of: options.blocks)
      last = block
    }
    progress.finish()
    let wall = Double(Clock.wall.nanoseconds - start) / 1e6
    if last != nil { output.line() }
    report(study, options, wallMillis: wall, output: output)
    output.record(json(study, options, wallMillis: wall))
    if !study.violations.isEmpty { return .safety }
    return study.isDone ? .success : .liveness
  }

  private static func study(_ options: SimulateOptions) throws -> Study {
    var configuration = Cluster.Configuration(replicas: options.replicas, seed: options.seed)
    configuration.powers = (options.weights ?? []).map { VotingPower($0) }
    configuration.conditions.quality.latency = options.latency
    configuration.conditions.quality.loss = options.loss
    configuration.clients = options.clients
    configuration.usesRealSignatures = options.signatures == .real
    do {
      return try Study(configuration, blocks: UInt64(options.blocks), claims: options.claims)
    } catch let fault as ImpossibleGenesis {
      throw UsageError("no network can begin so", remedy: fault.description)
    }
  }

  private static func line(_ block: Study.DecidedBlock, output: Output) -> String {
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
    _ study: Study, _ options: SimulateOptions, wallMillis: Double, output: Output
  ) {
    let isSafe = study.violations.isEmpty
    let isLive = study.isDone
    var table = Table([.init(""), .init("")])
    func row(_ name: String, _ text: String, _ tone: Tone? = nil) {
      table.append(Table.Cell(name, .faint), Table.Cell(text, tone))
    }
    row(
      "replicas",
      "\(Human.count(options.replicas)), weighing \(study.cluster.genesis.members.quorum.total)")
    row("decided", "\(study.decided) of \(options.blocks) blocks, executed by every replica")
    row("safe", isSafe ? "yes" : "no: \(study.violations.count) violations", isSafe ? .good : .bad)
    row("live", isLive ? "yes" : "no: \(waiting(study, options))", isLive ? .good : .bad)
    row("views", "\(study.viewChanges.count + 1), after \(study.viewChanges.count) changes")
    let finality = Percentiles(study.finalities)
    row(
      "finality",
      "p50 \(Human.time(finality.p50)), p99 \(Human.time(finality.p99)), max \(Human.time(finality.max))"
    )
    row(
      "messages",
      "\(Human.count(study.cluster.account.messages)), \(Human.bytes(study.cluster.account.bytes))")
    row("virtual time", Human.time(study.cluster.now))
    row("digest", study.cluster.account.digest.hex)
    row("wall time", Human.time(nanoseconds: wallMillis * 1e6))
    output.table(table)
    for violation in study.violations {
      output.line(
        output.paint(
          "\(violation.kind) at \(violation.replica), #\(violation.sequence): \(violation.detail)",
          .bad))
    }
  }

  private static func waiting(_ study: Study, _ options: SimulateOptions) -> String {
    let behind = study.cluster.replicas.min { $0.executed < $1.executed }
    guard let behind else { return "there are no replicas" }
    let phase = behind.phase == .active ? "in" : "waiting for"
    return "at \(options.limit), \(behind.id) is \(phase) view \(behind.view) and executed "
      + "\(behind.executed); a longer --limit may show whether it goes on"
  }

  private static func json(
    _ study: Study, _ options: SimulateOptions, wallMillis: Double
  ) -> JSON {
    let finality = Percentiles(study.finalities)
    return .object([
      .init(key: "seed", value: .unsigned(options.seed)),
      .init(key: "replicas", value: .count(options.replicas)),
      .init(key: "faulty", value: .integer(0)),
      .init(key: "adversaries", value: .array([])),
      .init(key: "decided", value: .unsigned(study.decided.rawValue)),
      .init(key: "safe", value: .bool(study.violations.isEmpty)),
      .init(key: "live", value: .bool(study.isDone)),
      .init(key: "views", value: .count(study.viewChanges.count + 1)),
      .init(key: "viewChanges", value: .count(study.viewChanges.count)),
      .init(key: "messages", value: .unsigned(study.cluster.account.messages)),
      .init(key: "bytes", value: .unsigned(study.cluster.account.bytes)),
      .init(key: "virtualMillis", value: .number(Double(study.cluster.now.rawValue) / 1e3)),
      .init(
        key: "finalityMillis",
        value: .object([
          .init(key: "p50", value: .number(Double(finality.p50.rawValue) / 1e3)),
          .init(key: "p99", value: .number(Double(finality.p99.rawValue) / 1e3)),
          .init(key: "max", value: .number(Double(finality.max.rawValue) / 1e3)),
        ])),
      .init(key: "digest", value: .string(study.cluster.account.digest.hex)),
      .init(key: "stateRoots", value: .strings(study.cluster.stateRoots.map(\.hex))),
      .init(
        key: "violations",
        value: .array(
          study.violations.map { violation in
            .object([
              .init(key: "kind", value: .string(violation.kind)),
              .init(key: "replica", value: .integer(Int64(violation.replica.rawValue))),
              .init(key: "sequence", value: .unsigned(violation.sequence.rawValue)),
              .init(key: "detail", value: .string(violation.detail)),
            ])
          })),
      .init(
        key: "evidence",
        value: .array(
          study.evidence.map { proof in
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
