import WitanCrypto

/// A PBFT replica as a value: inputs in, effects out, and nothing else.
///
/// The replica is always in one of two phases. What each input does in each of them:
///
/// | input                     | active                                    | changing view                    |
/// |---------------------------|-------------------------------------------|----------------------------------|
/// | pre-prepare, prepare, commit of this view | agreement                 | kept until the view opens        |
/// | … of a later view         | kept, within its sender's quota           | kept, within its sender's quota  |
/// | … of an earlier view      | refused: stale                            | refused: stale                   |
/// | view-change               | kept; joins when f + 1 ask for a later view | kept; opens the view if leader |
/// | new-view                  | enters a later view                       | enters this view or a later one  |
/// | … whose view-changes aren't all here | leaves for that view, and asks for them | waits for them, until the timer |
/// | checkpoint, decision, state | same in both phases                     | same in both phases              |
/// | request                   | waits to be executed; proposed by the leader | waits to be executed          |
/// | progress timer            | gives the leader up                       | doesn't run                      |
/// | view-change timer         | doesn't run                               | gives the next leader up         |
///
/// A replica that isn't a member of the epoch follows decisions and says nothing.
public struct Replica: Sendable {
  /// What the replica is doing about its view.
  public enum Phase: Hashable, Sendable {
    /// Agreeing, under the view's leader.
    case active
    /// Waiting for the view to open. No vote in an earlier view is given or counted.
    case changingView
  }

  /// The replica's name.
  public let id: ReplicaID
  /// Signs with the key that the members in office know.
  var signer: Signer
  private var keyring: [Signer]
  let genesis: Genesis
  let parameters: Parameters
  /// The network's identity.
  let chain: Digest
  /// Checks messages for this replica; copy it wherever verification runs, again after each `enteredEpoch`.
  public internal(set) var verifier: Verifier

  // Where it stands.
  var office: Office
  var lineage: [EpochChange] = []
  /// The view it is in, or is changing to.
  public internal(set) var view: View = 0
  /// What it is doing about its view.
  public internal(set) var phase: Phase = .active
  var now: Micros = 0

  // Agreement.
  var window: SlotWindow
  var proposer = Proposer()
  /// The blocks of this view that the application was asked about, oldest first.
  var awaitedVerdicts: [(digest: Digest, sequence: SequenceNumber)] = []
  var early: EarlyMessages
  var decisions: DecisionLog
  @usableFromInline var execution: ExecutionState
  var sessions: SessionTable

  // View changes.
  var viewChanges: ViewChangeBook
  /// A new-view that isn't whole. While there is one, the view that it opens is waited for.
  var awaited: Opening?
  var openedBy: OpenedView?
  /// The view whose votes the slots hold: the last one that was open here.
  var votedView: View = 0
  var viewEnteredAt: Micros = 0

  // Checkpoints and state transfer.
  var stable: CheckpointCertificate?
  var checkpoints: CheckpointBook
  var transfer = StateTransfer()

  // Requests, leaders and peers.
  var intake = Intake()
  var queries = OpenQueries()
  var pacemaker: Pacemaker
  var monitor = LeaderMonitor()
  /// One for each seat, and one that all who aren't members share.
  var allowances: PeerAllowances
  var evidence = EvidenceKeeper()
  var timers = TimerTable()
  var statusRound: UInt64 = 0

  /// A replica at the beginning of a network, or as its journal left it.
  ///
  /// Call `start` next. When it recovers, the application must have been restored to its state at
  /// `recovery.foundation`, or at the genesis if there is none: what was decided since is executed again.
  public init(
    genesis: Genesis, identity: ReplicaID, signer: Signer, scheme: SignatureScheme,
    recovering recovery: Journal.Recovery? = nil
  ) {
    id = identity
    self.signer = signer
    keyring = [signer]
    self.genesis = genesis
    parameters = genesis.parameters
    chain = genesis.digest
    verifier = Verifier(genesis: genesis, scheme: scheme)
    office = Office(epoch: 0, members: genesis.members, id: identity, key: signer.publicKey)
    window = SlotWindow(low: 0, size: parameters.window)
    early = EarlyMessages(peers: genesis.members.count, parameters: parameters)
    decisions = DecisionLog(window: parameters.window)
    execution = ExecutionState(lastBlock: genesis.digest, timestamp: genesis.timestamp)
    sessions = SessionTable(parameters: parameters)
    viewChanges = ViewChangeBook(peers: genesis.members.count)
    checkpoints = CheckpointBook(peers: genesis.members.count)
    pacemaker = Pacemaker(parameters: parameters)
    allowances = PeerAllowances(peers: genesis.members.count + 1)
    if let recovery { restore(recovery) }
  }

