import Witan
import WitanCrypto

/// What whoever watches a cluster knows beforehand: how the network began, which machine has which name, who its clients
/// are, and who lies.
public struct Vantage: Sendable {
  /// What the network began with.
  public let genesis: Genesis
  /// How signatures are checked.
  public let scheme: SignatureScheme
  /// The replica whose name each machine has.
  public let names: [ReplicaID]
  /// The application in its first state.
  public let application: ReplicatedApplication
  /// The keys of the clients that keep to the rules.
  public let clients: [PublicKey]
  /// The machines of which nothing is claimed: once they lied, whatever they said before and say afterwards proves
  /// nothing.
  public private(set) var faulty: NodeSet
  private var faultyNames: Set<ReplicaID> = []

  /// What is known of a network.
  public init(
    genesis: Genesis, scheme: SignatureScheme, names: [ReplicaID], clients: [PublicKey] = [],
    application: ReplicatedApplication = .store(KeyValueStore()), faulty: NodeSet = []
  ) {
    self.genesis = genesis
    self.scheme = scheme
    self.names = names
    self.clients = clients
    self.application = application
    self.faulty = []
    distrust(faulty)
  }

  /// What is known of a cluster.
  public init(of cluster: Cluster) {
    self.init(
      genesis: cluster.genesis, scheme: cluster.scheme,
      names: (0..<cluster.machineCount).map(cluster.name(of:)),
      clients: cluster.clients.map(\.signer.publicKey), application: cluster.application,
      faulty: cluster.faulty)
  }

  /// Claims nothing more of some machines.
  public mutating func distrust(_ nodes: NodeSet) {
    for node in nodes where names.indices.contains(node) {
      faulty.insert(node)
      faultyNames.insert(names[node])
    }
  }

  /// Whether claims are made of a machine.
  @inline(__always)
  public func isCorrect(_ node: Int) -> Bool { node < names.count && !faulty.contains(node) }

  /// Whether a replica is one of those watched.
  func isKnown(_ name: ReplicaID) -> Bool { names.contains(name) }

  /// Whether a replica lies.
  public func isFaulty(_ name: ReplicaID) -> Bool { faultyNames.contains(name) }

  /// What those among some members weigh that lie.
  public func faultyPower(among members: Membership) -> VotingPower {
    members.members.reduce(0) { isFaulty($1.id) ? $0 + $1.power : $0 }
  }
}

/// Watches what happens from outside, and finds what must not. It knows nothing of what replicas keep of themselves.
public protocol Checker: Sendable {
  /// What it knows beforehand.
  var vantage: Vantage { get set }
  /// What it found.
  var findings: Findings { get }
  /// Sees what happened.
  mutating func observe(_ happening: Happening)
}

extension Checker {
  /// The first violations it found.
  public var violations: [Violation] { findings.violations }
}
