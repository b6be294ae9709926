import Witan
import WitanRollup

extension Cluster {
  /// What a cluster is made of, and what its network does.
  public struct Configuration: Sendable {
    /// How many replicas.
    public var replicas: Int
    /// How many more there are that aren't members in the beginning.
    public var reserve = 0
    /// The replicas of which there are two, with one name and one key.
    public var twins: [ReplicaID] = []
    /// What their votes weigh; all the same when empty.
    public var powers: [VotingPower] = []
    /// Everything random follows from it.
    public var seed: UInt64
    /// What the network does to messages.
    public var conditions = Conditions()
    /// What the replicas agree on beforehand.
    public var parameters = Parameters()
    /// How messages get from one to many.
    public var topology = Topology.full
    /// How many nodes follow over gossip what the replicas decide. All nodes are alike but for who votes, so that a
    /// committee that was sampled from all may as well be numbered first.
    public var followers = 0
    /// What they run.
    public var application = ReplicatedApplication.Kind.store
    /// The contracts that they run instead, where the cluster is the L1 of a rollup.
    public var contracts: Contracts?
    /// Who judges the claims that a ledger is asked to take.
    public var judging = Judging.none
    /// How many accounts a ledger has in the beginning besides those of its clients: what makes a state large.
    public var accounts = 0
    /// Whether a ledger leaves a transition behind for each block, with the checker of states.
    public var leavesTransitions = false
    /// How many clients have sessions.
    public var clients = 0
    /// Whether the bytes that are sent are counted, and everything that happens is digested.
    public var keepsAccount = false
    /// Whether the entries of the log are kept until they are taken, for comparing two runs.
    public var keepsLog = false
    /// Whether signatures are Ed25519's instead of the simulated scheme's.
    public var usesRealSignatures = false
    /// How long a disk takes to sync.
    public var syncTime: Micros = 0
    /// Which machines lie, and how.
    public var castings: [Casting] = []
    /// What of all that happens is told.
    public var watch: Watch = [.reports, .clients]
    /// Which machines aren't started in the beginning.
    public var asleep: NodeSet = []

    /// A configuration.
    public init(replicas: Int = 4, seed: UInt64 = 0) {
      self.replicas = replicas
      self.seed = seed
    }
  }
}