  // What is asked with every vote or block is inlined here and elsewhere, or may change the replica although it changes
  // nothing: a call that may not would copy the replica for its callee, all its two thousand bytes and more.

  @inline(__always)
  var members: Membership { office.members }
  @inline(__always)
  var quorum: Quorum { office.members.quorum }
  @inline(__always)
  var leader: Seat { office.members.leader(of: view, in: office.epoch) }
  @inline(__always)
  var isLeader: Bool { office.seat == leader }

  /// The epoch in office.
  public var epoch: Epoch { office.epoch }
  /// The members in office.
  public var currentMembers: Membership { office.members }
  /// The replica that leads the view.
  public var currentLeader: ReplicaID { office.members[leader].id }
  /// The last sequence that was executed.
  @inlinable public var executed: SequenceNumber { execution.executed }
  /// The digest of the last block that was executed.
  @inlinable public var lastBlock: Digest { execution.lastBlock }
  /// The last stable checkpoint; nil is the genesis.
  public var stableCheckpoint: CheckpointCertificate? { stable }
  /// All proofs of faults that were gathered.
  public var gatheredEvidence: [Evidence] { evidence.evidence }
  /// How many requests wait to be executed.
  public var waitingRequests: Int { intake.count }

  /// How many of them one client asked.
  public func waitingRequests(of client: PublicKey) -> Int { intake.count(of: client) }

  /// How long a request, or the opening of a view, is given at present.
  public var patience: Micros { pacemaker.patience }

  /// The decided block at a sequence with its certificate, while it is kept.
  public func decision(at sequence: SequenceNumber) -> Decision? { decisions[sequence] }

  /// Gives the replica another of its own keys, which it uses from the epoch on whose members know it. Several
  /// may be given; the last eight are kept.
  public mutating func add(_ signer: Signer) {
    keyring.append(signer)
    if keyring.count > 8 { keyring.removeFirst() }
  }

  /// The key by which some members know this replica, if it has it.
  func key(among members: Membership) -> Signer? {
    members.seat(of: id).flatMap { seat in
      keyring.last { $0.publicKey == members[seat].key }
    }
  }

  /// The replica's place in an epoch. Without the key that the members know it for, it has none.
  mutating func office(of epoch: Epoch, members: Membership) -> Office {
    if let known = key(among: members) { signer = known }
    return Office(epoch: epoch, members: members, id: id, key: signer.publicKey)
  }

  /// Signs a statement without a body.
  func sign(
    _ kind: StatementKind, view: View, sequence: SequenceNumber, digest: Digest
  ) -> SignedStatement {
    Statement(kind, epoch: office.epoch, view: view, sequence: sequence, digest: digest)
      .signed(by: id, with: signer, chain: chain)
  }

  /// Signs a statement with a body.
  func seal<Body>(
    _ kind: StatementKind, _ body: Body, view: View, sequence: SequenceNumber
  ) -> Sealed<Body> {
    Sealed(
      kind, body, epoch: office.epoch, view: view, sequence: sequence, by: id, with: signer,
      chain: chain)
  }
}

/// The epoch a replica is in, its members, and its own seat among them.
struct Office: Sendable {
  let epoch: Epoch
  let members: Membership
  /// Nil when the replica isn't a member, or hasn't the key it is known for.
  let seat: Seat?

  init(epoch: Epoch, members: Membership, id: ReplicaID, key: PublicKey) {
    self.epoch = epoch
    self.members = members
    seat = members.seat(of: id).flatMap { members[$0].key == key ? $0 : nil }
  }
}

/// How far execution has come.
@usableFromInline
struct ExecutionState: Sendable {
  /// The last executed sequence.
  @usableFromInline var executed: SequenceNumber = 0
  /// The digest of the block at that sequence.
  @usableFromInline var lastBlock: Digest
  /// That block's timestamp.
  var timestamp: Micros
  /// What the application was asked to execute and hasn't answered.
  var inFlight: ExecutionPlan?
  /// The state was found to differ from the certified one: nothing is executed or answered from it.
  var isUntrusted = false
}
