import WitanCrypto

/// What a replica knows of one sequence in the window.
///
/// | state        | entered when                                             | leaves by            |
/// |--------------|----------------------------------------------------------|----------------------|
/// | empty        | the window reaches the sequence, or a view begins        | a proposal           |
/// | proposed     | the leader's proposal for this view was accepted         | the block's arrival  |
/// | validating   | the block is here and the application was asked          | a positive verdict   |
/// | valid        | the application said yes; the prepare is sent            | a quorum of prepares |
/// | prepared     | and all slots before are prepared; the commit is sent    | a quorum of commits  |
/// | decided      | a quorum of commits is here, and the block               | the next checkpoint  |
///
/// A new view takes a slot back to empty, but for its lock, its decision, and the blocks it holds.
struct Slot: Sendable {
  /// A proposal accepted in the current view. It touches no heap: it is read with every vote that completes a quorum.
  struct Proposal: Sendable {
    /// What the application said of the block; why it refused one is told when it does.
    enum Verdict: Sendable {
      case valid
      case invalid
    }

    let header: BlockHeader
    /// The leader's signature over the proposal.
    let signature: Signature
    let acceptedAt: Micros
    var verdict: Verdict?
  }

  /// The sequence this storage stands for now.
  var sequence: SequenceNumber = 0
  /// The proposal accepted in the current view.
  var proposal: Proposal?
  /// The current view's prepares; the leader's proposal counts as its own.
  var prepares = VoteTally()
  /// The current view's commits.
  var commits = VoteTally()
  /// Whether this replica is prepared in the current view, and has said so.
  var isPrepared = false
  /// Whether this slot and all before it are prepared in this view or decided, each on the one before: each has a
  /// lock that is of this view, or a decision.
  var isAnchored = false
  /// The strongest proof that binds this replica, from whichever view.
  var lock: Lock?
  /// Whether a quorum committed.
  var isDecided = false
  /// Blocks of this sequence: the locked one, and the latest proposed one.
  var lockedBlock: Block?
  var proposedBlock: Block?
  /// A proposal that came before its predecessor's and can't be tied to it yet.
  var unlinked: Sealed<Block>?

  /// The block of this digest, if it is here.
  @inline(__always)
  func block(_ digest: Digest) -> Block? {
    if let proposedBlock, proposedBlock.digest == digest { return proposedBlock }
    if let lockedBlock, lockedBlock.digest == digest { return lockedBlock }
    return nil
  }

  /// The digest of the block that was proposed in the current view.
  @inline(__always)
  var proposedDigest: Digest? { proposal?.header.digest }

  // What lies inside the proposal and the lock is asked for here: whoever reaches through them copies the slot first.

  /// The header of the block that was proposed in the current view.
  @inline(__always)
  var proposedHeader: BlockHeader? { proposal?.header }

  /// When the proposal of the current view was accepted.
  @inline(__always)
  var proposedAt: Micros? { proposal?.acceptedAt }

  /// The digest of the block that this replica is bound to.
  @inline(__always)
  var lockDigest: Digest? { lock?.digest }

  /// Whether the application said yes to the block that was proposed in the current view.
  @inline(__always)
  var isValid: Bool { proposal?.verdict == .valid }

  /// Whether a block was proposed in the current view, and is here.
  @inline(__always)
  var hasProposedBlock: Bool {
    guard let proposedDigest else { return false }
    return proposedBlock?.digest == proposedDigest || lockedBlock?.digest == proposedDigest
  }

  /// Whether a lock of this view would be the strongest: none of it or of a later one is here.
  @inline(__always)
  func takes(lockOf view: View) -> Bool {
    switch lock {
    case .none: true
    case .prepared(let certificate): certificate.view < view
    case .committed(let certificate, _): certificate.view < view
    }
  }

  /// A decided block takes the place of a lock of an earlier view.
  mutating func bind(_ decision: Decision) {
    guard takes(lockOf: decision.certificate.view) else { return }
    lock = .committed(decision.certificate, decision.block.header)
    lockedBlock = decision.block
  }

  /// Makes the storage stand for another sequence, keeping its room.
  mutating func reuse(for sequence: SequenceNumber) {
    forgetView()
    self.sequence = sequence
    lock = nil
    isDecided = false
    lockedBlock = nil
    proposedBlock = nil
  }

  /// Forgets what was said in the view that ends.
  mutating func forgetView() {
    proposal = nil
    prepares.reset()
    commits.reset()
    isPrepared = false
    isAnchored = false
    unlinked = nil
  }
}

/// What the application says of a proposed block.
public enum Verdict: Hashable, Sendable {
  /// It may be agreed on.
  case valid
  /// It may not, for this reason.
  case invalid(InvalidBlock)
}

/// Why an application refuses a block: a number of its own and what it means, for people.
public struct InvalidBlock: Error, Hashable, Sendable, CustomStringConvertible {
  /// The application's number for the reason.
  public let code: UInt32
  /// What the reason is, for people.
  public let description: String

  /// A reason.
  public init(code: UInt32 = 0, _ description: String) {
    self.code = code
    self.description = description
  }
}
