import Witan
import WitanCrypto
import WitanRollup
import WitanSimulation

/// What a run of a rollup came to.
struct RollupReport {
  /// One of the numbers by which a network is judged.
  struct Metric {
    /// Its name, for programs.
    let key: String
    /// What it is, for people.
    let title: String
    /// The number; nil where there is nothing to measure.
    let value: Double?
    /// Milliseconds, or transactions a second, or a count.
    let unit: Unit

    enum Unit { case millis, tps, count }

    /// The number for people.
    var text: String {
      guard let value else { return "-" }
      switch unit {
      case .millis: return Human.time(nanoseconds: value * 1e6)
      case .tps: return "\(Human.decimal(value, places: 1)) TPS"
      case .count: return Human.count(Int(value))
      }
    }
  }

  let scenario: RollupScenario
  let metrics: RollupMetrics
  let result: RollupResult
  let digest: Digest
  let events: Int
  let wallMillis: Double

  /// The metrics of the stress tests.
  var table: [Metric] {
    let slots = Double(scenario.slot.rawValue) / 1e6 * Double(metrics.slots)
    let provenSpan = max(slots, Double(result.lastProven.rawValue) / 1e6)
    let executing = Double(metrics.executed.time.rawValue) / 1e6
    let syncing = Double(result.syncTime.rawValue) / 1e6
    func millis(_ key: String, _ title: String, _ spans: RollupMetrics.Spans) -> Metric {
      Metric(
        key: key, title: title, value: spans.mean.map { Double($0.rawValue) / 1e3 }, unit: .millis)
    }
    func rate(_ key: String, _ title: String, _ count: UInt64, _ seconds: Double) -> Metric {
      Metric(
        key: key, title: title, value: seconds > 0 ? Double(count) / seconds : nil, unit: .tps)
    }
    return [
      millis("advanceMillis", "to advance the world state", metrics.advance),
      millis("prepareMillis", "to prepare a block", metrics.prepare),
      millis("collectMillis", "to collect signatures", metrics.collect),
      millis("verifyMillis", "to verify a block", metrics.verify),
      millis("submitMillis", "to submit a block to L1", metrics.submit),
      Metric(
        key: "simultaneousProofs", title: "transactions proved at once",
        value: Double(metrics.simultaneousProofs), unit: .count),
      rate(
        "sequencerTPS", "sequencer simulation", metrics.executed.transactions, executing),
      rate("pendingTPS", "pending chain", result.pendingTransactions, slots),
      rate("provenTPS", "proven chain", result.provenTransactions, provenSpan),
      rate("syncTPS", "a new node syncing", result.pendingTransactions, syncing),
      millis("catchUpMillis", "a node that was away catching up", metrics.catchUp),
      millis("updateMillis", "from one pending block to the next", metrics.updates),
      Metric(
        key: "updateMaxMillis", title: "at most",
        value: metrics.updates.count > 0
          ? Double(metrics.updates.longest.rawValue) / 1e3 : nil, unit: .millis),
      millis(
        "transactionMillis", "from sending a transaction to its block", metrics.transactionLatency),
    ]
  }

  /// What keeps the network from what was asked of it, if anything does.
  var limits: [String] {
    var limits: [String] = []
    let pending = Double(result.pendingTransactions)
    let sent = Double(metrics.submittedTransactions)
    if scenario.tps > 0, sent > 0, pending < 0.95 * sent {
      if metrics.fullBlocks > 0 {
        limits.append(
          "\(metrics.fullBlocks) blocks were full: a transaction takes \(scenario.execution) to "
            + "execute, and an eighth of a slot is for it")
      }
      if metrics.submitted < metrics.slots {
        limits.append(
          "\(metrics.slots - metrics.submitted) of \(metrics.slots) slots had no block that enough "
            + "signed in time")
      }
    }
    if metrics.updates.longest > .seconds(30) {
      limits.append(
        "\(Human.time(metrics.updates.longest)) passed between two pending blocks, which is more "
          + "than 30 s")
    }
    if scenario.proving != .off, result.tips.proven < result.tips.pending {
      limits.append(
        "\(result.tips.pending.rawValue - result.tips.proven.rawValue) blocks aren't proven")
    }
    return limits
  }

