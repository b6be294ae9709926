/// Why an input was refused. A refused input costs its sender quota and changes nothing else: its share of the
/// ``Inbox``, whatever the reason, and where no correct replica sends such a thing also what the replica would answer it.
public enum Rejection: Error, Hashable, Sendable, CustomStringConvertible {
  // What the verifier refuses.

  /// The bytes are no message.
  case malformed(Malformed)
  /// Nobody here knows who serves in that epoch.
  case unknownEpoch(Epoch)
  /// The signer isn't a member of the epoch it names.
  case notMember(ReplicaID)
  /// The signature isn't the named signer's over that.
  case badSignature
  /// A request in it isn't signed by its client.
  case badClientSignature
  /// Only the view's leader may say that.
  case notLeader(ReplicaID)
  /// A nested certificate certifies nothing.
  case badCertificate(CertificateFault)
  /// The parts of the message contradict each other.
  case contradictory(StaticName)
  /// The message is what it says, but no correct replica says that.
  case improper(StaticName)
  /// A number or size above the network's limits.
  case overLimit(StaticName)
  /// The new view doesn't follow from its view-changes.
  case badNewView(StaticName)

  // What the replica refuses.

  /// It speaks of an epoch that is over.
  case staleEpoch
  /// It speaks of a view that is over.
  case staleView
  /// It speaks of a view that hasn't opened, and there is no room to keep it.
  case futureView
  /// It speaks of a sequence at or below the stable checkpoint.
  case staleSequence
  /// It speaks of a sequence above the window, and there is no room to keep it.
  case aboveWindow
  /// The view is being changed, and it speaks of the one being left.
  case changingView
  /// It was said before.
  case duplicate
  /// Its signer said something else before: evidence.
  case equivocation
  /// The block doesn't follow the one before it.
  case unlinkedBlock
  /// The block's timestamp is before its predecessor's.
  case timestampWentBack
  /// A block without requests orders nothing.
  case emptyBlock
  /// Nobody asked for it.
  case unsolicited
  /// The sender has used up what it may ask of us for now.
  case overQuota
  /// The replica is no member and doesn't vote.
  case notServing
  /// The client's request can't be taken.
  case refused(Refusal)
  /// An answer from the application that nothing waits for.
  case unexpectedAnswer

  /// Whether only a faulty signer can be the cause: the message was signed, and no correct replica signs it.
  public var provesFault: Bool {
    switch self {
    case .badCertificate(.unknownEpoch): false  // What isn't known here may be known elsewhere.
    case .badCertificate, .contradictory, .improper, .overLimit, .badNewView, .equivocation,
      .badClientSignature, .notLeader, .unlinkedBlock, .timestampWentBack, .emptyBlock:
      true
    default: false
    }
  }

  /// What is wrong, for people.
  public var description: String {
    switch self {
    case .malformed(let fault): "malformed: \(fault)"
    case .unknownEpoch(let epoch): "the members of epoch \(epoch) aren't known here"
    case .notMember(let id): "\(id) isn't a member of that epoch"
    case .badSignature: "the signature isn't the signer's"
    case .badClientSignature: "a request isn't signed by its client"
    case .notLeader(let id): "\(id) doesn't lead that view"
    case .badCertificate(let fault): "a certificate proves nothing: \(fault)"
    case .contradictory(let name): "\(name) contradicts the rest of the message"
    case .improper(let name): "no correct replica sends \(name)"
    case .overLimit(let name): "above the network's limit: \(name)"
    case .badNewView(let name): "the new view doesn't follow from its view-changes: \(name)"
    case .staleEpoch: "that epoch is over"
    case .staleView: "that view is over"
    case .futureView: "that view hasn't opened"
    case .staleSequence: "that sequence is at or below the stable checkpoint"
    case .aboveWindow: "that sequence is above the window"
    case .changingView: "the view is being changed"
    case .duplicate: "it was said before"
    case .equivocation: "its signer said something else before"
    case .unlinkedBlock: "the block doesn't follow the one before it"
    case .timestampWentBack: "the block's timestamp is before its predecessor's"
    case .emptyBlock: "the block has no requests"
    case .unsolicited: "nobody asked for it"
    case .overQuota: "the sender has used up its quota"
    case .notServing: "this replica isn't a member and doesn't vote"
    case .refused(let refusal): "the client was turned away: \(refusal)"
    case .unexpectedAnswer: "nothing waits for this answer"
    }
  }
}
