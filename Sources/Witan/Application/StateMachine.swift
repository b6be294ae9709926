import WitanCrypto

/// A simple application: everything it does follows from the requests it is given, in their order.
///
/// `StateMachineHost` answers all of a replica's effects for it: it orders the mempool, keeps the states of
/// checkpoints, and cuts them into chunks. An application that wants to do any of this itself answers the
/// effects instead.
public protocol StateMachine: Sendable {
  /// The state as checkpoints certify it, and how it is cut for those who fetch it. Whoever has no tree of its own
  /// takes `ChunkTree`, which is one over the snapshot's bytes.
  associatedtype Image: StateImage = ChunkTree

  /// The order in which requests are proposed. Whoever has no order of its own takes `FairQueue`.
  associatedtype Queue: RequestQueue = FairQueue

  /// An empty queue, for the requests that this replica is offered.
  var queue: Queue { get }

  /// What the queue has to know of a request that was admitted.
  func weigh(_ request: Request) -> Queue.Weight

  /// A block begins: these of its requests will run, in this order.
  mutating func begin(_ requests: [Request], in header: BlockHeader)

  /// A block ends: all its requests ran.
  mutating func end(_ header: BlockHeader)

  /// Runs a request's operations and returns its result.
  mutating func apply(_ request: Request, in header: BlockHeader) -> [UInt8]

  /// Whether a request may be proposed at all. It must follow from the request and from what never changes, so that
  /// every replica says the same: one that only leaders refuse would have all others suspect each of them.
  func admits(_ request: Request) -> Bool

  /// Whether a block may be agreed on. Checked before the replica votes for it. A block of admitted requests may be
  /// refused only for what its proposer chose: their company, their order, the time.
  func validate(_ block: Block) -> Verdict

  /// Answers a query from the present state.
  func answer(_ query: [UInt8]) -> [UInt8]

  /// The answer that this state gives to a query, with what proves it to whoever knows no more than the state's root;
  /// nil where nothing can be proved. `image` is this state's own. That there is nothing to be found is an answer
  /// too, and needs a proof like any other.
  func prove(_ query: [UInt8], in image: Image) -> ProvedAnswer?

  /// Checks, with nothing but a certified checkpoint, that its state gives this answer to this query. It is what
  /// clients run on the word of one replica, which may be a liar: it must refuse every answer but the one that
  /// `prove` gives.
  static func check(
    query: [UInt8], answer: [UInt8], proof: [UInt8], under state: CheckpointSummary
  ) throws(Unproved)

  /// The whole state as bytes: the same for the same state, on every replica.
  var snapshot: [UInt8] { get }

  /// Takes the state of a snapshot in place of the present one; throws when the bytes are no state.
  mutating func restore(_ snapshot: [UInt8]) throws

  /// The present state as it is certified.
  var image: Image { get }

  /// Takes the state whose chunks these are, all of them in order, each of which was verified.
  mutating func restore(chunks: [[UInt8]]) throws

  /// Who is to serve in the next epoch, asked where an epoch may end; nil when the members stay.
  var nextMembers: [Member]? { get }
}

extension StateMachine {
  /// Nothing happens before the first request.
  public mutating func begin(_ requests: [Request], in header: BlockHeader) {}

  /// Nothing happens after the last request.
  public mutating func end(_ header: BlockHeader) {}

  /// The chunks together are a snapshot.
  public mutating func restore(chunks: [[UInt8]]) throws { try restore(Array(chunks.joined())) }

  /// Every request is fine.
  public func admits(_ request: Request) -> Bool { true }

  /// Every block is fine.
  public func validate(_ block: Block) -> Verdict { .valid }

  /// Nothing can be asked.
  public func answer(_ query: [UInt8]) -> [UInt8] { [] }

  /// Nothing can be proved.
  public func prove(_ query: [UInt8], in image: Image) -> ProvedAnswer? { nil }

  /// Nothing is taken for proved.
  public static func check(
    query: [UInt8], answer: [UInt8], proof: [UInt8], under state: CheckpointSummary
  ) throws(Unproved) {
    throw .noCheck
  }

  /// The members stay.
  public var nextMembers: [Member]? { nil }
}

extension StateMachine where Queue == FairQueue {
  /// Each client in turn.
  public var queue: FairQueue { FairQueue() }

  /// Nothing but the request itself.
  public func weigh(_ request: Request) {}
}

extension StateMachine where Image == ChunkTree {
  /// The tree over the snapshot.
  public var image: ChunkTree { ChunkTree(snapshot) }
}

/// A state under a root that commits to all of it, cut into chunks that are each checked alone.
public protocol StateImage: Sendable {
  /// Commits to every chunk and their number.
  var root: Digest { get }

  /// How many chunks there are; at least one.
  var count: Int { get }

  /// A chunk with what ties it to the root; nil when there is none of this index.
  func chunk(_ index: Int) -> (bytes: [UInt8], proof: [Digest])?

  /// Whether a chunk is the one of this index under a root over `count` chunks.
  static func verifies(
    _ bytes: [UInt8], proof: [Digest], at index: Int, of count: Int, root: Digest
  ) -> Bool
}

extension ChunkTree: StateImage {}

/// An answer with what proves it.
public struct ProvedAnswer: Equatable, Sendable {
  /// The answer.
  public let answer: [UInt8]
  /// What ties it to the root of the state; never empty.
  public let proof: [UInt8]

  /// An answer with what proves it.
  public init(answer: [UInt8], proof: [UInt8]) {
    self.answer = answer
    self.proof = proof
  }
}
