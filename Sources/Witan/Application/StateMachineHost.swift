import WitanCrypto

/// The synchronous shell of a simple application: answers the effects that concern it, at once.
///
/// What is asked with every block is inlinable, so that it is compiled for the application, wherever that is from.
public struct StateMachineHost<Machine: StateMachine>: Sendable {
  /// How far a block's timestamp may be ahead of this shell's clock.
  public var clockTolerance: Micros = .seconds(5)

  /// The application in its latest executed state.
  @inlinable public var machine: Machine { latest }
  @usableFromInline var latest: Machine
  /// The last sequence that the application executed.
  @inlinable public var executed: SequenceNumber { last }
  @usableFromInline var last: SequenceNumber = 0
  @usableFromInline var queue: Machine.Queue
  @usableFromInline
  var states: [(sequence: SequenceNumber, machine: Machine, image: Machine.Image)] = []
  @usableFromInline var incoming: Incoming?

  @usableFromInline
  struct Incoming: Sendable {
    let summary: CheckpointSummary
    var chunks: [Int: [UInt8]] = [:]

    @usableFromInline
    init(summary: CheckpointSummary) { self.summary = summary }
  }

  /// A host of an application in the state of the genesis.
  public init(_ machine: Machine) {
    latest = machine
    queue = machine.queue
  }

  /// The root that the genesis must name for an application in this state.
  public static func root(of machine: Machine) -> Digest { machine.image.root }

  /// The snapshot at a checkpoint: what the shell must keep durably, for as long as it isn't released, to restore
  /// after a restart.
  public func snapshot(at sequence: SequenceNumber) -> [UInt8]? { state(at: sequence)?.snapshot }

  /// The application in its state at a checkpoint, while that is kept.
  public func state(at sequence: SequenceNumber) -> Machine? {
    states.first { $0.sequence == sequence }?.machine
  }

  /// Restores the state at a checkpoint after a restart.
  public mutating func restore(_ snapshot: [UInt8], at sequence: SequenceNumber) throws {
    var machine = latest
    try machine.restore(snapshot)
    restore(machine, at: sequence)
  }

  /// Goes on from an application in the state at a checkpoint, after a restart: for whoever keeps states in another
  /// form than snapshots.
  public mutating func restore(_ machine: Machine, at sequence: SequenceNumber) {
    latest = machine
    last = sequence
    states = [(sequence, machine, machine.image)]
  }

  /// The answer to an effect; nil when it asks nothing of the application.
  ///
  /// `clock` is the shell's idea of the time of day, from which proposals take their timestamps.
  @inlinable
  public mutating func answer(_ effect: Effect, clock: Micros) -> Input? {
    switch effect {
    case .offer(let request):
      guard latest.admits(request) else { return .declined([request.digest]) }
      queue.append(request, weight: latest.weigh(request))
    case .withdraw(let digests): queue.remove(digests)
    case .assemble(let count, let bytes):
      return .assembled(queue.next(count: count, bytes: bytes), timestamp: clock)
    case .validate(let block, _): return .validated(block.digest, verdict(on: block, clock: clock))
    case .execute(let execution): return .executed(execute(execution))
    case .releaseStates(let sequence): states.removeAll { $0.sequence < sequence }
    case .query(let ticket, let content, let sequence):
      return .answered(ticket, answer(content, at: sequence))
    case .offerChunk(let ticket): return .chunkOffered(ticket, chunk(for: ticket))
    case .beginInstall(let summary): incoming = Incoming(summary: summary)
    case .judgeChunk(let chunk, let summary):
      return .chunkJudged(
        chunk.address, of: summary.sequence, isValid: keep(chunk, of: summary))
    case .finishInstall(let summary):
      return .installed(summary.sequence, succeeded: install(summary))
    case .persist, .send, .broadcast, .sendDurably, .broadcastDurably, .setTimer, .cancelTimer,
      .reply, .answer, .report:
      break
    }
    return nil
  }

  @inlinable
  func verdict(on block: Block, clock: Micros) -> Verdict {
    if block.header.timestamp > clock + clockTolerance {
      return .invalid(InvalidBlock(code: 1, "its timestamp lies in the future"))
    }
    guard block.requests.allSatisfy({ latest.admits($0) }) else {
      return .invalid(InvalidBlock(code: 2, "it has a request that may not be proposed"))
    }
    return latest.validate(block)
  }

  @inlinable
  mutating func execute(_ execution: Execution) -> ExecutionResult {
    latest.begin(execution.requests, in: execution.header)
    let results = execution.requests.map { latest.apply($0, in: execution.header) }
    latest.end(execution.header)
    last = execution.sequence
    return ExecutionResult(
      sequence: execution.sequence, results: results,
      state: execution.isCheckpoint ? keepState(after: execution) : nil)
  }

  /// Keeps the state for a checkpoint.
  @inline(never)
  @usableFromInline
  mutating func keepState(after execution: Execution) -> ExecutionResult.State {
    let image = machine.image
    states.append((execution.sequence, machine, image))
    return ExecutionResult.State(
      root: image.root, chunks: UInt32(image.count),
      nextMembers: execution.mayEndEpoch ? machine.nextMembers : nil)
  }

  @usableFromInline
  func answer(_ content: [UInt8], at sequence: SequenceNumber?) -> QueryResult {
    guard let sequence else {
      return QueryResult(outcome: .result(machine.answer(content)), at: executed)
    }
    guard let state = states.first(where: { $0.sequence == sequence }) else {
      return QueryResult(outcome: .refused(.busy), at: sequence)
    }
    guard let proved = state.machine.prove(content, in: state.image) else {
      return QueryResult(outcome: .refused(.unprovable), at: sequence)
    }
    return QueryResult(outcome: .result(proved.answer), at: sequence, proof: proved.proof)
  }

  @usableFromInline
  func chunk(for ticket: ChunkTicket) -> StateChunk? {
    guard let state = states.first(where: { $0.sequence == ticket.sequence }),
      let (bytes, proof) = state.image.chunk(Int(ticket.index))
    else { return nil }
    return StateChunk(address: .application(ticket.index), bytes: bytes, proof: proof)
  }

  @usableFromInline
  mutating func keep(_ chunk: StateChunk, of summary: CheckpointSummary) -> Bool {
    guard incoming?.summary == summary, case .application(let index) = chunk.address,
      Machine.Image.verifies(
        chunk.bytes, proof: chunk.proof, at: Int(index), of: Int(summary.applicationChunks),
        root: summary.applicationRoot)
    else { return false }
    incoming?.chunks[Int(index)] = chunk.bytes
    return true
  }

  @usableFromInline
  mutating func install(_ summary: CheckpointSummary) -> Bool {
    guard let incoming, incoming.summary == summary else { return false }
    var chunks: [[UInt8]] = []
    for index in 0..<Int(summary.applicationChunks) {
      guard let chunk = incoming.chunks[index] else { return false }
      chunks.append(chunk)
    }
    self.incoming = nil
    var candidate = latest
    guard (try? candidate.restore(chunks: chunks)) != nil else { return false }
    let image = candidate.image
    guard image.root == summary.applicationRoot else { return false }
    latest = candidate
    last = summary.sequence
    states.append((summary.sequence, latest, image))
    return true
  }
}
