import WitanCrypto

/// Everything that can happen to a replica. What is large is kept in a box, so that inputs are small.
public enum Input: Sendable {
  /// A message from a replica.
  case message(Verified<Message>)
  /// A request from a client.
  case request(Verified<Request>)
  /// A query from a client.
  indirect case query(Verified<Query>)
  /// A timer that was set has fired.
  case timer(Timer)
  /// The application's answer to `.assemble`: which of the offered requests to propose, in which order, and the
  /// shell's clock.
  case assembled([Digest], timestamp: Micros)
  /// Offered requests that the application doesn't want after all.
  case declined([Digest])
  /// The application's answer to `.validate`.
  case validated(Digest, Verdict)
  /// The application's answer to `.execute`.
  indirect case executed(ExecutionResult)
  /// The application's answer to `.query`.
  indirect case answered(QueryTicket, QueryResult)
  /// The application's answer to `.offerChunk`; nil when it no longer has that checkpoint's state.
  indirect case chunkOffered(ChunkTicket, StateChunk?)
  /// The application's answer to `.judgeChunk`, for the checkpoint at this sequence.
  case chunkJudged(ChunkAddress, of: SequenceNumber, isValid: Bool)
  /// The application's answer to `.finishInstall`.
  case installed(SequenceNumber, succeeded: Bool)
}

/// A timer's name. There is at most one of each kind, and setting it again replaces it.
public struct Timer: Hashable, Sendable {
  /// What a timer is for.
  public enum Kind: UInt8, CaseIterable, Sendable {
    /// The leader has been given long enough.
    case progress
    /// The next view's leader has been given long enough.
    case viewChange
    /// The leader proposes what has gathered.
    case propose
    /// Time to say where we stand.
    case status
    /// A piece of state that was asked for hasn't come.
    case fetch
  }

  /// What it is for.
  public let kind: Kind
  /// Which setting of it this is; a timer that was set again or cancelled since means nothing.
  public let generation: UInt64

  /// A timer's name.
  public init(kind: Kind, generation: UInt64) {
    self.kind = kind
    self.generation = generation
  }
}

/// What executing a block gave.
public struct ExecutionResult: Sendable {
  /// The state after a block at a checkpoint.
  public struct State: Sendable {
    /// The root of the application's state.
    public let root: Digest
    /// In how many chunks the state can be transferred.
    public let chunks: UInt32
    /// Who serves in the next epoch; nil when the members stay. Meant only where an epoch may end.
    public let nextMembers: [Member]?

    /// A state.
    public init(root: Digest, chunks: UInt32 = 0, nextMembers: [Member]? = nil) {
      self.root = root
      self.chunks = chunks
      self.nextMembers = nextMembers
    }
  }

  /// Which execution.
  public let sequence: SequenceNumber
  /// A result for each request that was to be executed, in order.
  public let results: [[UInt8]]
  /// The state, where the execution was to take a checkpoint.
  public let state: State?

  /// A result.
  public init(sequence: SequenceNumber, results: [[UInt8]], state: State? = nil) {
    self.sequence = sequence
    self.results = results
    self.state = state
  }
}

/// Ties an answer to its query.
public struct QueryTicket: Hashable, Sendable {
  /// Who asked.
  public let client: PublicKey
  /// The client's number for the query.
  public let number: UInt64
  /// The replica's own number for it: clients may use theirs twice.
  let serial: UInt64
  /// Where the replica keeps what the answer rests on.
  let place: UInt32
}

/// What the application says to a query.
public struct QueryResult: Sendable {
  /// The result, or why there is none.
  public let outcome: Outcome
  /// The last sequence executed in the state that answered: the application may have gone on since it was
  /// asked, or answer before it tells of what it executed.
  public let sequence: SequenceNumber
  /// For a certified read, what ties the result to the root of the checkpoint's state.
  public let proof: [UInt8]

  /// A result, from the state after a sequence.
  public init(outcome: Outcome, at sequence: SequenceNumber, proof: [UInt8] = []) {
    self.outcome = outcome
    self.sequence = sequence
    self.proof = proof
  }
}

/// Ties a chunk to who asked for it.
public struct ChunkTicket: Hashable, Sendable {
  /// The checkpoint.
  public let sequence: SequenceNumber
  /// The piece.
  public let index: UInt32
  /// Who asked.
  public let replica: ReplicaID
}
