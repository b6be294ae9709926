import Witan
import WitanCrypto
import WitanSimulation

/// What happens in a cluster, to be read like a sequence diagram: a line an event.
///
/// What arrives is shown where something follows from it, right above what does; else half of all lines would say that
/// one more vote has come. What is said again unchanged, or lost again, or sent to those that are down, isn't shown.
struct Trace {
  private let names: [String]
  private let width: Int
  private let liars: [Int]
  private let scenario: Scenario
  private let clients: [PublicKey: Int]
  private let machineCount: Int
  /// What arrived, if nothing has followed from it yet.
  private var arrival: TraceEntry?
  private var down: Set<Int>
  private var said: [Route: Statement] = [:]

  /// A kind of message on its way, or lost on it.
  private struct Route: Hashable {
    let from: Int
    let to: Int?
    let kind: StatementKind
    let isLost: Bool
  }

  /// A trace of a cluster in which a scenario is run.
  init(of cluster: Cluster, _ scenario: Scenario) {
    machineCount = cluster.machineCount
    down = Set((0..<machineCount).filter { cluster.standing(of: $0) == .down })
    let nodes = machineCount + max(1, scenario.clients) + 1
    liars = cluster.faulty.map(\.self)
    let liars = liars
    names = (0..<nodes).map { cluster.label(of: $0) + (liars.contains($0) ? "*" : "") }
    width = names.map(\.displayWidth).max() ?? 2
    self.scenario = scenario
    clients = Dictionary(
      (0..<cluster.configuration.clients).map { (cluster.key(of: $0), $0) },
      uniquingKeysWith: { first, _ in first })
  }

  private func name(_ node: Int) -> String {
    names.indices.contains(node) ? names[node] : "c?"
  }

  /// Says what there is to know before.
  func begin(_ output: Output) {
    guard !liars.isEmpty else { return }
    output.line(
      output.paint(
        "  * lies: \(scenario.adversaries.map(\.description).joined(separator: "; "))", .faint))
  }

  /// Prints what happened.
  mutating func note(_ happenings: [Happening], _ output: Output) {
    arrival = nil
    for (index, happening) in happenings.enumerated() {
      if case .delivered(let message, let sender) = happening.event {
        arrival = TraceEntry(
          message, mark: "← \(name(sender))", at: happening.time, node: happening.node,
          tone: .faint)
        continue
      }
      guard !isRepetition(happening),
        let entry = entry(for: happening, before: happenings[(index + 1)...])
      else { continue }
      if let arrival, arrival.node == entry.node { print(arrival, output) }
      arrival = nil
      print(entry, output)
    }
  }

  private func print(_ entry: TraceEntry, _ output: Output) {
    if output.isForPrograms {
      output.record(entry.json(name))
    } else {
      output.line(entry.line(name, width: width, output.palette))
    }
  }

  // MARK: What is worth a line

  /// Whether it tells nothing new: replicas say where they stand, and that they want to leave a view, again and again.
  private mutating func isRepetition(_ happening: Happening) -> Bool {
    let node = happening.node
    switch happening.event {
    case .died, .unfit: down.insert(node)
    case .started: down.remove(node)
    case .sent(let message, let receiver):
      let to = receiver.map { Int($0.rawValue) }
      return isRepetition(message, from: node, to: to, isLost: false)
    case .lost(let message, let sender):
      return down.contains(node) || isRepetition(message, from: sender, to: node, isLost: true)
    default: break
    }
    return false
  }

  private mutating func isRepetition(
    _ message: Message, from sender: Int, to receiver: Int?, isLost: Bool
  ) -> Bool {
    guard let statement = message.signed?.statement,
      statement.kind == .status || statement.kind == .viewChange
    else { return false }
    let route = Route(from: sender, to: receiver, kind: statement.kind, isLost: isLost)
    return said.updateValue(statement, forKey: route) == statement
  }

  private func entry(for happening: Happening, before rest: ArraySlice<Happening>) -> TraceEntry? {
    let (time, node) = (happening.time, happening.node)
    func make(_ mark: String, _ title: String, _ detail: String = "", _ tone: Tone? = nil)
      -> TraceEntry
    {
      TraceEntry(time: time, node: node, mark: mark, title: title, detail: detail, tone: tone)
    }
    switch happening.event {
    case .sent(let message, let receiver):
      return TraceEntry(
        message, mark: "→ \(receiver.map { name(Int($0.rawValue)) } ?? "all")", at: time, node: node
      )
    case .lost(let message, let sender):
      return TraceEntry(message, mark: "✗ \(name(sender))", at: time, node: node, tone: .doubtful)
        .with(detail: "lost on its way")
    case .validated(_, .invalid(let reason)):
      return make("!", "refuses", "the block: \(reason)", .doubtful)
    case .executed(let execution):
      var entry = make("■", "executed", execution.requests.count.counted("request"), .good)
      (entry.sequence, entry.digest) = (execution.sequence, execution.header.digest)
      return entry
    case .installed(let summary):
      return make("■", "installed", "the state after #\(summary.sequence)", .good)
    case .replied(let reply):
      return make("→ \(client(reply.body.client))", "reply", "to number \(reply.body.number)")
    case .asked(let request):
      let count = request.operations.count.counted("operation")
      return make("→ all", "request", "number \(request.number), \(count)")
    case .called(.read(_, _, let read)): return make("?", "reads", read.words)
    case .finished(let finished): return make("✓", "is told", finished.completion.words, .good)
    case .report(let report): return entry(for: report, make, before: rest)
    case .denounced(let proof):
      return make("!", "denounces", "\(proof.culprit), who \(proof.words)", .bad)
    case .planned(let fault, let begins): return entry(forFault: fault, begins, at: time)
    case .died(.killed): return make("✗", "dies", "", .bad)
    case .died(.diskFull): return make("✗", "dies", "of a full disk", .bad)
    case .unfit(let reason): return make("✗", "stays down", reason.words, .bad)
    case .started(let life): return make("✓", "starts again", "its life number \(life + 1)", .good)
    case .paused: return make("✗", "halts", "", .bad)
    case .resumed: return make("✓", "goes on", "", .good)
    case .delivered, .validated, .reached, .restored, .called: return nil
    }
  }

