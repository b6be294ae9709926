import WitanCrypto

/// What a replica wants done. The shell does them in order. What is large is kept in a box, so that effects are small.
///
/// Whatever a durable send, a reply or an answer depends on was persisted by an effect before it: the shell must have
/// every earlier `persist` on stable storage before it lets it out. What is sent at once shows no vote of this
/// replica's own.
public enum Effect: Sendable {
  /// Append to the journal.
  case persist(Journal.Record)
  /// Send now: nothing depends on the journal.
  case send(Message, to: ReplicaID)
  /// Send to all other members now: nothing depends on the journal.
  case broadcast(Message)
  /// Send once everything persisted before is on stable storage.
  case sendDurably(Message, to: ReplicaID)
  /// Send to all other members once everything persisted before is on stable storage.
  case broadcastDurably(Message)
  /// Fire the timer after a span; replaces an earlier setting of its kind.
  case setTimer(Timer, after: Micros)
  /// Forget the timer of this kind.
  case cancelTimer(Timer.Kind)
  /// A request that may be proposed: the application orders such requests as it likes. Offered again when
  /// a proposal of it came to nothing; what was assembled is out until then.
  case offer(Request)
  /// Requests that were executed or became void: the application need not keep them.
  case withdraw([Digest])
  /// Ask the application what to propose: at most so many requests and operation bytes of those offered.
  case assemble(count: Int, bytes: Int)
  /// Ask the application whether a block may be agreed on; `parent` is the block before.
  case validate(Block, parent: Digest)
  /// Execute a decided block. Strictly in order; the next one comes after this one's result.
  case execute(Execution)
  /// States of checkpoints before this sequence are no longer needed, once everything persisted before is on stable
  /// storage: until then the journal that a restart would find may rest on one of them.
  case releaseStates(before: SequenceNumber)
  /// Ask the application for a piece of the state at a checkpoint.
  case offerChunk(ChunkTicket)
  /// State transfer begins: make room for the state at this checkpoint, beside the present one.
  indirect case beginInstall(CheckpointSummary)
  /// Ask the application whether a piece belongs to the state at this checkpoint, which is being installed; it keeps
  /// it if so.
  indirect case judgeChunk(StateChunk, of: CheckpointSummary)
  /// All pieces are there: replace the state.
  indirect case finishInstall(CheckpointSummary)
  /// Ask the application: from the latest executed state, or from the state at a checkpoint, with proof.
  indirect case query(QueryTicket, [UInt8], at: SequenceNumber?)
  /// Answer a client's request, once everything persisted before is on stable storage: what is executed may rest on
  /// this replica's own commit, and a result that was told must not be lost with it.
  indirect case reply(Reply)
  /// Answer a client's query, once everything persisted before is on stable storage, for the same reason.
  indirect case answer(Answer)
  /// Something that people, monitors and slashers want to know; the protocol doesn't need it.
  case report(Report)
}

/// A decided block that is to be executed.
public struct Execution: Sendable {
  let block: Block
  /// The requests to run, in order: those of the block that haven't run before and aren't void.
  public let requests: [Request]
  /// Whether the state after it must be kept for a checkpoint, and its root returned.
  public let isCheckpoint: Bool
  /// Whether the members may change after it.
  public let mayEndEpoch: Bool

  /// Has those of a block's requests run that haven't run before and aren't void.
  init(of block: Block, running requests: [Request], isCheckpoint: Bool, mayEndEpoch: Bool) {
    self.block = block
    self.requests = requests
    self.isCheckpoint = isCheckpoint
    self.mayEndEpoch = mayEndEpoch
  }

  /// The block's header: its place, proposer and timestamp.
  public var header: BlockHeader { block.header }
  /// The block's place.
  public var sequence: SequenceNumber { block.header.height }
}

/// Effects in their order. The shell empties it after each input and gives it back, so that its room is kept.
public struct Effects: Sendable {
  /// The effects, first to last.
  public private(set) var list: [Effect] = []
  /// Whether reports are among them. Nothing in the protocol depends on any: a shell that reads none needn't have them
  /// made.
  public var hasReports = true

  /// No effects.
  public init() {}

  /// Whether nothing is to be done.
  public var isEmpty: Bool { list.isEmpty }

  /// Adds an effect at the end.
  public mutating func append(_ effect: Effect) { list.append(effect) }

  /// Adds a report at the end, if reports are wanted.
  @inline(__always)
  mutating func report(_ report: @autoclosure () -> Report) {
    if hasReports { list.append(.report(report())) }
  }

  /// Forgets all effects and keeps the room for them.
  public mutating func removeAll() {
    // Most inputs demand nothing, and few demand much.
    while list.popLast() != nil {}
    taken = 0
  }

  /// How many were taken out, in whose places nothing is left.
  private var taken = 0

  /// Takes the first effect out that wasn't taken yet, without a copy; nil when there is none. After the last one, all
  /// are forgotten.
  public mutating func next() -> Effect? {
    guard taken < list.count else {
      removeAll()
      return nil
    }
    // What is put in its place is never done.
    var effect = Effect.cancelTimer(.fetch)
    swap(&effect, &list[taken])
    taken += 1
    return effect
  }
}
