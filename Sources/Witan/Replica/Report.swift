import WitanCrypto

/// What a replica tells of itself. Nothing in the protocol depends on it. It is kept in a box, once for all who read it.
public indirect enum Report: Sendable {
  /// An input was refused.
  case rejected(Rejection, kind: StatementKind?, from: ReplicaID?)
  /// A proposal was accepted in this view.
  case accepted(SequenceNumber, Digest, View)
  /// A quorum agreed on a block's place in this view.
  case prepared(SequenceNumber, Digest, View)
  /// A block is decided; the certificate is for light clients.
  case decided(CommitCertificate, BlockHeader)
  /// A block was executed.
  case executed(SequenceNumber, Digest)
  /// A checkpoint became stable.
  case stable(CheckpointCertificate)
  /// The replica gave a view up, and asks for this one.
  case suspected(leader: ReplicaID, asks: View, because: Suspicion)
  /// A view opened.
  case enteredView(Epoch, View, leader: ReplicaID)
  /// An epoch began.
  case enteredEpoch(Epoch, Membership)
  /// The application named members that can't form an epoch; the present ones stay.
  case impossibleMembers(SequenceNumber, ImpossibleMembership)
  /// Proof of a fault.
  case evidence(Evidence)
  /// The application refused a proposal.
  case refusedBlock(SequenceNumber, Digest, InvalidBlock)
  /// The replica fetches the state at a checkpoint.
  case transferBegan(SequenceNumber)
  /// The state at a checkpoint is installed.
  case transferEnded(SequenceNumber)
  /// A peer sent a piece of state that doesn't belong to it.
  case liar(ReplicaID)
  /// This replica's own state differs from the certified one: its disk or its application is broken. The certified
  /// state is fetched.
  case diverged(SequenceNumber, own: Digest, certified: Digest)
}

/// Why a replica gave its leader up.
public enum Suspicion: Hashable, Sendable, CustomStringConvertible {
  /// A request or a proposal has waited longer than the patience.
  case noProgress(waited: Micros)
  /// The application refused the leader's block.
  case refusedBlock(InvalidBlock)
  /// The leader said two different things.
  case equivocated
  /// The leader proposed something that no correct leader does.
  case broke(Rejection)
  /// The leader proposes more slowly than the network allows.
  case slow(median: Micros, allowed: Micros)
  /// The leader makes some clients wait longer than others: the mean waits of the one served worst and of the one
  /// served best.
  case unfair(slowest: Micros, fastest: Micros)
  /// The leader was demoted, and its time out isn't over.
  case demoted
  /// The next view didn't open in time.
  case viewNeverOpened
  /// Enough others asked for that view, a correct one among them.
  case joined
  /// Another block than the view proposed was certified; the leader may be none the wiser.
  case superseded

  /// The reason, for people.
  public var description: String {
    switch self {
    case .noProgress(let waited): "nothing was executed for \(waited)"
    case .refusedBlock(let reason): "its block was refused: \(reason)"
    case .equivocated: "it said two different things"
    case .broke(let rejection): "it broke the protocol: \(rejection)"
    case .slow(let median, let allowed): "it takes \(median) to propose; \(allowed) is allowed"
    case .unfair(let slowest, let fastest):
      "one client waits \(slowest) on average, another only \(fastest)"
    case .demoted: "it was demoted lately"
    case .viewNeverOpened: "the view didn't open in time"
    case .joined: "enough others asked for it"
    case .superseded: "another block than it proposed was certified"
    }
  }
}
