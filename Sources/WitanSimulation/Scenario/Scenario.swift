import Witan
import WitanDraw

/// A run as data: what the cluster is made of, what befalls it, and who lies. It can be printed, edited, replayed and
/// shrunk.
///
/// ```
/// # The leader dies, and comes back as a backup.
/// replicas 4
/// latency uniform:10ms..50ms
/// 1s..4s crash 0
/// adversary equivocating-leader on 1 in view 1
/// ```
///
/// One statement a line; what isn't said has its default; a `#` begins a comment.
public struct Scenario: Hashable, Sendable {
  /// How messages get from one to many.
  public enum Topology: String, CaseIterable, Sendable {
    /// Everybody is linked to everybody.
    case full
    /// Everybody is linked to a few, who pass on (GossipSub).
    case gossip
  }

  /// How messages are signed.
  public enum Signatures: String, CaseIterable, Sendable {
    /// By a scheme that is as strict as a real one but costs next to nothing.
    case simulated
    /// By Ed25519.
    case real
  }

  /// What it tells, in its first lines of comment.
  public var story: [String] = []
  /// How many replicas there are.
  public var replicas = 4
  /// How many more there are that may become members later.
  public var reserve = 0
  /// The voting power of each replica; one each when empty.
  public var weights: [UInt64] = []
  /// How many blocks are to be decided.
  public var blocks: UInt64 = 20
  /// How many operations a request bundles.
  public var claims = 4
  /// How many clients send requests.
  public var clients = 1
  /// How long a client waits for an answer before it gives up and asks something else; nil is for ever.
  public var endurance: Micros?
  /// What every link does.
  public var quality = LinkQuality(latency: .fixed(20_000))
  /// How many bytes a second each node sends, and receives; nil is as many as there are.
  public var bandwidth: UInt64?
  /// When the network becomes synchronous; nil is never.
  public var stabilisation: Micros?
  /// The longest that a message takes once the network is synchronous.
  public var bound = Micros.seconds(1)
  /// How messages get from one to many.
  public var topology = Topology.full
  /// The share of nodes that stand behind something that keeps others from dialling them. It matters to gossip alone.
  public var nat = 0.0
  /// The share of those that nobody can dial, whatever they dial themselves.
  public var symmetric = 0.25
  /// How many nodes follow over gossip what is decided.
  public var followers = 0
  /// What the replicas run.
  public var application = ReplicatedApplication.Kind.store
  /// Who judges the claims that a ledger is asked to take.
  public var judge = Judging.none
  /// How many nodes all others know in the beginning; they find the rest from there. 0 is that everybody was acquainted
  /// with some beforehand.
  public var bootstrap = 0
  /// The sizes of meshes.
  public var mesh = Mesh()
  /// How often meshes are looked after.
  public var heartbeat = Micros.seconds(1)
  /// How long nodes that don't vote stay; nil is for ever.
  public var stay: Distribution?
  /// How long they are away then.
  public var absence = Distribution.exponential(mean: 60_000_000)
  /// How messages are signed.
  public var signatures = Signatures.simulated
  /// A checkpoint is taken every so many sequences.
  public var checkpoint: UInt64 = 64
  /// How far ordering may run ahead of the stable checkpoint.
  public var window: UInt64 = 128
  /// Members may change every so many sequences; 0 is never.
  public var epoch: UInt64 = 0
  /// The most requests in a block.
  public var batch: UInt32 = 256
  /// How long a request may wait on a network whose delays aren't known yet.
  public var patience = Micros.seconds(2)
  /// How long a disk takes to sync.
  public var sync: Micros = 0
  /// When to give up, in virtual time.
  public var limit = Micros.seconds(60)
  /// What every random choice comes from.
  public var seed: UInt64 = 1
  /// Who lies.
  public var adversaries: [Casting] = []
  /// What befalls the cluster.
  public var faults: [Fault] = []

  /// Four replicas, twenty blocks, and no trouble.
  public init() {}

  /// How many machines there are: those of the replicas, of the reserve, and the second ones of twins.
  public var machines: Int { replicas + reserve + twins.count }

  /// The replicas of which there are two.
  public var twins: [ReplicaID] {
    let named = adversaries.filter { $0.adversary == Twin.name }.flatMap { Array($0.machines) }
    return NodeSet(named.filter { $0 < replicas + reserve }).map { ReplicaID(UInt32($0)) }
  }

  /// The cluster that it describes.
  public var configuration: Cluster.Configuration {
    var configuration = Cluster.Configuration(replicas: replicas, seed: seed)
    configuration.reserve = reserve
    configuration.castings = adversaries
    configuration.powers = weights.map { VotingPower($0) }
    configuration.clients = clients
    configuration.application = application
    configuration.judging = judge
    if topology == .gossip {
      configuration.topology = .gossip(gossip)
      configuration.followers = followers
    }
    configuration.usesRealSignatures = signatures == .real
    configuration.syncTime = sync
    configuration.conditions.quality = quality
    configuration.conditions.nodeBandwidth = bandwidth
    configuration.conditions.stabilisation = stabilisation
    configuration.conditions.bound = bound
    configuration.parameters.checkpointInterval = checkpoint
    configuration.parameters.window = window
    configuration.parameters.epochLength = epoch
    configuration.parameters.blockRequestLimit = batch
    configuration.parameters.patience = patience
    configuration.parameters.patienceFloor = min(
      configuration.parameters.patienceFloor, patience)
    return configuration
  }

  /// When the last of its faults that ends has ended; nil if one never does.
  public var calm: Micros? {
    var calm: Micros = 0
    for fault in faults {
      guard let end = fault.effect.isMomentary ? fault.begins : fault.ends else { return nil }
      calm = max(calm, end)
    }
    return calm
  }
}
