import WitanCrypto

/// What is to become of each request of a block that is being executed.
struct ExecutionPlan: Sendable {
  let block: Block
  /// What is to become of each of them; none where all run, as nearly always.
  private let judgements: [SessionTable.Judgement]
  let runs: Int
  let isCheckpoint: Bool

  init(
    block: Block, judgements: [SessionTable.Judgement], runs: Int, isCheckpoint: Bool
  ) {
    self.block = block
    self.judgements = judgements
    self.runs = runs
    self.isCheckpoint = isCheckpoint
  }

  var sequence: SequenceNumber { block.header.height }

  /// What is to become of the request at a place in the block.
  func judgement(at place: Int) -> SessionTable.Judgement {
    judgements.isEmpty ? .run : judgements[place]
  }

  /// Those of the block's requests that run.
  var running: [Request] {
    if judgements.isEmpty { return block.requests }
    return zip(block.requests, judgements).filter { $0.1 == .run }.map(\.0)
  }
}

/// Execution: strictly in order, each sequence once, one at a time (OSDI '99 §4.2).
extension Replica {
  /// Has the next decided block executed, unless one is being executed or the state is being replaced.
  ///
  /// Nothing beyond the window is: whoever catches up would otherwise keep a state for every checkpoint on its way,
  /// none of which is certified here (F43). It asks for the certificate first.
  mutating func executeNext(into effects: inout Effects) {
    guard execution.inFlight == nil, !execution.isUntrusted, !transfer.isInstalling,
      execution.executed < window.high, let block = decisions.block(at: execution.executed.next)
    else { return }
    let plan = plan(block)
    effects.append(
      .execute(
        Execution(
          of: block, running: plan.running, isCheckpoint: plan.isCheckpoint,
          mayEndEpoch: mayEndEpoch(at: block.header.height))))
    execution.inFlight = plan
  }

  /// Decides, from executed order alone, which requests run (F12, F15).
  private mutating func plan(_ block: Block) -> ExecutionPlan {
    let (sequence, requests) = (block.header.height, block.requests)
    sessions.expire(at: sequence)
    var judgements: [SessionTable.Judgement] = []
    // What ran in this block already; one that is alone has nothing before it.
    let isAlone = requests.count == 1
    var ranHere: [PublicKey: UInt64] = [:]
    // Each newcomer of this block takes a place; the same one mustn't be promised twice.
    let isCrowded = sessions.room < requests.count
    var newcomers = 0
    var runs = 0
    for (place, request) in requests.enumerated() {
      var judgement = sessions.judge(request, at: sequence)
      if let number = ranHere[request.client], request.number <= number {
        judgement = .refused(.stale)
      }
      if isCrowded, judgement == .run, ranHere[request.client] == nil,
        !sessions.knows(request.client)
      {
        if newcomers < sessions.room {
          newcomers += 1
        } else {
          judgement = .refused(.sessionsFull)
        }
      }
      if judgement == .run {
        if !isAlone { ranHere[request.client] = request.number }
        runs += 1
      }
      if judgement != .run, judgements.isEmpty {
        judgements = Array(repeating: .run, count: requests.count)
      }
      if !judgements.isEmpty { judgements[place] = judgement }
    }
    return ExecutionPlan(
      block: block, judgements: judgements, runs: runs,
      isCheckpoint: isCheckpointTaken(after: sequence))
  }

  /// Whether the state after a sequence is kept. Where a later one is certified already it would be for nothing.
  private func isCheckpointTaken(after sequence: SequenceNumber) -> Bool {
    sequence >= window.low && sequence.rawValue.isMultiple(of: parameters.checkpointInterval)
  }

  /// Whether the members may change after a sequence.
  func mayEndEpoch(at sequence: SequenceNumber) -> Bool {
    parameters.epochLength > 0 && sequence.rawValue.isMultiple(of: parameters.epochLength)
  }

  /// The application has executed: remembers what came of it, and answers the clients.
  mutating func executed(
    _ result: ExecutionResult, into effects: inout Effects
  ) -> Rejection? {
    guard let plan = execution.inFlight, plan.sequence == result.sequence,
      plan.runs == result.results.count, !plan.isCheckpoint || result.state != nil
    else { return .unexpectedAnswer }
    execution.inFlight = nil
    let block = plan.block
    var results = result.results.makeIterator()
    for (place, request) in block.requests.enumerated() {
      switch plan.judgement(at: place) {
      case .run:
        let bytes = results.next() ?? []
        let outcome: Outcome =
          bytes.count <= Int(parameters.replyByteLimit)
          ? .result(bytes) : .refused(.resultTooLong)
        sessions.record(request, outcome: outcome, at: plan.sequence)
        reply(request, outcome, at: plan.sequence, into: &effects)
      case .repeated(let outcome, let sequence):
        reply(request, outcome, at: sequence, into: &effects)
      case .refused(let refusal):
        // Twice in this block: it ran just now, and its client mustn't be told that it is stale.
        if case .repeated(let outcome, let sequence) = sessions.judge(request, at: plan.sequence) {
          reply(request, outcome, at: sequence, into: &effects)
        } else {
          reply(request, .refused(refusal), at: plan.sequence, into: &effects)
        }
      }
    }
    execution.executed = plan.sequence
    execution.lastBlock = block.digest
    execution.timestamp = block.header.timestamp
    drop(block.requests.lazy.map(\.digest), into: &effects)
    dropVoidHead(into: &effects)
    pacemaker.noteProgress()
    monitor.noteDecision()
    effects.report(.executed(plan.sequence, block.digest))
    if plan.isCheckpoint, let state = result.state {
      takeCheckpoint(after: block.header, state: state, into: &effects)
    }
    judgeLeader(into: &effects)
    return nil
  }

  /// A decided block with its proof, forwarded by whoever has it.
  mutating func receive(_ decision: Decision, into effects: inout Effects) -> Rejection? {
    let epoch = decision.certificate.epoch
    // Another epoch's blocks wait until this replica is in it: what it executes is checkpointed for its epoch.
    guard epoch == office.epoch else { return epoch < office.epoch ? .staleEpoch : .futureView }
    checkForConflict(decision.certificate, into: &effects)
    guard decision.sequence > execution.executed else { return .duplicate }
    guard decision.sequence.distance(after: execution.executed) <= decisions.reach else {
      return .aboveWindow
    }
    guard !decisions.contains(decision.sequence) else { return .duplicate }
    decide(decision, into: &effects)
    linkWaiting(from: decision.sequence.next, into: &effects)
    advancePrepared(from: decision.sequence, into: &effects)
    return nil
  }

  /// Lets requests go that were executed or are void.
  mutating func drop(_ digests: some Sequence<Digest>, into effects: inout Effects) {
    let gone = digests.filter { intake.remove($0) }
    if !gone.isEmpty { effects.append(.withdraw(gone)) }
  }

  /// The oldest waiting requests may have become void: their client went on, or they expired. Nobody must be
  /// suspected on their account.
  private mutating func dropVoidHead(into effects: inout Effects) {
    while let request = intake.oldest?.request {
      if case .run = sessions.judge(request, at: execution.executed.next) { return }
      drop(CollectionOfOne(request.digest), into: &effects)
    }
  }
}
