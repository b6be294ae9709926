/// Which rule a call broke. A refused call changes nothing. The numbers are part of the format of receipts and events.
public enum ContractRefusal: UInt8, Error, Sendable, CaseIterable, CustomStringConvertible {
  // The pending chain
  case notNextNumber = 1
  case slotNotAfterTip = 2
  case slotNotPast = 3
  case notOnTip = 4
  case noCommittee = 5
  case notProposer = 6
  case malformedSignatures = 7
  case tooFewSignatures = 8
  case badSignature = 9
  case headerUnavailable = 10
  case effectsUnavailable = 11
  case wrongArchive = 12
  case unbalancedBlock = 13
  // The proven chain
  case epochRunning = 20
  case notPending = 21
  case provenAlready = 22
  case epochIncomplete = 23
  case notCoordinator = 24
  case badProof = 25
  // The lottery
  case noLottery = 30
  case slotClosed = 31
  case badScore = 32
  case enteredAlready = 33
  // The registry
  case notYourKey = 40
  case stakedAlready = 41
  case belowMinimum = 42
  case notStaked = 43
  case activeAlready = 44
  case notActive = 45
  case leavingAlready = 46
  case graceRunning = 47
  // Governance
  case notOwner = 50
  case notGovernance = 51
  case noProposal = 52
  case approvedAlready = 53
  case tooFewApprovals = 54
  case executedAlready = 55
  case emptyProposal = 56
  // Rewards and the slasher
  case nothingToPull = 60
  case notSlasher = 61
  case nobodyNamed = 62
  case namedTwice = 63
  // Everything
  case insufficient = 70
  case overflow = 71
  case unbalanced = 72
  case unreadable = 73
  case malformed = 74
  case tooLarge = 75

  /// The rule, for people.
  public var description: String {
    switch self {
    case .notNextNumber: "a block's number must be the pending tip's and one"
    case .slotNotAfterTip: "a block's slot must be after the pending tip's"
    case .slotNotPast: "a block's slot must be in the past"
    case .notOnTip: "a block must build on the pending tip"
    case .noCommittee: "no committee was drawn for that epoch"
    case .notProposer: "the sender must be the slot's proposer"
    case .malformedSignatures: "signatures must be of members, each once, in the order of seats"
    case .tooFewSignatures: "two thirds of the committee and one more must have signed"
    case .badSignature: "every signature must be its member's over this block"
    case .headerUnavailable: "the header must have been published"
    case .effectsUnavailable: "the effects must have been published"
    case .wrongArchive: "the archive must be the one that the header leads to"
    case .unbalancedBlock: "a block must neither make nor lose value"
    case .epochRunning: "an epoch can be proven only when it is over"
    case .notPending: "the block must be in the pending chain"
    case .provenAlready: "the block is proven already"
    case .epochIncomplete: "all pending blocks of an epoch must be proven together"
    case .notCoordinator: "the sender must be the last proposer of the epoch or of a later one"
    case .badProof: "the proof must be a true one of these blocks, signed by its prover"
    case .noLottery: "proposers are not drawn by lottery here"
    case .slotClosed: "a slot can be entered until it is over"
    case .badScore: "a score must be the sequencer's own for this slot"
    case .enteredAlready: "a sequencer enters a slot once"
    case .notYourKey: "only the owner of a key may do that"
    case .stakedAlready: "the key has a stake already"
    case .belowMinimum: "the stake must be the minimum at least"
    case .notStaked: "the key must have a stake in the queue"
    case .activeAlready: "the key is a validator's already"
    case .notActive: "the key must be an active validator's"
    case .leavingAlready: "the validator is leaving already"
    case .graceRunning: "stake is held until the epochs of grace are over"
    case .notOwner: "only an owner of the governance may do that"
    case .notGovernance: "only the governance may do that"
    case .noProposal: "there is no such proposal"
    case .approvedAlready: "an owner approves a proposal once"
    case .tooFewApprovals: "more owners must approve first"
    case .executedAlready: "a proposal is executed once"
    case .emptyProposal: "a proposal must ask for something, and not for another proposal"
    case .nothingToPull: "nothing was granted or earned"
    case .notSlasher: "only the slasher's key may slash"
    case .nobodyNamed: "somebody must be named"
    case .namedTwice: "nobody may be named twice"
    case .insufficient: "there isn't so much to take from"
    case .overflow: "there may not be so much of anything"
    case .unbalanced: "value would appear or vanish"
    case .unreadable: "the state can't be read"
    case .malformed: "it isn't a call of the contracts"
    case .tooLarge: "it is larger than the state has room for"
    }
  }
}
