import Witan
import WitanCrypto
import WitanLedger
import WitanProofs

/// The ledger as a node runs it: claims are judged aside, and the states of checkpoints are on a disk before the replica
/// speaks of them.
///
/// ```
///   effect ─▶ JudgingHost ─▶ answer ──┬─▶ to the replica
///                                     └─▶ a checkpoint's state? ─▶ TreeStore, synced, before the answer goes back
/// ```
///
/// After a restart ``restore(_:)`` takes the state on which the journal builds from the disk: its root alone is read, and the
/// rest as it is needed.
public struct LedgerHost: Sendable {
  /// Answers for the ledger.
  public private(set) var judging: JudgingHost<Ledger>
  private var store: TreeStore<SQLiteBacking>
  private let network: Ledger.Network
  /// Transitions of blocks since the last checkpoint, if the ledger leaves any: after a crash they are made again.
  private var transitions: [StateTransition] = []

  /// Why a node can't go on where its journal ends.
  public enum Failure: Error, Equatable, CustomStringConvertible {
    /// The state of the checkpoint on which the journal builds isn't there.
    case stateLost(SequenceNumber)
    /// Another state is kept for that checkpoint.
    case otherState(SequenceNumber)

    /// What is wrong and what to do, for people.
    public var description: String {
      switch self {
      case .stateLost(let sequence):
        "the state after block \(sequence) isn't in the store; join anew, with an empty data directory"
      case .otherState(let sequence):
        "the store's state after block \(sequence) isn't the journal's; join anew, with an empty data directory"
      }
    }
  }

  /// A ledger in the state of the genesis, kept in a file. The network's claims are judged by a pool; `wake` is called
  /// whenever ``resume(clock:)`` has something to do.
  public init(
    _ ledger: Ledger, of genesis: Genesis, scheme: SignatureScheme = .ed25519,
    in backing: SQLiteBacking, judgedBy pool: ProofPool, wake: @escaping @Sendable () -> Void
  ) throws {
    let docket = Docket(pool)
    network = try Ledger.Network(genesis: genesis, scheme: scheme, court: docket)
    var ledger = ledger
    ledger.network = network
    judging = JudgingHost(StateMachineHost(ledger), docket: docket, wake: wake)
    store = TreeStore(backing)
    if try backing.genesis() == nil { try backing.keep(genesis) }
  }

  /// The ledger after the last block that was executed.
  public var ledger: Ledger { judging.host.machine }

  /// Goes on from the state on which a journal builds; from the genesis' where it builds on none.
  public mutating func restore(_ foundation: CheckpointImage?) throws {
    guard let summary = foundation?.summary else { return }
    guard let tree = try store.tree(at: summary.sequence.rawValue) else {
      throw Failure.stateLost(summary.sequence)
    }
    guard tree.root == summary.applicationRoot else { throw Failure.otherState(summary.sequence) }
    var restored = try Ledger(tree: tree, network: network)
    restored.leavesTransitions = ledger.leavesTransitions
    judging.host.restore(restored, at: summary.sequence)
  }

  /// The answer to an effect; nil when it asks nothing of the application, or when the answer has to wait for a judge.
  /// Throws where the disk fails: the node must end then, and nothing that depends on the effect may be said.
  public mutating func answer(_ effect: Effect, clock: Micros) throws(TreeFault) -> Input? {
    let answer = judging.answer(effect, clock: clock)
    switch (effect, answer) {
    case (.execute(let execution), _):
      if let transition = ledger.transition { transitions.append(transition) }
      if execution.isCheckpoint { try keep(at: execution.sequence) }
    case (.finishInstall, .installed(let sequence, succeeded: true)):
      transitions = []
      try keep(at: sequence)
    case (.releaseStates(let sequence), _): try store.release(below: sequence.rawValue)
    default: break
    }
    return answer
  }

  /// The answers that had to wait for a judge and needn't any longer.
  public mutating func resume(clock: Micros) -> [Input] { judging.resume(clock: clock) }

  private mutating func keep(at sequence: SequenceNumber) throws(TreeFault) {
    try store.backing.keep(transitions)
    transitions = []
    try store.keep(ledger.tree, at: sequence.rawValue)
  }
}