  /// Prints it for people.
  func print(to output: Output) {
    var facts = Table([.init(""), .init("")])
    func row(_ name: String, _ text: String) {
      facts.append(Table.Cell(name, .faint), Table.Cell(text))
    }
    let tips = result.tips
    row(
      "validators",
      "\(Human.count(scenario.validators)), \(metrics.available.least) to "
        + "\(metrics.available.most) of them there")
    row("slots", "\(metrics.slots), \(metrics.missedSlots) with nobody to propose")
    row(
      "blocks",
      "\(metrics.proposed) proposed, \(tips.pending) pending, \(tips.proven) proven, "
        + "\(tips.finalised) final")
    row("attestations", "\(Human.decimal(attestationsPerBlock, places: 1)) a block")
    let runs = result.failedRuns.map { "\($0.count) of \($0.length)" }.joined(separator: ", ")
    row("empty slots in a row", runs.isEmpty ? "none" : runs)
    for (refusal, count) in refusals {
      row("refused by L1", "\(count): \(refusal.description)")
    }
    row("rewards", "\(Human.number(Double(result.rewards) / 1e6)) tokens")
    if result.slashed > 0 || metrics.equivocations > 0 {
      row(
        "slashed",
        "\(Human.number(Double(result.slashed) / 1e6)) tokens, for two blocks in one slot "
          + "\(metrics.equivocations) times")
    }
    if result.l1Fees > 0 {
      row("fees on L1", "\(Human.number(Double(result.l1Fees) / 1e12)) tokens")
    }
    row("events", Human.count(events))
    row("wall time", Human.time(nanoseconds: wallMillis * 1e6))
    row("digest", digest.hex)
    output.table(facts)
    output.line()
    var table = Table([.init("time or rate"), .init("", .right)])
    for metric in self.table { table.append(.init(metric.title), .init(metric.text)) }
    output.table(table)
    for limit in limits { output.line("limited: \(limit)") }
  }

  private var attestationsPerBlock: Double {
    metrics.proposed == 0 ? 0 : Double(metrics.attestations) / Double(metrics.proposed)
  }

  private var refusals: [(key: ContractRefusal, count: Int)] {
    metrics.refusals.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value) }
  }

  /// The report for programs.
  var json: JSON {
    [
      "seed": .unsigned(scenario.seed),
      "validators": .count(scenario.validators),
      "slots": .count(metrics.slots),
      "proposed": .count(metrics.proposed),
      "pending": .unsigned(result.tips.pending.rawValue),
      "proven": .unsigned(result.tips.proven.rawValue),
      "finalised": .unsigned(result.tips.finalised.rawValue),
      "missedSlots": .count(metrics.missedSlots),
      "failedRuns": .object(
        result.failedRuns.map { .init(key: "\($0.length)", value: .count($0.count)) }),
      "attestationsPerBlock": .number(attestationsPerBlock),
      "validatorsAvailable": [
        "mean": .number(
          metrics.slots == 0 ? 0 : Double(metrics.available.sum) / Double(metrics.slots)),
        "min": .count(metrics.slots == 0 ? 0 : metrics.available.least),
        "max": .count(metrics.available.most),
      ],
      "rewards": .unsigned(result.rewards),
      "slashed": .unsigned(result.slashed),
      "equivocations": .count(metrics.equivocations),
      "l1Fees": .unsigned(result.l1Fees),
      "refused": .object(
        refusals.map { .init(key: "\($0.key)", value: .count($0.count)) }),
      "reorganisedBlocks": .count(metrics.takenBack),
      "lostMessages": .count(metrics.lostMessages),
      "submittedTransactions": .unsigned(metrics.submittedTransactions),
      "pendingTransactions": .unsigned(result.pendingTransactions),
      "provenTransactions": .unsigned(result.provenTransactions),
      "metrics": .object(
        table.map { .init(key: $0.key, value: .optional($0.value, JSON.number)) }),
      "limits": .strings(limits),
      "eventCount": .count(events),
      "digest": .string(digest.hex),
      "wallMillis": .number(wallMillis),
    ]
  }
}
