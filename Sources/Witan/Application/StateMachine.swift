import WitanCrypto

/// A simple application: everything it does follows from the requests it is given, in their order.
///
/// `StateMachineHost` answers all of a replica's effects for it: it orders the mempool, keeps the states of
/// checkpoints, and cuts them into chunks. An application that wants to do any of this itself answers the
/// effects instead.
public protocol StateMachine: Sendable {
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
  /// nil where nothing can be proved. `tree` is the one over this state's snapshot. That there is nothing to be
  /// found is an answer too, and needs a proof like any other.
  func prove(_ query: [UInt8], in tree: ChunkTree) -> ProvedAnswer?

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

  /// Who is to serve in the next epoch, asked where an epoch may end; nil when the members stay.
  var nextMembers: [Member]? { get }
}

extension StateMachine {
  /// Every request is fine.
  public func admits(_ request: Request) -> Bool { true }

  /// Every block is fine.
  public func validate(_ block: Block) -> Verdict { .valid }

  /// Nothing can be asked.
  public func answer(_ query: [UInt8]) -> [UInt8] { [] }

  /// Nothing can be proved.
  public func prove(_ query: [UInt8], in tree: ChunkTree) -> ProvedAnswer? { nil }

  /// Nothing is taken for proved.
  public static func check(
    query: [UInt8], answer: [UInt8], proof: [UInt8], under state: CheckpointSummary
  ) throws(Unproved) {
    throw .noCheck
  }

  /// The members stay.
  public var nextMembers: [Member]? { nil }
}

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
