import Witan
import WitanSimulation

/// Runs a scenario to its end, and says on the way what it comes to.
struct Conduct {
  /// What is run.
  let scenario: Scenario
  /// Whether all that happens is printed.
  let traces: Bool
  let output: Output

  /// Runs it and gives an account of it.
  func complete(_ run: inout Run) -> ExitCode {
    let start = Clock.wall.nanoseconds
    if traces { run.cluster.watch.formUnion([.messages, .deliveries]) }
    var log = BlockLog(blocks: scenario.blocks, isShown: !traces, output: output)
    var trace = Trace(of: run.cluster, scenario)
    if traces { trace.begin(output) }
    warn(of: run)
    let outcome = run.complete(
      scenario, onDecision: { log.note($0) },
      onHappenings: {
        if traces { trace.note($0, output) } else { log.pass($0) }
      })
    log.finish()
    let wall = Double(Clock.wall.nanoseconds - start) / 1e6
    if traces { output.line() }
    let report = RunReport(scenario: scenario, run: run, outcome: outcome, wallMillis: wall)
    report.print(to: output)
    output.record(report.json)
    noteIdleFaults(outcome)
    return report.exitCode
  }

  /// Whoever asks for more liars than the network bears should know that.
  private func warn(of run: Run) {
    guard case .tooManyFaulty(let power, let bound) = run.excuse else { return }
    let (lie, bear) = (run.cluster.weight(of: power), run.cluster.weight(of: bound))
    output.warning(
      "those that lie weigh \(lie), and \(scenario.replicas) replicas bear \(bear): nothing is promised"
    )
  }

  /// A fault that came when all was over shows little.
  private func noteIdleFaults(_ outcome: Run.Outcome) {
    guard let decidedAt = outcome.decidedAt,
      let idle = scenario.faults.first(where: { $0.begins >= decidedAt })
    else { return }
    output.note(
      "all \(scenario.blocks) blocks were decided by \(Human.time(decidedAt)), before \(idle); "
        + "with more --blocks it would meet some work")
  }
}

/// A line for each decided block. Of many blocks, those that tell nothing new are folded.
struct BlockLog {
  private let output: Output
  private let blocks: UInt64
  private let isShown: Bool
  private let progress: Progress
  private var count: UInt64 = 0
  private var view: View?
  private var folded: [Run.DecidedBlock] = []
  private var foldedCount = 0

  /// How many are printed before any is folded, and how many at the end.
  private static let head: UInt64 = 24
  private static let tail = 3

  init(blocks: UInt64, isShown: Bool, output: Output) {
    self.blocks = blocks
    self.isShown = isShown
    self.output = output
    progress = output.progress("deciding")
  }

  /// A block was decided.
  mutating func note(_ block: Run.DecidedBlock) {
    count += 1
    guard isShown else { return }
    let isNew = view != block.view
    view = block.view
    // A few more than are shown anyway aren't worth folding.
    let head = blocks <= Self.head + 4 ? max(blocks, Self.head) : Self.head
    if isNew || count <= head {
      unfold()
      print(block)
    } else {
      folded.append(block)
      foldedCount += 1
      if folded.count > Self.tail { folded.removeFirst() }
    }
  }

  /// Time goes by, with or without a block.
  mutating func pass(_ happenings: [Happening]) {
    guard isShown, let time = happenings.last?.time else { return }
    progress.update(
      Int(clamping: count), of: Int(clamping: blocks),
      detail: "at \(Human.decimal(Double(time.rawValue) / 1e6, places: 1)) s")
  }

  /// No more will be.
  mutating func finish() {
    unfold()
    progress.finish()
    if isShown, count > 0 { output.line() }
  }

  private mutating func unfold() {
    let hidden = foldedCount - folded.count
    progress.finish()
    if hidden > 0 {
      output.line(
        output.paint("     ⋮  \(Human.count(hidden)) more like it", .faint))
    }
    for block in folded { print(block) }
    folded.removeAll()
    foldedCount = 0
  }

  private func print(_ block: Run.DecidedBlock) {
    let place = "#\(block.sequence)".padded(to: 6, .right)
    let time = Human.decimal(Double(block.time.rawValue) / 1e6, places: 3).padded(to: 9, .right)
    let leader = "\(block.proposer)".padded(to: 4)
    let requests = "\(block.requests) request\(block.requests == 1 ? "" : "s")"
    output.line(
      "\(output.paint(place, .strong)) \(time) s  \(output.paint(block.digest.short, .faint))  "
        + "view \(block.view)  \(leader) \(requests.padded(to: 11))"
        + "  final after \(Human.time(block.finality).padded(to: 8, .right))")
  }
}