  private func entry(forFault index: Int, _ begins: Bool, at time: Micros) -> TraceEntry? {
    guard scenario.faults.indices.contains(index) else { return nil }
    let fault = scenario.faults[index]
    let until = fault.ends.map { "until \($0)" } ?? (fault.effect.isMomentary ? "" : "for ever")
    return TraceEntry(
      time: time, node: nil, mark: begins ? "✗" : "✓",
      title: begins ? "\(fault.effect)" : "the end of \(fault.effect)",
      detail: begins ? until : "", tone: begins ? .bad : .good)
  }

  private func client(_ key: PublicKey) -> String {
    clients[key].map { name(machineCount + $0) } ?? "c?"
  }

  private func entry(
    for report: Report, _ make: (String, String, String, Tone?) -> TraceEntry,
    before rest: ArraySlice<Happening>
  ) -> TraceEntry? {
    switch report {
    case .prepared(let sequence, let digest, let view):
      var entry = make("·", "prepared", "", nil)
      (entry.view, entry.sequence, entry.digest) = (view, sequence, digest)
      return entry
    case .decided(let certificate, _):
      // Most are executed in the same breath, which says it all.
      let isExecuted = rest.contains {
        if case .executed(let execution) = $0.event {
          execution.sequence == certificate.sequence
        } else {
          false
        }
      }
      guard !isExecuted else { return nil }
      var entry = make("·", "decided", "", nil)
      (entry.view, entry.sequence) = (certificate.view, certificate.sequence)
      entry.digest = certificate.digest
      return entry
    case .stable(let certificate):
      var entry = make("■", "stable", "", .good)
      entry.sequence = certificate.sequence
      return entry
    case .suspected(let leader, let asks, let reason):
      return make("!", "gives up", "\(leader) and asks for view \(asks): \(reason)", .doubtful)
    case .enteredView(_, let view, let leader):
      return make("■", "enters view", "\(view) under \(leader)", .strong)
    case .enteredEpoch(let epoch, let members):
      return make("■", "enters epoch", "\(epoch) of \(members.count.counted("member"))", .strong)
    case .evidence(let proof):
      return make("!", "convicts", "\(proof.culprit), who \(proof.words)", .bad)
    case .rejected(let rejection, let kind, let sender):
      guard rejection.isTelling else { return nil }
      let what = "\(kind?.name ?? "something")\(sender.map { " of \($0)" } ?? "")"
      return make("!", "refuses", "\(what): \(rejection)", .doubtful)
    case .refusedBlock(let sequence, _, let reason):
      return make("!", "refuses", "the block at #\(sequence): \(reason)", .doubtful)
    case .transferBegan(let sequence):
      return make("·", "fetches", "the state after #\(sequence)", nil)
    case .liar(let sender): return make("!", "refuses", "a piece of state of \(sender)", .doubtful)
    case .diverged(let sequence, _, _):
      return make("✗", "has diverged", "from the certified state after #\(sequence)", .bad)
    case .impossibleMembers(_, let reason):
      return make("!", "stays", "with the present members: \(reason)", .doubtful)
    case .accepted, .executed, .transferEnded: return nil
    }
  }
}

extension TraceEntry {
  /// The entry with something else to say.
  fileprivate func with(detail: String) -> TraceEntry {
    var entry = self
    entry.detail = detail
    return entry
  }
}

extension Rejection {
  /// Whether it tells of something wrong; most refusals are of what comes late or twice.
  fileprivate var isTelling: Bool {
    switch self {
    case .malformed, .badSignature, .badClientSignature: true
    default: provesFault
    }
  }
}

extension Happening.Unfitness {
  fileprivate var words: String {
    switch self {
    case .journalDamaged: "its journal is damaged"
    case .stateLost(let sequence): "its disk lost the state after #\(sequence)"
    }
  }
}

extension ClientSession.Read {
  fileprivate var words: String {
    switch self {
    case .fast: "from executed state"
    case .ordered: "in order"
    case .certified(let sequence): "a certified state since #\(sequence)"
    }
  }
}

extension ClientSession.Completion {
  fileprivate var words: String {
    switch self {
    case .executed(_, let sequence), .executedSilently(let sequence): "that it ran at #\(sequence)"
    case .declined: "that it isn't wanted"
    case .superseded: "that a later number ran"
    case .unknown: "that nobody knows any more whether it ran"
    case .answered(_, let sequence): "what it asked, as of #\(sequence)"
    case .unanswered(let refusal): "nothing\(refusal.map { ": \($0)" } ?? "")"
    case .notTaken(let objection): "by its own session: \(objection)"
    }
  }
}
