import Witan
import WitanCrypto
import WitanLedger

/// States: an application of its own runs the agreed order once, and every machine's state at every checkpoint, every
/// state that is certified, installed or restored, and every result a client is told must be that application's.
public struct StateChecker: Checker {
  private struct Result {
    let number: UInt64
    let sequence: SequenceNumber
    let bytes: [UInt8]
  }

  private struct Question: Hashable {
    let node: Int
    let tag: UInt64
  }

  /// What it knows beforehand.
  public var vantage: Vantage
  /// What it found.
  public private(set) var findings = Findings()
  /// The application in the state that the agreed order leads to.
  public private(set) var reference: ReplicatedApplication
  /// What each block changed, if the ledger leaves that behind.
  public private(set) var transitions: [StateTransition] = []
  /// How much of the order it ran.
  public private(set) var frontier: SequenceNumber = 0
  private var roots: [SequenceNumber: Digest]
  /// The states at the latest checkpoints, oldest first.
  private var states: [(sequence: SequenceNumber, application: ReplicatedApplication)] = []
  /// What the first correct machine says of a whole state: application, sessions, members and all.
  private var summaries: [SequenceNumber: Digest] = [:]
  private var questions: [Question: [UInt8]] = [:]
  private var results: [PublicKey: [Result]] = [:]

  /// How many states of checkpoints are kept, to compare what clients are shown of them.
  static let statesKept = 64
  /// How many results of each client are kept, to compare late replies.
  static let resultsKept = 16

  /// A checker that has seen nothing yet.
  public init(_ vantage: Vantage) {
    self.vantage = vantage
    reference = vantage.application
    roots = [0: vantage.genesis.applicationRoot]
    states = [(0, reference)]
  }

  /// The state at a checkpoint, while it is kept.
  public func state(at sequence: SequenceNumber) -> ReplicatedApplication? {
    states.last { $0.sequence == sequence }?.application
  }

  /// Sees what happened.
  public mutating func observe(_ happening: Happening) {
    guard vantage.isCorrect(happening.node) else { return observe(client: happening) }
    switch happening.event {
    case .executed(let execution):
      checkPlace(of: execution, happening)
      if execution.sequence == frontier.next { run(execution) }
    case .reached(let sequence, let root): compare(root, at: sequence, "reached", happening)
    case .restored(let sequence, let root):
      compare(root, at: sequence, "restored from its disk", happening)
    case .installed(let summary):
      compare(summary.applicationRoot, at: summary.sequence, "installed", happening)
    case .report(.stable(let certificate)):
      let summary = certificate.summary
      compare(summary.applicationRoot, at: summary.sequence, "certified", happening)
      compare(summary: summary.digest, at: summary.sequence, happening)
    case .report(.diverged(let sequence, let own, let certified)):
      findings.add(
        .state, at: happening, sequence,
        detail: "finds its own state \(own.short), but \(certified.short) certified")
    case .sent(.checkpoint(let signed), _):
      compare(summary: signed.statement.digest, at: signed.statement.sequence, happening)
    case .replied(let reply): check(reply, happening)
    default: break
    }
  }

  /// What a client takes for certified is what the agreed order led to.
  private mutating func observe(client happening: Happening) {
    switch happening.event {
    case .called(.read(let tag, let question, .certified)):
      questions[Question(node: happening.node, tag: tag)] = question
    case .finished(let finished):
      let place = Question(node: happening.node, tag: finished.tag)
      guard !questions.isEmpty, let key = questions.removeValue(forKey: place),
        case .answered(let answer, let sequence) = finished.completion,
        let state = state(at: sequence)
      else { return }
      if answer != state.finding(key) {
        findings.add(
          .state, at: happening, sequence,
          detail: "a certified read of key \(key) tells what wasn't so")
      }
    default: break
    }
  }

  private mutating func run(_ execution: Execution) {
    frontier = execution.sequence
    reference.begin(execution.requests, in: execution.header)
    for request in execution.requests {
      let bytes = reference.apply(request, in: execution.header)
      var kept = results[request.client] ?? []
      if kept.count >= Self.resultsKept { kept.removeFirst() }
      kept.append(Result(number: request.number, sequence: frontier, bytes: bytes))
      results[request.client] = kept
    }
    reference.end(execution.header)
    if let transition = reference.ledger?.transition { transitions.append(transition) }
    guard execution.isCheckpoint else { return }
    roots[frontier] = StateMachineHost.root(of: reference)
    if states.count >= Self.statesKept { states.removeFirst() }
    states.append((frontier, reference))
  }

  private mutating func checkPlace(of execution: Execution, _ happening: Happening) {
    let parameters = vantage.genesis.parameters
    let sequence = execution.sequence.rawValue
    let isDue = sequence.isMultiple(of: parameters.checkpointInterval)
    let mayEnd = parameters.epochLength > 0 && sequence.isMultiple(of: parameters.epochLength)
    // Where a later state is certified already, none is kept.
    if execution.isCheckpoint && !isDue || execution.mayEndEpoch != mayEnd {
      findings.add(
        .state, at: happening, execution.sequence,
        detail: isDue
          ? "takes no checkpoint where one is due" : "takes a checkpoint where none is due")
    }
  }

  private mutating func compare(
    _ root: Digest, at sequence: SequenceNumber, _ verb: String, _ happening: Happening
  ) {
    guard let expected = roots[sequence] else {
      return findings.add(
        .state, at: happening, sequence, detail: "\(verb) a state that no correct machine ever had")
    }
    if expected != root {
      findings.add(
        .state, at: happening, sequence,
        detail: "\(verb) state \(root.short), but the order leads to \(expected.short)")
    }
  }

  private mutating func compare(
    summary: Digest, at sequence: SequenceNumber, _ happening: Happening
  ) {
    let expected = summaries[sequence] ?? summary
    summaries[sequence] = expected
    if expected != summary {
      findings.add(
        .state, at: happening, sequence,
        detail: "vouches for \(summary.short) as a whole, others for \(expected.short)")
    }
  }

  /// A result that a client is told is what the request gave where it ran. Refusals needn't follow from the order.
  private mutating func check(_ reply: Reply, _ happening: Happening) {
    guard case .result(let bytes) = reply.body.outcome, let kept = results[reply.body.client],
      let first = kept.first, reply.body.number >= first.number
    else { return }
    let (number, sequence) = (reply.body.number, reply.statement.sequence)
    let isRight = kept.contains {
      $0.number == number && $0.sequence == sequence && $0.bytes == bytes
    }
    if !isRight {
      findings.add(
        .state, at: happening, sequence,
        detail: "tells a client a result of its number \(number) that isn't so")
    }
  }
}
